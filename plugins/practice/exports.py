"""The wrong book as a file: Markdown to read, CSV for a spreadsheet, cards for Anki. Pure.

Anki's file is its own text format (docs.ankiweb.net, "Text Files"): header lines that begin with
``#``, then one note a line, fields separated by tabs and written in HTML. The first column is the
note's GUID, so that importing a newer export updates the cards instead of doubling them.
"""

import csv
import html
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from backend.knowledge.library import Library
from backend.learning.values import SHANGHAI, Asking, WrongEntry
from backend.questions.question import Question
from backend.questions.scope import SUBJECT_NAMES
from plugins.asking_words import explanation, sources_line, stars
from plugins.messages import Attachment
from plugins.practice.commands import Form
from plugins.practice.wording import dots

_ENDINGS: dict[Form, str] = {"md": "md", "csv": "csv", "anki": "anki.txt"}
_HEADER = ("科目", "章", "考点", "难度", "题干", "A", "B", "C", "D", "答案", "解析")
_HEADER_OF_PERSON = ("错或蒙的次数", "连对天数", "加入时间")
_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?")
_FENCE = re.compile(r"```\w*\n(.*?)\n?```", re.DOTALL)
_TABLE = re.compile(r"(?:^\|.*\|[ ]*(?:\n|$))+", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the wrong book with its question as it was last put."""

    entry: WrongEntry
    asking: Asking


def written(library: Library, entries: Sequence[Entry], form: Form, now: datetime) -> Attachment:
    """Write the wrong book; the letters are those that the person saw last."""
    day = now.astimezone(SHANGHAI)
    text = {"md": _markdown, "csv": _csv, "anki": _anki}[form](library, entries)
    # A spreadsheet takes a CSV without this mark for the local code page.
    encoding = "utf-8-sig" if form == "csv" else "utf-8"
    return Attachment(f"408错题本-{day:%Y%m%d}.{_ENDINGS[form]}", text.encode(encoding))


def _markdown(library: Library, entries: Sequence[Entry]) -> str:
    parts = [f"# 408 错题本（{len(entries)} 题）"]
    subject = ""
    for number, one in enumerate(_by_outline(entries), 1):
        if one.asking.question.subject != subject:
            subject = one.asking.question.subject
            parts.append(f"## {SUBJECT_NAMES[subject][0]}")
        parts.append(_markdown_entry(library, one, number))
    return "\n\n".join(parts) + "\n"


def _markdown_entry(library: Library, one: Entry, number: int) -> str:
    asking, question = one.asking, one.asking.question
    head = f"### {number}. {_point(library, asking)} {stars(question.difficulty)}"
    state = f"错 {one.entry.wrong} 次，{dots(one.entry.right_days)}"
    options = "\n".join(f"- {key}. {text}" for key, text in asking.options)
    answer = f"**答案：{asking.shown_answer}**（{state}）"
    parts = (head, _asked(question), options, answer, _explained(asking))
    return "\n\n".join((*parts, sources_line(library, question)))


def _csv(library: Library, entries: Sequence[Entry]) -> str:
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(_HEADER + _HEADER_OF_PERSON)
    for one in _by_outline(entries):
        asking, question = one.asking, one.asking.question
        row = (
            SUBJECT_NAMES[question.subject][0],
            library.outline.chapters[question.chapter].name,
            _point(library, asking),
            question.difficulty,
            _unmarked(_asked(question)),
            *(_unmarked(text) for _, text in asking.options),
            asking.shown_answer,
            _unmarked(_reasons(asking)),
            one.entry.wrong,
            one.entry.right_days,
            f"{one.entry.added_at.astimezone(SHANGHAI):%Y-%m-%d}",
        )
        writer.writerow(_inert(cell) for cell in row)
    return buffer.getvalue()


def _anki(library: Library, entries: Sequence[Entry]) -> str:
    lines = ["#separator:tab", "#html:true", "#deck:408 错题本", "#guid column:1", "#tags column:4"]
    for one in _by_outline(entries):
        asking, question = one.asking, one.asking.question
        options = "\n".join(f"{key}. {text}" for key, text in asking.options)
        front = f"{_asked(question)}\n\n{options}"
        back = (
            f"**{asking.shown_answer}. {question.options[question.answer]}**\n\n"
            f"{_reasons(asking)}\n\n{sources_line(library, question)}"
        )
        chapter = library.outline.chapters[question.chapter].name
        tags = " ".join(
            name.replace(" ", "_") for name in ("408", SUBJECT_NAMES[question.subject][0], chapter)
        )
        lines.append("\t".join((question.id, as_html(front), as_html(back), tags)))
    return "\n".join(lines) + "\n"


def as_html(markdown: str) -> str:
    """Write the Markdown subset as one line of HTML: code and tables keep their shape."""
    text = html.escape(markdown, quote=False).replace("\t", "    ").replace("\r", "")
    kept: list[str] = []

    def keep(block: str) -> str:
        kept.append(f"<pre>{block}</pre>".replace("\n", "<br>"))
        return f"\0{len(kept) - 1}\0"

    text = _FENCE.sub(lambda match: keep(match[1]), text)
    text = _TABLE.sub(lambda match: keep(match[0].rstrip("\n")) + "\n", text)
    text = re.sub(r"\*\*([^*\n]+)\*\*", r"<b>\1</b>", text)
    text = re.sub(r"`([^`\n]+)`", r"<code>\1</code>", text)
    text = text.replace("\n", "<br>")
    return re.sub(r"\0(\d+)\0", lambda match: kept[int(match[1])], text)


def _by_outline(entries: Sequence[Entry]) -> list[Entry]:
    """Order by subject, chapter and point as the outline has them, then the newest."""
    order = list(SUBJECT_NAMES)
    return sorted(
        entries,
        key=lambda one: (
            order.index(one.asking.question.subject),
            one.asking.question.point,
            -one.entry.added_at.timestamp(),
        ),
    )


def _point(library: Library, asking: Asking) -> str:
    point = library.outline.points.get(asking.question.point)
    return point.name if point is not None else asking.question.point


def _asked(question: Question) -> str:
    """Give the stem with its convention: without it another option may be right."""
    return (
        f"{question.stem}\n\n约定：{question.convention}" if question.convention else question.stem
    )


def _explained(asking: Asking) -> str:
    """Give the explanation without the convention, which stands with the stem."""
    return explanation(replace(asking, question=replace(asking.question, convention="")))


def _reasons(asking: Asking) -> str:
    """Give the explanation without the dashes of its list."""
    return re.sub(r"^- ", "", _explained(asking), flags=re.MULTILINE)


def _unmarked(markdown: str) -> str:
    """Take the marks of bold and code away, which a spreadsheet would show; code stays as it is."""
    parts = _FENCE.split(markdown)
    for at in range(0, len(parts), 2):
        parts[at] = re.sub(r"\*\*([^*\n]+)\*\*|`([^`\n]+)`", r"\1\2", parts[at])
    return "".join(parts)


def _inert(cell: str | int) -> str | int:
    """Keep a spreadsheet from taking a text for a formula; −1 is a number and may stay."""
    risky = isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@", "\t")
    return f"'{cell}" if risky and not _NUMBER.fullmatch(str(cell)) else cell
