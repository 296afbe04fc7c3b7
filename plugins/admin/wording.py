"""What the operator reads of groups, pushes and numbers."""

from collections.abc import Mapping, Sequence
from datetime import date

from backend.learning.groups import Group
from backend.learning.ledger import Delivery
from backend.learning.values import SHANGHAI
from backend.questions.scope import SUBJECT_NAMES

SHOWN_TROUBLE = 10
_TAIL_DIGITS = 4
_STATES = {
    "confirmed": "已送达",
    "claimed": "准备发送",
    "sent": "正在发送",
    "failed": "没发出去，会重试",
    "skipped": "跳过",
    "unknown": "不确定",
}
_SLOTS = {"question": "每日一题", "reveal": "公布答案", "extra": "加推", "reminder": "个人提醒"}
_COUNTED = {
    "people": "学习的人",
    "attempts": "作答",
    "attempts_today": "今天作答",
    "groups": "群",
    "open_corrections": "待处理的纠错",
}

MENU = """**运营命令**

- /管理 状态：推送情况，哪些没发成
- /管理 统计：人数、作答、纠错
- /管理 群：所有群和编号
- /管理 推送 2：马上给第 2 群加推一题
- /管理 广播测试 2：给第 2 群发一条测试消息
- /管理 暂停 2 · /管理 恢复 2
- /管理 纠错：看报告的题；/管理 纠错 12 接受 C｜作废｜驳回 理由"""
RECORD_DOWN = "学习记录用不了，什么都没有改。过一会儿再试，或到服务器上运行 python -m bot doctor。"
NO_GROUPS = "还没有群设置过每日一题。群管理员在群里发“/每日一题 开”之后，这里就能看到。"
TEST_MESSAGE = "【测试】运营者在检查消息能不能发到这里，不用理会。"
NOT_RUNNING = "这个平台没有在本进程启动"
NO_PUSHES = "这个平台不允许主动推送"
UNCERTAIN = "平台没有确认，到群里看一眼"

# To the operator, in the log.
LOG_NOT_ALLOWED = "有人发了 /管理，但不在运营者名单里，已按未知命令处理"
LOG_DONE = "运营操作：{}"


def not_understood(words: str) -> str:
    """Say that a command was not understood."""
    return f"没看懂“{words[:30]}”。\n\n{MENU}"


# State and numbers


def state(
    counts: Mapping[str, int],
    trouble: Sequence[Delivery],
    groups: Sequence[Group],
    since: date,
) -> str:
    """Show how the pushes since a day went, what went wrong of late, and the groups."""
    pushes = " · ".join(f"{name} {counts[key]}" for key, name in _STATES.items() if counts.get(key))
    on = sum(group.settings.enabled and not group.settings.paused for group in groups)
    paused = sum(group.settings.paused for group in groups)
    numbers = {group.key: number for number, group in enumerate(groups, start=1)}
    parts = [
        f"**推送（{day_words(since)}起）**\n\n{pushes or '还没有'}",
        f"**群** 共 {len(groups)} 个：开着 {on}，暂停 {paused}，其余关着",
    ]
    if trouble:
        shown = trouble[:SHOWN_TROUBLE]
        lines = [f"- {_trouble(row, numbers)}" for row in shown]
        more = len(trouble) - len(shown)
        lines += [f"- 还有 {more} 条，运行 python -m bot ledger 看全部"] if more else []
        parts.append("**昨天和今天没发成的**\n\n" + "\n".join(lines))
    else:
        parts.append("昨天和今天没有推送失败。")
    return "\n\n".join(parts)


def _trouble(row: Delivery, numbers: Mapping[str, int]) -> str:
    number = numbers.get(row.target)
    where = f"第 {number} 群 " if number else ""
    what = _SLOTS.get(row.slot.split("-")[0], row.slot)
    at = f"{row.due_at.astimezone(SHANGHAI):%H:%M}"
    why = f"：{row.reason}" if row.reason else ""
    return f"{day_words(row.day)} {at} {where}{what} {_STATES[row.state]}{why}"


def counts(found: Mapping[str, int]) -> str:
    """Show the numbers of the record."""
    lines = (f"- {name} {found[key]}" for key, name in _COUNTED.items())
    return "**统计**\n\n" + "\n".join(lines)


def groups(found: Sequence[Group]) -> str:
    """List the groups with their numbers and ids."""
    lines = (f"{number}. {_group(group)}" for number, group in enumerate(found, start=1))
    return "**群**（编号用在“/管理 推送”等命令里）\n\n" + "\n".join(lines)


def _group(group: Group) -> str:
    settings = group.settings
    state = "已暂停" if settings.paused else "开" if settings.enabled else "关"
    times = "、".join(f"{at:%H:%M}" for at in settings.times)
    skipped = "、".join(SUBJECT_NAMES[subject][0] for subject in settings.skipped_subjects)
    parts = [
        f"{group.platform} {group.conversation_id}",
        state,
        f"{times} 出 {settings.count} 题",
        f"{settings.reveal:%H:%M} 公布",
        f"跳过{skipped}" if skipped else "",
    ]
    return " · ".join(part for part in parts if part)


# Groups


def no_such_group(number: int | None, count: int) -> str:
    """Say that a group's number is missing or wrong."""
    if number is None:
        return f"要说是哪个群，1 到 {count}。发“/管理 群”看编号。"
    return f"没有第 {number} 群，现在有 {count} 个。发“/管理 群”看编号。"


def named(number: int, group: Group) -> str:
    """Name a group so that a wrong number is noticed, without its whole id."""
    return f"第 {number} 群（{group.platform}，尾号 {group.conversation_id[-_TAIL_DIGITS:]}）"


def pushed(name: str, problem: str | None) -> str:
    """Say what came of an extra question."""
    if problem is None:
        return f"{name}：加推了一题，平台已确认。"
    return f"{name}：加推没有确认送达，{problem or '原因不明'}。详情看“/管理 状态”。"


def not_pushed(name: str, problem: str) -> str:
    """Say why an extra question was not even tried."""
    return f"{name}：没有加推，{problem}。"


def tested(name: str, problem: str | None) -> str:
    """Say what came of a test message."""
    if problem is None:
        return f"{name}：测试消息已发出，平台已确认。"
    return f"{name}：测试消息没有确认送达，{problem}。"


def paused(name: str, *, changed: bool) -> str:
    """Confirm a pause."""
    if not changed:
        return f"{name}：本来就暂停着。"
    return f"{name}：已暂停，不再推送；群里的设置和记录都不动。恢复发“/管理 恢复”加编号。"


def resumed(name: str, *, changed: bool, enabled: bool) -> str:
    """Confirm that a pause is over."""
    if not changed:
        return f"{name}：没有暂停，不用恢复。"
    if not enabled:
        return f"{name}：已恢复；不过群管理员自己关着每日一题，要他们发“/每日一题 开”才会推送。"
    return f"{name}：已恢复，从下一个时间开始推送，错过的不补。"


def day_words(day: date) -> str:
    """Say the month and the day."""
    return f"{day.month} 月 {day.day} 日"
