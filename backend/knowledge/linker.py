"""Find the concepts that a message names: exactly, misspelt, split up, or by a part of a name."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

import ahocorasick_rs

from backend.knowledge.library import Library
from backend.knowledge.normalise import Normalised, normalise
from backend.knowledge.phrases import PhraseMask
from backend.knowledge.spelling import Spelling, splice
from backend.knowledge.surfaces import Target, surface_table

_MAX_PARTIAL = 5
PARTIAL_SCORE = 0.55


@dataclass(frozen=True, slots=True)
class Link:
    """``text[start:end]`` of the corrected message names ``target``; ``score`` in (0, 1]."""

    target: Target
    start: int
    end: int
    score: float
    how: Literal["exact", "spelling", "split", "partial"]


@dataclass(frozen=True, slots=True)
class Linking:
    """What the linker made of a message.

    ``text`` is its corrected normal form. ``links`` are in text order. ``gaps`` are the stretches
    between links. ``residual`` is what neither a link nor an everyday phrase explains;
    ``coverage`` is linked / (linked + residual) in characters, 0 without links. ``partial`` holds
    candidates that only share a piece of their name with the message, when nothing else links;
    ``outlined``: an unexplained stretch is at least a piece of some name of the outline.
    """

    text: str
    links: tuple[Link, ...]
    gaps: tuple[str, ...]
    residual: tuple[str, ...]
    coverage: float
    partial: tuple[Link, ...] = ()
    outlined: bool = False

    @property
    def unexplained(self) -> tuple[str, ...]:
        """The words of ``residual``; a single character is too little to be a topic."""
        return tuple(run for run in self.residual if len(run) >= 2)

    def name_of(self, link: Link) -> str:
        """Return the name that stands at ``link``."""
        return self.text[link.start : link.end]

    def mentions(self, phrases: Iterable[str]) -> bool:
        """Tell whether any of ``phrases`` stands in the text."""
        return any(phrase in self.text for phrase in phrases)


class Linker:
    """Links messages to the concepts of one library; built once, then pure and quick."""

    def __init__(self, library: Library) -> None:
        self._table = surface_table(library)
        self._surfaces = list(self._table)
        self._names = ahocorasick_rs.AhoCorasick(self._surfaces)
        self._phrases = PhraseMask(library.cues)
        self._spelling = Spelling(self._surfaces, self._phrases.phrases)

    def link(self, message: str) -> Linking:
        """Link ``message``; never fails, and links nothing in an empty one."""
        text = normalise(message)
        links = self._exact(text)
        taken = _mask(len(text.text), links)
        plain = self._phrases.mask(text.text, taken)
        corrections = self._spelling.corrections(text, taken, plain)
        if corrections:
            text = splice(text, corrections)
            scores = {c.name: c.score for c in corrections}
            links = [_rescored(link, text.text, scores) for link in self._exact(text)]
        return self._linking(text, self._joined(text, links))

    def extend(self, base: Iterable[str], text: str) -> Target | None:
        """Return the longest name made of a base name and a piece that stands in ``text``.

        ("死锁", "那怎么预防呢") gives 死锁预防: how an elliptical follow-up names its topic.
        """
        best: tuple[int, Target] | None = None
        for name in base:
            for surface, target in self._table.items():
                rest = _rest(surface, name)
                if rest and rest in text and (best is None or len(rest) > best[0]):
                    best = (len(rest), target)
        return best[1] if best else None

    def names_of(self, target_id: str) -> tuple[str, ...]:
        """Return the normalised names (not the parts) that lead to ``target_id``."""
        return tuple(
            s for s, t in self._table.items() if t.id == target_id and t.kind in ("name", "point")
        )

    def _exact(self, text: Normalised) -> list[Link]:
        matches = self._names.find_matches_as_indexes(text.text, overlapping=True)
        matches = [m for m in matches if _on_boundaries(text, m[1], m[2])]
        matches = self._meant(text.text, matches)
        matches.sort(key=lambda m: (m[1] - m[2], m[1]))
        taken = [False] * len(text.text)
        links: list[Link] = []
        for index, start, end in matches:
            if any(taken[start:end]):
                continue
            taken[start:end] = [True] * (end - start)
            target = self._table[self._surfaces[index]]
            links.append(Link(target, start, end, 0.95 if target.kind == "part" else 1.0, "exact"))
        return self._without_stray_characters(text, sorted(links, key=lambda k: k.start))

    def _meant(self, text: str, matches: list[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
        """Leave out names that are only heard in the words around them.

        运行 in 怎么运行 and 陷阱 in 死锁的陷阱 are what is asked of something; a point of the
        outline (排序稳定性) yields to the name of a card that it cuts in two (快速排序的稳定性).
        """
        phrases = self._phrases.aspects(text)
        ends = {m[2] for m in matches}
        names = [m for m in matches if self._table[self._surfaces[m[0]]].kind == "name"]

        def meant(match: tuple[int, int, int]) -> bool:
            index, start, end = match
            if any(a <= start and end <= b and end - start < b - a for a, b in phrases):
                return False
            if self._table[self._surfaces[index]].kind != "point":
                return True
            asked = (start, end) in phrases and start in ends
            return not asked and not any(
                a < start < b < end or start < a < end < b for _, a, b in names
            )

        return [m for m in matches if meant(m)]

    def _without_stray_characters(self, text: Normalised, links: list[Link]) -> list[Link]:
        """A one-character name (栈, 图) counts only where its neighbours are not part of a word."""
        single = [link for link in links if link.end - link.start == 1]
        if not single:
            return links
        explained = _mask(len(text.text), [k for k in links if k.end - k.start > 1])
        plain = self._phrases.mask(text.text, explained)

        def free(i: int) -> bool:
            return not 0 <= i < len(text.text) or explained[i] or plain[i]

        stray = {k.start for k in single if not (free(k.start - 1) and free(k.end))}
        return [link for link in links if link.start not in stray]

    def _joined(self, text: Normalised, links: list[Link]) -> list[Link]:
        """Upgrade 死锁 … 预防 to 死锁预防 when the pieces of a longer name stand apart."""
        result: list[Link] = []
        gaps = "\0".join(_gaps(text.text, links))
        longer: dict[str, Target | None] = {}
        for link in links:
            name = text.text[link.start : link.end]
            if name not in longer:
                longer[name] = self.extend([name], gaps)
            target = longer[name]
            if target is not None and target.id != link.target.id:
                link = Link(target, link.start, link.end, link.score * 0.95, "split")
            result.append(link)
        return result

    def _linking(self, text: Normalised, links: list[Link]) -> Linking:
        taken = _mask(len(text.text), links)
        plain = self._phrases.mask(text.text, taken)
        explained = [a or b for a, b in zip(taken, plain, strict=True)]
        split = {text.text[k.start : k.end]: k.target for k in links if k.how == "split"}
        for name, target in split.items():
            self._explain_rest(text.text, name, target, explained)
        residual = _runs(text.text, explained)
        linked = sum(taken)
        unknown = sum(len(run) for run in residual)
        return Linking(
            text=text.text,
            links=tuple(links),
            gaps=tuple(_gaps(text.text, links)),
            residual=tuple(residual),
            coverage=linked / (linked + unknown) if linked else 0.0,
            partial=() if links else tuple(self._partial(text.text, residual)),
            outlined=any(len(run) > 2 and run in s for run in residual for s in self._surfaces),
        )

    def _explain_rest(self, text: str, name: str, target: Target, explained: list[bool]) -> None:
        """Mark the other piece of a name that stands apart, wherever it is said."""
        for surface, owner in self._table.items():
            rest = _rest(surface, name)
            if rest and owner == target:
                for match in re.finditer(re.escape(rest), text):
                    explained[match.start() : match.end()] = [True] * len(rest)

    def _partial(self, text: str, residual: list[str]) -> list[Link]:
        found: dict[str, Link] = {}
        for run in residual:
            if len(run) < 2:
                continue
            start = text.index(run)
            for surface, target in self._table.items():
                if run in surface and target.kind != "point" and target.id not in found:
                    share = len(run) / len(surface)
                    score = PARTIAL_SCORE + 0.2 * share
                    found[target.id] = Link(target, start, start + len(run), score, "partial")
        ranked = sorted(found.values(), key=lambda link: -link.score)
        return ranked if len(ranked) <= _MAX_PARTIAL else []


def _rest(surface: str, name: str) -> str:
    """What ``surface`` has besides ``name`` at its front or back, if at least two characters."""
    if len(surface) < len(name) + 2:
        return ""
    if surface.startswith(name):
        return surface[len(name) :]
    return surface[: -len(name)] if surface.endswith(name) else ""


def _rescored(link: Link, text: str, scores: Mapping[str, float]) -> Link:
    matched = text[link.start : link.end]
    score = min((s for name, s in scores.items() if name in matched), default=None)
    if score is None:
        return link
    return Link(link.target, link.start, link.end, link.score * score, "spelling")


def _on_boundaries(text: Normalised, start: int, end: int) -> bool:
    """TCP does not stand in tcpdump: Latin names end where the typed word ends."""
    return _is_edge(text, start - 1, start) and _is_edge(text, end - 1, end)


def _is_edge(text: Normalised, left: int, right: int) -> bool:
    if left < 0 or right >= len(text.text):
        return True
    both = _is_word(text.text[left]) and _is_word(text.text[right])
    return not both or text.offsets[right] - text.offsets[left] > 1


def _is_word(character: str) -> bool:
    return character.isascii() and character.isalnum()


def _mask(length: int, links: Iterable[Link]) -> list[bool]:
    mask = [False] * length
    for link in links:
        mask[link.start : link.end] = [True] * (link.end - link.start)
    return mask


def _gaps(text: str, links: Iterable[Link]) -> list[str]:
    gaps: list[str] = []
    position = 0
    for link in links:
        gaps.append(text[position : link.start])
        position = link.end
    gaps.append(text[position:])
    return gaps


def _runs(text: str, explained: list[bool]) -> list[str]:
    runs: list[str] = []
    current = ""
    for character, known in zip(text, explained, strict=True):
        if known:
            if current:
                runs.append(current)
            current = ""
        else:
            current += character
    return [*runs, current] if current else runs
