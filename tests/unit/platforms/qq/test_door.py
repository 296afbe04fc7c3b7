"""The door before the webhook, asked over ASGI with a clock of our own."""

import json

import pytest
from httpx import ASGITransport, AsyncClient

from bot.platforms.qq.door import AROUND_NOW_SECONDS, MAX_BODY_BYTES, Door, Guard
from bot.platforms.qq.signatures import Seen
from tests.e2e.qq_api import APP_ID, SECRET
from tests.e2e.qq_server import sign

NOW = 1_795_000_000
EVENT = json.dumps({"op": 0, "t": "C2C_MESSAGE_CREATE", "d": {}}).encode()


class Inside:
    """The application behind the door: says back what it got, or fails."""

    def __init__(self):
        self.bodies = []
        self.status = 200

    async def __call__(self, scope, receive, send):
        message = await receive()
        assert scope["path"] != "/qq/webhook" or not message["more_body"]
        self.bodies.append(message["body"])
        if self.status == 0:
            raise RuntimeError("broken")
        await send({"type": "http.response.start", "status": self.status, "headers": []})
        await send({"type": "http.response.body", "body": b""})


class House:
    """A door with its guard; ``now`` is the time, ``is_open`` whether the bot is signed in."""

    def __init__(self):
        self.now = NOW
        self.is_open = True
        self.inside = Inside()
        self.seen = Seen(most=4)
        guard = Guard(APP_ID, SECRET, lambda: self.is_open, seen=self.seen, clock=lambda: self.now)
        transport = ASGITransport(Door(self.inside, guard))
        self.client = AsyncClient(transport=transport, base_url="http://bot")

    async def post(self, body=EVENT, at=NOW, **changed):
        headers = {
            "X-Bot-Appid": APP_ID,
            "X-Signature-Timestamp": str(at),
            "X-Signature-Ed25519": sign(SECRET, str(at).encode() + body),
        } | changed
        answer = await self.client.post("/qq/webhook", content=body, headers=headers)
        return answer.status_code


@pytest.fixture
async def house():
    house = House()
    async with house.client:
        yield house


async def test_an_event_comes_in_once_and_whole(house):
    assert await house.post() == 200
    assert await house.post() == 409
    assert house.inside.bodies == [EVENT]


@pytest.mark.parametrize("away", [-AROUND_NOW_SECONDS, 0, AROUND_NOW_SECONDS])
async def test_within_five_minutes_a_signature_is_fresh(house, away):
    house.now = NOW + away
    assert await house.post() == 200
    house.now = NOW + AROUND_NOW_SECONDS
    assert await house.post() == 409
    house.now = NOW + AROUND_NOW_SECONDS + 1
    assert await house.post() == 401


@pytest.mark.parametrize("away", [-AROUND_NOW_SECONDS - 1, AROUND_NOW_SECONDS + 1])
async def test_outside_of_them_it_is_not(house, away):
    house.now = NOW + away
    assert await house.post() == 401
    assert house.inside.bodies == []


@pytest.mark.parametrize("status", [500, 503, 0])
async def test_what_was_not_taken_may_come_again(house, status):
    house.inside.status = status
    if status:
        assert await house.post() == status
    else:
        with pytest.raises(RuntimeError):
            await house.post()
    house.inside.status = 200
    assert [await house.post(), await house.post()] == [200, 409]


async def test_before_the_bot_is_signed_in_nothing_is_remembered(house):
    house.is_open = False
    assert await house.post() == 503
    assert len(house.seen) == 0
    house.is_open = True
    assert await house.post() == 200


async def test_unsigned_requests_fill_no_store(house):
    for number in range(10):
        assert await house.post(at=NOW + number, **{"X-Signature-Ed25519": "00" * 64}) == 401
    assert len(house.seen) == 0


async def test_the_size_of_a_body_is_bounded_by_what_comes_not_by_what_is_said(house):
    async def chunks():
        for _ in range(MAX_BODY_BYTES // 1024 + 1):
            yield b" " * 1024

    answer = await house.client.post("/qq/webhook", content=chunks())
    assert answer.status_code == 413
    assert await house.post(EVENT + b" " * (MAX_BODY_BYTES - len(EVENT))) == 200


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/qq/webhook"), ("POST", "/qq/"), ("POST", "/qq"), ("POST", "/qq/webhook/x")],
)
async def test_there_is_one_way_in(house, method, path):
    assert (await house.client.request(method, path, content=EVENT)).status_code == 404
    assert house.inside.bodies == []


async def test_other_pages_are_none_of_its_business(house):
    for path in ("/qqq", "/healthz"):
        assert (await house.client.post(path, content=b"x")).status_code == 200


async def test_without_a_guard_nothing_comes_in():
    inside = Inside()
    transport = ASGITransport(Door(inside, None))
    async with AsyncClient(transport=transport, base_url="http://bot") as client:
        assert (await client.post("/qq/webhook", content=EVENT)).status_code == 404
    assert inside.bodies == []
