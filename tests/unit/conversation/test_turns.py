import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.conversation.turns import (
    MAX_STORED_CHARS,
    SHANGHAI,
    Turn,
    decode_turn,
    encode_turn,
)

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=SHANGHAI)
WORDS = st.text(st.characters(), max_size=30)

turns = st.builds(
    Turn,
    role=st.sampled_from(["user", "assistant"]),
    text=WORDS,
    at=st.integers(0, 4 * 10**9).map(lambda seconds: datetime.fromtimestamp(seconds, UTC)),
    concepts=st.lists(WORDS, max_size=3).map(tuple),
    aspect=st.none() | WORDS,
    decision=st.none() | WORDS,
    choices=st.lists(WORDS, max_size=3).map(tuple),
)

json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)


@given(turns)
def test_what_was_encoded_is_decoded(turn):
    assert decode_turn(encode_turn(turn)) == turn


@given(st.binary(max_size=200))
def test_no_bytes_make_decoding_fail(stored):
    assert decode_turn(stored) is None


@given(
    st.fixed_dictionaries(
        {"role": st.just("user") | json_values, "text": st.text() | json_values},
        optional={
            "at": st.just(NOON.isoformat()) | json_values,
            "concepts": json_values,
            "aspect": json_values,
            "choices": json_values,
        },
    )
)
def test_no_field_of_a_wrong_type_makes_decoding_fail(fields):
    turn = decode_turn(json.dumps(fields).encode())
    assert turn is None or all(isinstance(item, str) for item in (*turn.concepts, *turn.choices))


def test_a_turn_of_an_older_version_takes_defaults_for_what_it_lacks():
    stored = {"role": "user", "text": "死锁", "at": NOON.isoformat()}
    assert decode_turn(json.dumps(stored).encode()) == Turn("user", "死锁", NOON)


def test_a_turn_of_a_newer_version_is_read_without_what_is_unknown():
    stored = json.loads(encode_turn(Turn("assistant", "答", NOON, ("os.lru",), decision="answer")))
    stored |= {"mood": "good", "version": 9}
    assert decode_turn(json.dumps(stored).encode()) == Turn(
        "assistant", "答", NOON, ("os.lru",), decision="answer"
    )


def test_a_time_without_a_zone_is_taken_as_shanghai():
    stored = {"role": "user", "text": "死锁", "at": "2026-11-22T12:00:00"}
    assert decode_turn(json.dumps(stored).encode()) == Turn("user", "死锁", NOON)


@pytest.mark.parametrize(
    "stored",
    [
        b"{not json",
        b"[]",
        b"\xff\xfe",
        b"[" * 100_000,
        b"{}",
        b'{"role": "robot", "text": "", "at": "2026-11-22T12:00:00+08:00"}',
        b'{"role": "user", "text": 3, "at": "2026-11-22T12:00:00+08:00"}',
        b'{"role": "user", "text": "", "at": "noon"}',
        b'{"role": "user", "text": "", "at": "0001-01-01T00:00:00+14:00"}',
    ],
)
def test_an_entry_that_cannot_be_made_out_is_dropped(stored):
    assert decode_turn(stored) is None


def test_a_huge_text_is_cut_in_the_store():
    turn = decode_turn(encode_turn(Turn("user", "页" * 1_000_000, NOON)))
    assert turn is not None
    assert turn.text == "页" * MAX_STORED_CHARS


def test_a_naive_time_is_refused():
    with pytest.raises(ValueError, match="aware"):
        Turn("user", "死锁", datetime(2026, 11, 22, 12, 0))  # noqa: DTZ001
