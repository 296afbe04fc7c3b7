"""The settings of the chat platforms: which of them run, and what each needs."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr
from pydantic_core import PydanticCustomError
from pydantic_settings import NoDecode

from config.types import (
    Key,
    Numbers,
    Part,
    PositiveFloat,
    SafeAddress,
    SafeSocket,
    WebAddress,
    listed,
)

PlatformName = Literal["onebot", "qq", "discord", "wecom", "wechat"]


def _named_once(names: tuple[PlatformName, ...]) -> tuple[PlatformName, ...]:
    if not names:
        raise PydanticCustomError("platforms", "至少要写一个平台")
    return tuple(dict.fromkeys(names))


Platforms = Annotated[
    tuple[PlatformName, ...], NoDecode, BeforeValidator(listed), AfterValidator(_named_once)
]


class OneBot(Part):
    access_token: SecretStr = Field(
        default=SecretStr(""),
        description="NapCat 等 OneBot v11 客户端连接时必须出示的令牌；空表示不检查",
    )
    ignored_users: Numbers = Field(default=(), description="不理会的 QQ 号（例如群里的其他机器人）")
    api_timeout_seconds: PositiveFloat = Field(
        default=10, description="等待客户端确认发送的上限，秒"
    )


class Reconnect(Part):
    first_seconds: PositiveFloat = Field(
        default=1, description="连接断开后第一次等多久再连，秒；连不上就逐次加倍"
    )
    most_seconds: PositiveFloat = Field(default=60, description="两次重连之间最多等多久，秒")
    refused_seconds: PositiveFloat = Field(
        default=300, description="平台拒绝（如令牌不对）之后多久再试，秒"
    )


class Discord(Part):
    token: Key = Field(default=SecretStr(""), description="Discord 机器人的令牌")
    guilds: Numbers = Field(
        default=(), description="只在这些服务器（guild）里回答，写编号；空表示所有服务器"
    )
    api_base: SafeAddress = Field(
        default="https://discord.com/api/v10", description="Discord 的 REST 地址；测试或代理时才改"
    )
    gateway_url: SafeSocket = Field(
        default="",
        description="Discord 的网关地址 wss://…；空表示官方的；测试时才改",
    )
    proxy: WebAddress = Field(
        default="", description="连 Discord 用的 HTTP 代理，如 http://127.0.0.1:7890；空表示直连"
    )


class Qq(Part):
    app_id: str = Field(default="", description="QQ 开放平台上机器人的 AppID")
    secret: Key = Field(default=SecretStr(""), description="QQ 开放平台上机器人的 AppSecret")
    mode: Literal["webhook", "websocket"] = Field(
        default="webhook",
        description="接收消息的方式：webhook 要有公网 HTTPS 地址，websocket 不用（平台逐步停用）",
    )
    sandbox: bool = Field(default=False, description="是否使用沙箱环境")
    api_base: SafeAddress = Field(
        default="https://api.sgroup.qq.com/", description="QQ 机器人接口的地址；测试时才改"
    )
    auth_base: SafeAddress = Field(
        default="https://bots.qq.com/app/getAppAccessToken",
        description="换取访问令牌的地址；测试时才改",
    )
    markdown: bool = Field(default=False, description="机器人是否已获准发 Markdown 和按钮")
    push_targets: Annotated[tuple[str, ...], NoDecode, BeforeValidator(listed)] = Field(
        default=(), description="允许主动推送的群和人（openid）；主动消息要由群主打开或有限额"
    )


class WeCom(Part):
    bot_id: str = Field(default="", description="企业微信智能机器人的 BotID（长连接方式）")
    secret: Key = Field(default=SecretStr(""), description="企业微信智能机器人的 Secret")
    name: str = Field(
        default="",
        description="机器人在群里的名字，用来去掉问题里的 @名字；空表示去掉第一个 @ 开头的词",
    )
    url: SafeSocket = Field(
        default="wss://openws.work.weixin.qq.com", description="长连接地址；测试时才改"
    )
    heartbeat_seconds: PositiveFloat = Field(
        default=30, description="多久向企业微信发一次心跳，秒；没有回音就重连"
    )
    api_timeout_seconds: PositiveFloat = Field(default=10, description="等待企业微信确认的上限，秒")


class WeChat(Part):
    token: Key = Field(default=SecretStr(""), description="公众号服务器配置里的令牌（Token）")
    aes_key: Key = Field(
        default=SecretStr(""), description="公众号的消息加解密密钥（43 个字符）；空表示明文模式"
    )
    app_id: str = Field(default="", description="公众号的 AppID；安全模式和 AppSecret 都要它")
    app_secret: Key = Field(
        default=SecretStr(""),
        description="公众号的 AppSecret（要认证过的号）；空表示不发图片和客服消息，也不能推送",
    )
    api_base: SafeAddress = Field(
        default="https://api.weixin.qq.com", description="微信接口的地址；测试时才改"
    )
    wait_seconds: float = Field(
        default=4,
        gt=0,
        lt=5,
        description="等答案的上限，秒；微信只等 5 秒，没等到就请用户回复 1 来取",
    )
