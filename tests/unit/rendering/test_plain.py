"""Markdown replies as plain text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rendering.plain import render_plain


@pytest.mark.parametrize(
    "text",
    [
        "2 * 3 * 4",
        "2*3*4 = 24",
        "x**2+y**2",
        "2**10 与 2**3",
        "a_b_c 和 __init__",
        "#include <stdio.h>",
        "vector<int> v; List<T>",
        "[0] a[0](x) [TCP](4)",
        "&lt; 与 &amp;",
        r"\n 与 \* 与 f\(x\)",
        "char **argv, **p",
        "T(n) = 2T(n/2) + O(n) ⇒ Θ(n log n)",
        "1 + 1 = 2",
        "命中率 = 1 − 6/12 = 50%",
        "https://example.com/a_b*c",
        "> 不是引用",
        "a | b | c",
        "-5 ≤ x",
        "结果\n---",
        "~~不删除~~ 与 ~",
        "[CQ:at,qq=all]",
        "😀👨‍👩‍👧",
    ],
)
def test_text_that_markdown_would_eat_survives(text):
    assert render_plain(text) == text


def test_bold_and_code_lose_their_marks_and_nothing_else():
    assert render_plain("**死锁：**是指 `P(S)` 等待 **`V(S)`**。") == "死锁：是指 P(S) 等待 V(S)。"


def test_bold_closes_after_chinese_punctuation_and_before_digits():
    assert render_plain("**（1）互斥。**独占；**死锁**4 个条件") == "（1）互斥。独占；死锁4 个条件"


def test_a_mark_inside_code_does_not_close_bold():
    assert render_plain("**用 `a**b` 求幂**") == "用 a**b 求幂"


def test_line_feeds_and_indentation_in_a_paragraph_stay():
    assert render_plain("第一行\n  第二行") == "第一行\n  第二行"


def test_headings_become_brackets_over_what_they_head():
    assert render_plain("## 死锁\n\n四个条件") == "【死锁】\n四个条件"


def test_lists_become_dots_and_numbers_with_what_belongs_to_an_item_under_it():
    markdown = "条件：\n- **互斥**\n- 请求并保持\n  - 静态分配\n\n3. 第三\n4. 第四\n   续行"
    assert render_plain(markdown) == (
        "条件：\n· 互斥\n· 请求并保持\n  · 静态分配\n\n3. 第三\n4. 第四\n  续行"
    )


def test_code_keeps_its_indentation_and_its_stars():
    markdown = "例：\n```c\nint f(int *p) {\n    return **q;\n\n}\n```\n完"
    assert render_plain(markdown) == "例：\nint f(int *p) {\n    return **q;\n\n}\n\n完"


def test_an_open_fence_while_streaming_is_code_to_the_end():
    assert render_plain("```\na * b * c") == "a * b * c"


def test_a_comparison_table_becomes_a_line_a_row_with_its_columns_named():
    markdown = (
        "| 维度 | TCP | UDP |\n|---|---|---|\n"
        "| 连接 | 面向连接 | 无连接 |\n| 首部 | 20 字节 | `8 字节` |"
    )
    assert render_plain(markdown) == (
        "连接｜TCP：面向连接；UDP：无连接\n首部｜TCP：20 字节；UDP：8 字节"
    )


def test_a_first_column_with_a_meaning_keeps_its_name():
    markdown = "| 页面 | 缺页 | 内存 |\n|:-:|:-:|--:|\n| 7 | 是 | 7 |\n| 0 | | 7,0 |"
    assert render_plain(markdown) == "页面 7｜缺页：是；内存：7\n页面 0｜内存：7,0"


def test_a_wide_table_of_short_cells_stays_a_grid():
    markdown = "| j | 1 | 2 | 3 | 4 |\n|---|---|---|---|---|\n| next | 0 | 1 | | -1 |"
    assert render_plain(markdown) == "j 1 2 3 4\nnext 0 1 - -1"


def test_a_table_of_two_columns_reads_as_name_and_value():
    markdown = "| 条件 | 说明 |\n|---|---|\n| 互斥 | 资源独占 |\n| 循环等待 | |"
    assert render_plain(markdown) == "条件：说明\n互斥：资源独占\n循环等待"


def test_a_bar_in_a_cell_survives():
    markdown = "| 式子 | 值 |\n|---|---|\n| a \\| b | 1 |"
    assert render_plain(markdown) == "式子：值\na | b：1"


def test_nothing_renders_as_nothing():
    assert render_plain("") == render_plain(" \n\n ") == ""


@given(
    st.text(alphabet=st.sampled_from("死锁ab12 *_`|-.#\n<[]()\\:") | st.characters(codec="utf-8"))
)
def test_no_letter_or_digit_is_ever_lost_outside_code_fences(text):
    plain = render_plain(text)
    if "```" not in text:  # what follows an opening fence is the name of its language
        for char in set(text):
            if char.isalnum() and not _in_table(text):
                assert plain.count(char) == text.count(char)


def _in_table(text):
    """Column names are repeated on every row on purpose."""
    return "|" in text or ":-" in text or "-:" in text


@given(st.text(alphabet="*`a1 死\n", max_size=200))
def test_any_nesting_of_marks_renders(text):
    plain = render_plain(text)
    assert plain.count("a") == text.count("a") or "```" in text


def test_an_item_with_a_mark_of_its_own_has_no_bullet_beside_it():
    assert render_plain("- Ⅰ. 对\n- Ⅱ. 错\n- 别的") == "Ⅰ. 对\nⅡ. 错\n· 别的"
    assert render_plain("- √ C：因为\n- × A：不对") == "√ C：因为\n× A：不对"
