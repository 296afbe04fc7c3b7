"""The bot's client against a real vLLM that serves a tiny InternLM2."""

import asyncio
import time
from contextlib import aclosing
from urllib.error import HTTPError

import pytest

from backend.errors import GenerationError
from backend.generation.ports import ChatMessage
from tests.model.vllm.asking import answer, client, question
from tests.model.vllm.lessons import ADAPTED, ANSWERS, ENDLESS, LETTERS, long_answer
from tests.model.vllm.server import ADAPTER, CONTEXT_TOKENS

DEADLOCK, QUICKSORT = "什么是死锁？", "快速排序稳定吗？"


async def test_an_answer_comes_in_pieces_and_is_the_one_that_was_learnt(server):
    async with client(server) as generator:
        items = [item async for item in generator.stream(question(DEADLOCK), user="u")]

    *pieces, finished = items
    assert len(pieces) > 5
    assert "".join(pieces) == ANSWERS[DEADLOCK]
    assert finished.reason == "stop"
    assert finished.usage.prompt_tokens > 10
    assert finished.usage.completion_tokens >= len(pieces)


async def test_code_keeps_its_spaces_and_lines(server):
    async with client(server) as generator:
        text, _ = await answer(generator, question("写一个循环"))

    assert text == ANSWERS["写一个循环"]


async def test_the_stop_token_ends_an_answer_even_when_the_client_names_none(server):
    # As any OpenAI client would ask: the served generation configuration has to know the stops.
    async with client(server, family="openai") as generator:
        text, finished = await answer(generator, question(QUICKSORT))

    assert text == ANSWERS[QUICKSORT]
    assert finished.reason == "stop"


def test_without_its_stop_tokens_the_same_model_would_go_on(server):
    asked = {"model": "internlm2-chat-7b", "max_tokens": 60, "temperature": 0, "ignore_eos": True}
    messages = [{"role": "user", "content": QUICKSORT}]

    said = server.post("/v1/chat/completions", {**asked, "messages": messages})

    assert '"finish_reason":"length"' in said


async def test_sixteen_dialogues_at_once_each_get_their_own_answer(server):
    async def ask(number: int, text: str) -> tuple[str, str]:
        said, _ = await answer(generator, question(text), user=f"u{number}")
        return text, said

    async with client(server, concurrency=16, queue=100) as generator:
        answers = await asyncio.gather(*(ask(i, q) for i, q in enumerate(list(ANSWERS) * 2)))

    wrong = {text: said for text, said in answers if said != ANSWERS[text]}
    assert wrong == {}
    assert len(answers) == 2 * len(ANSWERS)


async def test_an_answer_that_runs_into_its_limit_says_so(server):
    async with client(server) as generator:
        text, finished = await answer(generator, question(ENDLESS), max_tokens=20)

    assert finished.reason == "length"
    assert finished.usage.completion_tokens == 20
    assert long_answer().startswith(text)


async def test_the_letter_is_one_of_the_choices_and_the_learnt_one(server):
    async with client(server) as generator:
        letters = {q: await generator.choose(question(q), "ABCD", user="u") for q in LETTERS}

    assert letters == LETTERS


async def test_what_was_never_learnt_still_gives_one_of_the_choices(server):
    async with client(server) as generator:
        chosen = await generator.choose(question("天气怎么样"), ["晴天", "下雨"], user="u")

    assert chosen in ("晴天", "下雨")


async def test_a_short_text_is_given_whole(server):
    async with client(server) as generator:
        text = await generator.complete(question(QUICKSORT), user="u", max_tokens=60)

    assert text == ANSWERS[QUICKSORT]


async def test_the_context_length_is_learnt_from_the_server(server):
    async with client(server) as generator:
        await answer(generator, question(QUICKSORT))

        assert generator.context_tokens == CONTEXT_TOKENS


async def test_an_adapter_is_asked_for_by_its_name_and_the_base_stays_itself(server):
    async with client(server) as base, client(server, adapter=ADAPTER) as adapted:
        for text, said in ADAPTED.items():
            assert (await answer(adapted, question(text)))[0] == said
            assert (await answer(base, question(text)))[0] == ANSWERS[text]


async def test_an_adapter_can_come_and_go_while_the_server_runs(server, tiny):
    async with client(server, adapter="new") as generator:
        assert (await answer(generator, question(DEADLOCK)))[0] == ANSWERS[DEADLOCK]

    load = {"lora_name": "new", "lora_path": str(tiny.adapter)}
    server.post("/v1/load_lora_adapter", load)
    try:
        async with client(server, adapter="new") as generator:
            assert (await answer(generator, question(DEADLOCK)))[0] == ADAPTED[DEADLOCK]
    finally:
        server.post("/v1/unload_lora_adapter", {"lora_name": "new"})

    async with client(server, adapter="new") as generator:
        assert (await answer(generator, question(DEADLOCK)))[0] == ANSWERS[DEADLOCK]


async def test_a_prompt_that_begins_the_same_is_served_from_the_prefix_cache(server):
    rules = "只根据资料回答，每句话末尾标明编号。" * 30
    asked = [[ChatMessage("system", rules), *question(q)] for q in (DEADLOCK, QUICKSORT)]

    async with client(server) as generator:
        await answer(generator, asked[0], max_tokens=5)
        _, finished = await answer(generator, asked[1], max_tokens=5)

    assert finished.usage.cached_tokens >= 128
    assert server.metric("vllm:prefix_cache_hits_total") >= 128


async def test_who_leaves_in_the_middle_frees_the_servers_place(server):
    async with (
        client(server) as generator,
        aclosing(generator.stream(question(ENDLESS), user="u")) as items,
    ):
        async for _ in items:
            break
        assert server.metric("vllm:num_requests_running") == 1

    assert await _nothing_runs(server)


async def test_cancelling_the_task_frees_the_servers_place(server):
    begun = asyncio.Event()

    async def read(generator) -> None:
        async for _ in generator.stream(question(ENDLESS), user="u"):
            begun.set()

    async with client(server) as generator:
        reading = asyncio.create_task(read(generator))
        await begun.wait()
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading
        assert generator.running == 0

    assert await _nothing_runs(server)


async def test_a_wrong_key_is_told_to_the_operator(server):
    async with client(server, api_key="sk-wrong") as generator:
        with pytest.raises(GenerationError, match="API_KEY"):
            await answer(generator, question(DEADLOCK))


async def test_a_model_that_is_not_served_is_told_to_the_operator(server):
    async with client(server, model="internlm3") as generator:
        with pytest.raises(GenerationError, match="LLM__MODEL"):
            await answer(generator, question(DEADLOCK))


async def test_a_prompt_longer_than_the_context_is_refused_and_nothing_is_broken(server):
    async with client(server) as generator:
        with pytest.raises(GenerationError):
            await answer(generator, question("资料" * CONTEXT_TOKENS))

        assert (await answer(generator, question(QUICKSORT)))[0] == ANSWERS[QUICKSORT]
        assert generator.breaker_state == "closed"


def test_the_server_takes_no_request_without_the_key(server):
    with pytest.raises(HTTPError, match="401"):
        server.post("/v1/chat/completions", {"model": "x", "messages": []}, key="")


async def _nothing_runs(server) -> bool:
    """Whether the server is idle before it could have written the endless answer."""
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        if server.metric("vllm:num_requests_running") == 0:
            return True
        await asyncio.sleep(0.1)
    return False
