"""What is said of the wrong book."""

from collections.abc import Sequence

from backend.knowledge.library import Library
from backend.questions.scope import SUBJECT_NAMES, Scope
from plugins.practice.commands import Form
from plugins.practice.exports import Entry
from plugins.practice.wording import dots, first_line, shortened

FORMS = (
    "可以导出三种格式：/错题本 导出 md（直接看）、csv（表格）、anki（做成卡片）；"
    "只要一科就加上科目：/错题本 导出 网络 csv。"
)
SHOWN = 10
_STEM_CHARS = 36
_HOW_TO_OPEN: dict[Form, str] = {
    "md": "Markdown 文件，记事本就能打开；也可以导出 csv（表格）或 anki（卡片）。",
    "csv": "用 Excel 或 WPS 打开；也可以导出 md（直接看）或 anki（卡片）。",
    "anki": "在 Anki 里点“导入文件”选它；以后再导入新的会更新旧卡片，不会重复。",
}


def listed(library: Library, entries: Sequence[Entry], scope: Scope) -> str:
    """List the newest entries by subject; ``entries`` are all of the scope, newest first."""
    where = "" if scope.kind == "all" else f" · {shortened(scope.label, 20)}"
    newest = f"，最近的 {SHOWN} 题" if len(entries) > SHOWN else ""
    head = f"**错题本{where}：共 {len(entries)} 题**{newest}"
    return "\n\n".join([head, *_by_subject(library, entries[:SHOWN]), _next(entries, scope)])


def _by_subject(library: Library, entries: Sequence[Entry]) -> list[str]:
    parts: list[str] = []
    for subject, names in SUBJECT_NAMES.items():
        lines = [_line(library, one) for one in entries if one.asking.question.subject == subject]
        if lines:
            parts.append(f"**{names[0]}**\n\n" + "\n".join(lines))
    return parts


def _line(library: Library, one: Entry) -> str:
    question = one.asking.question
    chapter = library.outline.chapters[question.chapter].name
    stem = shortened(first_line(question.stem), _STEM_CHARS)
    return f"- {stem}（{chapter}，错 {one.entry.wrong} 次 {dots(one.entry.right_days)}）"


def _next(entries: Sequence[Entry], scope: Scope) -> str:
    words = "" if scope.kind == "all" else f" {scope.label}"
    lines = [
        "在三个不同的日子答对（●●●）就移出，蒙对的算错。"
        f"重练发“/练 错题{words}”，导出发“/错题本 导出”。"
    ]
    if scope.kind == "all" and len(entries) > SHOWN:
        lines.append("看某一科：/错题本 操作系统。")
    return "".join(lines)


def exported(count: int, form: Form, scope: Scope) -> str:
    """Say what is in the file and how to open it."""
    where = "" if scope.kind == "all" else f"（{shortened(scope.label, 20)}）"
    return f"错题本{where}导出好了，共 {count} 题。{_HOW_TO_OPEN[form]}"
