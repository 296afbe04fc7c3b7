import json

import pytest

from backend.answering.grounding.checker import Finding
from evaluation.citations import (
    Checked,
    ConstructedAnswer,
    Detection,
    Planted,
    by_answer,
    by_sentence,
    check_all,
    load_answers,
    milliseconds_a_sentence,
    recall_by_kind,
)
from evaluation.dataset import DatasetInvalid
from tests.unit.evaluation.test_command import evaluation

LINE = {
    "id": "c001",
    "split": "dev",
    "question": "死锁有几个条件",
    "sources": ["死锁有四个必要条件。"],
    "answer": "死锁有四个必要条件[1]。死锁有五个必要条件[1]。",
    "planted": [{"sentence": "死锁有五个必要条件[1]。", "kind": "number"}],
}


def written(tmp_path, *lines):
    path = tmp_path / "answers.jsonl"
    path.write_text("\n".join(json.dumps(line, ensure_ascii=False) for line in lines), "utf-8")
    return path


class Flagging:
    """Checks like the real one, but finds a problem in the sentences that it is given."""

    def __init__(self, *wrong):
        self.wrong = wrong

    def check(self, text, sources, question):
        pieces = [piece + "。" for piece in text.split("。") if piece]
        return tuple(Finding(p, (), "number" if p in self.wrong else "") for p in pieces)


def answer(text, *planted):
    return ConstructedAnswer(
        id="c", split="dev", question="问", sources=("甲",), answer=text,
        planted=tuple(Planted(sentence=s, kind="number") for s in planted),
    )  # fmt: skip


def test_hits_false_alarms_and_misses_are_counted_by_sentence_and_by_answer():
    answers = [answer("甲。乙。丙。", "乙。", "丙。"), answer("丁。戊。")]
    checked = check_all(Flagging("乙。", "丁。"), answers)
    assert by_sentence(checked) == Detection(1, 1, 1)
    assert by_answer(checked) == Detection(1, 1, 0)
    assert recall_by_kind(checked) == {"number": (1, 2)}
    assert by_sentence(checked).precision == by_sentence(checked).f1 == 0.5


def test_a_planted_piece_belongs_to_the_sentence_around_it():
    checked = check_all(Flagging("甲，乙。"), [answer("甲，乙。丙。", "乙。")])
    assert checked[0].kinds == ("number", None)


def test_a_planted_stretch_of_several_sentences_is_found_by_any_of_them():
    checked = check_all(Flagging("乙。"), [answer("甲。乙。丙。", "甲。乙。")])
    assert checked[0].kinds == (None, "number", None)
    missed = check_all(Flagging(), [answer("甲。乙。丙。", "甲。乙。")])
    assert missed[0].kinds == ("number", None, None)


def test_nothing_to_find_scores_nought():
    assert (Detection(0, 0, 0).precision, Detection(0, 0, 0).f1) == (0.0, 0.0)


def test_the_time_is_given_for_each_sentence():
    one = Checked(answer("甲。乙。"), (Finding("甲。", (), ""),) * 2, (None, None), 3.0)
    assert milliseconds_a_sentence([one]) == [1.5]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"split": "train"}, "第 2 行不对"),
        ({"planted": [{"sentence": "没有这句", "kind": "number"}]}, "回答里没有这一句“没有这句”"),
        ({"planted": [{"sentence": "死锁", "kind": "typo"}]}, "第 2 行不对"),
    ],
)
def test_a_wrong_line_is_named(tmp_path, change, sentence):
    with pytest.raises(DatasetInvalid, match=sentence):
        load_answers(written(tmp_path, LINE, LINE | change))


def test_a_file_without_answers_is_refused(tmp_path):
    with pytest.raises(DatasetInvalid, match="里没有回答"):
        load_answers(written(tmp_path))
    with pytest.raises(DatasetInvalid, match="读不出来"):
        load_answers(tmp_path / "none.jsonl")


def test_the_shipped_answers_are_half_clean_in_both_halves():
    answers = load_answers()
    for split in ("dev", "test"):
        chosen = [a for a in answers if a.split == split]
        assert (len(chosen), sum(not a.planted for a in chosen)) == (100, 50)


def test_the_command_reports_and_shows(tmp_path):
    path = str(written(tmp_path, LINE))
    shown = evaluation(tmp_path, "citations", path, "--split", "dev", "--show")
    assert shown.returncode == 0, shown.stderr
    assert "引用检查（dev，1 个回答）" in shown.stdout
    told = evaluation(tmp_path, "citations", path, "--split", "dev", "--json")
    assert json.loads(told.stdout)["sentence"] == {
        "precision": 1.0, "recall": 1.0, "f1": 1.0, "hits": 1, "false_alarms": 0, "missed": 0,
    }  # fmt: skip


def test_a_half_without_answers_ends_the_command_with_one_sentence(tmp_path):
    done = evaluation(tmp_path, "citations", str(written(tmp_path, LINE)))
    assert done.returncode == 1
    assert "里没有 test 的回答" in done.stderr
    assert "Traceback" not in done.stderr
