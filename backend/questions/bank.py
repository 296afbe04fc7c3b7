"""The bank: our own questions in ``content/questions/<subject>/<chapter>.yaml``.

A question counts only when somebody answered it without seeing the key and chose the same option:
``content/questions/blind.yaml`` records those answers with the fingerprint of what was seen, so an
edited question waits until it has been answered again.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, RootModel, StringConstraints

from backend.errors import ContentError
from backend.knowledge.concepts import FORBIDDEN_MARKUP
from backend.knowledge.library import Library
from backend.knowledge.normalise import normalise
from backend.knowledge.problems import read_yaml, reading_problems
from backend.questions.question import OPTION_KEYS, OptionKey, Question

_LETTERS = re.compile(r"选项\s*[A-D]\b|[A-D]\s*(?:选项|项(?!目))|(?:应|故|所以|因此)选\s*[A-D]\b")

MAX_STEM_CHARS, MAX_OPTION_CHARS, MAX_WHY_CHARS = 600, 80, 200

_Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
_QuestionId = Annotated[
    str, StringConstraints(pattern=r"^q\.(ds|co|os|cn)\.[a-z0-9]+(-[a-z0-9]+)*$", max_length=80)
]
_PointId = Annotated[str, StringConstraints(pattern=r"^(DS|CO|OS|CN)\d{4}$")]


@dataclass(frozen=True, slots=True)
class Blind:
    """An answer that was given without the key, to the question as it was then."""

    id: str
    fingerprint: str
    answer: OptionKey
    by: str
    on: date


@dataclass(frozen=True, slots=True)
class Bank:
    """``questions`` count and may be asked; ``waiting`` says of every other one why it does not."""

    questions: Mapping[str, Question]
    waiting: Mapping[str, str]
    written: Mapping[str, Question]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _Question(_Strict):
    id: _QuestionId
    points: list[_PointId] = Field(min_length=1)
    difficulty: Annotated[int, Field(ge=1, le=5)]
    stem: _Text
    options: dict[OptionKey, _Text]
    answer: OptionKey
    why: dict[OptionKey, _Text]
    source: list[str] = Field(min_length=1)
    convention: str = ""
    steps: list[_Text] = []


class _Questions(RootModel[list[_Question]]):
    pass


class _Blind(_Strict):
    id: str
    fingerprint: str
    answer: OptionKey
    by: _Text
    on: date


class _Blinds(RootModel[list[_Blind]]):
    pass


def load_bank(content_dir: Path, library: Library) -> Bank:
    """Read all questions; ContentError lists every problem found at once."""
    folder = content_dir / "questions"
    problems: list[str] = []
    written: list[tuple[Question, str]] = []
    for path in sorted(folder.glob("*/*.yaml")):
        try:
            written += _load(path, content_dir)
        except ContentError as error:
            problems += error.problems
    problems += [p for question, where in written for p in _problems(question, where, library)]
    problems += _repeated(written)
    blinds = _load_blinds(folder / "blind.yaml", problems)
    if problems:
        raise ContentError(problems)
    return _judged({question.id: question for question, _ in written}, blinds)


def _load(path: Path, root: Path) -> list[tuple[Question, str]]:
    where = path.relative_to(root).as_posix()
    with reading_problems(where):
        raw = read_yaml(path.read_text(encoding="utf-8"))
        entries = _Questions.model_validate(raw if raw is not None else []).root
    return [(_question(entry), f"{where}：{entry.id}") for entry in entries]


def _question(entry: _Question) -> Question:
    return Question(
        id=entry.id,
        points=tuple(entry.points),
        difficulty=entry.difficulty,
        stem=entry.stem,
        options={key: entry.options[key] for key in OPTION_KEYS if key in entry.options},
        answer=entry.answer,
        why={key: entry.why[key] for key in OPTION_KEYS if key in entry.why},
        source=tuple(entry.source),
        convention=entry.convention.strip(),
        steps=tuple(entry.steps),
    )


def _problems(question: Question, where: str, library: Library) -> list[str]:
    problems: list[str] = []
    missing = [key for key in OPTION_KEYS if key not in question.options]
    if missing:
        problems.append(f"缺少选项 {'、'.join(missing)}")
    unexplained = [key for key in OPTION_KEYS if key not in question.why]
    if unexplained:
        problems.append(f"why 没有说明选项 {'、'.join(unexplained)}")
    if len({" ".join(text.split()) for text in question.options.values()}) < len(question.options):
        problems.append("有两个选项是一样的")
    problems += [f"大纲里没有考点 {p}" for p in question.points if p not in library.outline.points]
    problems += [
        f"source 里没有这张卡片：{i}" for i in question.source if i not in library.concepts
    ]
    problems += _placement(question, where) + _lengths(question) + _markup(question)
    return [f"{where}：{problem}" for problem in problems]


def _placement(question: Question, where: str) -> list[str]:
    subject = question.subject.lower()
    expected = f"questions/{subject}/{question.chapter.lower()}.yaml"
    problems: list[str] = []
    if not where.startswith(f"{expected}：") or not question.id.startswith(f"q.{subject}."):
        problems.append(f"按第一个考点，应放在 {expected}，id 以 q.{subject}. 开头")
    return problems


def _lengths(question: Question) -> list[str]:
    texts = [
        ("题干", question.stem, MAX_STEM_CHARS),
        *((f"选项 {key}", text, MAX_OPTION_CHARS) for key, text in question.options.items()),
        *((f"选项 {key} 的 why", text, MAX_WHY_CHARS) for key, text in question.why.items()),
    ]
    return [
        f"{name}有 {len(text)} 个字符，最多 {limit} 个"
        for name, text, limit in texts
        if len(text) > limit
    ]


def _markup(question: Question) -> list[str]:
    texts = [question.stem, question.convention, *question.steps]
    body = "\n".join([*texts, *question.options.values(), *question.why.values()])
    prose = re.sub(r"```.*?```|`[^`\n]*`", "", body, flags=re.DOTALL)
    found = [name for name, pattern in FORBIDDEN_MARKUP.items() if pattern.search(prose)]
    problems = [f"不能用{name}（手机上的 QQ 显示不了）" for name in found]
    if _LETTERS.search(body):
        problems.append("不能用字母指选项（选项会打乱次序），请说选项的内容")
    if any(text.count("```") % 2 for text in texts):
        problems.append("代码块的三个反引号没有配对")
    return problems


def _repeated(written: Sequence[tuple[Question, str]]) -> list[str]:
    problems: list[str] = []
    ids: dict[str, str] = {}
    stems: dict[str, str] = {}
    for question, where in written:
        if ids.setdefault(question.id, where) is not where:
            problems.append(f"{where}：id 已经用过（{ids[question.id]}）")
        # The same stem with other options is the same question to a reader.
        elif stems.setdefault(_same(question.stem), where) is not where:
            problems.append(f"{where}：题干和 {stems[_same(question.stem)]} 相同")
    return problems


def _same(text: str) -> str:
    return re.sub(r"[\s，。、；：？！,.;:?!（）()]+", "", normalise(text).text)


def _load_blinds(path: Path, problems: list[str]) -> list[Blind]:
    if not path.exists():
        return []
    try:
        with reading_problems(f"questions/{path.name}"):
            raw = read_yaml(path.read_text(encoding="utf-8"))
            entries = _Blinds.model_validate(raw or []).root
    except ContentError as error:
        problems += error.problems
        return []
    return [Blind(e.id, e.fingerprint, e.answer, e.by, e.on) for e in entries]


def _judged(written: Mapping[str, Question], blinds: Iterable[Blind]) -> Bank:
    answered = {(blind.id, blind.fingerprint): blind for blind in blinds}
    counting: dict[str, Question] = {}
    waiting: dict[str, str] = {}
    for question in written.values():
        blind = answered.get((question.id, question.fingerprint))
        if blind is None:
            waiting[question.id] = "还没有人在不看答案的情况下做过（或做过之后又改了）"
        elif blind.answer != question.answer:
            waiting[question.id] = f"盲答选了 {blind.answer}，答案写的是 {question.answer}"
        else:
            counting[question.id] = question
    return Bank(counting, waiting, written)
