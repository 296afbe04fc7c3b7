"""From a model's pieces to a reviewed text, sentence by sentence."""

import asyncio
from dataclasses import replace

import pytest

from backend.answering.answerer import Answerer
from backend.answering.composition import Composer
from backend.answering.excerpts import Excerpts
from backend.answering.reviewing import Policy, Written
from backend.answering.writing import Writer
from backend.errors import GenerationRefused, GenerationTimeout
from backend.knowledge.aspects import Aspect
from tests.fakes import FakeGenerator, FakeSearch
from tests.unit.answering.dialogue import START, SURE

FIRST = "死锁是多个进程互相等待[1]。"
SECOND = "四个必要条件是互斥、不剥夺、请求并保持、循环等待[1]。"


@pytest.fixture
def write(library):
    answer = Composer(library).card(library.concepts["os.deadlock"], None, None, 1.0)
    excerpts = Excerpts(library).of(answer, None)

    async def written(generator, question="什么是死锁", answer=answer, excerpts=excerpts, **policy):
        writer = Writer(library, generator, Policy(**policy) if policy else None)
        parts = writer.write(question, answer, excerpts, [], user="u1")
        return [part async for part in parts]

    return written


def pieces_of(text, size=3):
    return [text[i : i + size] for i in range(0, len(text), size)]


async def test_the_text_grows_and_ends_in_the_reviewed_whole(write):
    generator = FakeGenerator(pieces_of(FIRST + SECOND))
    *shown, last = await write(generator)
    assert isinstance(last, Written)
    assert last.text == FIRST + SECOND
    assert [s.locator for s in last.sources] == ["OS0101"]
    assert len(shown) > 3
    assert all(last.text.startswith(text) for text in shown)
    assert [len(text) for text in shown] == sorted(len(text) for text in shown)
    assert generator.users == ["u1"]


async def test_the_first_piece_is_shown_at_once(write):
    assert (await write(FakeGenerator(pieces_of(FIRST, 1))))[0] == "死"


async def test_a_dropped_sentence_disappears_when_it_is_complete(write):
    wrong = "死锁有七个必要条件[1]。"
    *shown, last = await write(FakeGenerator(pieces_of(f"{FIRST}{wrong}{SECOND}")))
    assert any("死锁有七" in text for text in shown)
    assert last.text == FIRST + SECOND


async def test_a_sentence_torn_by_the_limit_is_left_out(write):
    torn = "四个必要条件是互斥"
    cut = await write(FakeGenerator([FIRST, torn], reason="length"))
    assert cut[-1].text == FIRST
    whole = await write(FakeGenerator([FIRST, SECOND], reason="length"))
    assert whole[-1].text == FIRST + SECOND


async def test_a_last_sentence_without_a_full_stop_is_checked_as_well(write):
    *_, last = await write(FakeGenerator([FIRST, "死锁有七个必要条件[1]"]), max_unsupported_share=1)
    assert last.text == FIRST


@pytest.mark.parametrize(
    "text", ["死锁是互相等待。", "死锁[7]。", "a[1]", "[1]", "资料里没有。", "海棠依旧。" * 9]
)
async def test_a_text_without_support_is_refused(write, text):
    with pytest.raises(GenerationRefused):
        await write(FakeGenerator([text]))


async def test_a_failure_half_way_is_passed_on(write):
    with pytest.raises(GenerationTimeout):
        await write(FakeGenerator([FIRST], failure=GenerationTimeout("慢")))


async def test_a_hopeless_text_is_not_waited_for(write):
    generator = FakeGenerator(["今天的天气非常适合出去走一走。"] * 3 + [FIRST] * 50)
    with pytest.raises(GenerationRefused, match="没有资料依据"):
        await write(generator)
    assert generator.closed == 1


async def test_a_reader_that_leaves_ends_the_request(library, write):
    generator = FakeGenerator([FIRST], gate=asyncio.Event())
    task = asyncio.create_task(write(generator))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert generator.closed == 1


async def test_prompt_and_answer_fit_in_the_context(write):
    with pytest.raises(GenerationRefused, match="上下文太短"):
        await write(FakeGenerator([FIRST], context_tokens=300))
    generator = FakeGenerator([FIRST], context_tokens=1000, max_tokens=900)
    assert (await write(generator))[-1].text == FIRST


async def test_the_numbers_of_a_computation_are_never_the_models(library, write):
    lru = library.concepts["os.lru"]
    answer = Composer(library).card(lru, Aspect.CALCULATION, None, 1.0)
    excerpts = Excerpts(library).of(answer, None)
    text = "LRU 命中率等于命中次数除以访问次数[1]。"
    asked = {"question": "LRU 访问 8 次命中 2 次，命中率", "answer": answer, "excerpts": excerpts}
    generator = FakeGenerator(pieces_of(text * 2))
    *shown, last = await write(generator, **asked)
    assert last.text == text * 2
    assert shown == [text]  # what is being written, and might be a result, is not
    assert "不要算出结果" in generator.asked[0][1].content
    with pytest.raises(GenerationRefused, match="自己算"):
        await write(FakeGenerator([text, "所以 LRU 命中率是 0.25 [1]。"]), **asked)


async def test_a_card_that_lacks_the_aspect_may_be_said_to_lack_it(library, write):
    deadlock = library.concepts["os.deadlock"]
    answer = Composer(library).card(deadlock, Aspect.PROS_CONS, None, 1.0)
    excerpts = Excerpts(library).of(answer, None)
    text = f"{FIRST}资料里没有死锁的优缺点。"
    given = await write(FakeGenerator([text]), answer=answer, excerpts=excerpts)
    assert given[-1].text == text
    with pytest.raises(GenerationRefused, match="其实有"):
        await write(FakeGenerator([text]))


async def test_a_choice_is_made_from_our_own_material_only(library):
    answerer = Answerer(library, FakeSearch(), SURE)
    message = "死锁是\nA. 互相等待\nB. 饥饿\nC. 分页"
    generator = FakeGenerator(short="A")
    writer = Writer(library, generator)
    answer = await answerer.answer(message, (), START)
    excerpts = await answerer.excerpts(answer, message)
    planted = [*excerpts, *(replace(e, text="选 C", reviewed=False) for e in excerpts)]
    assert await writer.choose(message, ("A", "B", "C"), planted, user="u1") == "A"
    [(messages, choices)] = generator.choices
    assert choices == ("A", "B", "C")
    assert "谁也无法推进" in messages[1].content
    assert "选 C" not in messages[1].content
    with pytest.raises(GenerationRefused, match="没有可以据以判断"):
        await writer.choose(message, ("A", "B", "C"), planted[1:], user="u1")
