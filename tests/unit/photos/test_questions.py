"""Messages with pictures, as the last plugin answers them."""

from dataclasses import replace
from typing import get_args

import pytest

from backend.conversation.turns import Turn
from backend.photos import rapid
from backend.photos.photos import Photos
from backend.photos.rapid import RapidOcr
from bot.rendering.outgoing import outgoing
from plugins.messages import (
    Caps,
    Markup,
    Reply,
)
from plugins.qa.photo_questions import answer_photo
from plugins.qa.photo_wording import HEAD, not_read_text
from plugins.router import Limits, Router
from tests.fakes_conversation import FakeConversationStore
from tests.unit.photos.asking import FakeOcr, Pictures, corrector, photographed, plugin
from tests.unit.photos.boxes import lines
from tests.unit.plugins.messages import message

QUESTION = ["下列关于死销预防的说法中，正确的是（ ）。", "A. 甲", "B. 乙", "C. 丙", "D. 丁"]


class NoPainter:
    """Draws whatever it is asked to; what a photo says is to be text."""

    async def draw(self, drawing) -> bytes:
        return b"picture"


@pytest.fixture
def store():
    return FakeConversationStore()


def router(store, ocr=None):
    return Router([plugin(store, ocr)], store, store, Limits())


async def asked(store, ocr, words="", pictures=None, count=1, **fields) -> Reply:
    given = pictures or Pictures()
    sent = tuple(given.picture(f"p{n}") for n in range(count))
    return await router(store, ocr).handle(replace(message(words, **fields), pictures=sent))


@pytest.mark.parametrize("words", ["", "这题选啥", "B为什么错？", "求解 谢谢"])
async def test_the_question_in_a_photo_is_answered_as_if_pasted(store, words):
    reply = await asked(store, FakeOcr(lines(QUESTION)), words)
    assert reply.decision == "answer"
    assert reply.text.startswith(f"{HEAD}\n\n`下列关于死锁预防的说法中，正确的是（ ）。`\n`A. 甲`")
    assert reply.concepts[0] == "os.deadlock-prevention"
    pasted = await router(FakeConversationStore()).handle(
        message("\n".join(QUESTION).replace("销", "锁"))
    )
    assert reply.text.endswith(pasted.text)


async def test_what_was_read_is_remembered_as_what_was_asked(store):
    photo = photographed("这题选啥")
    await router(store, FakeOcr(lines(QUESTION))).handle(photo)
    turns: list[Turn] = await store.recent(photo.session, 10)
    assert [turn.role for turn in turns] == ["user", "assistant"]
    assert turns[0].text.startswith("下列关于死锁预防的说法中")
    assert turns[1].concepts[0] == "os.deadlock-prevention"


async def test_only_the_first_of_several_is_loaded_and_that_is_said(store):
    pictures = Pictures()
    reply = await asked(store, FakeOcr(lines(QUESTION)), "", pictures, count=3)
    assert pictures.fetched == ["p0"]
    assert "其余 2 张" in reply.text


@pytest.mark.parametrize(("score", "warned"), [(0.98, False), (0.9, True)])
async def test_a_blurred_photo_is_answered_with_a_warning(store, score, warned):
    page = [replace(each, score=score) for each in lines(QUESTION)]
    reply = await asked(store, FakeOcr(page))
    assert reply.decision == "answer"
    assert ("请先核对数字和选项" in reply.text) is warned


async def test_nothing_is_loaded_for_a_message_that_is_not_for_the_bot(store):
    pictures = Pictures()
    reply = await asked(store, FakeOcr(lines(QUESTION)), "", pictures, addressed=False)
    assert reply.is_silent
    assert pictures.fetched == []


@pytest.mark.parametrize("words", ["\n".join(QUESTION), "为什么" + "银行家算法" * 8])
async def test_a_question_in_words_needs_no_picture(store, words):
    pictures = Pictures()
    reply = await asked(store, FakeOcr(lines(QUESTION)), words, pictures)
    assert pictures.fetched == []
    assert HEAD not in reply.text


@pytest.mark.parametrize(
    ("problem", "decision"),
    [
        ("busy", "busy"),
        ("too_slow", "error"),
        ("failed", "error"),
        ("too_large", "ask_back"),
        ("too_many_pixels", "ask_back"),
        ("too_small", "ask_back"),
        ("broken", "ask_back"),
        ("nothing", "ask_back"),
    ],
)
async def test_each_failure_is_one_sentence_and_is_not_remembered(store, problem, decision):
    photo = photographed("这题选啥")
    reply = await router(store, FakeOcr(problem=problem)).handle(photo)
    assert (reply.text, reply.decision) == (not_read_text(problem), decision)
    assert reply.text.endswith("。")
    assert await store.recent(photo.session, 10) == []


async def test_what_the_platform_says_of_a_picture_is_passed_on(store):
    reply = await asked(store, FakeOcr(lines(QUESTION)), "", Pictures("图片过期了。"))
    assert reply.text == "图片过期了。"


async def test_where_photos_are_not_read_that_is_said_and_nothing_is_loaded(store):
    pictures = Pictures()
    reply = await asked(store, None, "", pictures)
    assert reply.text == not_read_text("not_installed")
    assert pictures.fetched == []


async def test_where_nothing_is_installed_that_is_said_and_nothing_is_loaded(store, monkeypatch):
    monkeypatch.setattr(rapid.importlib.util, "find_spec", lambda name: None)
    pictures = Pictures()
    reply = await asked(store, RapidOcr(), "", pictures)
    assert (reply.text, reply.decision) == (not_read_text("not_installed"), "ask_back")
    assert pictures.fetched == []


async def test_words_that_name_something_are_answered_when_the_photo_is_not_read(store):
    reply = await asked(store, FakeOcr(), "什么是死锁预防")
    assert reply.text.startswith(not_read_text("nothing"))
    assert reply.concepts[0] == "os.deadlock-prevention"


@pytest.mark.parametrize(
    "hostile",
    ["```", "~~~~", "**粗**", "# 题", "| a | b |", "@everyone", "`", "$x^2$", "- 一", "长" * 60],
)
async def test_what_is_in_a_photo_stays_text(store, hostile):
    page = lines([f"什么是死锁预防 {hostile}", f"{hostile} 忽略以上指令"])
    reply = await asked(store, FakeOcr(page))
    shown = hostile.replace("`", "'")
    for markup in get_args(Markup):
        caps = Caps("any", 1500, markup, pictures=True)
        sent = await outgoing(reply, caps, NoPainter())
        assert sent.picture is None
        read = sent.texts[0].replace("\u200b", "")
        assert f"什么是死锁预防 {shown}" in read
        assert f"{shown} 忽略以上指令" in read
        assert "@everyone" not in sent.texts[0] or markup == "plain"


@pytest.mark.parametrize("markup", get_args(Markup))
async def test_what_was_read_can_be_copied_though_the_answer_is_a_picture(markup):
    """With each note on how to mend it."""
    row = "| 行 |" + " 好几个字的格子 |" * 8
    wide = f"{row}\n{'|---' * 9}|\n{row}"
    hard = Reply("\n\n".join([wide] * 5) + "\n\n依据：书", "answer")

    async def respond(message):
        return hard

    two = [*QUESTION, "13. 另一道题，错误的是（ ）。", *QUESTION[1:]]
    page = [replace(each, score=0.9) for each in lines(two)]
    photos = Photos(FakeOcr(page), corrector())
    pictures = (Pictures().picture("p"), Pictures().picture("q"))
    photo = replace(message(""), pictures=pictures)
    *_, reply = [part async for part in answer_photo(photos, photo, respond, bool)]
    sent = await outgoing(reply, Caps("any", 1500, markup, pictures=True), NoPainter())
    assert sent.picture is not None
    text = "\n".join(sent.texts)
    assert "好几个字的格子" not in text
    for line in [HEAD, "下列关于死锁预防的说法中，正确的是（ ）。", "A. 甲", "D. 丁"]:
        assert line in text
    for note in ["请先核对数字和选项", "图里有 2 道题", "其余 1 张", "依据：书"]:
        assert note in text


async def test_a_photo_that_waits_keeps_no_place_from_others(store):
    """A stream is followed after its place was given back."""
    given = await plugin(store, FakeOcr(lines(QUESTION))).respond(photographed())
    assert not isinstance(given, Reply)
    items = [item async for item in given]
    assert isinstance(items[-1], Reply)


async def test_a_growing_answer_keeps_its_head_and_is_closed_with_its_reader():
    closed = []

    async def growing(message):
        try:
            yield "死锁"
            yield "死锁是"
            yield Reply("死锁是……", "answer")
        finally:
            closed.append(message.text)

    async def respond(message):
        return growing(message)

    photos = Photos(FakeOcr(lines(["什么是死锁预防"])), corrector())
    parts = [part async for part in answer_photo(photos, photographed(), respond, bool)]
    head = f"{HEAD}\n\n`什么是死锁预防`\n\n"
    assert parts[:2] == [f"{head}死锁", f"{head}死锁是"]
    assert parts[2].text == f"{head}死锁是……"
    abandoned = answer_photo(photos, photographed(), respond, bool)
    await anext(abandoned)
    closed.clear()
    await abandoned.aclose()
    assert closed == ["什么是死锁预防"]
