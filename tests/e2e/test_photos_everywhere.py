"""Photos of questions in Discord and WeCom: sent as each of them sends pictures, read, answered."""

import asyncio
import base64
import secrets
import shutil

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from plugins.qa.photo_wording import HEAD
from tests.e2e.five_platforms import at_home, platform_servers, settings
from tests.e2e.server_process import LISTENS, SERVE, start
from tests.photos.draw import photo
from tests.photos.host import picture_host

NAMES = ("onebot", "discord", "wecom")
SECONDS = 120.0


def locked(data, secret):
    """Encrypt as WeCom does."""
    length = 32 - len(data) % 32
    encryptor = Cipher(algorithms.AES(secret), modes.CBC(secret[:16])).encryptor()
    return encryptor.update(data + bytes([length]) * length) + encryptor.finalize()


@pytest.mark.timeout(400)
async def test_a_photo_is_read_and_answered(built_data_dir, tmp_path):
    data_dir = shutil.copytree(built_data_dir, tmp_path / "data")
    picture = photo("clean").data
    async with platform_servers() as servers:
        env = settings(servers, data_dir, PLATFORMS=",".join(NAMES))
        running = start(SERVE, tmp_path / "log", env, ready=LISTENS)
        server = await asyncio.to_thread(running.__enter__)
        try:
            async with at_home(servers, server, NAMES) as house:
                with picture_host({"/1.png": ("image/png", picture)}) as host:
                    answers = [
                        await _in_discord(house.discord, f"{host.url}/1.png", len(picture)),
                        await asyncio.to_thread(_in_wecom, house.wecom, picture),
                    ]
        finally:
            await asyncio.to_thread(running.__exit__, None, None, None)
    for answer in answers:
        assert HEAD in answer
        assert "缺页 9 次" in answer


async def _in_discord(discord, url, size):
    sent = {"id": "1", "filename": "1.png", "size": size, "url": url, "proxy_url": url}
    asked = await discord.whisper("", attachments=[sent | {"content_type": "image/png"}])
    messages = await discord.in_channel(discord.chat(30001), since=asked)
    return "\n".join(message.text for message in messages)


def _in_wecom(wecom, picture):
    secret = secrets.token_bytes(32)
    wecom.pictures["1"] = locked(picture, secret)
    here = wecom.url.replace("ws://", "http://")
    image = {"url": f"{here}/picture/1", "aeskey": base64.b64encode(secret).decode().rstrip("=")}
    return wecom.answer(wecom.say(user="w9", msgtype="image", image=image), SECONDS)
