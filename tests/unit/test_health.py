"""The state of every part."""

import asyncio

from prometheus_client import CollectorRegistry, Counter

from bot.health import Health


async def works():
    return {"ok": True, "passages": 3}


async def fails():
    raise ConnectionError("redis://:password@host refused")


async def hangs():
    await asyncio.sleep(60)
    return {"ok": True}


def health() -> Health:
    return Health(deadline_seconds=0.1, registry=CollectorRegistry())


async def test_all_parts_are_named_with_their_details():
    watched = health()
    watched.add("answering", works, required=True)
    report = await watched.report()
    assert report.http_status == 200
    assert report.as_json() == {
        "status": "ok",
        "parts": {"answering": {"ok": True, "passages": 3}},
    }


async def test_an_optional_part_that_fails_leaves_the_whole_ok():
    watched = health()
    watched.add("answering", works, required=True)
    watched.add("redis", fails)
    report = await watched.report()
    assert report.http_status == 200
    assert report.parts["redis"]["ok"] is False


async def test_a_required_part_that_hangs_or_fails_is_503():
    for broken in (hangs, fails):
        watched = health()
        watched.add("answering", broken, required=True)
        assert (await watched.report()).http_status == 503


async def test_the_text_of_an_error_is_not_published():
    watched = health()
    watched.add("redis", fails)
    assert "password" not in str((await watched.report()).as_json())


async def test_a_probe_without_a_verdict_counts_as_not_working():
    async def vague():
        return {"passages": 3}

    watched = health()
    watched.add("answering", vague, required=True)
    assert not (await watched.report()).ok


def test_metrics_are_in_the_text_format_of_prometheus():
    watched = health()
    Counter("assistant408_tests", "Tests", registry=watched.registry).inc()
    assert b"assistant408_tests_total 1.0" in watched.metrics()
