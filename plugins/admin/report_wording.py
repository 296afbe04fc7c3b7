"""What the operator reads of reported questions, and what people are told of corrected ones."""

from collections.abc import Sequence

from backend.learning.values import Asking, Correction
from backend.questions.question import OPTION_KEYS, OptionKey
from plugins.admin.wording import day_words
from plugins.asking_words import CORRECTED

SHOWN_REPORTS = 5
_STEM_CHARS = 40

NO_REPORTS = "没有待处理的纠错。"
NO_SUCH_REPORT = "没有这条纠错。发“/管理 纠错”看待处理的。"
REASON_NEEDED = (
    "驳回要写一句理由，报告的人会看到，例如：/管理 纠错 12 驳回 题干问的是不正确的一项。"
)

QUESTION_GONE = "这条纠错的题目已经不在记录里，只能驳回。"


def how_to_decide(number: int) -> str:
    """Say how a report is decided, where the letter is missing or none of the question's."""
    return (
        f"接受要写上正确的字母，A 到 D，按“/管理 纠错 {number}”里的顺序，"
        f"例如：/管理 纠错 {number} 接受 C。"
        "没有一个选项对就写“作废”，报告不成立就写“驳回 理由”。"
    )


def report_page(page: Sequence[tuple[Correction, Asking | None]], total: int, number: int) -> str:
    """Show some of the open reports, whole, and how to decide."""
    parts = [f"**待处理的纠错 {total} 条**"]
    parts += [report(correction, asking) for correction, asking in page]
    left = total - number * SHOWN_REPORTS
    if left > 0:
        parts.append(f"还有 {left} 条：“/管理 纠错 页 {number + 1}”。")
    return "\n\n————\n\n".join(parts)


def report(correction: Correction, asking: Asking | None) -> str:
    """Show a report: the question as written, the letters that the reporter saw, what was said."""
    lines = [" ".join(line.split()) for line in correction.text.splitlines()]
    said = f"报告：{'；'.join(line for line in lines if line)}"
    day = day_words(correction.created_at.date())
    head = f"**#{correction.id}** {correction.question_id}（{day}）"
    if asking is None:
        return "\n\n".join((head, said, QUESTION_GONE))
    question = asking.question
    options = "\n".join(
        f"- {key}. {question.options[key]}（报告人看到 {asking.shown(key)}）{_mark(key, asking)}"
        for key in OPTION_KEYS
    )
    decide = (
        f"“/管理 纠错 {correction.id} 接受 B”（按这里的字母）｜"
        f"“/管理 纠错 {correction.id} 作废”｜“/管理 纠错 {correction.id} 驳回 理由”"
    )
    return "\n\n".join((head, question.stem, options, said, decide))


def _mark(key: OptionKey, asking: Asking) -> str:
    return " √ 现在的答案" if key == asking.question.answer else ""


def reasons(asking: Asking) -> str:
    """Show what the author says of every option, and the steps."""
    question = asking.question
    why = "\n".join(f"- {key}：{question.why[key]}" for key in OPTION_KEYS if question.why)
    why = why or CORRECTED
    steps = "\n\n".join(question.steps)
    convention = f"约定：{question.convention}" if question.convention else ""
    return "\n\n".join(part for part in ("**题库里的解析**", why, steps, convention) if part)


def decided(correction: Correction) -> str:
    """Say that a report was decided before."""
    what = "接受" if correction.state == "accepted" else "驳回"
    note = f"：{correction.note}" if correction.note else ""
    return f"#{correction.id} 已经处理过了（{what}{note}）。"


def same_key(key: OptionKey) -> str:
    """Say that the key is what it should become."""
    return f"现在的答案就是 {key}，不用改。报告不成立就用“驳回 理由”。"


def accepted(
    correction: Correction, key: OptionKey | None, accounts: int, more: Sequence[int]
) -> str:
    """Say what an accepted report changed, for how many, and what is left to do."""
    what = "已作废：不再出这道题，不计对错" if key is None else f"答案改为 {key}"
    people = (
        f"{accounts} 个账号答过，已重新判分，下次和我说话时会收到通知"
        if accounts
        else "还没有人答过"
    )
    id_ = correction.question_id
    source = "出这道题的生成器" if id_.startswith("gen.") else "题库文件里的这道题"
    parts = [
        f"#{correction.id} {what}。{people}。",
        f"{source}（{id_}）也请改掉，不然别的部署还会照旧出。",
    ]
    if more:
        numbers = "、".join(f"#{number}" for number in more)
        parts.append(f"同一道题还有报告没处理：{numbers}。")
    return "\n\n".join(parts)


def rejected(correction: Correction) -> str:
    """Confirm that a report was rejected."""
    return f"#{correction.id} 已驳回，题目不变；报告的人下次和我说话时会看到理由。"


# What people are told; nobody is told that they were wrong.


def stem_line(asking: Asking) -> str:
    """Give the first line of a question, cut to one line of a phone or two."""
    first = " ".join(asking.question.stem.strip().split("\n")[0].replace("**", "").split())
    return first if len(first) <= _STEM_CHARS else f"{first[:_STEM_CHARS]}…"


def key_notice(asking: Asking, key: OptionKey) -> str:
    """Tell everyone who answered that the key was changed; letters differ, so options are named."""
    options = asking.question.options
    return (
        f"**题目更正**：“{stem_line(asking)}”的答案更正为“{options[key]}”，"
        f"原来写的是“{options[asking.question.answer]}”。你的记录和错题本已按新答案更新。"
    )


def retraction_notice(asking: Asking) -> str:
    """Tell everyone who answered that the question no longer counts."""
    return (
        f"**题目作废**：“{stem_line(asking)}”这道题出得有问题，已经撤下，不计对错。"
        "你的记录和错题本已更新。"
    )


def rejection_notice(asking: Asking | None, reason: str) -> str:
    """Tell who reported a question why it stays as it is."""
    which = f"“{stem_line(asking)}”" if asking is not None else "那道题"
    why = reason.rstrip("。")
    return f"**纠错回复**：你报告的{which}核对过了，题目和答案不变。{why}。谢谢你的仔细。"


def key_note(key: OptionKey | None) -> str:
    """Note what was decided."""
    return "作废" if key is None else f"答案改为 {key}"
