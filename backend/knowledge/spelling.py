"""Mend what phones and haste do to names: homophones, typed pinyin, slips in Chinese and Latin.

A correction replaces a span of the normalised text by the name that was meant; the linker then
sees only correct names. The nearer the slip, the higher ``score`` (1 would be no slip at all).
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from pypinyin import lazy_pinyin
from rapidfuzz.distance import OSA

from backend.knowledge.normalise import Normalised

_HAN_RUN = re.compile(r"[\u4e00-\u9fff]{2,}")
_LATIN_RUN = re.compile(r"[a-z][a-z0-9]*")
_FOLDS = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("ing", "in"), ("eng", "en"), ("ang", "an"))
# Names that differ in one of these characters are different concepts, not slips of each other.
_CONTRASTS = tuple(
    map(
        frozenset,
        (
            "前中后先序层次", "单双多三二一四", "直间相变基", "静动", "内外", "上下", "左右",
            "大小", "有无", "硬软", "读写", "输出入", "定变", "主从辅", "高低中", "原反补移",
            "顺逆", "段页", "正负", "插选", "进线管", "满完", "强弱", "广深", "判队",
        ),
    )
)  # fmt: skip
_MAX_WINDOW = 9
_MAX_WORDS = 6


@dataclass(frozen=True, slots=True)
class Correction:
    """``text[start:end]`` of the normalised message was meant as ``name``."""

    start: int
    end: int
    name: str
    score: float


class Spelling:
    """Finds misspelt names; built once from all ``surfaces`` and the phrases around them."""

    def __init__(self, surfaces: Collection[str], phrases: Collection[str]) -> None:
        han = [s for s in surfaces if _HAN_RUN.fullmatch(s)]
        self._exact_sound = _by_sound(han, folded=False)
        self._folded_sound = _by_sound((s for s in han if len(s) >= 3), folded=True)
        self._deletions = _by_deletion(s for s in han if len(s) >= 4)
        self._latin = {run for s in surfaces for run in _LATIN_RUN.findall(s) if len(run) >= 3}
        self._typed = _typed_pinyin(han, phrases)
        self._longest = max(map(len, self._typed))
        self._typed_names = {key for key, name in self._typed.items() if name in set(han)}

    def corrections(
        self, text: Normalised, taken: list[bool], plain: list[bool]
    ) -> list[Correction]:
        """Return non-overlapping corrections of spans that ``taken`` (exact links) leaves free.

        ``plain[i]`` says that character i is part of an everyday phrase, so that a short span of
        such characters is not bent into a name.
        """
        found = [*self._latin_slips(text, taken), *self._han_slips(text.text, taken, plain)]
        found.sort(key=lambda c: (c.score * (c.end - c.start), c.score), reverse=True)
        chosen: list[Correction] = []
        for correction in found:
            if all(c.end <= correction.start or c.start >= correction.end for c in chosen):
                chosen.append(correction)
        return sorted(chosen, key=lambda c: c.start)

    def _han_slips(self, text: str, taken: list[bool], plain: list[bool]) -> list[Correction]:
        found: list[Correction] = []
        for run in _HAN_RUN.finditer(text):
            sounds = lazy_pinyin(run[0])
            for start in range(len(run[0])):
                for size in range(2, min(_MAX_WINDOW, len(run[0]) - start) + 1):
                    begin = run.start() + start
                    span = range(begin, begin + size)
                    if all(taken[i] or plain[i] for i in span):
                        continue
                    if size == 2 and any(plain[i] or taken[i] for i in span):
                        continue
                    window = text[begin : begin + size]
                    heard = sounds[start : start + size]
                    if any(taken[i] for i in span):
                        hit = self._longer_name(text, taken, begin, size, heard)
                    else:
                        hit = self._han_name(window, heard)
                    if hit is not None:
                        found.append(Correction(begin, begin + size, *hit))
        return found

    def _longer_name(
        self, text: str, taken: list[bool], begin: int, size: int, sounds: list[str]
    ) -> tuple[str, float] | None:
        """死锁预放: a name that holds the one found already (死锁) and sounds like the whole.

        Only by sound: among longer names a slip of one character is as likely a different name.
        """
        end = begin + size
        cuts_front = begin > 0 and taken[begin - 1] and taken[begin]
        cuts_back = end < len(text) and taken[end - 1] and taken[end]
        name = self._exact_sound.get(tuple(sounds))
        if cuts_front or cuts_back or name is None or name == text[begin:end]:
            return None
        return name, 0.9

    def _han_name(self, window: str, sounds: list[str]) -> tuple[str, float] | None:
        name = self._exact_sound.get(tuple(sounds))
        if name is not None and name != window:
            return name, 0.92 if len(window) > 2 else 0.72
        if len(window) >= 3:
            name = self._folded_sound.get(tuple(map(_fold, sounds)))
            if name is not None and name != window:
                return name, 0.85
        candidates = {n for key in _one_deleted(window) for n in self._deletions.get(key, ())}
        candidates |= set(self._deletions.get(window, ()))
        near = [n for n in candidates if _is_slip(window, n)]
        if len(near) == 1:
            return near[0], 0.75 if len(near[0]) > 4 else 0.68
        return None

    def _latin_slips(self, text: Normalised, taken: list[bool]) -> list[Correction]:
        words = [(a, b) for a, b in _latin_words(text) if not any(taken[a:b])]
        found: list[Correction] = []
        position = 0
        while position < len(words):
            used = self._phrase_at(text.text, words[position:], found)
            position += max(used, 1)
        return found

    def _phrase_at(self, text: str, words: list[tuple[int, int]], found: list[Correction]) -> int:
        """Mend the longest run of adjoining words that makes sense; return how many it took."""
        adjoining = 1
        while adjoining < len(words) and words[adjoining][0] == words[adjoining - 1][1]:
            adjoining += 1
        for count in range(min(adjoining, _MAX_WORDS), 0, -1):
            start, end = words[0][0], words[count - 1][1]
            phrase = text[start:end]
            if phrase in self._latin or end - start < 3:
                continue
            segments = self._segment(phrase)
            if segments:
                found += [Correction(start + a, start + b, name, 0.8) for a, b, name in segments]
                return count
            meant = self._latin_word(phrase)
            if meant is not None and (count == 1 or meant.startswith(phrase[:2])):
                found.append(Correction(start, end, meant, 0.85))
                return count
        return 0

    def _latin_word(self, word: str) -> str | None:
        def slip(candidate: str) -> bool:
            if word[0] != candidate[0] or word.startswith(candidate):
                return False
            distance = OSA.distance(word, candidate, score_cutoff=2)
            longest = max(len(word), len(candidate))
            if longest <= 4:  # look and lock are words of their own; tpc is a slip of tcp
                return distance == 1 and sorted(word) == sorted(candidate)
            return distance <= (2 if longest >= 8 else 1)

        near = sorted((w for w in self._latin if slip(w)), key=lambda w: OSA.distance(word, w))
        return near[0] if near else None

    def _segment(self, letters: str) -> list[tuple[int, int, str]]:
        """Read ``letters`` as typed pinyin of names and phrases; empty unless all of it is."""
        best: dict[int, list[tuple[int, int, str]]] = {0: []}
        for start in range(len(letters)):
            if start not in best:
                continue
            for end in range(min(len(letters), start + self._longest), start + 1, -1):
                name = self._typed.get(letters[start:end])
                if name is not None and end not in best:
                    best[end] = [*best[start], (start, end, name)]
        segments = best.get(len(letters), [])
        named = any(letters[a:b] in self._typed_names and b - a >= 4 for a, b, _ in segments)
        alone = all(letters[a:b] not in self._typed_names for a, b, _ in segments)
        return segments if named or (alone and len(letters) >= 4) else []


def splice(text: Normalised, corrections: Iterable[Correction]) -> Normalised:
    """Return ``text`` with each corrected span replaced by the name that was meant."""
    characters: list[str] = []
    offsets: list[int] = []
    position = 0
    for correction in corrections:
        characters.append(text.text[position : correction.start])
        offsets += text.offsets[position : correction.start]
        characters.append(correction.name)
        offsets += [text.offsets[correction.start]] * len(correction.name)
        position = correction.end
    characters.append(text.text[position:])
    offsets += text.offsets[position:]
    return Normalised("".join(characters), tuple(offsets))


def _latin_words(text: Normalised) -> list[tuple[int, int]]:
    """Words as typed: a blank ends a word although the normal form lost it."""
    words: list[tuple[int, int]] = []
    for run in _LATIN_RUN.finditer(text.text):
        start = run.start()
        for i in range(run.start() + 1, run.end() + 1):
            if i == run.end() or text.offsets[i] - text.offsets[i - 1] > 1:
                words.append((start, i))
                start = i
    return words


def _fold(syllable: str) -> str:
    for long, short in _FOLDS:
        syllable = syllable.replace(long, short)
    return syllable


@cache
def _sounds(name: str) -> tuple[str, ...]:
    """How a name of ours, or one character, sounds: syllables without tones."""
    return tuple(lazy_pinyin(name))


def _by_sound(names: Iterable[str], *, folded: bool) -> Mapping[tuple[str, ...], str]:
    table: dict[tuple[str, ...], str] = {}
    for name in names:
        one_by_one = tuple(_sounds(character)[0] for character in name)
        for reading in (_sounds(name), one_by_one):
            table.setdefault(tuple(map(_fold, reading)) if folded else reading, name)
    return table


def _one_deleted(name: str) -> list[str]:
    return [name[:i] + name[i + 1 :] for i in range(len(name))]


def _by_deletion(names: Iterable[str]) -> Mapping[str, set[str]]:
    """Index names by themselves and by each form with one character missing (SymSpell's idea)."""
    table: dict[str, set[str]] = defaultdict(set)
    for name in names:
        for key in (name, *_one_deleted(name)):
            table[key].add(name)
    return table


def _is_slip(window: str, name: str) -> bool:
    if window == name or OSA.distance(window, name, score_cutoff=1) > 1:
        return False
    if len(window) == len(name):
        pairs = [(a, b) for a, b in zip(window, name, strict=True) if a != b]
        return not any(a in group and b in group for a, b in pairs for group in _CONTRASTS)
    return min(len(window), len(name)) >= 4


def _typed_pinyin(names: Iterable[str], phrases: Iterable[str]) -> Mapping[str, str]:
    table: dict[str, str] = {}
    for text in (*names, *(p for p in phrases if _HAN_RUN.fullmatch(p))):
        table.setdefault("".join(_sounds(text)), text)
    table.setdefault("shi", "是")
    table.setdefault("de", "的")
    table.setdefault("he", "和")
    return table
