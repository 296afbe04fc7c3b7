"""What of a model's answer is shown: each sentence is judged, what is left is put together.

A supported sentence is kept, with its citations numbered anew in order of use. A wrong number, name
or citation is dropped, and so is what the sources contradict; what is merely not in them is dropped
or labelled. A model that obeys
what a document told it must not get its words through: see ``manners``.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from backend.answering.answer import SourceRef
from backend.answering.excerpts import Excerpt
from backend.answering.grounding.checker import Finding
from backend.answering.grounding.citations import marks, without_marks
from backend.answering.grounding.claims import DISCLAIMER, results, states_number
from backend.answering.grounding.passage import merged, read
from backend.answering.grounding.sentences import code_block, is_code_block
from backend.answering.manners import LINE_START, Manners, Names, says_something
from backend.errors import GenerationUnsupported

Fate = Literal["kept", "labelled", "dropped"]

_ANNOUNCES = re.compile(r"[:：][\s*_]*\Z|\A\s*(?:#{1,6}\s|\*\*[^*]+\*\*\s*\Z)")

_LEAST_CLAIMS = 3
_MOST_SHOWN_TAIL = 300


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
    """What the model was asked.

    ``contained``: the sources do answer it. ``wary``: somebody in the dialogue gives orders.
    """

    question: str
    excerpts: Sequence[Excerpt]
    contained: bool
    computing: bool = False
    wary: bool = False


class Review:
    """The review of one text that is being written; sentences are added in their order."""

    def __init__(
        self, asked: Asked, checker: SentenceChecker, names: Names, policy: Policy
    ) -> None:
        self._asked = asked
        self._checker = checker
        self._policy = policy
        self._manners = Manners(asked.question, asked.excerpts, names, wary=asked.wary)
        self._texts = [excerpt.text for excerpt in asked.excerpts]
        self._findings: list[Finding] = []
        self._kept: list[str] = []
        self._numbers: dict[int, int] = {}
        self._carried = ""
        self._supported = 0
        self._unsupported = 0

    def add(self, sentence: str) -> None:
        """Judge the next sentence; GenerationUnsupported as soon as the text cannot be saved."""
        finding = self._checker.check_sentence(
            sentence, self._texts, self._asked.question, self._findings
        )
        fate = self._fate(finding)
        if fate == "kept":
            # What was dropped must not bear out what comes after it.
            self._findings.append(finding)
        if finding.problem or (finding.citations and fate == "dropped"):
            self._unsupported += 1
        elif finding.citations and says_something(sentence):
            self._supported += 1
        if finding.problem == "number" and self._asked.computing:
            raise GenerationUnsupported("模型自己算了资料里没有的数")
        if self._unsupported >= _LEAST_CLAIMS and not self._supported:
            raise GenerationUnsupported("模型的回答没有资料依据")
        self._keep(sentence, fate)

    def shown(self, tail: str) -> str:
        """Return what may be shown so far, ``tail`` being the sentence that is being written.

        It is looked at for harm only: that it is wrong is seen when it is whole. Numbers of a
        computation and code wait for that, and so does what is too long to be looked at again and
        again.
        """
        text = "".join(self._kept)
        waits = self._asked.computing or is_code_block(tail) or len(tail) > _MOST_SHOWN_TAIL
        if waits or self._manners.harmful(tail):
            return text
        return (text + self._carried + _renumbered(tail, dict(self._numbers))).rstrip()

    def finish(self) -> Written:
        """Return the whole; GenerationUnsupported when too little of it is supported."""
        claims = self._supported + self._unsupported
        if not self._supported:
            raise GenerationUnsupported("模型的回答没有引用资料")
        if self._unsupported > self._policy.max_unsupported_share * claims:
            raise GenerationUnsupported("模型的回答多半没有资料依据")
        kept = _without_empty_announcements(self._kept)
        text = "".join(kept).strip()
        if not text:
            raise GenerationUnsupported("模型的回答没有内容")
        if self._asked.contained and DISCLAIMER.search(text):
            raise GenerationUnsupported("模型说资料里没有，资料里其实有")
        # What was left out may have cited first, or alone.
        last: dict[int, int] = {}
        text = "".join(_renumbered(one, last) for one in kept).strip()
        old = {new: old for old, new in self._numbers.items()}
        if not last or not last.keys() <= old.keys():
            raise GenerationUnsupported("模型的回答没有引用资料")
        return Written(text, tuple(self._asked.excerpts[old[n] - 1].source for n in last))

    def _fate(self, finding: Finding) -> Fate:
        sentence = finding.text
        if self._manners.harmful(sentence):
            return "dropped"
        computes = self._computes(sentence, finding.citations if not finding.problem else ())
        match finding.problem:
            case "" if finding.citations:
                kept = self._manners.supported(sentence, finding.citations)
                return "kept" if kept and not computes else "dropped"
            case "":
                return "kept" if self._manners.plain(sentence) and not computes else "dropped"
            case "uncited" | "unsupported":
                labelled = self._policy.label and self._manners.own_view(sentence)
                return "labelled" if labelled and not computes else "dropped"
            case _:
                return "dropped"

    def _computes(self, sentence: str, citations: Sequence[int]) -> bool:
        """Whether a sentence may give a result that the model computed itself."""
        if not self._asked.computing:
            return False
        if not citations:
            return states_number(sentence)
        own = merged([read(self._texts[n - 1]) for n in citations])
        return results(sentence, own, read(self._asked.question))

    def _keep(self, sentence: str, fate: Fate) -> None:
        """Append the sentence; a dropped one leaves its place in the layout to its neighbours."""
        ending = sentence[len(sentence.rstrip()) :]
        if fate == "dropped":
            start = LINE_START.match(sentence)
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


def _renumbered(sentence: str, numbers: dict[int, int]) -> str:
    """Number the citations of ``sentence`` by first use, adding to ``numbers``."""
    if is_code_block(sentence):
        block = code_block(sentence)
        return block.before + (_renumbered(block.after, numbers) if block.after else "")
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
        body = without_marks(text).strip()
        follows = bool(result) and not _is_heading(result[-1])
        if _ANNOUNCES.search(body) and not follows:
            continue
        result.append(text)
    return result[::-1]


def _is_heading(text: str) -> bool:
    return text.lstrip().startswith("#")
