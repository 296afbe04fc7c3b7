"""The card itself, laid out by the real typesetter: what is on it, and that it is on it."""

import struct
from functools import cache

import pypdfium2
import pytest

from bot.rendering.pictures.examples import examples
from bot.rendering.pictures.press import TypstPress
from plugins.drawing import Bar, Bars, Days, Drawing, Options, Prose, Stat, Stats

WIDTH, MARGIN = 375.0, 12.0
HOSTILE = [
    '#panic("x")',
    "#let x = 1; #x",
    "$x^2$ \\$ $",
    "*b* _i_ **",
    "@a <label> @a:b",
    "\\u{1f600} \\ \\\\ //c /*c*/",
    '"}],"title":"x',
    "= h == h",
    "[a](b) ![i](/etc/passwd)",
    '#read("/etc/passwd")',
    '#include "x.typ"',
    "<script>alert(1)</script>",
    "{{7*7}} ${7*7} %s {0}",
    "`a` ```b```",
    "~ -- --- ... 'q' \"q\"",
]


@cache
def press() -> TypstPress:
    return TypstPress()


class Laid:
    """A drawing as a page: its text and where each character is."""

    def __init__(self, drawing: Drawing) -> None:
        made = press()
        made.png(drawing)  # loads, and draws as the bot does
        pdf = made._compiler.compile(format="pdf", sys_inputs=made.inputs(drawing))
        document = pypdfium2.PdfDocument(pdf)
        assert len(document) == 1
        page = document[0]
        self.width, self.height = page.get_size()
        text = page.get_textpage()
        self.text = text.get_text_range()
        self.boxes = [text.get_charbox(index) for index in range(text.count_chars())]
        text.close()
        page.close()
        document.close()

    def says(self, words: str) -> bool:
        return _bare(words) in _bare(self.text)

    def overflow(self) -> list[tuple]:
        """The characters that are not between the margins."""
        return [
            box
            for box in self.boxes
            if box[2] > box[0]
            and (
                box[0] < MARGIN
                or box[2] > self.width - MARGIN
                or box[1] < 0
                or box[3] > self.height
            )
        ]


def _bare(text: str) -> str:
    return "".join(char for char in text if not char.isspace() and char not in "\u200b\ufffe\x02")


def size_of(png: bytes) -> tuple[int, int]:
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    return struct.unpack_from(">II", png, 16)


@pytest.mark.parametrize("name", examples())
def test_an_example_is_a_phone_wide_and_light(name):
    png = press().png(examples()[name])
    width, height = size_of(png)
    assert width <= 1080
    assert width == pytest.approx(WIDTH * 2.5, abs=1)
    assert height < 3000
    assert len(png) < 300 * 1024


@pytest.mark.parametrize("name", examples())
def test_nothing_on_an_example_leaves_the_card(name):
    laid = Laid(examples()[name])
    assert laid.width == pytest.approx(WIDTH)
    assert laid.overflow() == []


def test_a_reveal_says_everything_that_it_was_given():
    laid = Laid(examples()["reveal"])
    for words in ("答案揭晓", "23 人作答", "48%", "越靠上越新", "为什么不选别的", "OS0316"):
        assert laid.says(words), words
    assert not laid.says("**")


@pytest.mark.parametrize("text", HOSTILE)
def test_markup_of_any_kind_is_only_text(text):
    laid = Laid(
        Drawing(
            text,
            (
                Options((("A", text), (text, "x")), marked=text, shares=(0.5, 0.5)),
                Stats((Stat(text, text, text), Stat("b", "1"))),
                Bars(text, (Bar(text, 0.5, text, "bad"),)),
                Days(text, ((text, 3),)),
                Prose(f"```\n{text}\n```", title=text, tone="good"),
            ),
            text,
            text,
        )
    )
    assert laid.text.count(text[:3]) >= 8
    assert laid.says(text)
    assert laid.overflow() == []


def test_markup_in_prose_is_only_our_markdown():
    laid = Laid(Drawing("", (Prose('#panic("x") $x *b* **粗** @a \\ `#f()` <l> 2*3*4'),)))
    assert laid.says('#panic("x") $x *b* 粗 @a \\ #f() <l> 2*3*4')


LONG = [
    "a" * 3000,
    "死" * 3000,
    "https://example.com/" + "path/" * 200,
    "很长的话，" * 200,
    "W" * 500,
    "１" * 500,
    "a\n" * 150,
]


@pytest.mark.parametrize("text", LONG)
@pytest.mark.parametrize("place", ["prose", "bold", "code", "fence", "item", "option", "cell"])
def test_long_text_stays_on_the_card_wherever_it_stands(text, place):
    line = text.replace("\n", " ")
    blocks = {
        "prose": Prose(text, tone="quiet"),
        "bold": Prose("".join(f"**{line[n : n + 200]}**" for n in range(0, len(line), 200))),
        "code": Prose(f"`{line}`"),
        "fence": Prose(f"```\n{text}\n```"),
        "item": Prose("\n".join("  " * depth + f"- {line[:600]}" for depth in range(6))),
        "option": Options((("A", text), ("B", "x")), "A", (1.0, 0.0)),
        "cell": Prose(f"| 一 | 二 | 三 |\n|---|---|---|\n| {line[:900]} | {line[:900]} | x |"),
    }
    assert Laid(Drawing("题", (blocks[place],))).overflow() == []


GRID = (
    "| 时刻 | " + " | ".join(map(str, range(12))) + " |\n" + "|---" * 13 + "|\n" + "| 1 " * 13 + "|"
)
CODE = "```\n" + "x" * 70 + "\n死锁\n```"
WORDS = "| " + "turnaround_time | " * 6 + "\n" + "|---" * 6 + "|\n" + "| 带权周转时间 " * 6 + "|"


@pytest.mark.parametrize("inside", [GRID, CODE, WORDS])
@pytest.mark.parametrize("tone", ["plain", "good", "bad", "quiet"])
@pytest.mark.parametrize("mark", ["", "- ", "1. ", "100. ", "- - ", "- - - - - "])
def test_code_and_tables_end_before_the_edge_of_what_they_stand_in(inside, tone, mark):
    indented = inside.replace("\n", "\n" + " " * len(mark))
    laid = Laid(Drawing("", (Prose(mark + indented, tone=tone),)))
    edge = WIDTH - 18 if tone == "plain" else WIDTH - 18 - 13
    assert max(box[2] for box in laid.boxes) <= edge + 0.5


@pytest.mark.parametrize("text", [text[:900] for text in LONG])
def test_long_labels_stay_on_the_card(text):
    drawing = Drawing(
        text,
        (
            Stats(tuple(Stat(text, text, text) for _ in range(3))),
            Bars(text, (Bar(text, 0.5, text),)),
            Days(text, tuple((text[:5], n % 6) for n in range(30))),
            Prose("x", title=text, tone="bad"),
            Options(((text, "x"),), shares=(1.0,)),
        ),
        text,
        text,
    )
    assert Laid(drawing).overflow() == []


@pytest.mark.parametrize("columns", [1, 2, 3, 5, 8, 13, 14, 30])
@pytest.mark.parametrize("cell", ["1", "12", "页号", "带权周转时间", "turnaround", "1234567"])
def test_tables_of_any_width_stay_on_the_card_with_all_their_cells(columns, cell):
    row = "| " + " | ".join([cell] * columns) + " |"
    laid = Laid(Drawing("", (Prose(f"{row}\n|{'---|' * columns}\n{row}"),)))
    assert laid.overflow() == []
    assert _bare(laid.text).count(cell) >= 2 * columns


def test_code_stands_on_a_grid_where_a_wide_character_takes_two_columns():
    laid = Laid(Drawing("", (Prose("```\nabcd|\n死锁|\n  锁|\n```"),)))
    bars = [box for char, box in zip(laid.text, laid.boxes, strict=False) if char == "|"]
    assert len(bars) == 3
    assert max(box[0] for box in bars) - min(box[0] for box in bars) < 0.3


@pytest.mark.parametrize(
    "drawing",
    [
        Drawing("", ()),
        Drawing("", (Prose(""), Options(()), Stats(()), Bars("", ()), Days("", ()))),
        Drawing("", (Prose("\n\n"), Prose("```\n```"), Prose("-"), Prose("|a|\n|-|"))),
        Drawing("\x00\u202e\ud800", (Prose("\x00\u202e\ud800꧁"), Options((("", ""),)))),
        Drawing("x", tuple(Stats((Stat("a", "1"),) * n) for n in range(1, 9))),
    ],
)
def test_an_empty_or_odd_drawing_is_drawn(drawing):
    assert size_of(press().png(drawing))[0] > 900
