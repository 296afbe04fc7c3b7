"""The platforms half of ``bot/wiring.py``: those of the settings, each with its desk."""

from collections.abc import Callable, Mapping

from bot.errors import StartupError
from bot.metrics import CountedPainter
from bot.platforms.desk import Desk, ReplyCounter
from bot.platforms.platform import Platform
from bot.platforms.supervision import Pauses
from bot.rendering.outgoing import Painter
from bot.wiring import House
from config.platforms import PlatformName
from config.settings import Settings

_Make = Callable[[Settings, Desk, Painter | None], Platform]


def make_platforms(settings: Settings, house: House, painter: Painter | None) -> list[Platform]:
    """Make the platforms of the settings and let pushes out through them.

    StartupError, in one sentence, when a setting is missing without which one cannot begin.
    """
    replies = ReplyCounter(house.health.registry)
    counted = CountedPainter(painter, house.health.registry) if painter else None
    platforms: list[Platform] = []
    for name in settings.platforms:
        platform = _MAKERS[name](settings, Desk(name, house.router, replies), counted)
        house.outboxes.add(name, platform.outbox, platform.outbox)
        platforms.append(platform)
    return platforms


def pauses(settings: Settings) -> Pauses:
    """Return the pauses between two tries to connect."""
    given = settings.reconnect
    return Pauses(given.first_seconds, given.most_seconds, refused=given.refused_seconds)


def _require(platform: PlatformName, given: Mapping[str, str]) -> None:
    """StartupError that names the variables which are empty."""
    missing = [variable for variable, value in given.items() if not value]
    if missing:
        raise StartupError(
            f"启动 {platform} 还缺设置：{'、'.join(missing)}（见 docs/platforms/{platform}.md；"
            "不要这个平台就从 ASSISTANT408_PLATFORMS 里去掉它）。"
        )


def _onebot(settings: Settings, desk: Desk, painter: Painter | None) -> Platform:
    from bot.platforms.onebot.platform import OneBotOptions, OneBotPlatform

    options = OneBotOptions(
        access_token=settings.onebot.access_token.get_secret_value(),
        ignored_users=frozenset(settings.onebot.ignored_users),
        api_timeout_seconds=settings.onebot.api_timeout_seconds,
    )
    return OneBotPlatform(desk, options, painter=painter)


def _discord(settings: Settings, desk: Desk, painter: Painter | None) -> Platform:
    from backend.knowledge.outline import load_outline
    from backend.questions.scope import SUBJECT_NAMES
    from bot.platforms.discord.platform import DiscordOptions, DiscordPlatform

    given = settings.discord
    token = given.token.get_secret_value()
    _require("discord", {"ASSISTANT408_DISCORD__TOKEN": token})
    options = DiscordOptions(
        token=token,
        guilds=frozenset(int(guild) for guild in given.guilds),
        api_base=given.api_base,
        gateway_url=given.gateway_url,
        proxy=given.proxy,
    )
    outline = load_outline(settings.content_dir / "outline.yaml")
    subjects = (names[0] for names in SUBJECT_NAMES.values())
    chapters = (chapter.name for chapter in outline.chapters.values())
    scopes = tuple(dict.fromkeys((*subjects, *chapters)))
    return DiscordPlatform(desk, options, painter=painter, scopes=scopes)


def _qq(settings: Settings, desk: Desk, painter: Painter | None) -> Platform:
    from bot.platforms.qq.platform import QqOptions, QqPlatform

    given = settings.qq
    secret = given.secret.get_secret_value()
    _require("qq", {"ASSISTANT408_QQ__APP_ID": given.app_id, "ASSISTANT408_QQ__SECRET": secret})
    options = QqOptions(
        app_id=given.app_id,
        secret=secret,
        webhook=given.mode == "webhook",
        sandbox=given.sandbox,
        api_base=given.api_base,
        auth_base=given.auth_base,
        markdown=given.markdown,
        push_targets=frozenset(given.push_targets),
    )
    return QqPlatform(desk, options, painter=painter)


def _wecom(settings: Settings, desk: Desk, painter: Painter | None) -> Platform:
    from bot.platforms.wecom.platform import WeComOptions, WeComPlatform

    given = settings.wecom
    secret = given.secret.get_secret_value()
    _require(
        "wecom", {"ASSISTANT408_WECOM__BOT_ID": given.bot_id, "ASSISTANT408_WECOM__SECRET": secret}
    )
    options = WeComOptions(
        bot_id=given.bot_id,
        secret=secret,
        url=given.url,
        name=given.name,
        heartbeat_seconds=given.heartbeat_seconds,
        api_timeout_seconds=given.api_timeout_seconds,
    )
    return WeComPlatform(desk, options, painter=painter)


def _wechat(settings: Settings, desk: Desk, painter: Painter | None) -> Platform:
    from bot.platforms.wechat.platform import WeChatOptions, WeChatPlatform

    given = settings.wechat
    token = given.token.get_secret_value()
    _require("wechat", {"ASSISTANT408_WECHAT__TOKEN": token})
    options = WeChatOptions(
        token=token,
        aes_key=given.aes_key.get_secret_value(),
        app_id=given.app_id,
        app_secret=given.app_secret.get_secret_value(),
        api_base=given.api_base,
        wait_seconds=given.wait_seconds,
    )
    return WeChatPlatform(desk, options, painter=painter)


_MAKERS: Mapping[PlatformName, _Make] = {
    "onebot": _onebot,
    "qq": _qq,
    "discord": _discord,
    "wecom": _wecom,
    "wechat": _wechat,
}
