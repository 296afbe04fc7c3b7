"""Checks of the language model: the endpoint, what it serves, its context, and a small answer."""

from contextlib import aclosing

from backend.errors import GenerationError, GenerationRefused
from backend.generation.openai_client import OpenAiGenerator
from backend.generation.ports import ChatMessage, Finished
from backend.generation.served import ServedModel
from bot.doctor_findings import Finding, failure, ok, warning
from bot.wiring import model
from config.models import Llm
from config.settings import Settings

ADVICE = "检查模型服务和 ASSISTANT408_LLM__BASE_URL；在这之前由概念卡片回答。"
SECONDS = 30.0

_PROBE = [ChatMessage("user", "只回答一个字：好")]
_PROBE_TOKENS = 64
_PROMPT_TOKENS = 1500
"""What the rules, a few sources and the question need at least."""


async def language_model(settings: Settings) -> Finding:
    """Whether the configured model would answer, and end its answers by itself."""
    generator = model(settings)
    if generator is None:
        return ok("没有配置，由概念卡片回答")
    try:
        try:
            served = await generator.models()
        except GenerationRefused:  # some gateways have no list; a wrong key is told by the answer
            return await _answers(settings.llm, generator, "接口不说它有哪些模型，")
        llm = settings.llm
        told = next((each.context_tokens for each in served if each.name == llm.model), None)
        context = llm.context_tokens or told
        known = "" if context is None else f"上下文 {context} 个词元，"
        wrong = _names(llm, served) or _context(llm, told)
        return wrong or await _answers(llm, generator, known)
    finally:
        await generator.aclose()


def _names(llm: Llm, served: tuple[ServedModel, ...]) -> Finding | None:
    names = [model.name for model in served]
    shown = "、".join(names) or "一个也没有"
    if llm.model not in names:
        return warning(
            f"接口有应答，但没有叫 {llm.model} 的模型（有：{shown}）",
            "把 ASSISTANT408_LLM__MODEL 改成接口里的模型名。",
        )
    if llm.adapter and llm.adapter not in names:
        return warning(
            f"接口有模型 {llm.model}，但没有适配器 {llm.adapter}（有：{shown}），先用原模型回答",
            "给 vLLM 加上 --enable-lora --lora-modules 名字=路径，或改 ASSISTANT408_LLM__ADAPTER。",
        )
    return None


def _context(llm: Llm, told: int | None) -> Finding | None:
    if told is not None and llm.context_tokens is not None and llm.context_tokens > told:
        return warning(
            f"ASSISTANT408_LLM__CONTEXT_TOKENS 是 {llm.context_tokens}，"
            f"模型只有 {told} 个词元的上下文，长的提示会被拒绝",
            "去掉这个设置（空着就问接口），或改小。",
        )
    context, needed = llm.context_tokens or told, _PROMPT_TOKENS + llm.max_tokens
    if context is not None and context < needed:
        return warning(
            f"上下文只有 {context} 个词元，提示和回答至少要 {needed} 个",
            "调大 vLLM 的 --max-model-len，或调小 ASSISTANT408_LLM__MAX_TOKENS。",
        )
    return None


async def _answers(llm: Llm, generator: OpenAiGenerator, known: str) -> Finding:
    """Have it say one word: whatever the model, that is soon said and ends by itself."""
    finished: Finished | None = None
    try:
        asking = generator.stream(_PROBE, user="doctor", max_tokens=_PROBE_TOKENS)
        async with aclosing(asking) as items:
            async for item in items:
                if isinstance(item, Finished):
                    finished = item
    except GenerationError as error:
        return failure(f"试答失败：{error}", ADVICE)
    assert finished is not None
    what = f"{llm.base_url} 有应答，模型 {llm.model}"
    if llm.adapter:
        what += f"，适配器 {llm.adapter}"
    if finished.reason == "leaked":
        return warning(
            f"{what}；回答里漏出了特殊标记（会被截掉）",
            "检查 ASSISTANT408_LLM__STOP_TOKEN_IDS 和模型的对话模板。",
        )
    if finished.reason == "length":
        return warning(
            f"{what}；让它只答一个字，它写了 {_PROBE_TOKENS} 个词元还没停",
            "检查 ASSISTANT408_LLM__STOP_TOKEN_IDS、--generation-config 和模型的对话模板；"
            "很小的模型也会这样。",
        )
    return ok(f"{what}；{known}试答正常，停得下来")
