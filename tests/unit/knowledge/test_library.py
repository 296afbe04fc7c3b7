import pytest

from backend.errors import ContentError
from backend.knowledge.library import load_library
from tests.unit.knowledge.small_library import (
    CARDS,
    SHIPPED,
    front,
    table_data,
    write_card,
    write_content,
    write_yaml,
)

SECTIONS = {"定义": "一张多出来的卡片。", "原理": "没有。"}
LRU, LRU_SECTIONS = next(card for card in CARDS if card[0]["id"] == "os.lru")


def test_a_valid_folder_is_loaded_whole(tmp_path):
    library = load_library(write_content(tmp_path))
    assert len(library.concepts) == len(CARDS)
    assert library.concepts["os.lru"].name == "LRU 页面置换算法"
    assert set(library.smalltalk) == {"greeting", "thanks"}
    assert len(library.outline.points) == 15


def test_a_comparison_is_found_in_either_order(tmp_path):
    library = load_library(write_content(tmp_path))
    table = library.comparison_of("cn.udp", "cn.tcp")
    assert table is not None
    assert table is library.comparison_of("cn.tcp", "cn.udp")
    assert library.comparison_of("cn.tcp", "os.lru") is None
    assert library.comparison_of("cn.tcp", "cn.tcp") is None


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        (front("os.new", "新概念", "OS0199"), "大纲里没有考点 OS0199"),
        (
            front("os.new", "新概念", "OS0101", relations={"related": ["os.gone"]}),
            "relations.related 里没有这张卡片：os.gone",
        ),
        (
            front("os.new", "新概念", "OS0101", relations={"part_of": ["os.new"]}),
            "relations.part_of 指向了自己",
        ),
        (front("os.new", "死锁", "OS0101"), "“死锁”已经属于 concepts/os/os01/"),
        (front("os.new", "新概念", "OS0101", aliases=["ＬＲＵ"]), "“ＬＲＵ”已经属于"),
        (front("os.new", "新概念", "OS0101", aliases=["tcp"]), "“tcp”已经属于"),
        (front("os.new", "新概念", "OS0101", covers=["头插法"]), "“头插法”已经属于"),
        (front("os.new", "新概念", "OS0101", covers=["循环的等待条件"]), "已经属于"),
        (front("os.lru", "新概念", "OS0201"), "id os.lru 已被"),
    ],
)
def test_every_clash_between_files_has_its_sentence(tmp_path, fields, sentence):
    write_content(tmp_path)
    write_card(tmp_path, fields, SECTIONS)
    assert_says(tmp_path, sentence)


def test_a_table_of_an_unknown_concept_is_named(tmp_path):
    write_content(tmp_path)
    data = {**table_data(), "ids": ["cn.tcp", "cn.sctp"]}
    write_yaml(tmp_path / "compare" / "tcp-vs-sctp.yaml", data)
    assert_says(tmp_path, "compare/tcp-vs-sctp.yaml：没有概念 cn.sctp")


def test_problems_of_several_files_are_told_at_once(tmp_path):
    write_content(tmp_path)
    (tmp_path / "cues.yaml").unlink()
    (tmp_path / "outline.yaml").write_text("version: 一", encoding="utf-8")
    write_card(tmp_path, {**LRU, "author": "me"}, LRU_SECTIONS)
    with pytest.raises(ContentError) as caught:
        load_library(tmp_path)
    told = "\n".join(caught.value.problems)
    for fragment in ("cues.yaml", "outline.yaml", "lru.md：多了不认识的字段 author"):
        assert fragment in told
    assert f"{len(caught.value.problems)} 处问题" in str(caught.value)


def test_one_broken_card_does_not_make_references_to_it_look_broken(tmp_path):
    write_content(tmp_path)
    write_card(tmp_path, {**LRU, "author": "me"}, LRU_SECTIONS)
    with pytest.raises(ContentError) as caught:
        load_library(tmp_path)
    assert len(caught.value.problems) == 1


def test_a_missing_folder_is_named(tmp_path):
    assert_says(tmp_path / "nowhere", f"没有学习内容目录 {tmp_path / 'nowhere'}")


def test_the_shipped_folder_fits_together():
    library = load_library(SHIPPED)
    subjects = {concept_id[:2] for concept_id in library.concepts}
    assert subjects == {"ds", "co", "os", "cn"}
    assert len(library.concepts) >= 60
    assert len(library.comparisons) >= 10


def assert_says(root, sentence):
    with pytest.raises(ContentError) as caught:
        load_library(root)
    assert any(sentence in problem for problem in caught.value.problems), caught.value.problems
