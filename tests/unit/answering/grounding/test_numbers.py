import pytest

from backend.answering.grounding.numbers import normal, numbers


def values(text):
    return [(n.value, n.unit) for n in numbers(normal(text))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("四个必要条件", [("4", "")]),
        ("4 个必要条件", [("4", "")]),
        ("两种", [("2", "")]),
        ("一百二十八 KB", [("128", "kb")]),
        ("128 KB", [("128", "kb")]),
        ("三万五千", [("35000", "")]),
        ("百分之五十", [("50", "%")]),
        ("50%", [("50", "%")]),
        ("51.2 μs", [("51.2", "us")]),
        ("51.2 微秒", [("51.2", "us")]),
        ("2 的 n 次方", [("2^n", "")]),
        ("2ⁿ", [("2^n", "")]),
        ("2^n", [("2^n", "")]),
        ("2ʰ − 2", [("2^h-2", "")]),
        ("O(n²)", [("o(n^2)", "")]),
        ("O(n log₂n)", [("o(nlogn)", "")]),
        ("O( n · log n )", [("o(nlogn)", "")]),
        ("−128 到 127", [("-128", ""), ("127", "")]),
        ("−128～127", [("-128", ""), ("127", "")]),
        ("n − 1 条边", [("n-1", "")]),
        ("0 1 1 2", [("0", ""), ("1", ""), ("1", ""), ("2", "")]),
        ("1. 第三步", [("3", "")]),
        ("IPv4 和 B+树", []),
        ("统一、一般、二叉、十进制、二者", []),
    ],
)
def test_one_number_has_one_form_however_it_is_written(text, expected):
    assert values(text) == expected


def test_a_formula_gives_its_plain_numbers():
    (formula,) = numbers(normal("512 × 533 − 1"))
    assert formula.value == "512*533-1"
    assert formula.parts == ("512", "533", "1")
    assert not formula.is_formula


def test_only_what_is_in_chinese_numerals_may_count_a_list():
    assert [n.counted for n in numbers(normal("四个和 4 个"))] == [True, False]


@pytest.mark.parametrize("numeral", ["亿" * 40, "百分之" + "万亿" * 50, "九" * 400])
def test_a_numeral_beyond_all_measure_breaks_nothing(numeral):
    assert numbers(normal(f"有{numeral}个"))


def test_two_numbers_too_long_for_a_float_are_not_the_same():
    (one,), (other,) = (numbers(normal("1" * 400 + last)) for last in "12")
    assert one.value != other.value
