"""From the settings to the client of the language model."""

import pytest
from pydantic import ValidationError

from bot.errors import StartupError
from bot.wiring import model
from config.models import Llm
from config.settings import Limits, Settings
from tests.model_server import model_server, says
from tests.unit.generation.clients import told


def settings(url="http://127.0.0.1:9/v1", message_seconds=60, **llm):
    return Settings.model_construct(
        llm=Llm(base_url=url, **llm), limits=Limits(message_seconds=message_seconds)
    )


async def sent(**llm):
    async with model_server(says("好")) as server:
        generator = model(settings(server.url, **llm))
        try:
            await told(generator)
        finally:
            await generator.aclose()
    return server.requests[0]


async def test_without_an_address_there_is_no_model():
    assert model(settings("")) is None


async def test_the_settings_reach_the_endpoint():
    request = await sent(api_key="sk-1", model="qwen", max_tokens=9, temperature=1, stop=("X",))
    assert request.headers["authorization"] == "Bearer sk-1"
    assert {
        name: request.body[name] for name in ("model", "max_tokens", "temperature", "stop")
    } == {
        "model": "qwen",
        "max_tokens": 9,
        "temperature": 1,
        "stop": ["X"],
    }


@pytest.mark.parametrize(
    ("llm", "has_stop_ids"),
    [
        ({}, True),
        ({"model": "internlm/internlm2-chat-7b"}, True),
        ({"model": "InternLM2_5"}, True),
        ({"model": "internlm/internlm3-8b-instruct"}, False),  # other ids end its answers
        ({"model": "qwen"}, False),
        ({"model": "tutor", "family": "internlm2"}, True),
        ({"family": "openai"}, False),
    ],
)
async def test_the_family_is_told_by_the_name_unless_it_is_set(llm, has_stop_ids):
    assert ("stop_token_ids" in (await sent(**llm)).body) == has_stop_ids


def test_deadlines_that_leave_no_time_for_the_card_stop_the_start():
    with pytest.raises(StartupError, match="LLM__TOTAL_TIMEOUT_SECONDS（现为 58）"):
        model(settings(total_timeout_seconds=58))


@pytest.mark.parametrize("key", ["我的密钥", "sk-1\nX-Other: 1", "sk-é"])
def test_a_key_that_is_no_header_is_refused_by_the_settings(key):
    with pytest.raises(ValidationError, match="不能有汉字或换行"):
        Llm(api_key=key)
