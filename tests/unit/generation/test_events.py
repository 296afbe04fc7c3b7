"""Events come out of the bytes whole, whatever packets they came in."""

import json
from itertools import chain, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.errors import GenerationRefused
from backend.generation.events import Event, EventReader
from backend.generation.ports import Usage

STREAM = (
    ": keep-alive\n\nevent: ping\nid: 7\nretry: 10\n\n"
    'data: {"choices": [{"index": 0, "delta": {"role": "assistant"}}]}\n\n'
    'data:{"choices":[{"delta":{"content":"死"}}]}\r\n\r\n'
    'data: {"choices": [{"delta": {"content": null}}], "usage": null}\n\n'
    'data: {"choices": [{"delta": {"content": "锁"}, "finish_reason": "stop"}]}\n\n'
    'data: {"choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 2}}\n\n'
    "data: [DONE]\n\n"
).encode()
EVENTS = [
    Event(),
    Event("死"),
    Event(),
    Event("锁", "stop"),
    Event(usage=Usage(3, 2)),
    Event(is_last=True),
]


def read(*packets):
    reader = EventReader()
    return [event for packet in packets for event in reader.feed(packet)] + list(reader.close())


def test_only_data_is_read():
    assert read(STREAM) == EVENTS


@given(st.lists(st.integers(0, len(STREAM)), max_size=20))
def test_packets_do_not_matter(cuts):
    edges = [0, *sorted(cuts), len(STREAM)]
    assert read(*(STREAM[a:b] for a, b in pairwise(edges))) == EVENTS


def test_a_last_line_may_lack_its_end():
    assert read(b'data: {"choices": [{"delta": {"content": "x"}}]}\n', b"data: [DONE]") == [
        Event("x"),
        Event(is_last=True),
    ]


@given(st.text())
def test_any_text_arrives_as_it_was_sent(text):
    event = {"choices": [{"delta": {"content": text}}]}
    for as_ascii in (True, False):
        data = json.dumps(event, ensure_ascii=as_ascii)
        assert read(f"data: {data}\n\n".encode("utf-8", "surrogatepass"))[0].text == text


@pytest.mark.parametrize(
    "data",
    [
        "{not json",
        "",
        "[1, 2]",
        '"text"',
        "3",
        "null",
        '{"choices": [3]}',
        '{"choices": {"a": 1}}',
        '{"choices": [{"delta": "text"}]}',
        '{"choices": [{"delta": null}]}',
        "[" * 100_000,
        "\ufffe",
    ],
)
def test_what_is_not_the_protocol_is_refused_and_what_came_before_is_not_lost(data):
    reader = EventReader()
    before = 'data: {"choices": [{"delta": {"content": "死"}}]}\n\n'
    events = reader.feed(f"{before}data: {data}\n\n".encode())
    assert next(events) == Event("死")
    with pytest.raises(GenerationRefused, match="不合协议"):
        list(events)


def test_bytes_that_are_no_text_are_refused():
    with pytest.raises(GenerationRefused, match="不合协议"):
        read(b'data: {"choices": [{"delta": {"content": "\xff\xfe"}}]}\n')


def test_a_line_without_end_is_bounded():
    reader = EventReader()
    with pytest.raises(GenerationRefused, match="不合协议"):
        list(chain.from_iterable(map(reader.feed, [b"x" * 65536] * 100)))


def test_an_error_is_told_without_its_words():
    with pytest.raises(GenerationRefused, match="中途报错") as caught:
        read(b'data: {"error": {"message": "bad key sk-secret"}}\n')
    assert "sk-secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("usage", "expected"),
    [
        ({"prompt_tokens": 5, "completion_tokens": 2}, Usage(5, 2)),
        (
            {
                "prompt_tokens": 5,
                "completion_tokens": 2,
                "prompt_tokens_details": {"cached_tokens": 4},
            },
            Usage(5, 2, 4),
        ),
        (
            {"prompt_tokens": 5, "completion_tokens": 2, "prompt_tokens_details": None},
            Usage(5, 2),
        ),
        ({"total_tokens": 3}, None),
        ({"prompt_tokens": "5", "completion_tokens": 2}, None),
        ([], None),
        (None, None),
    ],
)
def test_the_usage_is_read_where_it_is_one(usage, expected):
    (event,) = read(f"data: {json.dumps({'choices': [], 'usage': usage})}\n".encode())
    assert event.usage == expected
