"""What ``doctor`` says of the language model, against a server that misbehaves on demand."""

import pytest

from backend.errors import GenerationError
from bot.doctor_model import language_model
from config.models import Llm
from config.settings import Settings
from tests.model_server import OK, model_server, says, serves, status
from tests.unit.generation.clients import closed_port


async def found(url, **llm):
    return await language_model(Settings.model_construct(llm=Llm(base_url=url, **llm)))


async def test_without_a_model_all_is_well():
    finding = await found("")

    assert finding.state == "ok"
    assert finding.found == "没有配置，由概念卡片回答"


async def test_a_model_that_answers_and_stops_is_well():
    async with model_server(says("好")) as model:
        finding = await found(model.url)

    assert finding.state == "ok"
    assert (
        finding.found
        == f"{model.url} 有应答，模型 internlm2；上下文 8192 个词元，试答正常，停得下来"
    )


async def test_a_model_that_is_not_served_is_named_beside_those_that_are():
    async with model_server(says("好")) as model:
        model.models = serves("qwen", "other")
        finding = await found(model.url)

    assert finding.state == "warning"
    assert "没有叫 internlm2 的模型（有：qwen、other）" in finding.found
    assert "ASSISTANT408_LLM__MODEL" in finding.advice
    assert model.requests == []


async def test_an_adapter_is_looked_for_and_asked():
    async with model_server(says("好")) as model:
        lacking = await found(model.url, adapter="tutor")
        model.models = serves("internlm2", "tutor")
        there = await found(model.url, adapter="tutor")

    assert lacking.state == "warning"
    assert "没有适配器 tutor" in lacking.found
    assert "--lora-modules" in lacking.advice
    assert there.state == "ok"
    assert [r.body["model"] for r in model.requests] == ["tutor"]


@pytest.mark.parametrize(
    ("served", "settings", "said", "advised"),
    [
        (2048, {}, "上下文只有 2048 个词元，提示和回答至少要 2200 个", "--max-model-len"),
        (2048, {"context_tokens": 4000}, "CONTEXT_TOKENS 是 4000，模型只有 2048", "去掉这个设置"),
        (None, {"context_tokens": 2000}, "上下文只有 2000 个词元", "MAX_TOKENS"),
    ],
)
async def test_a_context_that_is_too_short_is_a_warning(served, settings, said, advised):
    async with model_server(says("好")) as model:
        model.models = serves("internlm2", context=served)
        finding = await found(model.url, **settings)

    assert finding.state == "warning"
    assert said in finding.found
    assert advised in finding.advice


async def test_a_model_that_does_not_stop_is_a_warning():
    async def goes_on(wire):
        await wire.send(OK)
        await wire.say("好" * 5)
        await wire.event({"choices": [{"delta": {}, "finish_reason": "length"}]})
        await wire.event("[DONE]")

    async with model_server(goes_on) as model:
        finding = await found(model.url)

    assert finding.state == "warning"
    assert "还没停" in finding.found
    assert "STOP_TOKEN_IDS" in finding.advice


async def test_a_model_that_leaks_its_special_tokens_is_a_warning():
    async with model_server(says("好<|im_end|>", "\n你")) as model:
        finding = await found(model.url)

    assert finding.state == "warning"
    assert "漏出了特殊标记" in finding.found


@pytest.mark.parametrize(
    ("behaviour", "said"),
    [
        (status(401), "API_KEY"),
        (status(500), "状态码 500"),
        (says(""), "空的回答"),
    ],
)
async def test_an_endpoint_that_lists_models_but_does_not_answer_is_a_failure(behaviour, said):
    async with model_server(behaviour) as model:
        finding = await found(model.url)

    assert finding.state == "failure"
    assert said in finding.found
    assert finding.advice


async def test_an_endpoint_without_a_list_of_models_may_still_answer():
    async with model_server(says("好")) as model:
        model.models = status(404)
        finding = await found(model.url)

    assert finding.state == "ok"
    assert "接口不说它有哪些模型" in finding.found


async def test_a_wrong_key_is_told_although_the_list_is_refused_too():
    async with model_server(status(401)) as model:
        model.models = status(401)
        finding = await found(model.url)

    assert finding.state == "failure"
    assert "ASSISTANT408_LLM__API_KEY" in finding.found


async def test_nobody_at_the_address_is_a_failure_in_words():
    with pytest.raises(GenerationError, match="模型接口连不上"):
        await found(f"http://127.0.0.1:{closed_port()}/v1")
