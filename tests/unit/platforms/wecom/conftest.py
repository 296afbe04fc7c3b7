"""WeCom on a real socket, and the platform beside it."""

import pytest

from tests.e2e.wecom_server import WeComServer
from tests.unit.platforms.wecom.house import House


@pytest.fixture
def wecom():
    with WeComServer() as server:
        yield server


@pytest.fixture
async def house(wecom):
    house = House(wecom)
    await house.until(lambda: house.supervisor.phase == "connected")
    yield house
    await house.close()
