"""What of a model's answer is shown: each sentence is judged, what is left is put together.

A supported sentence is kept, with its citations numbered anew in order of use. A wrong number, name
or citation is dropped; what is merely not in the sources is dropped or labelled. A model that obeys
what a document told it must not get its words through: see ``_Manners``.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import ahocorasick_rs

from backend.answering.answer import SourceRef
from backend.answering.excerpts import Excerpt
from backend.answering.grounding.checker import Finding
from backend.answering.grounding.citations import marks, without_marks
from backend.answering.grounding.sentences import is_code_block
from backend.answering.instructions import addresses_a_model
from backend.answering.prompts import repeats_rules
from backend.answering.untrusted import visible
from backend.errors import GenerationRefused
from backend.knowledge.library import Library
from backend.knowledge.normalise import normalise
from backend.knowledge.surfaces import surface_table

Fate = Literal["kept", "labelled", "dropped"]

_LINK = re.compile(
    r"[a-z][a-z0-9+.-]*://\S*|\bwww\.\S*|\]\([^)]*\)?"
    r"|\b[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:com|cn|net|org|io|top|xyz|info|cc|me|co|site|club|vip|edu|gov|app|dev|ru|tk|ly|link|shop|icu|test|example|invalid)\b\S*"
    r"|[\w.+-]+@[\w-]+\.\w+|@\s*(?:everyone|here|all\b|全体|所有人)|\[CQ:[^\]]*\]?|<[@#!&:/a-z][^>\n]{0,60}>?",
    re.IGNORECASE,
)
_STRANGE = re.compile(r"[A-Za-z]{2,}|\d+")
_PAIR = re.compile(r"[\u4e00-\u9fff]{2,}")
_CLAUSE_END = re.compile(r"[，,；;：:、。！？!?（）()\n]+")
_STOCK = (
    "要点原因特点优点缺点优缺点区别联系步骤过程如下具体总结结论例如下面以下包括主要有分为几类几点"
    "资料里没有给出资料里没有提到资料中没有找到所以因此也就是说换句话说简单来说首先其次最后另外而且但是不过"
)
_NOT_CONTAINED = re.compile(r"资料[^，。；]{0,8}(?:没有|未|没|找不到|不包含|不包括|缺少)")
_LINE_START = re.compile(r"[ \t]*(?:[-*•]\s+|\d{1,2}[.、)）]\s*|[(（]\d{1,2}[)）]\s*|[①-⑳]\s*)")
_ANNOUNCES = re.compile(r"[:：][\s*_]*\Z|\A\s*(?:#{1,6}\s|\*\*[^*]+\*\*\s*\Z)")

_LEAST_CLAIMS = 3
_LEAST_LETTERS = 2
_LEAST_CLAUSE_CHARS = 5
_LEAST_FAMILIAR = 0.5


@dataclass(frozen=True, slots=True)
class Policy:
    """What becomes of sentences that the sources do not support.

    Above ``max_unsupported_share`` of all claims the whole text is refused. ``label`` is set after
    a harmless one; it is dropped where ``label`` is empty.
    """

    max_unsupported_share: float = 1 / 3
    label: str = ""


@dataclass(frozen=True, slots=True)
class Written:
    """A reviewed text; ``sources[0]`` is what it cites as ``[1]``."""

    text: str
    sources: tuple[SourceRef, ...]


class SentenceChecker(Protocol):
    """Judges one sentence by the sources that it cites."""

    def check_sentence(
        self, sentence: str, sources: Sequence[str], question: str, before: Sequence[Finding]
    ) -> Finding:
        """Check ``sentence``; ``before`` are the findings of the sentences before it."""
        ...


@dataclass(frozen=True, slots=True)
class Asked:
    """What the model was asked: ``contained`` means that the sources do answer it."""

    question: str
    excerpts: Sequence[Excerpt]
    contained: bool
    computing: bool = False


class Names:
    """The names of one library; built once."""

    def __init__(self, library: Library) -> None:
        surfaces = [s for s in surface_table(library) if len(s) > 1]
        self._names = ahocorasick_rs.AhoCorasick(surfaces)

    def stand_in(self, text: str) -> bool:
        """Tell whether any name stands in ``text``."""
        return bool(self._names.find_matches_as_indexes(normalise(text).text))


class Review:
    """The review of one text that is being written; sentences are added in their order."""

    def __init__(
        self, asked: Asked, checker: SentenceChecker, names: Names, policy: Policy
    ) -> None:
        self._asked = asked
        self._checker = checker
        self._policy = policy
        self._manners = _Manners(asked, names)
        self._texts = [excerpt.text for excerpt in asked.excerpts]
        self._findings: list[Finding] = []
        self._kept: list[str] = []
        self._numbers: dict[int, int] = {}
        self._carried = ""
        self._supported = 0
        self._unsupported = 0

    def add(self, sentence: str) -> None:
        """Judge the next sentence; GenerationRefused as soon as the text cannot be saved."""
        finding = self._checker.check_sentence(
            sentence, self._texts, self._asked.question, self._findings
        )
        self._findings.append(finding)
        fate = self._fate(finding)
        if finding.problem or (finding.citations and fate == "dropped"):
            self._unsupported += 1
        elif finding.citations and _says_something(sentence):
            self._supported += 1
        if finding.problem == "number" and self._asked.computing:
            raise GenerationRefused("模型自己算了资料里没有的数")
        if self._unsupported >= _LEAST_CLAIMS and not self._supported:
            raise GenerationRefused("模型的回答没有资料依据")
        self._keep(sentence, fate)

    def shown(self, tail: str) -> str:
        """Return what may be shown so far, ``tail`` being the sentence that is being written."""
        text = "".join(self._kept)
        if self._manners.harmful(tail):
            return text
        return (text + self._carried + _renumbered(tail, dict(self._numbers))).rstrip()

    def finish(self) -> Written:
        """Return the whole; GenerationRefused when too little of it is supported."""
        claims = self._supported + self._unsupported
        if not self._supported:
            raise GenerationRefused("模型的回答没有引用资料")
        if self._unsupported > self._policy.max_unsupported_share * claims:
            raise GenerationRefused("模型的回答多半没有资料依据")
        kept = _without_empty_announcements(self._kept)
        text = "".join(kept).strip()
        if self._asked.contained and _NOT_CONTAINED.search(text):
            raise GenerationRefused("模型说资料里没有，资料里其实有")
        by_number = {new: self._asked.excerpts[old - 1] for old, new in self._numbers.items()}
        return Written(text, tuple(by_number[n].source for n in sorted(by_number)))

    def _fate(self, finding: Finding) -> Fate:
        sentence = finding.text
        if self._manners.harmful(sentence):
            return "dropped"
        match finding.problem:
            case "":
                kept = (
                    self._manners.supported(sentence, finding.citations)
                    if finding.citations
                    else self._manners.plain(sentence)
                )
                return "kept" if kept else "dropped"
            case "uncited" | "unsupported":
                labelled = self._policy.label and self._manners.own_view(sentence)
                return "labelled" if labelled else "dropped"
            case _:
                return "dropped"

    def _keep(self, sentence: str, fate: Fate) -> None:
        """Append the sentence; a dropped one leaves its place in the layout to its neighbours."""
        ending = sentence[len(sentence.rstrip()) :]
        if fate == "dropped":
            start = _LINE_START.match(sentence)
            at_line_start = not self._kept or self._kept[-1].endswith("\n")
            if "\n" in ending:
                self._carried = ""
                if self._kept and not self._kept[-1].endswith("\n"):
                    self._kept[-1] += ending
            elif start and at_line_start:
                self._carried = start[0]
            return
        body = sentence.rstrip()
        if fate == "labelled":
            text = f"{without_marks(body)}{self._policy.label}{ending}"
        else:
            text = _renumbered(body, self._numbers) + ending
        self._kept.append(self._carried + text)
        self._carried = ""


class _Manners:
    """What a sentence must not contain, or must not lack, whatever its citations say.

    A document may hold anything, also sentences that it wants repeated: they share every word with
    their source. What is ours (reviewed) vouches for itself, a document does not.
    """

    def __init__(self, asked: Asked, names: Names) -> None:
        self._excerpts = asked.excerpts
        self._names = names
        self._reviewed = "\n".join(e.text for e in asked.excerpts if e.reviewed)
        self._all_reviewed = all(e.reviewed for e in asked.excerpts)
        known = "\n".join((*(e.text for e in asked.excerpts), asked.question, _STOCK))
        self._words = {word.lower() for word in _STRANGE.findall(known)}
        self._pairs = _pairs(known)

    def harmful(self, sentence: str) -> bool:
        """Our rules; links, calls and orders that our own material does not have word for word."""
        if visible(sentence) != sentence.replace("\r", "") or repeats_rules(sentence):
            return True
        if any(m[0].strip() not in self._reviewed for m in _LINK.finditer(sentence)):
            return True
        return addresses_a_model(sentence) and without_marks(sentence).strip() not in self._reviewed

    def supported(self, sentence: str, citations: Sequence[int]) -> bool:
        """A cited sentence: it speaks of 408, and no clause of it comes from nowhere."""
        vouched = any(self._excerpts[n - 1].reviewed for n in citations)
        if not _says_something(sentence) or not (vouched or self._names.stand_in(sentence)):
            return False
        return not any(self._foreign(clause) for clause in _CLAUSE_END.split(sentence))

    def plain(self, sentence: str) -> bool:
        """A heading, lead-in or disclaimer: made of words of the sources and the question."""
        if not sentence.strip():
            return True
        pairs = _pairs(sentence)
        familiar = len(pairs & self._pairs) >= _LEAST_FAMILIAR * len(pairs)
        return familiar and _says_something(sentence) and not self._strangers(sentence)

    def own_view(self, sentence: str) -> bool:
        """Worth a label: about 408, in known words, and no document can have planted it."""
        return (
            self._all_reviewed
            and self._names.stand_in(sentence)
            and not self._strangers(sentence)
            and "```" not in sentence
        )

    def _strangers(self, sentence: str) -> list[str]:
        found = _STRANGE.findall(_LINE_START.sub("", without_marks(sentence), count=1))
        return [word for word in found if word.lower() not in self._words]

    def _foreign(self, clause: str) -> bool:
        pairs = _pairs(clause)
        if len(pairs) < _LEAST_CLAUSE_CHARS - 1:
            return False
        return not pairs & self._pairs and not self._names.stand_in(clause)


def _pairs(text: str) -> set[str]:
    return {run[i : i + 2] for run in _PAIR.findall(text) for i in range(len(run) - 1)}


def _says_something(sentence: str) -> bool:
    """Whether there is more in it than marks: two letters or characters at least."""
    return sum(c.isalpha() for c in without_marks(sentence)) >= _LEAST_LETTERS


def _renumbered(sentence: str, numbers: dict[int, int]) -> str:
    """Number the citations of ``sentence`` by first use, adding to ``numbers``."""
    if is_code_block(sentence):
        return sentence
    pieces: list[str] = []
    position = 0
    for mark in marks(sentence):
        pieces.append(sentence[position : mark.start])
        new = dict.fromkeys(numbers.setdefault(n, len(numbers) + 1) for n in mark.numbers)
        pieces += [f"[{n}]" for n in new]
        position = mark.end
    return "".join([*pieces, sentence[position:]])


def _without_empty_announcements(kept: Sequence[str]) -> list[str]:
    """Leave out headings and lead-ins that nothing follows any more."""
    result: list[str] = []
    for text in reversed(kept):
        body = text.strip()
        follows = bool(result) and not _is_heading(result[-1])
        if _ANNOUNCES.search(body) and not follows:
            continue
        result.append(text)
    return result[::-1]


def _is_heading(text: str) -> bool:
    return text.lstrip().startswith("#")
