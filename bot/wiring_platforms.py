"""The platforms half of ``bot/wiring.py``: those of the settings, each with its desk."""

from collections.abc import Callable, Mapping

from pydantic import SecretStr

from bot.errors import StartupError
from bot.metrics import CountedPainter
from bot.platforms.desk import Desk, ReplyCounter
from bot.platforms.platform import Platform
from bot.platforms.supervision import Pauses
from bot.rendering.outgoing import Painter
from bot.wiring import House
from config.platforms import PlatformName
from config.settings import Settings

LACKING = "启动 {} 还缺设置：{}"
INSTEAD = "见 docs/platforms/{}.md；不要这个平台就从 ASSISTANT408_PLATFORMS 里去掉它"
_REQUIRED: Mapping[PlatformName, tuple[str, ...]] = {
    "qq": ("app_id", "secret"),
    "discord": ("token",),
    "wecom": ("bot_id", "secret"),
    "wechat": ("token",),
}

_Make = Callable[[Settings, Desk, Painter | None], Platform]


def make_platforms(settings: Settings, house: House, painter: Painter | None) -> list[Platform]:
    """Make the platforms of the settings, which ``require_settings`` let pass, and let pushes out.

    StartupError, in one sentence, when one cannot begin with its settings.
    """
    replies = ReplyCounter(house.health.registry)
    counted = CountedPainter(painter, house.health.registry) if painter else None
    platforms: list[Platform] = []
    for name in settings.platforms:
        platform = _MAKERS[name](settings, Desk(name, house.router, replies), counted)
        house.outboxes.add(name, platform.outbox, platform.outbox)
        platforms.append(platform)
    return platforms


def require_settings(settings: Settings) -> None:
    """Raise StartupError, a sentence for each platform that lacks settings; nothing is loaded."""
    lacking = {name: missing_settings(settings, name) for name in settings.platforms}
    sentences = [
        f"{LACKING.format(name, '、'.join(names))}（{INSTEAD.format(name)}）。"
        for name, names in lacking.items()
        if names
    ]
    if sentences:
        raise StartupError(" ".join(sentences))


def missing_settings(settings: Settings, platform: PlatformName) -> list[str]:
    """Return the variables without which ``platform`` cannot begin and which are empty."""
    given = getattr(settings, platform)
    required = _REQUIRED.get(platform, ())
    if platform == "wechat" and (given.aes_key or given.app_secret):
        required = (*required, "app_id")
    values = {name: getattr(given, name) for name in required}
    return [
        f"ASSISTANT408_{platform}__{name}".upper()
        for name, value in values.items()
        if not (value.get_secret_value() if isinstance(value, SecretStr) else value)
    ]


def pauses(settings: Settings) -> Pauses:
    """Return the pauses between two tries to connect."""
    given = settings.reconnect
    return Pauses(given.first_seconds, given.most_seconds, refused=given.refused_seconds)


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
    options = DiscordOptions(
        token=given.token.get_secret_value(),
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
    options = QqOptions(
        app_id=given.app_id,
        secret=given.secret.get_secret_value(),
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
    options = WeComOptions(
        bot_id=given.bot_id,
        secret=given.secret.get_secret_value(),
        url=given.url,
        name=given.name,
        heartbeat_seconds=given.heartbeat_seconds,
        api_timeout_seconds=given.api_timeout_seconds,
    )
    return WeComPlatform(desk, options, painter=painter)


def _wechat(settings: Settings, desk: Desk, painter: Painter | None) -> Platform:
    from bot.platforms.wechat.platform import WeChatOptions, WeChatPlatform

    given = settings.wechat
    options = WeChatOptions(
        token=given.token.get_secret_value(),
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
