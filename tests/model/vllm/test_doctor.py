"""What ``python -m bot doctor`` says of a real vLLM."""

import pytest

from bot.doctor_findings import Finding
from bot.doctor_model import language_model
from config.settings import Settings
from tests.model.vllm.server import ADAPTER, CONTEXT_TOKENS, KEY, NAME
from tests.model.vllm.tokenizer import IM_END


async def examined(server, **changes) -> Finding:
    values = {
        "base_url": server.base_url,
        "api_key": KEY,
        "model": NAME,
        "stop_token_ids": f"{IM_END},2",
        "first_token_timeout_seconds": 40,
        "total_timeout_seconds": 50,
    }
    return await language_model(Settings(_env_file=None, llm=values | changes))


@pytest.mark.parametrize("adapter", ["", ADAPTER])
async def test_a_good_server_is_found_well(server, adapter):
    finding = await examined(server, adapter=adapter)

    assert finding.state == "ok", finding
    assert NAME in finding.found
    assert adapter in finding.found
    assert str(CONTEXT_TOKENS) in finding.found


@pytest.mark.parametrize(
    ("changes", "state", "named"),
    [
        ({"api_key": "sk-wrong"}, "failure", "LLM__API_KEY"),
        ({"model": "internlm3"}, "warning", "LLM__MODEL"),
        ({"adapter": "gone"}, "warning", "--lora-modules"),
        ({"context_tokens": 2 * CONTEXT_TOKENS}, "warning", "LLM__CONTEXT_TOKENS"),
        ({"max_tokens": CONTEXT_TOKENS}, "warning", "--max-model-len"),
    ],
    ids=["key", "model", "adapter", "context", "max_tokens"],
)
async def test_what_is_wrong_is_named_with_what_to_change(server, changes, state, named):
    finding = await examined(server, **changes)

    assert finding.state == state
    assert named in finding.found + finding.advice
