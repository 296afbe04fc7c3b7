"""Keeps what is no answer away from the reader: leaked tokens, loops, garbage, endless text."""

import re
from collections import Counter

from backend.errors import GenerationNonsense

LEAKS = (
    *("<|im_end|>", "<|im_start|>", "<|endoftext|>", "<|end_of_text|>", "<|eot_id|>", "</s>"),
    *("<|end|>", "<|user|>", "<|assistant|>", "<|system|>", "<|action_start|>", "<|action_end|>"),
)
"""Special tokens of the usual chat templates (InternLM2's first) that a model may write as text."""

_LEAK = re.compile("|".join(map(re.escape, LEAKS)))
_LONGEST_LEAK = max(map(len, LEAKS))
# Control characters, lone surrogates, private use, and what replaces broken UTF-8.
_GARBAGE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ue000-\uf8ff\ufffd]")
_GARBAGE_CHARS = 5
_GARBAGE_SHARE = 0.05

_MOST_LEADING_BLANKS = 200
_LOOK_EVERY_CHARS = 64
_LONGEST_PERIOD = 240
_LOOP_TIMES = 6
_LOOP_CHARS = 120
_SAME_LINES = 8
_LINE_CHARS = 12
_LIST_MARK = re.compile(r"^\s*(?:[-*•]|\d{1,3}[.、)）])\s*")


class TextGuard:
    """Passes pieces of one answer on; ``most_chars`` bounds the whole."""

    def __init__(self, most_chars: int) -> None:
        self._most_chars = most_chars
        self._text = ""
        self._held = ""
        self._garbage = 0
        self._blanks = 0
        self._looked_at = 0
        self.leaked = False
        """Whether a special token was cut away, and everything after it."""

    def feed(self, piece: str) -> str:
        """Return what may be shown now, "" for nothing yet; raises GenerationNonsense."""
        if self.leaked:
            return ""
        text = self._held + self._clean(piece)
        leak = _LEAK.search(text)
        if leak is not None:
            self.leaked = True
            self._held = ""
            return self._pass(text[: leak.start()])
        kept = len(text) - _beginning_of_leak(text)
        self._held = text[kept:]
        return self._pass(text[:kept])

    def close(self) -> str:
        """Return what was held back; GenerationNonsense when there is no text at all."""
        rest = self._pass(self._held)
        self._held = ""
        if not self._text:
            raise GenerationNonsense("模型给了空的回答")
        if self._garbage > _GARBAGE_SHARE * len(self._text):
            raise GenerationNonsense("模型的回答是乱码")
        return rest

    def _clean(self, piece: str) -> str:
        clean, count = _GARBAGE.subn("", piece.replace("\r", ""))
        if count:
            self._garbage += count
            if self._garbage > max(_GARBAGE_CHARS, _GARBAGE_SHARE * len(self._text)):
                raise GenerationNonsense("模型的回答是乱码")
        return clean

    def _pass(self, text: str) -> str:
        if not self._text:
            bare = text.lstrip()  # an answer of blanks alone never begins
            self._blanks += len(text) - len(bare)
            if self._blanks > _MOST_LEADING_BLANKS:
                raise GenerationNonsense("模型给了空的回答")
            text = bare
        self._text += text
        if len(self._text) > self._most_chars:
            raise GenerationNonsense("模型的回答没完没了")
        if len(self._text) - self._looked_at >= _LOOK_EVERY_CHARS:
            self._looked_at = len(self._text)
            if repeats(self._text):
                raise GenerationNonsense("模型的回答在原地重复")
        return text


def repeats(text: str) -> bool:
    """Whether the end of ``text`` goes round in a loop, or says the same line again and again.

    A loop is a unit of 1–240 characters, at least six times in a row and 120 characters in all:
    longer than rules of tables, masks in binary or indentation are.
    """
    for period in range(1, _LONGEST_PERIOD + 1):
        times = max(_LOOP_TIMES, -(-_LOOP_CHARS // period))
        span = period * (times - 1)
        if len(text) < span + period:
            break
        if text[-span:] == text[-span - period : -period]:
            return True
    lines = Counter(_plain(line) for line in text.splitlines())
    return any(n >= _SAME_LINES and _says_something(line) for line, n in lines.items())


def _says_something(line: str) -> bool:
    """Whether it is more than a rule of a table or a bracket of code."""
    return len(line) >= _LINE_CHARS and any(map(str.isalnum, line))


def _plain(line: str) -> str:
    return _LIST_MARK.sub("", line).strip()


def _beginning_of_leak(text: str) -> int:
    """How many characters at the end of ``text`` may be the beginning of a leaked token."""
    start = text.rfind("<", max(0, len(text) - _LONGEST_LEAK + 1))
    if start < 0 or not any(leak.startswith(text[start:]) for leak in LEAKS):
        return 0
    return len(text) - start
