"""What a model may say that a follow-up means, and which follow-ups it is asked about."""

import pytest

from backend.answering.rewriting import Rewriter
from backend.answering.understanding import Understander
from backend.conversation.turns import Turn
from backend.errors import GenerationTimeout
from tests.fakes import FakeGenerator
from tests.unit.answering.dialogue import START, SURE, Dialogue

HISTORY = [
    Turn("user", "什么是死锁", START),
    Turn("assistant", "死锁是互相等待。", START, concepts=("os.deadlock",), decision="answer"),
]


@pytest.fixture(scope="module")
def named(library):
    return Understander(library).named


async def rewritten(named, said, message="有啥毛病没", history=HISTORY):
    generator = FakeGenerator(short=said)
    text = await Rewriter(generator, named).rewrite(message, history, user="u1")
    assert len(generator.completions) == 1
    return text


async def test_a_question_about_what_was_talked_about_is_believed(named):
    assert await rewritten(named, "死锁有什么缺点") == "死锁有什么缺点"
    assert await rewritten(named, "“死锁怎么解决？”\n（改写）") == "死锁怎么解决？"


@pytest.mark.parametrize(
    "said",
    [
        "TCP 有什么缺点",
        "死锁和 TCP 有什么区别",
        "有什么缺点",
        "今天天气怎么样",
        "",
        "死锁" + "的" * 100,
        "段式存储有什么缺点",
    ],
)
async def test_a_concept_from_nowhere_and_none_at_all_are_not_believed(named, said):
    assert await rewritten(named, said) is None


async def test_a_concept_that_the_message_itself_names_is_allowed(named):
    said = "死锁和饥饿有什么区别"
    assert await rewritten(named, said, "跟饥饿咋分") == said
    assert await rewritten(named, said, "跟别的咋分") is None


async def test_what_a_refusal_offered_was_not_talked_about(named):
    history = [
        Turn("user", "量子纠缠", START),
        Turn("assistant", "没有。", START, concepts=("cn.tcp",), decision="ask_back"),
    ]
    assert await rewritten(named, "TCP 的特点", history=history) is None


async def test_a_model_that_fails_says_so(named):
    generator = FakeGenerator(failure=GenerationTimeout("慢"))
    with pytest.raises(GenerationTimeout):
        await Rewriter(generator, named).rewrite("有啥毛病没", HISTORY, user="u1")


@pytest.mark.parametrize(
    ("messages", "unresolved"),
    [
        (("什么是死锁", "有啥毛病没整明白"), True),
        (("什么是死锁", "优缺点呢"), False),
        (("什么是死锁", "谢谢"), False),
        (("什么是死锁", "今天中午吃什么"), False),
        (("什么是死锁", "什么是段式存储"), False),
        (("什么是死锁", "嘛玩意" * 20), False),
        (("有啥毛病没整明白",), False),
    ],
)
async def test_only_short_messages_after_an_answer_that_nothing_explains_are_unresolved(
    library, messages, unresolved
):
    answer = await Dialogue(library, calibration=SURE).asks(*messages)
    assert answer.unresolved is unresolved
