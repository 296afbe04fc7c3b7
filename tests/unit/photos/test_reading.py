"""Fragments become the text of a question: order, columns, options, furniture."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.answering.pasted import letters
from backend.photos.furniture import is_furniture, is_margin
from backend.photos.reading import MOST_CHARS, read_page
from tests.unit.photos.boxes import fragment, lines, turned

STEM = "下列关于死锁的说法中，正确的是（ ）。"
OPTIONS = ["A. 银行家算法", "B. 有序资源分配", "C. 剥夺资源", "D. 一次分配"]
WHOLE = "\n".join([STEM, *OPTIONS])


def text(fragments) -> str:
    return read_page(fragments).text


def shuffled(fragments):
    mixed = list(fragments)
    random.Random(408).shuffle(mixed)
    return mixed


def test_lines_are_read_downwards_in_whatever_order_they_were_found():
    assert text(shuffled(lines([STEM, *OPTIONS]))) == WHOLE


@pytest.mark.parametrize("degrees", [-15, -4, 3, 12])
def test_a_tilted_page_is_read_along_its_lines(degrees):
    row = [fragment("A. 1", 40, 90), fragment("B. 2", 300, 90), fragment("C. 3", 560, 90)]
    page = turned([*lines([STEM + "（答案唯一）"]), *row], degrees)
    assert text(shuffled(page)) == STEM + "（答案唯一）\nA. 1\nB. 2\nC. 3"


def test_options_beside_each_other_get_a_line_each():
    grid = [
        fragment("A. 进程", 40, 90),
        fragment("B. 线程", 400, 91),
        fragment("C. 管程", 40, 135),
        fragment("D. 协程", 400, 136),
    ]
    assert text([*lines([STEM]), *grid]) == f"{STEM}\nA. 进程\nB. 线程\nC. 管程\nD. 协程"
    assert text(lines([STEM, "A.7B.8C.9D.10"])) == f"{STEM}\nA. 7\nB. 8\nC. 9\nD. 10"
    assert text(lines([STEM, "A、仅 I B、仅 II C、I 和 II D、都不是"])).endswith(
        "A. 仅 I\nB. 仅 II\nC. I 和 II\nD. 都不是"
    )


@pytest.mark.parametrize(
    "options",
    [
        ["(A) 7", "(B) 8", "(C) 9", "(D) 10"],
        ["（A）7", "（B）8", "（C）9", "（D）10"],
        ["A、7", "B、8", "C、9", "D、10"],
        ["A．7", "B．8", "C．9", "D．10"],
        ["A.7", "8.8", "C.9", "0.10"],
        ["A.7", "B.8", "C.9", "O.10"],
    ],
)
def test_however_the_letters_are_printed_or_misread_they_are_put_at_line_starts(options):
    assert text(lines([STEM, *options])) == f"{STEM}\nA. 7\nB. 8\nC. 9\nD. 10"


def test_bare_letters_are_options_only_in_their_order():
    assert text(lines([STEM, "A进程", "B线程", "C管程", "D协程"])) == (
        f"{STEM}\nA. 进程\nB. 线程\nC. 管程\nD. 协程"
    )
    matrices = [
        "设有如下的两个数据对象，",
        "A是一个矩阵",
        "B是一个向量",
        "求它们的乘积（按行存储）并写出结果",
    ]
    assert text(lines(matrices)) == "\n".join(matrices)


def test_decimals_and_addresses_are_no_options():
    read = text(lines(["延迟为 0.5 ms，地址 10.0.0.1 的主机", "发送 8.5 KB 需要多久？"]))
    assert "0.5 ms" in read
    assert "8.5 KB" in read
    assert letters(read) == ()


def test_broken_lines_are_joined_and_short_ones_are_not():
    page = [
        fragment("某进程分配到三个页框，访问页面的顺序如下，采用", 40, 40, width=700),
        fragment("LRU 置换算法，缺页次数是多少？", 40, 85, width=420),
        fragment("注：页框开始时是空的。", 40, 130, width=300),
    ]
    assert text(page) == (
        "某进程分配到三个页框，访问页面的顺序如下，采用LRU 置换算法，缺页次数是多少？\n"
        "注：页框开始时是空的。"
    )


def test_words_that_were_found_apart_keep_a_space():
    page = [fragment("TCP", 40, 40), fragment("window", 92, 41), fragment("是什么", 190, 40)]
    assert text(page).startswith("TCP window")


def columns(left, right, gap=60.0):
    width = 560.0
    return [*lines(left), *lines(right, x=40.0 + width + gap)]


def test_two_columns_are_read_one_after_the_other():
    left = ["12. 关于死锁预防的下列说法中，正确的是", *OPTIONS]
    right = ["13. 关于指令流水线的下列说法中错误的是", "A. 甲的说法成立", "B. 乙", "C. 丙", "D. 丁"]
    page = read_page(shuffled(columns(left, right)))
    assert page.questions == 2
    assert page.text == "\n".join(["关于死锁预防的下列说法中，正确的是", *OPTIONS])


def test_a_heading_and_a_page_number_across_two_short_columns_hide_them_not():
    left = [
        "12. 关于死锁预防的下列说法中，正确的是",
        "Ⅰ. 甲的说法成立 Ⅱ. 乙的说法",
        "A.1 B.2 C.3 D.4",
    ]
    right = ["13. 关于指令流水线的下列说法中错误的是", "下面的各项里的哪一项呢", "A.1 B.2 C.3 D.4"]
    across = [fragment("计算机专业基础综合", 500, 0), fragment("第 3 页 共 10 页", 500, 240)]
    read = text(shuffled([*columns(left, right), *across]))
    assert "流水线" not in read
    assert read.endswith("A. 1\nB. 2\nC. 3\nD. 4")


def test_a_question_that_begins_in_one_column_goes_on_in_the_other():
    left = ["关于死锁预防的下列说法中，正确的是（ ）", "要求考虑全部四个必要条件以及银行家", "算法"]
    right = ["A. 银行家算法是死锁预防的一种办法", "B. 有序资源分配法破坏循环等待条件", "C. 剥夺"]
    read = text(shuffled(columns(left, right)))
    assert read.index("算法") < read.index("A. 银行家")


def test_two_questions_without_numbers_are_told_apart_by_their_options():
    other = ["关于指令流水线的下列说法中错误的是", "A. 甲的说法成立", "B. 乙", "C. 丙", "D. 丁"]
    page = read_page(lines([STEM, *OPTIONS, *other]))
    assert (page.questions, page.text) == (2, WHOLE)


def test_the_words_of_an_option_that_were_wrapped_after_its_letter_stay_with_it():
    row = fragment("A.仅Ⅰ和Ⅱ B.仅Ⅱ和Ⅲ C.仅Ⅰ和Ⅲ D.", 40, 90, width=800)
    page = [*lines([STEM]), row, fragment("1、Ⅱ和Ⅲ", 40, 135)]
    assert text(page) == f"{STEM}\nA. 仅Ⅰ和Ⅱ\nB. 仅Ⅱ和Ⅲ\nC. 仅Ⅰ和Ⅲ\nD. Ⅰ、Ⅱ和Ⅲ"


def test_statements_get_a_line_each_though_the_line_before_is_full():
    stem = "下列关于死锁的叙述中，正确的是"
    page = [
        fragment(stem, 40, 40, width=700),
        fragment("1. 银行家算法可以避免死锁，", 40, 85, width=700),
        fragment("Ⅱ. 有序分配可以预防死锁", 40, 130, width=650),
        fragment("I. 剥夺资源可以解除死锁", 40, 175, width=400),
        *lines(["A. 仅1、Ⅱ", "B. 仅Ⅱ、Ⅲ", "C. 仅Ⅲ", "D. 仅Ⅱ"], y=220),
    ]
    assert text(page).split("\n")[:5] == [
        stem,
        "Ⅰ. 银行家算法可以避免死锁，",
        "Ⅱ. 有序分配可以预防死锁",
        "Ⅲ. 剥夺资源可以解除死锁",
        "A. 仅Ⅰ、Ⅱ",
    ]


def test_nothing_follows_what_a_question_asks_on_its_line():
    page = [fragment(STEM, 40, 40, width=700), fragment("count=0;", 40, 85, width=200)]
    assert text(page) == f"{STEM}\ncount=0;"


def test_a_table_is_read_by_rows():
    cells = [("页号", "页框号"), ("0", "5"), ("1", "9"), ("2", "3")]
    page = [
        fragment(cell, 40 + 300 * column, 40 + 45 * row)
        for row, pair in enumerate(cells)
        for column, cell in enumerate(pair)
    ]
    assert text(shuffled(page)).split("\n") == ["页号 页框号", "0 5", "1 9", "2 3"]


@pytest.mark.parametrize(
    "line",
    [
        "第 12 页", "第3页共10页", "- 7 -", "3/10", "10:24", "10:24 5G 78%", "78%", "中国移动 4G",
        "上一题", "上一题答题卡下一题", "收藏 纠错 答题卡", "微信公众号：某某考研",
        "9:41 中国移动 5G 92%", "单选题 14/40", "[多选] 3/20",
        "www.example.com", "扫描全能王 创建", "＜ 返回", "————",
    ],
)  # fmt: skip
def test_furniture_is_dropped(line):
    assert is_furniture(line) or is_margin(line)
    assert text([*lines([line]), *lines([STEM, *OPTIONS], y=120)]) == WHOLE


@pytest.mark.parametrize("line", ["100%", "4 KB/s", "12/24", "8:10", "4页"])
def test_a_number_that_was_wrapped_stays_in_its_question(line):
    wrapped = ["关于 Cache 的下列说法中，正确的是（ ）", "设命中率和大小为", line, *OPTIONS]
    assert line.replace(" ", "") in text(lines(wrapped)).replace(" ", "")


@pytest.mark.parametrize(
    "line",
    ["A. 7", "页框数为 3", "7,0,1,2", "172.16.45.130", "5G 网络的时延", "返回地址在哪里", "1101",
     "更多的页框", "100% 的命中率是多少", "16 KB", "设置死锁检测"],
)  # fmt: skip
def test_what_belongs_to_a_question_is_kept(line):
    assert not is_furniture(line)


@pytest.mark.parametrize(
    "head",
    [
        "12. ",
        "12、",
        "第12题 ",
        "第 12 题：",
        "(12) ",
        "（12）",
        "【单选题】",
        "12. （2 分）",
        "12.[单选]",
    ],
)
def test_numbers_kinds_and_points_are_dropped(head):
    assert text(lines([head + STEM, *OPTIONS])) == WHOLE


def test_a_heading_above_a_numbered_question_is_dropped():
    page = [fragment("一、单项选择题", 300, 40), *lines(["1. " + STEM, *OPTIONS], y=90)]
    page.append(fragment("补足本页宽度的一行文字，长得到了页边", 40, 400, width=900))
    assert text(page).startswith(STEM)


def test_what_asks_is_no_heading_of_the_misread_option_below_it():
    page = [STEM, "由前序遍历序列可以唯一确定", "8.中序遍历得到有序的序列", "C.丙", "0.丁"]
    assert text(lines(page)).startswith(STEM)


def test_numbers_in_a_question_stay():
    assert text(lines(["3 个页框，访问顺序 7,0,1", "缺页几次？"])).startswith("3 个页框")
    assert text(lines(["2. 5 MHz 的总线带宽是多少"])).startswith("2. 5 MHz")


def test_what_was_read_badly_is_dropped():
    page = [*lines([STEM]), fragment("乱码", 40, 300, score=0.3), fragment("  ", 40, 340)]
    assert text(page) == STEM


def test_the_sureness_is_that_of_the_characters():
    page = [fragment("四个字吧", 40, 40, score=1.0), fragment("两字", 40, 90, score=0.4)]
    assert read_page(page).sureness == pytest.approx(0.8)


def test_an_empty_page_has_no_question():
    assert read_page([]).text == ""
    assert read_page([]).questions == 0
    assert read_page(lines(["第 3 页"])).text == ""


@given(
    st.lists(
        st.builds(
            lambda words, x, y, w: fragment(words, x, y, width=w),
            st.text(st.sampled_from("死锁ABCD.、()（）01289 \u3000x页"), min_size=0, max_size=30),
            st.floats(0, 2000),
            st.floats(0, 3000),
            st.floats(0, 1500),
        ),
        max_size=40,
    )
)
def test_any_page_is_read_within_bounds(fragments):
    page = read_page(fragments)
    assert len(page.text) <= MOST_CHARS
    kept = sorted(char for char in page.text if char in "死锁页")
    there = sorted(c for f in fragments for c in f.text if c in "死锁页")
    for char in set(kept):
        assert kept.count(char) <= there.count(char)
