"""Counters of the language model: what became of each request, and how long it took."""

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from backend.errors import GenerationError, GenerationUnsupported
from backend.generation.openai_client import OpenAiGenerator
from backend.generation.usage import OUTCOMES, Asked, Observer, outcome_of

_SECONDS = (0.05, 0.1, 0.2, 0.5, 1, 2, 4, 8, 16, 32, 64)
_TOKENS = ("prompt", "cached", "completion")


def count_requests(registry: CollectorRegistry) -> Observer:
    """Register the counters, at zero, and return what feeds them."""
    requests = Counter(
        "assistant408_model_requests",
        "Requests to the language model by outcome; after any but 'answered' the card answers",
        ["outcome"],
        registry=registry,
    )
    retries = Counter(
        "assistant408_model_retries",
        "Requests that were sent a second time before their first token",
        registry=registry,
    )
    tokens = Counter(
        "assistant408_model_tokens",
        "Tokens as the endpoint counts them; 'cached' are those of the prompt that it had already",
        ["kind"],
        registry=registry,
    )
    waited = Histogram(
        "assistant408_model_queue_seconds",
        "Time that requests waited for a place, in seconds",
        buckets=_SECONDS,
        registry=registry,
    )
    first = Histogram(
        "assistant408_model_first_token_seconds",
        "Time from the place to the first text, in seconds",
        buckets=_SECONDS,
        registry=registry,
    )
    total = Histogram(
        "assistant408_model_seconds",
        "Time of answered requests, waiting included, in seconds",
        buckets=_SECONDS,
        registry=registry,
    )
    for outcome in OUTCOMES:
        requests.labels(outcome)
    for kind in _TOKENS:
        tokens.labels(kind)

    def observe(asked: Asked) -> None:
        requests.labels(asked.outcome).inc()
        retries.inc(asked.retried)
        waited.observe(asked.queue_seconds)
        if asked.first_token_seconds is not None:
            first.observe(asked.first_token_seconds)
        if asked.outcome == "answered":
            total.observe(asked.total_seconds)
        usage = asked.usage
        if usage is not None:
            counts = (usage.prompt_tokens, usage.cached_tokens or 0, usage.completion_tokens)
            for kind, count in zip(_TOKENS, counts, strict=True):
                tokens.labels(kind).inc(max(count, 0))

    return observe


def count_fallbacks(registry: CollectorRegistry) -> Callable[[GenerationError], None]:
    """Register the counter of cards that answered although the model was to, and feed it."""
    fallbacks = Counter(
        "assistant408_model_fallbacks",
        "Answers by the card after the model failed or its text was not borne out, by reason",
        ["reason"],
        registry=registry,
    )

    def observe(error: GenerationError) -> None:
        unsupported = isinstance(error, GenerationUnsupported)
        fallbacks.labels("unsupported" if unsupported else outcome_of(error)).inc()

    return observe


def watch_queue(registry: CollectorRegistry, generator: OpenAiGenerator) -> None:
    """Show how many requests run and wait now, and whether the model is being asked at all."""
    requests = Gauge(
        "assistant408_model_open_requests",
        "Requests to the language model that are running or waiting for a place",
        ["state"],
        registry=registry,
    )
    requests.labels("running").set_function(lambda: generator.running)
    requests.labels("waiting").set_function(lambda: generator.waiting)
    asked = Gauge(
        "assistant408_model_up",
        "1 while the language model is being asked, 0 while the breaker is open",
        registry=registry,
    )
    asked.set_function(lambda: generator.breaker_state == "closed")
