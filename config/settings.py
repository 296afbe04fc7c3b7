"""Every setting: its type, default, unit and meaning.

Environment variables win over ``.env``, which wins over ``config/default.toml``. The prefix is
``ASSISTANT408_`` and ``__`` goes one level down: ``ASSISTANT408_HTTP__PORT=8080``. Settings are
read once, by an entry point; everything else gets plain values.
"""

from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, SecretStr
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from config.models import Embedder, Llm, Reranker
from config.platforms import Discord, OneBot, Platforms, Qq, Reconnect, WeChat, WeCom
from config.types import (
    Part,
    Port,
    PositiveFloat,
    PositiveInt,
    Ratio,
    Superuser,
    WebAddress,
    listed,
)

ROOT = Path(__file__).parents[1]
DEFAULT_TOML = ROOT / "config" / "default.toml"


class Http(Part):
    host: str = Field(default="127.0.0.1", description="监听地址；容器或外网访问时用 0.0.0.0")
    port: Port = Field(default=8408, description="监听端口；0 表示由系统挑一个空闲端口")


class Redis(Part):
    url: SecretStr = Field(
        default=SecretStr(""),
        description="redis://… ；空表示使用内嵌的 Redis，数据在 data_dir/redis",
    )
    timeout_seconds: PositiveFloat = Field(default=0.5, description="单次访问 Redis 的上限，秒")


class Milvus(Part):
    uri: WebAddress = Field(
        default="", description="Milvus 集群地址；空表示 data_dir/kb 下的 milvus-lite"
    )
    token: SecretStr = Field(default=SecretStr(""), description="Milvus 集群的令牌 user:password")


class Database(Part):
    url: SecretStr = Field(
        default=SecretStr(""),
        description="学习记录的数据库 postgresql://用户:密码@主机/库；空表示 data_dir 下的 SQLite",
    )


class Quiz(Part):
    makeup_minutes: PositiveFloat = Field(
        default=60, description="错过时间的推送在多久之内补发，分钟；再晚就跳过并记下原因"
    )
    sweep_seconds: PositiveInt = Field(
        default=30, description="多久看一次有没有该发、该重试的推送，秒"
    )
    mock_seconds_per_question: PositiveFloat = Field(
        default=90, description="模考平均每题的时间，秒"
    )


class Pictures(Part):
    enabled: bool = Field(
        default=True, description="在能显示图片的平台把报告和带代码、表格的题画成图片"
    )
    deadline_seconds: PositiveFloat = Field(
        default=5, description="画一张图的上限，秒；画不出来就发文字"
    )


class Photos(Part):
    enabled: bool = Field(
        default=True,
        description="认出照片里的题目来回答；要装 requirements/photos.txt，关掉则请人打字",
    )
    max_megabytes: PositiveFloat = Field(
        default=8, le=8, description="一张照片的文件上限，MB；各平台下载时最多 8 MB"
    )
    deadline_seconds: PositiveFloat = Field(
        default=30, description="认一张照片的上限，秒；超过就请人裁剪或打字"
    )
    waiting: PositiveInt = Field(
        default=8, description="最多多少张照片排队，张；再多就请人过会儿再发"
    )
    idle_minutes: PositiveFloat = Field(
        default=10, description="多久没有照片就结束识别进程，分钟；它约占 400 MB 内存"
    )


class History(Part):
    max_turns: PositiveInt = Field(
        default=20, description="每段对话保留的最多轮数（一问一答算一轮）"
    )
    ttl_hours: PositiveFloat = Field(default=24, description="对话记录的保留时间，小时")
    followup_minutes: PositiveFloat = Field(
        default=30, description="追问可以承接多久以前的对话，分钟"
    )


class Limits(Part):
    user_per_minute: PositiveInt = Field(default=12, description="每人每分钟最多被回答的消息数，条")
    group_per_minute: PositiveInt = Field(
        default=40, description="每群每分钟最多被回答的消息数，条"
    )
    concurrency: PositiveInt = Field(default=16, description="同时处理的消息数上限，条")
    queue: PositiveInt = Field(
        default=1000, description="排队等待处理的消息数上限，条；满了礼貌拒绝"
    )
    message_seconds: PositiveFloat = Field(default=60, description="处理一条消息的总时限，秒")
    max_message_chars: PositiveInt = Field(
        default=2000, description="一条消息参与理解的最多字数，字"
    )
    dedupe_minutes: PositiveFloat = Field(default=10, description="重复消息的识别窗口，分钟")


class Answering(Part):
    passages: PositiveInt = Field(default=5, description="每次检索取回的段落数，段")
    ask_back_line: Ratio | None = Field(
        default=None, description="低于它就坦白不知道；空表示用标定值"
    )
    answer_line: Ratio | None = Field(default=None, description="高于它才直接回答；空表示用标定值")
    max_unsupported_share: Ratio = Field(
        default=0.34, description="模型的话里没有资料依据的超过这个比例，就改由概念卡片回答"
    )
    label_additions: bool = Field(
        default=True, description="模型的无害补充加上“模型补充”标签；否则删去"
    )


class Settings(BaseSettings):
    """All settings of one process."""

    model_config = SettingsConfigDict(
        env_prefix="ASSISTANT408_",
        env_nested_delimiter="__",
        env_file=".env",
        env_file_encoding="utf-8",
        env_ignore_empty=True,
        toml_file=DEFAULT_TOML,
        extra="forbid",
        frozen=True,
    )

    data_dir: Path = Field(default=Path("data"), description="知识库、内嵌 Redis 与日志所在目录")
    content_dir: Path = Field(default=ROOT / "content", description="学习内容所在目录")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="INFO", description="日志级别"
    )
    log_message_text: bool = Field(
        default=False, description="日志里是否记录消息原文（默认只记哈希）"
    )
    exam_date: date = Field(default=date(2026, 12, 19), description="初试第一天，年-月-日")
    superusers: Annotated[tuple[Superuser, ...], NoDecode, BeforeValidator(listed)] = Field(
        default=(), description="运营者的账号，平台:账号，如 onebot:123456；只有他们能用 /管理"
    )
    platforms: Platforms = Field(
        default=("onebot",),
        description="serve 启动哪些平台，逗号隔开：onebot（QQ，经 NapCat 等）、"
        "qq（QQ 官方机器人）、discord、wecom（企业微信智能机器人）、wechat（公众号）",
    )
    http: Http = Http()
    onebot: OneBot = OneBot()
    qq: Qq = Qq()
    discord: Discord = Discord()
    wecom: WeCom = WeCom()
    wechat: WeChat = WeChat()
    reconnect: Reconnect = Reconnect()
    redis: Redis = Redis()
    milvus: Milvus = Milvus()
    embedder: Embedder = Embedder()
    reranker: Reranker = Reranker()
    database: Database = Database()
    llm: Llm = Llm()
    history: History = History()
    limits: Limits = Limits()
    answering: Answering = Answering()
    quiz: Quiz = Quiz()
    pictures: Pictures = Pictures()
    photos: Photos = Photos()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        del file_secret_settings
        toml = TomlConfigSettingsSource(settings_cls)
        return init_settings, env_settings, dotenv_settings, toml
