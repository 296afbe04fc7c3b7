from pathlib import Path

import pytest

from backend.errors import ContentError
from backend.knowledge.aspects import Aspect
from backend.knowledge.concepts import MAX_HAN, MAX_SECTION_CHARS, MIN_HAN, load_concept
from tests.unit.knowledge.small_library import SHIPPED, card_text, front, write_card

FIELDS = front(
    "os.lru", "LRU 页面置换算法", "OS0104", aliases=["LRU"], relations={"related": ["os.fifo"]}
)
SECTIONS = {"定义": "淘汰最久没有用过的页。", "原理": "命中时移到队尾。", "易错点": "别忘更新。"}
HAN = "汉"


def test_a_valid_card_is_read_as_written(tmp_path):
    concept = load_concept(write_card(tmp_path, FIELDS, SECTIONS), tmp_path)
    assert (concept.id, concept.name) == ("os.lru", "LRU 页面置换算法")
    assert concept.aliases == ("LRU",)
    assert concept.covers == ()
    assert concept.points == ("OS0104",)
    assert concept.relations == {"related": ("os.fifo",)}
    assert list(concept.sections) == [Aspect.DEFINITION, Aspect.PRINCIPLE, Aspect.PITFALLS]
    assert concept.sections[Aspect.DEFINITION].startswith("淘汰最久没有用过的页。")
    assert concept.path == "concepts/os/os01/lru.md"


def test_a_card_with_windows_line_ends_is_read_as_well(tmp_path):
    path = write_card(tmp_path, FIELDS, SECTIONS)
    before = load_concept(path, tmp_path)
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    after = load_concept(path, tmp_path)
    assert after.sections == before.sections
    assert after.digest != before.digest


def test_neighbours_come_nearest_relation_first_without_repeats(tmp_path):
    relations = {
        "prerequisite": ["os.paging", "os.fifo"],
        "related": ["os.clock"],
        "contrasts_with": ["os.fifo"],
    }
    path = write_card(tmp_path, {**FIELDS, "relations": relations}, SECTIONS)
    assert load_concept(path, tmp_path).neighbours() == ("os.fifo", "os.clock", "os.paging")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"id": None}, "字段 id 应该是文字"),
        ({"id": "lru"}, "字段 id 的值 'lru' 写法不对"),
        ({"id": "os.LRU"}, "字段 id 的值 'os.LRU' 写法不对"),
        ({"id": "xx.lru"}, "字段 id 的值 'xx.lru' 写法不对"),
        ({"name": ""}, "字段 name 不能为空"),
        ({"name": "   "}, "字段 name 不能为空"),
        ({"name": HAN * 61}, "字段 name 太长（最多 60 字）"),
        ({"name": 408}, "字段 name 应该是文字"),
        ({"aliases": "LRU"}, "字段 aliases 应该是列表"),
        ({"aliases": ["LRU", ""]}, "字段 aliases.1 不能为空"),
        ({"aliases": [3]}, "字段 aliases.0 应该是文字"),
        ({"covers": {"a": 1}}, "字段 covers 应该是列表"),
        ({"points": []}, "字段 points 的项目太少（至少 1 个）"),
        ({"points": ["OS01"]}, "字段 points.0 的值 'OS01' 写法不对"),
        ({"points": "OS0104"}, "字段 points 应该是列表"),
        ({"relations": ["os.fifo"]}, "字段 relations 应该是“键: 值”的形式"),
        ({"relations": {"likes": ["os.fifo"]}}, "字段 relations.likes"),
        ({"relations": {"related": ["fifo"]}}, "字段 relations.related.0 的值 'fifo' 写法不对"),
        ({"author": "me"}, "多了不认识的字段 author"),
        ({"id": "os.fifo"}, "按 id 和第一个考点，文件应放在 concepts/os/os01/fifo.md"),
        ({"points": ["OS0304"]}, "文件应放在 concepts/os/os03/lru.md"),
    ],
)
def test_every_wrong_field_has_its_sentence(tmp_path, change, sentence):
    path = write_card(tmp_path, FIELDS, SECTIONS)
    path.write_text(card_text({**FIELDS, **change}, SECTIONS), encoding="utf-8")
    assert_says(path, tmp_path, sentence)


@pytest.mark.parametrize("field", ["id", "name", "points"])
def test_every_missing_field_is_named(tmp_path, field):
    path = write_card(tmp_path, FIELDS, SECTIONS)
    rest = {key: value for key, value in FIELDS.items() if key != field}
    path.write_text(card_text(rest, SECTIONS), encoding="utf-8")
    assert_says(path, tmp_path, f"缺少字段 {field}")


@pytest.mark.parametrize(
    ("sections", "sentence"),
    [
        ({"定义": "一", "用法": "二"}, "不认识的标题“用法”，只能用：定义、原理"),
        ({"原理": "一", "特点": "二"}, "缺少“定义”"),
        ({"原理": "一", "定义": "二"}, "标题的顺序应为：定义、原理"),
        ({"定义": "一", "原理": HAN * (MAX_SECTION_CHARS + 1)}, f"最多 {MAX_SECTION_CHARS} 个"),
        ({"定义": "一", "原理": "### 小标题\n二"}, "不能用三级标题"),
        ({"定义": "一", "原理": "见 [这里](http://a.b)"}, "不能用链接或图片"),
        ({"定义": "一", "原理": "![图](a.png)"}, "不能用链接或图片"),
        ({"定义": "一", "原理": "换行<br>二"}, "不能用HTML 标签"),
        ({"定义": "一", "原理": "<table><tr><td>x</td></tr></table>"}, "不能用HTML 标签"),
        ({"定义": "一", "原理": "公式 $O(n^2)$"}, "不能用LaTeX 公式"),
        ({"定义": "一", "原理": r"\frac{1}{2}"}, "不能用LaTeX 公式"),
        ({"定义": "一", "原理": "```\nx"}, "三个反引号没有配对"),
    ],
)
def test_every_wrong_body_has_its_sentence(tmp_path, sections, sentence):
    assert_says(write_card(tmp_path, FIELDS, sections), tmp_path, sentence)


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("## 原理\n", "## 定义\n", "标题“定义”出现了不止一次"),
        ("## 定义\n", "先说两句。\n## 定义\n", "第一个二级标题之前不能有正文"),
        ("## 原理\n", "## 原理\n\n## 特点\n", "标题“原理”下面没有内容"),
        ("---\n## 定义", "## 定义", "开头应是两行 --- 之间的字段"),
        ("---\n", "\ufeff---\n", "开头应是两行 --- 之间的字段"),
        ("id: os.lru", "id: [os.lru", "开头字段的 YAML 写法不对"),
        ("name: ", "name: a: b ", "开头字段的 YAML 写法不对"),
        ("name: ", "name: 2026-13-45\nx: ", "开头字段的 YAML 写法不对"),
    ],
)
def test_every_wrong_shape_has_its_sentence(tmp_path, old, new, sentence):
    path = write_card(tmp_path, FIELDS, SECTIONS)
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    assert_says(path, tmp_path, sentence)


@pytest.mark.parametrize("han", [MIN_HAN - 1, MAX_HAN + 1])
def test_a_card_that_is_too_short_or_too_long_says_how_many_characters_it_has(tmp_path, han):
    heads = ("定义", "原理", "特点")
    headings = sum(map(len, heads))
    share, rest = divmod(han - headings, len(heads))
    texts = [HAN * (share + (i < rest)) for i in range(len(heads))]
    path = write_card(tmp_path, FIELDS, SECTIONS)
    front_matter = path.read_text(encoding="utf-8").rpartition("---\n")[0]
    body = "".join(f"## {h}\n{t}\n" for h, t in zip(heads, texts, strict=True))
    path.write_text(f"{front_matter}---\n{body}", encoding="utf-8")
    assert_says(path, tmp_path, f"正文有 {han} 个汉字，应在 {MIN_HAN}–{MAX_HAN} 之间")


def test_markup_inside_code_is_allowed(tmp_path):
    sections = {**SECTIONS, "原理": "```\na[i](b) <b> $x$\n### 注\n```\n和 `<br>`"}
    path = write_card(tmp_path, FIELDS, sections)
    assert Aspect.PRINCIPLE in load_concept(path, tmp_path).sections


def test_an_empty_card_is_told_how_it_must_open(tmp_path):
    path = write_card(tmp_path, FIELDS, SECTIONS)
    path.write_text("", encoding="utf-8")
    assert_says(path, tmp_path, "开头应是两行 --- 之间的字段")


def test_empty_front_matter_is_told_what_it_should_be(tmp_path):
    path = write_card(tmp_path, FIELDS, SECTIONS)
    path.write_text("---\n\n---\n## 定义\n一", encoding="utf-8")
    assert_says(path, tmp_path, "（整个文件） 应该是“键: 值”的形式")


def test_a_card_in_another_encoding_is_said_to_be_unreadable(tmp_path):
    path = write_card(tmp_path, FIELDS, SECTIONS)
    path.write_bytes(path.read_text(encoding="utf-8").encode("gbk"))
    assert_says(path, tmp_path, "读不出来，应为 UTF-8 文本")


def test_a_missing_card_is_said_to_be_unreadable(tmp_path):
    assert_says(tmp_path / "concepts" / "os" / "os01" / "x.md", tmp_path, "读不出来")


def test_all_problems_of_a_card_are_told_at_once(tmp_path):
    path = write_card(tmp_path, FIELDS, {"原理": "### 一", "用法": "<br>"})
    with pytest.raises(ContentError) as caught:
        load_concept(path, tmp_path)
    told = "\n".join(caught.value.problems)
    for fragment in ("缺少“定义”", "用法", "三级标题", "HTML"):
        assert fragment in told


SHIPPED_CARDS = sorted((SHIPPED / "concepts").rglob("*.md"))


@pytest.mark.parametrize("path", SHIPPED_CARDS, ids=lambda path: path.stem)
def test_every_shipped_card_is_valid(path):
    assert load_concept(path, SHIPPED).id.endswith(path.stem)


def assert_says(path: Path, root: Path, sentence: str) -> None:
    with pytest.raises(ContentError) as caught:
        load_concept(path, root)
    where = path.relative_to(root).as_posix()
    assert all(problem.startswith(f"{where}：") for problem in caught.value.problems)
    assert any(sentence in problem for problem in caught.value.problems), caught.value.problems
