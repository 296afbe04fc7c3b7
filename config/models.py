"""The settings of the models: those that search, and the one that writes."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, SecretStr
from pydantic_settings import NoDecode

from config.types import Key, Part, PositiveFloat, PositiveInt, WebAddress, listed


class Embedder(Part):
    kind: Literal["lsa", "bge", "endpoint"] = Field(
        default="lsa",
        description="向量模型：lsa 内置，不用下载；bge 在本机运行；endpoint 用 OpenAI 兼容接口",
    )
    model: str = Field(
        default="BAAI/bge-small-zh-v1.5",
        description="bge 的模型名或本机文件夹；endpoint 请求中的模型名",
    )
    device: Literal["auto", "cpu", "cuda"] = Field(
        default="auto", description="bge 在哪里算；auto 表示有 GPU 就用"
    )
    batch_size: PositiveInt = Field(default=32, description="建库时一次编码的段落数，段")
    instruction: str = Field(
        default="auto", description="查询前面的指令；auto 表示按模型，none 表示不加"
    )
    base_url: WebAddress = Field(
        default="", description="endpoint 的地址，如 http://127.0.0.1:8001/v1"
    )
    api_key: Key = Field(default=SecretStr(""), description="endpoint 的密钥；可空")
    timeout_seconds: PositiveFloat = Field(
        default=1.0, description="回答时等 endpoint 的上限，秒；超过就只用词面检索"
    )
    cache_size: PositiveInt = Field(default=1000, description="记住多少个查询的向量，个")

    def plain(self) -> dict[str, Any]:
        """Return the values as ``choose_embedder`` takes them."""
        return {**self.model_dump(), "api_key": self.api_key.get_secret_value()}


class Reranker(Part):
    kind: Literal["none", "bge", "endpoint"] = Field(
        default="none", description="重排模型：none 不用；bge 在本机运行；endpoint 用 /rerank 接口"
    )
    model: str = Field(
        default="BAAI/bge-reranker-base",
        description="bge 的模型名或本机文件夹；endpoint 请求中的模型名",
    )
    device: Literal["auto", "cpu", "cuda"] = Field(
        default="auto", description="bge 在哪里算；auto 表示有 GPU 就用"
    )
    base_url: WebAddress = Field(
        default="", description="endpoint 的地址，如 http://127.0.0.1:8002/v1"
    )
    api_key: Key = Field(default=SecretStr(""), description="endpoint 的密钥；可空")
    timeout_seconds: PositiveFloat = Field(
        default=2.0, description="一次重排的上限，秒；超过就用融合的顺序"
    )

    def plain(self) -> dict[str, Any]:
        """Return the values as ``choose_reranker`` takes them."""
        return {**self.model_dump(), "api_key": self.api_key.get_secret_value()}


class Llm(Part):
    base_url: WebAddress = Field(
        default="", description="OpenAI 兼容接口的地址，如 http://127.0.0.1:8000/v1；空表示不用模型"
    )
    api_key: Key = Field(default=SecretStr(""), description="模型接口的密钥；可空")
    model: str = Field(default="internlm2", description="请求中的模型名")
    family: Literal["internlm2", "openai"] | None = Field(
        default=None,
        description="internlm2 用 vLLM 自己的字段（停止词元、限定选项），openai 只用通用字段；"
        "空表示看模型名里有没有 internlm2",
    )
    adapter: str = Field(
        default="", description="LoRA 适配器在接口里的名字；接口没有它时用 model 并警告；空表示不用"
    )
    context_tokens: PositiveInt | None = Field(
        default=None, description="提示与回答合计最多的词元数；空表示问接口，问到之前当作 4096"
    )
    max_tokens: PositiveInt = Field(default=700, description="一个回答最多生成的词元数")
    temperature: Annotated[float, Field(ge=0, le=2)] = Field(default=0.2, description="采样温度")
    stop_token_ids: Annotated[tuple[int, ...] | None, NoDecode, BeforeValidator(listed)] = Field(
        default=None,
        description="停止词元的编号，如 92542,2；空表示用 InternLM2 的；只有 internlm2 用得到",
    )
    stop: Annotated[tuple[str, ...], NoDecode, BeforeValidator(listed)] = Field(
        default=(),
        description="停止字符串，如 </s>；vLLM 会为它压住最后几个字，"
        "一般不需要：漏出来的特殊标记本来就会被截掉",
    )
    concurrency: PositiveInt = Field(default=8, description="同时向模型请求的上限，个")
    queue: PositiveInt = Field(
        default=32, description="排队等模型的上限，个；再多就直接由概念卡片回答"
    )
    queue_seconds: PositiveFloat = Field(
        default=6, description="排队等模型的上限，秒；轮不到就由概念卡片回答"
    )
    connect_timeout_seconds: PositiveFloat = Field(default=2, description="建立连接的上限，秒")
    first_token_timeout_seconds: PositiveFloat = Field(
        default=8, description="轮到之后等首个词元的上限，秒"
    )
    stall_timeout_seconds: PositiveFloat = Field(
        default=8, description="写到一半停住不动的上限，秒"
    )
    total_timeout_seconds: PositiveFloat = Field(
        default=40, description="整个回答的上限，连排队在内，秒"
    )
    short_timeout_seconds: PositiveFloat = Field(
        default=4, description="改写追问、判断选项这类短请求的上限，连排队在内，秒"
    )
    breaker_failures: PositiveInt = Field(default=3, description="接连失败多少次就暂停使用模型，次")
    breaker_seconds: PositiveFloat = Field(
        default=5, description="第一次暂停多久再试，秒；试了还不行就翻倍"
    )
    breaker_most_seconds: PositiveFloat = Field(default=60, description="一次最多暂停多久，秒")
