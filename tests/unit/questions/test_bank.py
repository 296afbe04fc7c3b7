"""The question bank: each way to write a question wrong has its sentence; blind answers count."""

import shutil
from dataclasses import replace

import pytest
import yaml

from backend.errors import ContentError
from backend.questions.bank import load_bank
from backend.questions.question import OPTION_KEYS, as_json, from_json
from tests.unit.knowledge.shipped import shipped_library
from tests.unit.knowledge.small_library import SHIPPED

GOOD = {
    "id": "q.os.lru-order",
    "points": ["OS0316"],
    "difficulty": 3,
    "stem": "LRU 在命中时做什么？",
    "options": {"A": "不做事", "B": "更新次序", "C": "换出一页", "D": "清访问位"},
    "answer": "B",
    "why": {"A": "那是 FIFO", "B": "次序要更新", "C": "命中不换出", "D": "那是 CLOCK"},
    "source": ["os.lru"],
}


class Folder:
    """A content folder with one chapter of questions."""

    def __init__(self, path):
        self.path = path
        (path / "questions" / "os").mkdir(parents=True)

    def write(self, *questions, chapter="os/os03"):
        path = self.path / "questions" / f"{chapter}.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(yaml.safe_dump(list(questions), allow_unicode=True), encoding="utf-8")
        return self

    def blind(self, *answers):
        path = self.path / "questions" / "blind.yaml"
        path.write_text(yaml.safe_dump(list(answers), allow_unicode=True), encoding="utf-8")
        return self

    def load(self):
        return load_bank(self.path, shipped_library())


@pytest.fixture
def folder(tmp_path):
    return Folder(tmp_path)


def answered(bank, question_id, answer):
    fingerprint = bank.written[question_id].fingerprint
    return {
        "id": question_id,
        "fingerprint": fingerprint,
        "answer": answer,
        "by": "甲",
        "on": "2026-11-27",
    }


def test_a_question_counts_once_it_was_answered_blind_with_the_same_key(folder):
    bank = folder.write(GOOD).load()
    assert (list(bank.questions), list(bank.waiting)) == ([], ["q.os.lru-order"])
    bank = folder.blind(answered(bank, "q.os.lru-order", "B")).load()
    assert (list(bank.questions), list(bank.waiting)) == (["q.os.lru-order"], [])


def test_another_answer_or_an_edit_takes_the_question_out_again(folder):
    bank = folder.write(GOOD).load()
    other = folder.blind(answered(bank, "q.os.lru-order", "A")).load()
    assert other.waiting == {"q.os.lru-order": "盲答选了 A，答案写的是 B"}
    folder.blind(answered(bank, "q.os.lru-order", "B"))
    edited = folder.write({**GOOD, "stem": "LRU 命中时要做什么？"}).load()
    assert not edited.questions


def test_a_new_explanation_needs_no_new_answer(folder):
    bank = folder.write(GOOD).load()
    folder.blind(answered(bank, "q.os.lru-order", "B"))
    assert folder.write({**GOOD, "why": {**GOOD["why"], "A": "改写"}}).load().questions


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"options": {**GOOD["options"], "D": " 更新次序 "}}, "有两个选项是一样的"),
        ({"options": {"A": "一", "B": "二", "C": "三"}}, "缺少选项 D"),
        ({"why": {"A": "一", "B": "二", "C": "三"}}, "why 没有说明选项 D"),
        ({"answer": "E"}, "answer"),
        ({"points": ["OS0399"]}, "大纲里没有考点 OS0399"),
        ({"points": []}, "points"),
        ({"source": ["os.nothing"]}, "source 里没有这张卡片：os.nothing"),
        ({"source": []}, "source"),
        ({"points": ["OS0230"]}, "应放在 questions/os/os02.yaml"),
        ({"id": "q.cn.lru-order"}, "id 以 q.os. 开头"),
        ({"id": "lru"}, "写法不对"),
        ({"difficulty": 6}, "difficulty"),
        ({"stem": "长" * 601}, "题干有 601 个字符，最多 600 个"),
        ({"stem": "见[教材](http://a)"}, "不能用链接或图片"),
        ({"stem": "$x$ 是多少"}, "不能用LaTeX 公式"),
        ({"stem": "```\nint x;"}, "反引号没有配对"),
        ({"why": {**GOOD["why"], "A": "应选 B"}}, "不能用字母指选项"),
        ({"note": "x"}, "不认识的字段"),
    ],
)
def test_every_way_to_write_it_wrong_has_its_sentence(folder, change, said):
    with pytest.raises(ContentError, match=r"questions/os/os03\.yaml") as caught:
        folder.write({**GOOD, **change}).load()
    assert any(said in problem for problem in caught.value.problems), caught.value.problems


def test_repeated_ids_and_stems_are_found_over_all_files(folder):
    folder.write(GOOD, {**GOOD, "stem": "另一题"})
    with pytest.raises(ContentError, match="id 已经用过"):
        folder.load()
    folder.write(GOOD, {**GOOD, "id": "q.os.other", "stem": "LRU在命中时做什么"})
    with pytest.raises(ContentError, match=r"题干和 .* 相同"):
        folder.load()


def test_all_problems_are_told_at_once(folder):
    folder.write({**GOOD, "answer": "X"}).write({**GOOD, "difficulty": 0}, chapter="os/os02")
    with pytest.raises(ContentError) as caught:
        folder.load()
    assert len(caught.value.problems) == 2


def test_options_that_differ_in_an_operator_only_are_different(folder):
    options = {"A": "S[top--]", "B": "S[--top]", "C": "S[top++]", "D": "S[++top]"}
    assert folder.write({**GOOD, "options": options}).load().written


def test_the_shipped_bank_is_complete_and_spread():
    bank = load_bank(SHIPPED, shipped_library())
    assert not bank.waiting
    assert len(bank.questions) >= 80
    for subject in ("DS", "CO", "OS", "CN"):
        own = [q for q in bank.questions.values() if q.subject == subject]
        assert len(own) >= 20
        starred = [q for q in own if shipped_library().outline.points[q.point].starred]
        assert len(starred) == len(own), "a question on a point without a star"
        assert min(sum(q.answer == key for q in own) for key in OPTION_KEYS) >= 3


def test_a_question_survives_json_and_its_fingerprint_tells_changes():
    question = next(iter(load_bank(SHIPPED, shipped_library()).questions.values()))
    assert from_json(as_json(question)) == question
    for change in (
        {"stem": question.stem + "。"},
        {"convention": "另一个约定"},
        {"answer": next(k for k in OPTION_KEYS if k != question.answer)},
    ):
        assert replace(question, **change).fingerprint != question.fingerprint
    assert replace(question, difficulty=1, why={}).fingerprint == question.fingerprint


def test_a_missing_folder_is_an_empty_bank(tmp_path):
    shutil.copy(SHIPPED / "outline.yaml", tmp_path / "outline.yaml")
    assert not load_bank(tmp_path, shipped_library()).written
