"""Formulas on cards: data for the typesetter, and what it makes of it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.rendering.latex.reading import read_tree
from bot.rendering.pictures.formulas import typeset
from bot.rendering.pictures.press import TypstPress
from bot.rendering.pictures.prose import prose_parts
from plugins.drawing import Drawing, Prose

EVERY_KIND = [
    r"O(n\log n)", r"\frac{a+b}{2^{n-1}}", r"\binom{n}{k}", r"\sqrt[3]{x}", r"\sqrt{x}",
    r"\overline{AB}+\hat x+\vec v", r"\xrightarrow[b]{a}", r"\overset{a}{=}",
    r"\left\lceil\frac n2\right\rceil", r"\left\{x\right.", r"\begin{bmatrix}1&2\\3\end{bmatrix}",
    r"\begin{cases}1&n=0\\n&\text{否则}\end{cases}", r"\begin{aligned}x&=1\\&=2\end{aligned}",
    r"\sum_{i=1}^n i", r"\lim_{n\to\infty}a_n", r"10\bmod 3", r"a\equiv b\pmod n", "f'(x)",
    r"x_i^2\quad y", r"\text{命中率}=5\%", r"{}^2", r"\max\{a,b\}", r"\neg\forall\exists\aleph",
    r"A\cup B\bowtie C\oplus D",
]  # fmt: skip
HOSTILE = [
    r"\text{#panic(1)}", r"\text{\"];#read(\"/etc/passwd\")}", r"\mathrm{import}", r"\#panic()",
    r"\text{$x$ #eval}", "a#b", r"\text{*b* _i_ <l> @a}", r"\operatorname{sys.inputs}",
    "命" * 300, "x+" * 300, r"\frac{" * 11 + "x" + "}{y}" * 11,
]  # fmt: skip


def same(text):
    return text


def strings(data):
    for one in data:
        if isinstance(one, list):
            yield from strings(one)
        elif isinstance(one, str):
            yield one


def test_scripts_and_fractions_keep_their_parts():
    assert typeset(read_tree(r"\frac{x^2}{n}"), same) == [
        "row",
        [
            [
                "fraction",
                ["row", [["script", ["row", [["symbol", "x"]]], None, ["row", [["symbol", "2"]]]]]],
                ["row", [["symbol", "n"]]],
                True,
            ]
        ],
    ]


def test_words_are_cleaned():
    made = typeset(read_tree(r"\text{命中}=1"), str.upper)
    assert made[1][0] == ["words", "命中", "text"]


def test_rows_of_a_matrix_are_filled_up():
    (grid,) = typeset(read_tree(r"\begin{bmatrix}1&2\\3\end{bmatrix}"), same)[1]
    assert [len(row) for row in grid[1]] == [2, 2]


def test_a_displayed_formula_stands_between_the_texts_with_its_punctuation():
    parts = prose_parts(r"先\[x=1\]，后", same)
    assert [part["kind"] for part in parts] == ["text", "formula", "text"]
    assert parts[1]["tree"][1][1] == ["words", "，", "text"]
    assert parts[2]["runs"] == [[["后", ""]]]


def test_a_short_formula_stays_in_its_line():
    (part,) = prose_parts("共 $n^2$ 个", same)
    assert [run[:2] for run in part["runs"][0]] == [["共 ", ""], ["n²", "f"], [" 个", ""]]


@pytest.fixture(scope="module")
def press():
    return TypstPress()


@pytest.mark.parametrize("source", EVERY_KIND)
def test_every_kind_of_formula_is_drawn_in_lines_items_and_cells(press, source):
    cell = f"| a | b |\n|---|---|\n| ${source}$ | 1 |"
    markdown = f"前 ${source}$ 后\n\n$${source}$$\n\n- ${source}$\n\n{cell}"
    assert press.png(Drawing("", (Prose(markdown),))).startswith(b"\x89PNG")


@pytest.mark.parametrize("source", HOSTILE)
def test_no_source_runs_as_code(press, source):
    """What is not shown as text would raise here, or change the size of the page."""
    drawn = press.png(Drawing("", (Prose(f"前 ${source}$\n\n\\[{source}\\]"),)))
    assert int.from_bytes(drawn[16:20], "big") == 938


@given(st.text(alphabet=r"\{}^_ab12+-=()[]&%'# frac sqrt left right 命", max_size=60))
@settings(max_examples=60, deadline=None)
def test_whatever_is_read_is_only_known_symbols_and_words(source):
    from bot.rendering.latex.formula import read_formula

    formula = read_formula(source)
    if formula is None:
        return
    kinds = {"row", "symbol", "words", "space", "script", "fraction", "root", "line", "accent"}
    for text in strings(typeset(formula.tree, lambda text: "")):
        assert text in kinds | {"stack", "fence", "grid", "text", "function", "operator", ""} or (
            len(text) == 1
        )
