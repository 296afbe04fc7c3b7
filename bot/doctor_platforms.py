"""What ``doctor`` finds of the chat platforms of the settings: settings that lack, and the way."""

from functools import partial
from urllib.parse import urlsplit

from bot.doctor_findings import Check, Finding, failure, ok, warning
from bot.wiring_platforms import LACKING, missing_settings
from config.platforms import PlatformName
from config.settings import Settings

_SECONDS = 8.0


def checks(settings: Settings) -> list[Check]:
    """Return one check for each platform that has settings of its own to lack."""
    return [
        Check(
            f"平台 {name}", partial(_platform, settings, name), f"见 docs/platforms/{name}.md。", 15
        )
        for name in settings.platforms
        if name != "onebot"  # its clients come to us, and its token has a line of its own
    ]


async def _platform(settings: Settings, name: PlatformName) -> Finding:
    lacking = missing_settings(settings, name)
    page = f"见 docs/platforms/{name}.md。"
    if lacking:
        return failure(LACKING.format(name, "、".join(lacking)), page)
    if name == "wechat" and not settings.wechat.aes_key.get_secret_value():
        return warning(
            "明文模式：消息内容没有签名也没有加密",
            "在公众号后台改用安全模式，并设 ASSISTANT408_WECHAT__AES_KEY。",
        )
    address, proxy = _address(settings, name)
    if not address:
        return ok("设置齐全；平台主动来访，地址通不通要在平台后台验证")
    problem = await _unreachable(address, proxy)
    host = urlsplit(address).hostname
    if problem:
        return failure(f"设置齐全，但连不上 {host}（{problem}）", f"检查网络和代理。{page}")
    return ok(f"设置齐全，{host} 连得上；账号对不对启动后看 /healthz")


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
