"""The terminal as pipes: plain lines and JSON lines."""

import asyncio
import io
import json
import os
import threading

import pytest

from bot.platforms.terminal import LINE_TOO_LONG, run_chat, run_pipe_json
from plugins.messages import Receipt
from tests.unit.platforms.answerers import FILES, EchoAnswerer

SOURCES = "\n\n依据：死锁（OS0201）"


async def chat(data: bytes, answerer=None, **options) -> str:
    out = io.BytesIO()
    await run_chat(
        answerer or EchoAnswerer(),
        stream_in=io.BytesIO(data),
        stream_out=out,
        interactive=False,
        **options,
    )
    return out.getvalue().decode()


async def pipe(*lines: object, answerer=None) -> list[dict]:
    data = b"\n".join(line if isinstance(line, bytes) else dumped(line) for line in lines) + b"\n"
    out = io.BytesIO()
    await run_pipe_json(answerer or EchoAnswerer(), stream_in=io.BytesIO(data), stream_out=out)
    text = out.getvalue().decode()
    assert text.count("\n") == len(lines)
    return [json.loads(line) for line in text.splitlines()]


def dumped(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode("utf-8", errors="surrogatepass")


async def test_replies_are_plain_and_one_blank_line_apart():
    said = await chat("什么是死锁\n\n   \n那怎么预防呢".encode())
    assert said == f"问：什么是死锁{SOURCES}\n\n问：那怎么预防呢{SOURCES}\n"


async def test_silence_writes_nothing_and_no_blank_line():
    assert await chat("沉默\n你好\n沉默\n".encode()) == f"问：你好{SOURCES}\n"


async def test_a_file_is_saved_beside_the_others_and_its_path_said(tmp_path):
    exports = tmp_path / "exports"
    said = await chat("文件\n文件\n二进制\n".encode(), exports=exports)
    paths = [exports / "错题本.csv", exports / "错题本-2.csv", exports / "错题本.apkg"]
    for path in paths:
        assert f"文件存好了：{path}\n" in said
    assert sorted(exports.iterdir()) == sorted(paths)
    assert paths[0].read_bytes() == paths[1].read_bytes() == FILES["文件"].data
    assert paths[2].read_bytes() == FILES["二进制"].data


async def test_a_folder_that_cannot_be_written_costs_no_answer(tmp_path):
    (tmp_path / "exports").write_text("not a folder")
    said = await chat("文件\nTCP\n".encode(), exports=tmp_path / "exports")
    assert "文件「错题本.csv」写不进" in said
    assert "问：TCP" in said


async def test_the_answerer_hears_of_what_was_said_and_not_of_silence():
    answerer = EchoAnswerer()
    await chat("沉默\nTCP\n".encode(), answerer)
    await pipe({"text": "沉默"}, {"text": "UDP"}, {"text": 3}, answerer=answerer)
    assert answerer.heard == [
        ("TCP", "**问**：TCP", Receipt()),
        ("UDP", "**问**：UDP", Receipt()),
    ]


async def test_no_input_is_no_output():
    assert await chat(b"") == ""


async def test_windows_line_ends_a_byte_order_mark_and_bad_bytes_are_taken():
    said = await chat(b"\xef\xbb\xbfTCP\r\n\xff\xfe LRU\n")
    assert said == f"问：TCP{SOURCES}\n\n问：\ufffd\ufffd LRU{SOURCES}\n"


async def test_a_line_of_a_megabyte_is_one_message():
    answerer = EchoAnswerer()
    await chat("死".encode() * 350_000 + b"\nTCP\n", answerer)
    assert [len(message.text) for message in answerer.messages] == [350_000, 3]


async def test_a_line_beyond_all_bounds_is_refused_and_the_next_is_answered():
    said = await chat(b"a" * 9_000_000 + b"\nTCP\n")
    assert said == f"{LINE_TOO_LONG}\n\n问：TCP{SOURCES}\n"


async def test_messages_of_a_person_at_the_terminal_are_private_and_numbered():
    answerer = EchoAnswerer()
    await chat(b"a\nb\n", answerer)
    first, second = answerer.messages
    assert first.session == second.session == "terminal:p:terminal:you"
    assert first.id != second.id
    assert first.addressed
    assert first.received_at.utcoffset() is not None


async def test_two_runs_share_the_session_and_not_the_message_keys():
    one, other = EchoAnswerer(), EchoAnswerer()
    await chat(b"a\n", one)
    await chat(b"a\n", other)
    assert one.messages[0].session == other.messages[0].session
    assert one.messages[0].conversation.bot != other.messages[0].conversation.bot


async def test_a_line_of_json_gives_a_line_of_json():
    (reply,) = await pipe({"id": "q1", "text": "什么是死锁", "conversation": "c", "sender": "s"})
    assert isinstance(reply.pop("elapsed_ms"), float)
    assert reply == {
        "id": "q1",
        "reply": f"问：什么是死锁{SOURCES}",
        "decision": "answer",
        "sources": [{"title": "死锁", "locator": "OS0201"}],
        "concepts": ["os.deadlock"],
        "aspect": "定义",
        "confidence": 0.9,
    }


async def test_a_file_is_a_field_of_its_line_only(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    plain, text, binary = await pipe({"text": "TCP"}, {"text": "文件"}, {"text": "二进制"})
    assert "attachment" not in plain
    assert text["attachment"] == {"name": "错题本.csv", "text": "题,选\n死锁,B\n"}
    assert binary["attachment"] == {"name": "../错题本.apkg", "text": None}
    assert list(tmp_path.iterdir()) == []


async def test_everything_but_text_has_a_default():
    answerer = EchoAnswerer()
    replies = await pipe({"text": "a"}, {"text": "b", "id": 77}, answerer=answerer)
    assert [reply["id"] for reply in replies] == [1, 77]
    assert {message.session for message in answerer.messages} == {"terminal:p:terminal:you"}
    assert all(message.addressed for message in answerer.messages)


@pytest.mark.parametrize(
    ("fields", "addressed"),
    [
        ({"group": True}, False),
        ({"group": True, "mention": False}, False),
        ({"group": True, "mention": True}, True),
        ({"group": False, "mention": False}, True),
        ({"mention": True}, True),
    ],
)
async def test_in_a_group_only_a_mention_addresses_the_bot(fields, addressed):
    answerer = EchoAnswerer()
    (reply,) = await pipe({"text": "a"} | fields, answerer=answerer)
    assert answerer.messages[0].addressed is addressed
    assert answerer.messages[0].conversation.is_group is fields.get("group", False)
    assert (reply["reply"] is not None) is addressed
    assert reply["decision"] == ("answer" if addressed else "silent")


@pytest.mark.parametrize(
    ("line", "line_id"),
    [
        (b"", None),
        (b"{", None),
        (b"what", None),
        (b"\xff\xfe", None),
        (b"[" * 100_000, None),
        (b"1" * 10_000, None),
        ([1], None),
        ("text", None),
        ({"id": 5}, 5),
        ({"id": "x", "text": 3}, "x"),
        ({"id": "x", "text": None}, "x"),
        ({"id": [1], "text": "a"}, None),
        ({"id": True, "text": "a"}, None),
        ({"id": "x", "text": "a", "sender": 3}, "x"),
        ({"id": "x", "text": "a", "conversation": {}}, "x"),
        ({"id": "x", "text": "a", "group": "yes"}, "x"),
        ({"id": "x", "text": "a", "mention": 1}, "x"),
    ],
)
async def test_a_wrong_line_gets_a_sentence_and_the_next_line_an_answer(line, line_id):
    wrong, right = await pipe(line, {"text": "TCP"})
    assert wrong["id"] == line_id
    assert wrong["decision"] == "error"
    assert wrong["reply"].endswith("。")
    assert set(wrong) == set(right)
    assert (right["id"], right["decision"]) == (2, "answer")


async def test_lone_surrogates_do_not_break_the_output():
    (reply,) = await pipe(rb'{"id": "\ud800", "text": "\udc00 TCP"}')
    assert reply["reply"].startswith("问：\ufffd TCP")


async def test_a_line_is_answered_before_the_next_is_written():
    reading, writing = os.pipe()
    answers_read, answers_written = os.pipe()
    answered = []

    def converse():
        with open(answers_read, encoding="utf-8") as answers:
            for text in ("一", "二"):
                os.write(writing, dumped({"text": text}) + b"\n")
                answered.append(json.loads(answers.readline())["reply"])
            os.close(writing)

    talker = threading.Thread(target=converse)
    talker.start()
    with os.fdopen(reading, "rb") as stream_in, os.fdopen(answers_written, "wb") as stream_out:
        await asyncio.wait_for(
            run_pipe_json(EchoAnswerer(), stream_in=stream_in, stream_out=stream_out), 10
        )
    talker.join()
    assert answered == [f"问：一{SOURCES}", f"问：二{SOURCES}"]


async def test_the_loop_runs_on_while_nobody_types():
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb") as stream_in:
        chatting = asyncio.create_task(
            run_chat(
                EchoAnswerer(), stream_in=stream_in, stream_out=io.BytesIO(), interactive=False
            )
        )
        await asyncio.sleep(0.05)
        assert not chatting.done()
        os.close(writing)
        await asyncio.wait_for(chatting, 5)


async def test_a_reader_who_goes_away_ends_the_chat_quietly():
    reading, writing = os.pipe()
    os.close(reading)
    answerer = EchoAnswerer()
    with os.fdopen(writing, "wb") as stream_out:
        await run_chat(
            answerer, stream_in=io.BytesIO(b"a\nb\n"), stream_out=stream_out, interactive=False
        )
    assert len(answerer.messages) == 1
