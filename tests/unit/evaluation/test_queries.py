import json
from collections import Counter

import pytest

from backend.retrieval.passages import make_passage
from evaluation.dataset import DatasetInvalid
from evaluation.queries import SHIPPED, Label, load_queries, parse_label, require_findable
from kb_builder.passages_from_cards import card_passages
from tests.unit.knowledge.shipped import shipped_library

LINE = {
    "id": "q1",
    "split": "dev",
    "query": "谁也不让谁",
    "relevant": ["os.deadlock", "os.starvation#definition"],
    "kind": "paraphrase",
}


def written(path, *lines):
    path.write_text("\n".join(json.dumps(line, ensure_ascii=False) for line in lines), "utf-8")
    return path


def passage(source="a.pdf", locator="全文", concept_id=None, aspect=None):
    return make_passage("文", "", "题", locator, source, concept_id, aspect)


def test_a_line_is_read_as_written(tmp_path):
    (query,) = load_queries(written(tmp_path / "q.jsonl", LINE))
    assert (query.id, query.split, query.text, query.kind) == (
        "q1",
        "dev",
        LINE["query"],
        "paraphrase",
    )
    assert query.relevant == (
        Label("concept", "os.deadlock"),
        Label("concept", "os.starvation", "definition"),
    )


def test_an_operator_need_only_say_what_is_asked_and_where_the_answer_is(tmp_path):
    short = {"id": "1", "query": "实验报告怎么交", "relevant": ["source:实验/要求.docx"]}
    path = tmp_path / "q.jsonl"
    path.write_text(f"\ufeff\n{json.dumps(short)}\n\n", "utf-8")
    (query,) = load_queries(path)
    assert (query.split, query.kind, query.line) == ("test", "", 2)


@pytest.mark.parametrize(
    ("label", "matching", "other"),
    [
        ("os.lru", passage(concept_id="os.lru"), passage(concept_id="os.lru-k")),
        (
            "os.lru#definition",
            passage(concept_id="os.lru", aspect="definition"),
            passage(concept_id="os.lru", aspect="principle"),
        ),
        ("source:讲义/甲.pdf", passage("讲义/甲.pdf"), passage("讲义/乙.pdf")),
        (
            "source:a.pdf#第 3 页",
            passage(locator="第二章 > 死锁 · 第 3 页"),
            passage(locator="第二章 > 死锁 · 第 31 页"),
        ),
        ("source:a.pdf#死锁", passage(locator="第二章 > 死锁"), passage(locator="第二章")),
        ("source:a.pdf#第二章 > 死锁", passage(locator="第二章 > 死锁"), passage()),
    ],
)
def test_a_label_matches_what_it_names_and_nothing_else(label, matching, other):
    assert parse_label(label).matches(matching)
    assert not parse_label(label).matches(other)
    assert str(parse_label(label)) == label


def test_a_passage_is_labelled_by_its_id():
    one, other = passage(), passage("b.pdf")
    assert parse_label(f"passage:{one.id}").matches(one)
    assert not parse_label(f"passage:{one.id}").matches(other)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"split": "train"}, "split 只能是 dev 或 test"),
        ({"query": " "}, "query 不能为空"),
        ({"query": None}, "query 应是文字"),
        ({"id": 3}, "id 应是文字"),
        ({"relevant": []}, "至少要有一个标签"),
        ({"relevant": "os.lru"}, "relevant 应是列表"),
        ({"relevant": [1]}, "应是文字"),
        ({"relevant": ["死锁"]}, "标签“死锁”不对"),
        ({"relevant": ["os.lru#beauty"]}, "没有方面“beauty”"),
        ({"relevant": ["os.lru#"]}, "没有方面"),
        ({"relevant": ["passage:"]}, "不对"),
        ({"relevant": ["source:"]}, "不对"),
        ({"relevant": ["os.lru", "os.lru"]}, "标了两次"),
        ({"relevant": ["os.lru", "os.lru#definition"]}, "标了两次"),
        ({"answer": "LRU"}, "不认识字段 answer"),
        ({"id": "q1"}, "id q1 在第 1 行已经用过"),
    ],
)
def test_each_way_to_write_a_line_wrong_has_its_sentence_with_its_number(
    tmp_path, change, sentence
):
    path = written(tmp_path / "q.jsonl", LINE, {**LINE, "id": "q2", **change})
    with pytest.raises(DatasetInvalid, match="第 2 行不对") as caught:
        load_queries(path)
    assert sentence in str(caught.value)


@pytest.mark.parametrize("field", ["id", "query", "relevant"])
def test_a_missing_field_is_named(tmp_path, field):
    line = {key: value for key, value in LINE.items() if key != field}
    with pytest.raises(DatasetInvalid, match=f"第 1 行不对：缺少字段 {field}"):
        load_queries(written(tmp_path / "q.jsonl", line))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"not json", "第 1 行不对：不是合法的 JSON"),
        (b"[]", "第 1 行不对：应是一个 JSON 对象"),
        (b"[" * 100_000, "第 1 行不对：不是合法的 JSON"),
        (b"\n\n", "里没有查询"),
        ("死锁".encode("gbk"), "读不出来"),
        (None, "读不出来"),
    ],
)
def test_a_file_that_is_no_dataset_has_its_sentence(tmp_path, content, sentence):
    path = tmp_path / "q.jsonl"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(DatasetInvalid, match=sentence):
        load_queries(path)


def test_a_label_that_nothing_in_the_base_matches_is_refused(tmp_path):
    path = written(tmp_path / "q.jsonl", LINE, {**LINE, "id": "q2", "relevant": ["os.nonsense"]})
    there = [
        passage(concept_id="os.deadlock"),
        passage(concept_id="os.starvation", aspect="definition"),
    ]
    with pytest.raises(DatasetInvalid, match=r"第 2 行不对：知识库里没有 os\.nonsense 的段落"):
        require_findable(path, load_queries(path), there)
    require_findable(path, load_queries(path)[:1], there)


def test_the_shipped_queries_fit_the_shipped_cards_and_neither_half_repeats_the_other():
    queries = load_queries()
    passages = [p for _, own in card_passages(shipped_library()) for p in own]
    require_findable(SHIPPED, queries, passages)
    halves = Counter(q.split for q in queries)
    assert halves["dev"] == halves["test"] == 100
    dev, test = ({q.text for q in queries if q.split == split} for split in ("dev", "test"))
    assert dev & test == set()
    named = {label.name for q in queries for label in q.relevant}
    assert named == set(shipped_library().concepts)
