"""The screens of docs/platforms can be made, from what the running bot sends."""

import asyncio
from io import BytesIO

import pytest
from PIL import Image

from tests import platform_screens


@pytest.mark.timeout(400)
async def test_every_platform_has_a_screen_a_phone_wide(tmp_path):
    await platform_screens.make(tmp_path)
    made = {path.stem: await asyncio.to_thread(path.read_bytes) for path in tmp_path.iterdir()}
    assert set(made) == {f"platform-{name}" for name in platform_screens.TITLES}
    for png in made.values():
        picture = Image.open(BytesIO(png))
        assert picture.width == 563
        assert picture.height > 1000, "three exchanges are longer than that"
        assert len(png) < 300_000
