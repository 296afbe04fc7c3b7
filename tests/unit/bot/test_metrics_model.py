from prometheus_client import CollectorRegistry, generate_latest

from backend.errors import GenerationBusy, GenerationRefused, GenerationUnsupported
from backend.generation.ports import Usage
from backend.generation.usage import OUTCOMES, Asked
from bot.metrics_model import count_fallbacks, count_requests, watch_queue
from tests.model_server import begins, model_server, stalls, status
from tests.unit.generation.clients import PROMPT, client, fails


def test_every_outcome_is_there_before_anything_happened():
    registry = CollectorRegistry()
    count_requests(registry)
    text = generate_latest(registry).decode()
    for outcome in OUTCOMES:
        assert f'assistant408_model_requests_total{{outcome="{outcome}"}} 0.0' in text


def test_requests_times_and_tokens_are_counted():
    registry = CollectorRegistry()
    observe = count_requests(registry)
    observe(Asked("answered", 0.3, 0.6, 3.0, Usage(100, 20, 64), retried=True))
    observe(Asked("busy", 6.0, None, 6.0, None, retried=False))

    def value(name, **labels):
        return registry.get_sample_value(f"assistant408_model_{name}", labels)

    assert value("requests_total", outcome="answered") == 1
    assert value("requests_total", outcome="busy") == 1
    assert value("retries_total") == 1
    assert [value("tokens_total", kind=kind) for kind in ("prompt", "cached", "completion")] == [
        100,
        64,
        20,
    ]
    assert value("queue_seconds_count") == 2
    assert value("first_token_seconds_count") == 1
    assert value("seconds_sum") == 3.0


def test_cards_in_place_of_the_model_are_counted_by_reason():
    registry = CollectorRegistry()
    observe = count_fallbacks(registry)
    for error in (GenerationBusy(), GenerationUnsupported(), GenerationRefused()):
        observe(error)
    for reason in ("busy", "unsupported", "refused"):
        name = "assistant408_model_fallbacks_total"
        assert registry.get_sample_value(name, {"reason": reason}) == 1


async def test_what_runs_and_waits_and_whether_the_model_is_asked_is_shown_as_it_is():
    registry = CollectorRegistry()

    def value(name, **labels):
        return registry.get_sample_value(f"assistant408_model_{name}", labels)

    async with (
        model_server(begins("死", then=stalls), status(500)) as model,
        client(model.url, breaker_failures=1) as c,
    ):
        watch_queue(registry, c)
        assert value("up") == 1
        answer = c.stream(PROMPT, user="u")
        await anext(answer)
        assert value("open_requests", state="running") == 1
        assert value("open_requests", state="waiting") == 0
        await answer.aclose()
        assert value("open_requests", state="running") == 0
        await fails(c)
        assert value("up") == 0
