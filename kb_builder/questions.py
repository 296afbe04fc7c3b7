"""``python -m kb_builder questions check | stats | sample | blind | record``."""

import random
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated

import typer

from backend.errors import ContentError
from backend.knowledge.library import Library, load_library
from backend.questions.bank import Bank, load_bank
from backend.questions.generators.frame import Generator, generate
from backend.questions.generators.registry import ALL
from backend.questions.question import OPTION_KEYS, Question
from config.loading import load_settings
from kb_builder.blind_answers import write_blind_answers
from kb_builder.explaining import explained, say

_SEEDS_CHECKED = 20
_MAX_WAITING_SHOWN = 20
_ANSWER = re.compile(r"(\S+)\s+([A-Da-d])\b")
questions_app = typer.Typer(
    help="题库：检查、统计、抽样，以及盲答。", no_args_is_help=True, add_completion=False
)


@questions_app.command(help="检查题库和出题器，逐条说明问题；也列出还不算数的题。")
def check() -> None:
    with explained():
        bank, library = _load()
        drawn = [generate(g, seed) for g in ALL for seed in range(_SEEDS_CHECKED)]
        unknown = {p for q in drawn for p in q.points if p not in library.outline.points}
        if unknown:
            raise ContentError([f"出题器用了大纲里没有的考点 {point}" for point in sorted(unknown)])
        print(
            f"没有问题：{len(bank.questions)} 道题算数，{len(bank.waiting)} 道还不算数；"
            f"{len(ALL)} 种计算题可以随时生成。"
        )
        for question_id, reason in list(bank.waiting.items())[:_MAX_WAITING_SHOWN]:
            print(f"  · {question_id}：{reason}")
        if len(bank.waiting) > _MAX_WAITING_SHOWN:
            print(f"  · ……另有 {len(bank.waiting) - _MAX_WAITING_SHOWN} 道")


@questions_app.command(help="各科有多少题、覆盖多少高频考点、难度和答案位置的分布。")
def stats() -> None:
    with explained():
        bank, library = _load()
        starred = {p.id for p in library.outline.points.values() if p.starred}
        subjects = dict.fromkeys(p.subject for p in library.outline.points.values())
        for name in subjects:
            own = [q for q in bank.questions.values() if _subject(library, q) == name]
            waiting = sum(_subject(library, bank.written[i]) == name for i in bank.waiting)
            generators = [g for g in ALL if library.outline.points[g.points[0]].subject == name]
            points = {q.point for q in own} | {p for g in generators for p in g.points}
            here = {p for p in starred if library.outline.points[p].subject == name}
            print(f"{name}：{len(own)} 道（另有 {waiting} 道不算数），出题器 {len(generators)} 个")
            print(f"  高频考点  {len(points & here)}／{len(here)}，全部考点 {len(points)} 个")
            print(f"  难度      {_counts((q.difficulty for q in own), range(1, 6))}")
            print(f"  答案位置  {_counts((q.answer for q in own), OPTION_KEYS)}")
        print(f"出题器：{'、'.join(g.name for g in ALL)}")


@questions_app.command(
    help="抽几道题来看；WHAT 是题目 id、考点、科目代号（DS CO OS CN）或出题器名。"
)
def sample(
    what: Annotated[str, typer.Argument(metavar="[WHAT]", help="不写就从全部里抽。")] = "",
    count: Annotated[int, typer.Option("--count", "-n", min=1, max=100, help="抽几道。")] = 3,
    seed: Annotated[int | None, typer.Option(help="随机种子；写了就每次一样。")] = None,
) -> None:
    with explained():
        bank, _ = _load()
        chance = random.Random(seed)
        pool = [q for q in bank.written.values() if _fits(q, what)]
        pool = chance.sample(pool, min(count, len(pool)))
        generators = [] if what in bank.written else [g for g in ALL if _draws(g, what)]
        while generators and len(pool) < count * 2 and len(pool) < 200:
            pool.append(generate(chance.choice(generators), chance.randrange(1_000_000)))
        if not pool:
            raise ContentError([f"没有符合 {what} 的题"])
        for question in chance.sample(pool, min(count, len(pool))):
            print(_shown(question), _key(question), sep="\n", end="\n\n")


@questions_app.command(help="打印还没有盲答过的题，不带答案和解析；答完用 record 记下。")
def blind(
    every: Annotated[bool, typer.Option("--all", help="连已经盲答过的也打印。")] = False,
    subject: Annotated[str, typer.Option(help="只要这一科：DS CO OS CN。")] = "",
) -> None:
    with explained():
        bank, _ = _load()
        for question in bank.written.values():
            wanted = every or question.id in bank.waiting
            if wanted and question.subject.startswith(subject.upper()):
                print(_shown(question), end="\n\n")


@questions_app.command(help="记下盲答。FILE 每行一题：id 和选项，如 q.os.deadlock-conditions B")
def record(
    file: Annotated[Path, typer.Argument(metavar="FILE")],
    by: Annotated[str, typer.Option(help="谁做的。")],
) -> None:
    with explained():
        bank, _ = _load()
        answers = _answers(file, bank)
        write_blind_answers(load_settings().content_dir, bank, answers, by)
        wrong = [i for i, answer in answers.items() if bank.written[i].answer != answer]
        print(f"记下 {len(answers)} 道，其中 {len(wrong)} 道和答案不一致。")
        for question_id in wrong:
            key = bank.written[question_id].answer
            print(f"  · {question_id}：盲答 {answers[question_id]}，答案 {key}")


def _load() -> tuple[Bank, Library]:
    content_dir = load_settings().content_dir
    library = load_library(content_dir)
    return load_bank(content_dir, library), library


def _answers(file: Path, bank: Bank) -> dict[str, str]:
    answers: dict[str, str] = {}
    for line in file.read_text(encoding="utf-8").splitlines():
        match = _ANSWER.match(line.strip())
        if match is None:
            continue
        if match[1] not in bank.written:
            say(f"没有这道题，跳过：{match[1]}")
            continue
        answers[match[1]] = match[2].upper()
    return answers


def _fits(question: Question, what: str) -> bool:
    return not what or question.id == what or question.point.startswith(what.upper())


def _draws(generator: Generator, what: str) -> bool:
    return what in ("", generator.name) or any(p.startswith(what) for p in generator.points)


def _subject(library: Library, question: Question) -> str:
    return library.outline.points[question.point].subject


def _counts(values: Iterable[object], order: Sequence[object]) -> str:
    counts = Counter(values)
    return "  ".join(f"{value}:{counts[value]}" for value in order)


def _shown(question: Question) -> str:
    lines = [f"[{question.id}]  {question.point}  难度 {question.difficulty}", question.stem]
    if question.convention:
        lines.append(f"约定：{question.convention}")
    return "\n".join([*lines, *(f"{key}. {question.options[key]}" for key in OPTION_KEYS)])


def _key(question: Question) -> str:
    lines = [f"答案 {question.answer}"]
    lines += [f"{key}：{question.why[key]}" for key in OPTION_KEYS]
    lines += [*question.steps, f"依据 {'、'.join(question.source) or question.point}"]
    return "\n".join(lines)
