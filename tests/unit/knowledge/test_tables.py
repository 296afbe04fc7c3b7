"""Comparison tables, the outline, small talk and cues: each way to write one wrong."""

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from backend.errors import ContentError
from backend.knowledge.aspects import Aspect
from backend.knowledge.comparisons import load_comparison
from backend.knowledge.cues import load_cues
from backend.knowledge.outline import load_outline
from backend.knowledge.smalltalk import load_smalltalk
from tests.unit.knowledge.small_library import (
    SHIPPED,
    outline_data,
    smalltalk_data,
    table_data,
    write_yaml,
)

Change = Callable[[Any], Any]


def cues_data() -> Any:
    return yaml.safe_load((SHIPPED / "cues.yaml").read_text(encoding="utf-8"))


LOADERS: dict[str, tuple[Callable[[], Any], str, Callable[[Path], object]]] = {
    "table": (
        table_data,
        "compare/tcp-vs-udp.yaml",
        lambda path: load_comparison(path, path.parents[1]),
    ),
    "outline": (outline_data, "outline.yaml", load_outline),
    "smalltalk": (smalltalk_data, "smalltalk.yaml", load_smalltalk),
    "cues": (cues_data, "cues.yaml", load_cues),
}


def put(*path: Any, value: Any) -> Change:
    """Return a change that sets ``data[path[0]][path[1]]… = value``."""

    def change(data: Any) -> Any:
        spot = data
        for key in path[:-1]:
            spot = spot[key]
        spot[path[-1]] = value
        return data

    return change


def drop(*path: Any) -> Change:
    """Return a change that removes the value at ``path``."""

    def change(data: Any) -> Any:
        spot = data
        for key in path[:-1]:
            spot = spot[key]
        del spot[path[-1]]
        return data

    return change


ROW = {"dimension": "一", "a": "二", "b": "三"}
POINTS = ("subjects", 0, "chapters", 0, "groups", 0, "points")

WRONG: list[tuple[str, Change, str]] = [
    ("table", lambda data: [data], "字段 （整个文件） 应该是“键: 值”的形式"),
    ("table", lambda data: None, "（整个文件）"),
    ("table", drop("ids"), "缺少字段 ids"),
    ("table", put("ids", value=["cn.tcp"]), "字段 ids 的项目太少（至少 2 个）"),
    ("table", put("ids", value=["cn.tcp", "cn.udp", "cn.ip"]), "字段 ids 的项目太多（最多 2 个）"),
    ("table", put("ids", value="cn.tcp"), "字段 ids 应该是列表"),
    ("table", put("ids", value=["cn.udp", "cn.tcp"]), "文件名应为 udp-vs-tcp.yaml"),
    ("table", drop("title"), "缺少字段 title"),
    ("table", put("title", value=""), "字段 title 不能为空"),
    ("table", drop("summary"), "缺少字段 summary"),
    ("table", put("summary", value="长" * 201), "字段 summary 太长（最多 200 字）"),
    ("table", put("rows", value=[ROW, ROW]), "字段 rows 的项目太少（至少 3 个）"),
    ("table", put("rows", value=[ROW] * 11), "字段 rows 的项目太多（最多 10 个）"),
    ("table", drop("rows", 1, "b"), "缺少字段 rows.1.b"),
    ("table", put("rows", 0, "a", value="长" * 61), "字段 rows.0.a 太长（最多 60 字）"),
    ("table", put("rows", 0, "a", value=8), "字段 rows.0.a 应该是文字"),
    ("table", put("rows", 0, "c", value="四"), "多了不认识的字段 rows.0.c"),
    ("table", put("choose", value="长" * 201), "字段 choose 太长（最多 200 字）"),
    ("outline", lambda data: "text", "（整个文件）"),
    ("outline", drop("version"), "缺少字段 version"),
    ("outline", put("version", value="一"), "字段 version"),
    ("outline", drop(*POINTS, 0, "name"), "points.0.name"),
    ("outline", put(*POINTS, 0, "name", value=""), "points.0.name 不能为空"),
    ("outline", put(*POINTS, 0, "id", value="DS1"), "points.0.id 的值 'DS1' 写法不对"),
    ("outline", put(*POINTS, 0, "star", value=True), "多了不认识的字段"),
    ("outline", put(*POINTS, 0, "covers", value="x"), "points.0.covers 应该是列表"),
    ("outline", put(*POINTS, 1, "id", value="DS0101"), "考点编号 DS0101 重复"),
    ("outline", put(*POINTS, 1, "id", value="DS0201"), "考点 DS0201 不在自己的章 DS01 里"),
    ("outline", put("subjects", 0, "id", value="XX"), "不在自己的章"),
    ("smalltalk", lambda data: ["你好"], "（整个文件）"),
    ("smalltalk", drop("greeting", "replies"), "缺少字段 greeting.replies"),
    ("smalltalk", put("greeting", "examples", value=[]), "greeting.examples 的项目太少"),
    ("smalltalk", put("greeting", "replies", value=[]), "greeting.replies 的项目太少"),
    ("smalltalk", put("greeting", "examples", value=[666]), "greeting.examples.0 应该是文字"),
    ("smalltalk", put("greeting", "mood", value="x"), "多了不认识的字段 greeting.mood"),
    ("smalltalk", put("thanks", "examples", value=["你好"]), "“你好”同时出现在两个意图里"),
    ("cues", lambda data: [], "（整个文件）"),
    ("cues", drop("filler"), "缺少字段 filler"),
    ("cues", put("filler", value="吗"), "字段 filler 应该是列表"),
    ("cues", put("yes", 0, value=True), "字段 yes.0 应该是文字"),
    ("cues", put("jokes", value=[]), "多了不认识的字段 jokes"),
    ("cues", put("aspects", "looks", value=["好看吗"]), "字段 aspects.looks"),
    ("cues", put("aspects", "exam", value=["原理"]), "“原理”同时属于 principle 和 exam"),
]


@pytest.mark.parametrize(("kind", "change", "sentence"), WRONG)
def test_every_mistake_has_its_sentence(tmp_path, kind, change, sentence):
    make, name, load = LOADERS[kind]
    path = write_yaml(tmp_path / name, change(copy.deepcopy(make())))
    assert_says(load, path, name, sentence)


@pytest.mark.parametrize("kind", LOADERS)
@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"a: [1", "YAML 写法不对"),
        (b"a: 2026-13-45", "YAML 写法不对"),
        ("a: 汉字".encode("gbk"), "读不出来"),
        (None, "读不出来"),
    ],
)
def test_every_unreadable_file_has_its_sentence(tmp_path, kind, content, sentence):
    _, name, load = LOADERS[kind]
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    if content is not None:
        path.write_bytes(content)
    assert_says(load, path, name, sentence)


def test_two_mistakes_of_one_file_are_told_at_once(tmp_path):
    data = drop("summary")(drop("title")(table_data()))
    path = write_yaml(tmp_path / "compare" / "tcp-vs-udp.yaml", data)
    with pytest.raises(ContentError) as caught:
        load_comparison(path, tmp_path)
    assert len(caught.value.problems) == 2
    assert "2 处问题" in str(caught.value)


def test_a_valid_table_is_read_as_written(tmp_path):
    path = write_yaml(tmp_path / "compare" / "tcp-vs-udp.yaml", table_data())
    table = load_comparison(path, tmp_path)
    assert table.ids == ("cn.tcp", "cn.udp")
    assert [(row.dimension, row.a, row.b) for row in table.rows][2] == ("首部", "20 B", "8 B")
    assert table.choose is None


def test_a_valid_outline_keeps_its_order_and_says_where_a_point_stands(tmp_path):
    outline = load_outline(write_yaml(tmp_path / "outline.yaml", outline_data()))
    assert list(outline.points)[:3] == ["DS0101", "DS0102", "DS0103"]
    assert outline.trail("OS0101") == "操作系统 · 进程与内存"
    assert outline.points["CN0103"].name == "RIP 协议"


def test_cues_are_folded_like_messages(tmp_path):
    data = put("more", value=["再 详细 点", "ＭＯＲＥ"])(cues_data())
    cues = load_cues(write_yaml(tmp_path / "cues.yaml", data))
    assert cues.more == {"再详细点", "more"}


SHIPPED_TABLES = sorted((SHIPPED / "compare").glob("*.yaml"))


@pytest.mark.parametrize("path", SHIPPED_TABLES, ids=lambda path: path.stem)
def test_every_shipped_table_is_valid(path):
    assert len(load_comparison(path, SHIPPED).rows) >= 3


def test_the_shipped_outline_small_talk_and_cues_are_valid():
    assert len(load_outline(SHIPPED / "outline.yaml").points) > 300
    assert {"greeting", "thanks", "about"} <= set(load_smalltalk(SHIPPED / "smalltalk.yaml"))
    assert set(load_cues(SHIPPED / "cues.yaml").aspects) == set(Aspect)


def assert_says(load: Callable[[Path], object], path: Path, name: str, sentence: str) -> None:
    with pytest.raises(ContentError) as caught:
        load(path)
    assert all(problem.startswith(f"{name}：") for problem in caught.value.problems)
    assert any(sentence in problem for problem in caught.value.problems), caught.value.problems
