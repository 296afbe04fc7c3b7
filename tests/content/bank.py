"""The shipped questions as they are written, and what is asserted of those that are computed.

A test names the wording that it takes its numbers from, so that an edit of one side alone fails.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

QUESTIONS = Path(__file__).parents[2] / "content" / "questions"

Written = Mapping[str, Any]
"""One entry of a file: id, stem, options by key, answer, why …"""


@cache
def bank() -> Mapping[str, Written]:
    """Return all questions by id."""
    texts = [path.read_text(encoding="utf-8") for path in sorted(QUESTIONS.glob("*/*.yaml"))]
    return {entry["id"]: entry for text in texts for entry in yaml.safe_load(text)}


def asked(question_id: str, *stated: str) -> Written:
    """Return the question; fail unless its stem or convention states every parameter."""
    question = bank()[question_id]
    text = question["stem"] + question.get("convention", "")
    missing = [part for part in stated if part not in text]
    assert not missing, f"{question_id} does not say {missing}"
    return question


def stem(question_id: str, *stated: str) -> str:
    """Return the stem, or fail as ``asked`` does."""
    return asked(question_id, *stated)["stem"]


def assert_key(question: Written, computed: object) -> None:
    """Fail unless the computed value is the text of the key, and of no other option."""
    where = [key for key, text in question["options"].items() if text == str(computed)]
    assert where == [question["answer"]], (question["id"], str(computed))


def assert_wrong(question: Written, **mistakes: object) -> None:
    """Fail unless each named option is what its mistake, as ``why`` tells it, comes to."""
    options = {key: question["options"][key] for key in mistakes}
    assert options == {key: str(value) for key, value in mistakes.items()}
    assert question["answer"] not in mistakes


def assert_options(question_id: str, key: str, *mistakes: str) -> None:
    """Fail unless the right option reads ``key`` and the mistakes are among the wrong ones."""
    question = bank()[question_id]
    options = dict(question["options"])
    assert options.pop(question["answer"]) == key
    assert set(mistakes) <= set(options.values())


def assert_only_key(question_id: str, fits: Mapping[str, bool]) -> None:
    """Fail unless the right option, and no other, fits; ``fits`` is by the options' texts."""
    question = bank()[question_id]
    options = question["options"]
    assert [text for text, fit in fits.items() if fit] == [options[question["answer"]]]
    assert set(fits) == set(options.values())


def table(text: str) -> list[list[str]]:
    """Return the cells of the only table in a text, without its head."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]
