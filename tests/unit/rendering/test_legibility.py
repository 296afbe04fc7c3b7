"""What becomes a picture because no text shows it well."""

import re
from pathlib import Path

import pytest

from bot.rendering.legibility import WHOLE, divide, part_ending
from bot.rendering.outgoing import Outgoing, outgoing, without_picture
from plugins.drawing import Drawing, Prose
from plugins.messages import Caps, Reply, Source
from tests.unit.knowledge.small_library import SHIPPED

MARKUPS = ("plain", "discord", "qq", "wecom")
INTRO = "先说一段话，讲清楚这是什么、为什么要用它，以及考试里会怎么问，篇幅比后面的图长一些。" * 4
WIDE = "| 名称 | " + " | ".join(f"第{n}列的名字" for n in range(7)) + " |\n" + "|---" * 8 + "|\n"
WIDE += "| 行 | " + " | ".join(["好几个字的格子"] * 7) + " |"
SMALL = "| 维度 | TCP | UDP |\n|---|---|---|\n| 连接 | 面向连接 | 无连接 |"
LONG_CODE = "```c\nint x;\n" + "a" * 80 + ";\n```"
HARD = r"$$\frac{1}{1+\frac{1}{n}}$$"


@pytest.mark.parametrize("markup", MARKUPS)
def test_a_wide_table_goes_into_the_picture_with_its_heading(markup):
    divided = divide(f"{INTRO}\n\n## 对比\n\n{WIDE}\n\n后面", markup)
    assert divided.picture == f"## 对比\n\n{WIDE}"
    assert divided.text == f"{INTRO}\n\n## 对比\n\n（表格见图）\n\n后面"


@pytest.mark.parametrize("markup", MARKUPS)
def test_long_code_goes_into_the_picture(markup):
    divided = divide(f"{INTRO}\n\n{LONG_CODE}", markup)
    assert divided.picture == LONG_CODE
    assert divided.text == f"{INTRO}\n\n（代码见图）"


@pytest.mark.parametrize("markup", MARKUPS)
def test_a_formula_that_a_line_spoils_goes_into_the_picture_with_its_paragraph(markup):
    divided = divide(f"{INTRO}\n\n平均是 {HARD}，即\n$x$。\n\n后面", markup)
    assert divided.picture == f"平均是 {HARD}，即\n$x$。"
    assert divided.text == f"{INTRO}\n\n平均是 （公式见图），即\n$x$。\n\n后面"


def test_the_line_that_introduces_a_part_stands_over_it_in_the_picture():
    divided = divide(f"{INTRO}\n\n加速比为\n\n{HARD}\n\n别的。\n\n后面", "plain")
    assert divided.picture == f"加速比为\n\n{HARD}"
    assert divided.text == f"{INTRO}\n\n加速比为\n\n（公式见图）\n\n别的。\n\n后面"


def test_a_formula_in_a_cell_takes_its_table_along():
    table = "| a | b |\n|---|---|\n| $\\frac{1}{1+\\frac1n}$ | 1 |"
    divided = divide(f"{INTRO}\n\n{table}", "wecom")
    assert (divided.picture, divided.text) == (table, f"{INTRO}\n\n（表格见图）")


def test_code_in_an_item_takes_its_list_along():
    nested = LONG_CODE.replace("\n", "\n  ")
    divided = divide(f"{INTRO}\n\n- 一\n- 二\n\n  {nested}\n- 三", "plain")
    assert divided.picture.startswith("- 一\n- 二")
    assert divided.picture.endswith("- 三")
    assert divided.text == f"{INTRO}\n\n- 一\n- 二\n\n  （代码见图）\n- 三"


def test_a_reply_that_is_mostly_a_table_is_all_in_the_picture_but_for_its_sources():
    divided = divide(f"对比：\n\n{WIDE}\n\n依据：书\n\n想接着问：死锁", "plain")
    assert divided.picture == f"对比：\n\n{WIDE}"
    assert divided.text == f"{WHOLE}\n\n依据：书\n\n想接着问：死锁"


QUESTION = "`某进程的 a_b 与 **c**`\n`A. 1`\n`B. 2`"


@pytest.mark.parametrize("markup", MARKUPS)
@pytest.mark.parametrize(
    "head",
    [
        f"读到的是：\n\n{QUESTION}",
        f"读到的是：\n\n{QUESTION}\n\n（有点糊。）\n\n（只看一张。）",
        QUESTION,
        "读到的是：\n\n`一行`",
    ],
)
def test_what_is_shown_to_be_copied_stays_text_when_all_else_is_in_the_picture(head, markup):
    answer = "\n\n".join([HARD, WIDE, LONG_CODE, WIDE])
    divided = divide(f"{head}\n\n{answer}\n\n依据：书", markup)
    assert divided.text == f"{head}\n\n{WHOLE}\n\n依据：书"
    assert divided.picture == f"{head}\n\n{answer}"


@pytest.mark.parametrize(
    "head",
    [
        "读到的是：",
        f"{INTRO}\n\n{QUESTION}",
        "（注）",
        "结论 `x`：\n\n用 `x = 1` 即可",
        f"- {QUESTION}",
    ],
)
def test_what_is_not_shown_to_be_copied_goes_into_the_picture(head):
    answer = "\n\n".join([WIDE] * 4)
    assert divide(f"{head}\n\n{answer}\n\n依据：书", "plain").text == f"{WHOLE}\n\n依据：书"


@pytest.mark.parametrize(
    ("markdown", "body", "ending"),
    [
        ("定义\n\n依据：书\n\n想接着问：死锁", "定义", "依据：书\n\n想接着问：死锁"),
        ("定义\r\n\r\n依据：书\r\n", "定义", "依据：书"),
        ("- 一\n- 二\n\n想接着问：死锁", "- 一\n- 二", "想接着问：死锁"),
        ("依据：书\n\n定义", "依据：书\n\n定义", ""),
        ("定义\n依据：书", "定义\n依据：书", ""),
        ("```\n依据：书\n```", "```\n依据：书\n```", ""),
        ("依据：书", "", "依据：书"),
        ("", "", ""),
    ],
)
def test_the_ending_of_a_reply_is_its_last_paragraphs_of_sources_and_questions(
    markdown, body, ending
):
    assert part_ending(markdown) == (body, ending)


@pytest.mark.parametrize("markup", MARKUPS)
@pytest.mark.parametrize(
    "markdown",
    [
        "",
        "一段话",
        SMALL,
        r"$\frac{a}{b}$ 与 $O(n\log n)$",
        "```c\nint main(void) { return 0; }\n```",
        "| j | 1 | 2 | 3 | 4 | 5 | 6 |\n" + "|---" * 7 + "|\n| n | 0 | 1 | 1 | 2 | 3 | 4 |",
        r"# $\frac{1}{1+\frac1n}$",
    ],
)
def test_what_reads_well_stays_text(markdown, markup):
    assert divide(markdown, markup) is None


def test_a_table_of_long_rows_is_a_picture_where_it_would_be_lines():
    row = "| 行 | " + "很长的说明" * 14 + " | " + "另一段说明" * 14 + " |"
    table = f"| 名 | 甲 | 乙 |\n|---|---|---|\n{row}"
    assert divide(table, "plain") is not None
    assert divide(table, "qq") is not None
    assert divide(table, "wecom") is None


def sections():
    for path in sorted((SHIPPED / "concepts").rglob("*.md")):
        for section in re.split(r"(?m)^## ", Path(path).read_text(encoding="utf-8"))[1:]:
            yield f"## {section}"


@pytest.mark.parametrize("markup", MARKUPS)
def test_no_section_of_the_shipped_cards_needs_a_picture(markup):
    every = list(sections())
    assert len(every) > 500
    assert [section for section in every if divide(section, markup)] == []


class Painter:
    def __init__(self, works=True):
        self.works = works
        self.drawings = []

    async def draw(self, drawing):
        self.drawings.append(drawing)
        return b"png" if self.works else None


CAPS = Caps("test", 2000, pictures=True)
REPLY = Reply(f"{INTRO}\n\n{WIDE}", "answer", sources=(Source("书", "3 页"),))


async def test_the_picture_goes_with_a_text_that_names_the_sources():
    painter = Painter()
    sent = await outgoing(REPLY, CAPS, painter)
    assert sent == Outgoing((f"{INTRO}\n\n（表格见图）\n\n依据：书（3 页）",), b"png")
    assert painter.drawings == [Drawing("", (Prose(WIDE),))]


@pytest.mark.parametrize(
    ("caps", "painter"),
    [(CAPS, Painter(works=False)), (CAPS, None), (Caps("test", 2000), Painter())],
)
async def test_without_a_picture_the_text_says_all(caps, painter):
    sent = await outgoing(REPLY, caps, painter)
    assert sent == without_picture(REPLY, caps)
    assert "好几个字的格子" in "".join(sent.texts)


async def test_a_reply_that_reads_well_is_not_drawn():
    painter = Painter()
    sent = await outgoing(Reply(f"{INTRO}\n\n{SMALL}", "answer"), CAPS, painter)
    assert sent.picture is None
    assert painter.drawings == []
