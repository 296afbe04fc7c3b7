"""Roman numerals are told from digits by those beside them; nothing else becomes one."""

import pytest

from backend.photos.numerals import opens_statement, with_numerals
from backend.questions.bank import load_bank
from tests.unit.knowledge.shipped import shipped_library
from tests.unit.knowledge.small_library import SHIPPED


@pytest.mark.parametrize(
    ("read", "meant"),
    [
        ("A. 仅1、Ⅱ", "A. 仅Ⅰ、Ⅱ"),
        ("A.仅|和Ⅱ B.仅Ⅱ和ⅢC.仅|和ⅢD.", "A.仅Ⅰ和Ⅱ B.仅Ⅱ和ⅢC.仅Ⅰ和ⅢD."),
        ("D.1、II、Ⅲ", "D.Ⅰ、Ⅱ、Ⅲ"),
        ("仅 l 及 Ⅲ", "仅 Ⅰ 及 Ⅲ"),
        ("C. 仅Ⅱ、ⅢⅢ", "C. 仅Ⅱ、Ⅲ"),
        ("B. 仅Ⅱ和川", "B. 仅Ⅱ和Ⅲ"),
        ("1.用户登录Ⅱ.设备分配ⅢI.启动程序", "Ⅰ.用户登录Ⅱ.设备分配Ⅲ.启动程序"),
    ],
)
def test_what_stands_with_a_numeral_is_one(read, meant):
    assert with_numerals([read]) == [meant]


@pytest.mark.parametrize("third", ["I.丙", "III. 丙", "ⅢII.丙", "IⅢ.丙", "Ⅲ.丙", "l、丙"])
@pytest.mark.parametrize("first", ["1. 甲", "I.甲", "|、甲", "Ⅰ. 甲"])
def test_statements_are_counted_from_the_second_on(first, third):
    read = ["1. 下列说法正确的是（ ）。", first, "Ⅱ. 乙", third, "A. 仅Ⅱ"]
    counted = with_numerals(read)
    assert counted[0] == read[0]
    assert [line[0] for line in counted[1:4]] == ["Ⅰ", "Ⅱ", "Ⅲ"]
    assert [line[-1] for line in counted[1:4]] == ["甲", "乙", "丙"]
    assert counted[4] == "A. 仅Ⅱ"


@pytest.mark.parametrize(
    "lines",
    [
        ["1. 甲", "2. 乙", "1、2 和 3"],
        ["页框号为 1、2", "I/O 和 1"],
        ["版本 1.1、Ⅱ"],
        ["仅 ⅠⅡⅢ"],
        ["1. 设有如下说法：", "Ⅱ. 乙"],
        ["1. 下列选项中 I. 甲 Ⅱ. 乙"],
        ["Ⅱ. 乙", "11. 下一题"],
        ["Ⅱ. 乙", "A. 甲", "1. 下一题"],
        ["Ⅰ. 1 个进程", "Ⅱ. I/O 设备", "Ⅲ. 1、2 号进程"],
        ["Ⅱ和 1 个进程", "四川、Ⅱ"],
        [],
    ],
)
def test_what_may_be_a_digit_or_a_letter_stays(lines):
    assert with_numerals(lines) == lines


def test_no_question_of_ours_is_changed():
    for question in load_bank(SHIPPED, shipped_library()).written.values():
        lines = [*question.stem.replace("- ", "").split("\n"), *question.options.values()]
        assert with_numerals(lines) == lines


@pytest.mark.parametrize(
    ("line", "opens"),
    [
        ("Ⅰ. 甲", True),
        ("Ⅲ、丙", True),
        ("Ⅱ、Ⅲ", False),
        ("1. 甲", False),
        ("甲", False),
        ("", False),
    ],
)
def test_a_statement_opens_with_a_numeral_that_no_other_follows(line, opens):
    assert opens_statement(line) is opens
