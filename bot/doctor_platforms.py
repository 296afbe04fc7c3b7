"""What ``doctor`` finds of the platforms: settings that lack, the way, and the connection."""

from collections.abc import Mapping
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from bot.doctor_findings import Check, Finding, failure, ok, warning
from bot.running_bot import parts_of_running_bot
from bot.wiring_platforms import INSTEAD, LACKING, missing_settings
from config.platforms import PlatformName
from config.settings import Settings

_SECONDS = 8.0


def checks(settings: Settings) -> list[Check]:
    """Return one check for each platform of the settings."""
    return [
        Check(f"平台 {name}", partial(_platform, settings, name), _page(name), 15)
        for name in settings.platforms
    ]


def _page(name: PlatformName) -> str:
    return f"见 docs/platforms/{name}.md。"


async def _platform(settings: Settings, name: PlatformName) -> Finding:
    lacking = missing_settings(settings, name)
    if lacking:
        return failure(LACKING.format(name, "、".join(lacking)), f"{INSTEAD.format(name)}。")
    parts = await parts_of_running_bot(settings.http.host, settings.http.port)
    if parts is not None:
        if name not in parts:
            return warning("设置齐全，但正在运行的机器人没有开它", "重启机器人，新的设置才生效。")
        if not parts[name].get("ok"):
            return _unconnected(settings, name, parts[name])
    if name == "wechat" and not settings.wechat.aes_key.get_secret_value():
        return warning(
            "明文模式：消息内容没有签名也没有加密",
            "在公众号后台改用安全模式，并设 ASSISTANT408_WECHAT__AES_KEY。",
        )
    return _connected(parts[name]) if parts is not None else await _reachable(settings, name)


def _connected(state: Mapping[str, Any]) -> Finding:
    times = state.get("connections", 0)
    again = f"（第 {times} 次连接）" if times > 1 else ""
    return ok(f"机器人在运行，已连接{again}" if times else "机器人在运行，这一部分正常")


def _unconnected(settings: Settings, name: PlatformName, state: Mapping[str, Any]) -> Finding:
    if name == "onebot":
        return warning(
            "机器人在运行，还没有 OneBot 客户端连上来",
            f"看 NapCat 的反向 WebSocket 地址和令牌。{_page(name)}",
        )
    reason = state.get("error") or state.get("state") or "原因不明"
    return failure(f"机器人在运行，但没有连上：{reason}", _page(name))


async def _reachable(settings: Settings, name: PlatformName) -> Finding:
    """Say whether the platform could be reached by a bot that is started now."""
    address, proxy = _address(settings, name)
    if not address:
        return ok("设置齐全；平台主动来访，机器人启动后才看得出通不通")
    problem = await _unreachable(address, proxy)
    host = urlsplit(address).hostname
    if problem:
        return failure(f"设置齐全，但连不上 {host}（{problem}）", f"检查网络和代理。{_page(name)}")
    return ok(f"设置齐全，{host} 连得上；账号对不对，机器人启动后再运行一次来看")


def _address(settings: Settings, name: PlatformName) -> tuple[str, str]:
    """Return what the bot must reach, "" for nothing, and the proxy that it goes through."""
    match name:
        case "discord":
            return settings.discord.api_base, settings.discord.proxy
        case "qq":
            return settings.qq.auth_base, ""
        case "wecom":
            return settings.wecom.url.replace("ws", "http", 1), ""
        case "wechat" if settings.wechat.app_secret.get_secret_value():
            return settings.wechat.api_base, ""
        case _:
            return "", ""


async def _unreachable(address: str, proxy: str) -> str:
    """Return why no HTTP answer of any status comes from ``address``; "" when one does."""
    import aiohttp

    timeout = aiohttp.ClientTimeout(total=_SECONDS)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.get(address, proxy=proxy or None, allow_redirects=False),
        ):
            return ""
    except TimeoutError:
        return f"{_SECONDS:g} 秒内没有应答"
    except (aiohttp.ClientError, OSError) as error:
        return type(error).__name__
