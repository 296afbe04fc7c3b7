"""What docs/photos.md says is so."""

import re
from pathlib import Path

import pytest

from bot.platforms.discord import platform as discord
from bot.platforms.downloads import Downloads
from bot.platforms.onebot import platform as onebot
from bot.platforms.qq import platform as qq
from bot.platforms.wechat import codec as wechat
from bot.platforms.wecom import media as wecom
from config.settings import Photos

PAGE = (Path(__file__).parents[3] / "docs" / "photos.md").read_text(encoding="utf-8")
HOSTS = {
    "OneBot": onebot.PICTURE_HOSTS,
    "QQ 官方": qq.PICTURE_HOSTS,
    "Discord": discord._PICTURE_HOSTS,
    "企业微信": wecom.HOSTS,
    "公众号": wechat.PICTURE_HOSTS,
}


@pytest.mark.parametrize("platform", HOSTS)
def test_the_page_lists_the_picture_hosts_of_each_platform(platform):
    row = re.search(rf"^\| {platform} \| (.+) \|$", PAGE, re.MULTILINE)
    assert row is not None
    assert set(re.findall(r"`([^`]+\.[^`]+)`", row[1])) == HOSTS[platform]


def test_the_page_names_the_limits():
    downloads, photos = Downloads(frozenset()), Photos()
    assert f"超过 {downloads._max_bytes >> 20} MB 就停" in PAGE
    assert f"{downloads._seconds:g} 秒为限" in PAGE
    assert f"| `{photos.max_megabytes:g}` | 文件上限，MB" in PAGE
