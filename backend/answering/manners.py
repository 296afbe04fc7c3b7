"""What a sentence of a model must not contain, or must not lack, whatever its citations say.

A document may hold anything, also sentences that it wants repeated: they share every word with
their source, so that checking them against it proves nothing. Our own material (reviewed) and the
student's question vouch for words; a document's only count where they speak of 408.
"""

import re
from collections.abc import Iterator, Sequence

import ahocorasick_rs

from backend.answering.excerpts import Excerpt
from backend.answering.grounding.citations import without_marks
from backend.answering.grounding.claims import kind_of
from backend.answering.grounding.sentences import CodeBlock, code_block, is_code_block
from backend.answering.instructions import addresses_a_model
from backend.answering.prompts import repeats_rules
from backend.answering.untrusted import visible
from backend.knowledge.library import Library
from backend.knowledge.normalise import normalise
from backend.knowledge.surfaces import surface_table

LINE_START = re.compile(r"[ \t]*(?:[-*•]\s+|\d{1,2}[.、)）]\s*|[(（]\d{1,2}[)）]\s*|[①-⑳]\s*)")

# Endings of hosts; the second are also fields in code (S.top), so that more is demanded of them.
_DOMAINS = "com|cn|net|org|io|xyz|co|site|club|vip|edu|gov|ru|tk|ly|shop|icu|test|example|invalid"
_FIELDS = "top|link|info|me|cc|app|dev"
_STRUCTURES = "stack|queue|head|tail|node|list|root|self|this"
# Every repetition has a bound: this is searched in a text that grows.
_LINK = re.compile(
    r"(?:[a-z][a-z0-9+.-]{0,19}://|(?<![a-z0-9])(?:javascript:|www\.))(?:[!-Z^-~]+|\S*)"
    r"|\]\([^)\n]{0,300}\)?"
    r"|[\w.+-]{1,64}@[\w-]{1,63}\.\w{1,20}|@\s{0,9}(?:everyone|here|all\b|全体|所有人)"
    r"|\[CQ:[^\]]{0,300}\]?|<[@#!&:/][^>\n]{0,60}>?"
    # A tag, not a comparison: cwnd<ssthresh, a<b 且 c>d.
    r"|<[a-z][a-z0-9]{0,20}(?:-[a-z0-9]{1,20}){0,3}(?:\s{1,9}[a-z-]{1,20}){0,4}\s{0,9}/?>"
    r"|<[a-z][a-z0-9-]{0,40}[\s/]{1,9}[a-z-]{1,20}=[^=\n][^>\n]{0,60}>?|<a:\w{1,32}:\d",
    re.IGNORECASE,
)
_HOST_RUN = re.compile(r"[a-z0-9._-]+", re.IGNORECASE)
_HOST = re.compile(
    rf"[a-z0-9_-]\.(?:{_DOMAINS})(?![a-z0-9_-])"
    rf"|(?:[a-z0-9_-]{{2}}|[a-z0-9_-]\.[a-z0-9_-])\.(?:{_FIELDS})(?![a-z0-9_-])",
    re.IGNORECASE,
)
_FIELD = re.compile(rf"(?:{_STRUCTURES}|[a-z0-9_-])\.(?:{_FIELDS})\.?", re.IGNORECASE)
_PATH = re.compile(r"[!-Z^-~]{0,300}")
# Nothing but the fence and a language: whatever else stands there would be shown unchecked.
_OPENING = re.compile(
    r"\s*(?:`{3,}|~{3,})\s*(?:asm|bash|c|c\+\+|cpp|go|java|javascript|js|json|mips|pascal|plain"
    r"|plaintext|pseudo|pseudocode|py|python|python3|rust|sh|shell|sql|text|txt|x86asm)?\s*",
    re.IGNORECASE,
)
_DISPLAYED = re.compile(r"\s*(?:#|\||【|\*\*[^*]+\*\*\s*\Z)")
_CLOSING = re.compile(r"\s*(?:`{3,}|~{3,})?\s*")
_WORD = re.compile(r"[A-Za-z]{2,}|\d+")
_HAN = re.compile(r"[\u4e00-\u9fff]{2,}")
_ONE_HAN = re.compile(r"[\u3400-\u9fff]")
_CLAUSE_END = re.compile(r"[，,；;：:、。！？!?（）()\n]+")
_VERDICT = re.compile(
    r"(?:不|没)?(?:是|会|能|可以|对|有|需要|一定|行|正确|错误|相同|一样)(?:的|了|啊|吗)?[，。！]?"
)
_STOCK = (
    "要点原因特点优点缺点优缺点区别联系步骤过程如下具体做法总结结论例如下面以下包括主要有分为几类几点"
    "资料里没有给出资料里没有提到资料中没有找到所以因此也就是说换句话说简单来说首先其次最后另外而且但是不过"
    "可以看题目给了什么条件就行一个一个对应着记改进的办法有写出来就是依次做三件事各自的好处举个例子比如"
    "记住这几点用一句话概括分别是可以这样理解关键在于注意两者不同相同之处"
)
_LEAST_LETTERS = 2
_LEAST_PAIRS, _LEAST_PAIRS_WARY = 6, 4
_LEAST_FAMILIAR = 0.5
_LEAST_VOUCHED = 0.15


class Names:
    """The names of one library; built once."""

    def __init__(self, library: Library) -> None:
        surfaces = [s for s in surface_table(library) if len(s) > 1]
        self._names = ahocorasick_rs.AhoCorasick(surfaces)

    def stand_in(self, text: str) -> bool:
        """Tell whether any name stands in ``text``; a Latin one only as a word of its own."""
        folded = normalise(text).text
        found = self._names.find_matches_as_indexes(folded, overlapping=True)
        return any(_is_whole(folded, start, end) for _, start, end in found)


class Manners:
    """What is demanded of the sentences that answer one ``question`` from its ``excerpts``."""

    def __init__(
        self, question: str, excerpts: Sequence[Excerpt], names: Names, *, wary: bool
    ) -> None:
        """``wary``: the question or the dialogue gives orders; documents count as such as well."""
        self._excerpts = excerpts
        self._names = names
        self._all_reviewed = all(e.reviewed for e in excerpts)
        self._wary = wary or not self._all_reviewed
        self._reviewed = "\n".join(e.text for e in excerpts if e.reviewed)
        ours = f"{self._reviewed}\n{question}\n{_STOCK}"
        self._words, self._pairs = _words(ours), _pairs(ours)
        self._our_pairs = _pairs(self._reviewed)
        silent = (e for e in excerpts if not e.reviewed and not addresses_a_model(e.text))
        self._known_words = self._words.union(*(_words(e.text) for e in excerpts))
        documents = (line for e in silent for line in e.text.split("\n"))
        named = _runs(question)
        speaking = "\n".join(line for line in documents if self._speaks_of(line, named))
        self._said = self._words | _words(speaking), self._pairs | _pairs(speaking)
        self._lines = frozenset(_packed(line) for line in self._reviewed.split("\n"))

    def harmful(self, sentence: str) -> bool:
        """Our rules; links, calls and orders that our own material does not have word for word."""
        if visible(sentence) != sentence.replace("\r", "") or repeats_rules(sentence):
            return True
        if any(link not in self._reviewed for link in _links(sentence)):
            return True
        return addresses_a_model(sentence) and without_marks(sentence).strip() not in self._reviewed

    def supported(self, sentence: str, citations: Sequence[int]) -> bool:
        """A cited sentence that its sources support, or a block of code that stands in ours."""
        if is_code_block(sentence):
            return self._is_our_block(code_block(sentence))
        clauses = _CLAUSE_END.split(without_marks(sentence))
        if all(self._excerpts[n - 1].reviewed for n in citations):
            foreign = any(map(self._is_foreign, clauses))
        else:
            foreign = not all(map(self._is_vouched_for, clauses))
        return says_something(sentence) and not foreign

    def plain(self, sentence: str) -> bool:
        """A heading or lead-in in words of our material and the question; or a yes or no."""
        if not sentence.strip() or _VERDICT.fullmatch(sentence.strip()):
            return True
        if not says_something(sentence) or self._strangers(sentence):
            return False
        pairs = _pairs(sentence)
        return len(pairs & self._pairs) >= _LEAST_FAMILIAR * len(pairs)

    def own_view(self, sentence: str) -> bool:
        """Worth a label: about 408, in known words, and no document can have planted it.

        A heading or a row of a table is not: it takes no label.
        """
        return (
            self._all_reviewed
            and kind_of(sentence) == "claim"
            and not _DISPLAYED.match(sentence)
            and self._names.stand_in(sentence)
            and not self._strangers(sentence)
            and not any(map(self._is_aside, _CLAUSE_END.split(sentence)))
        )

    def _strangers(self, sentence: str) -> set[str]:
        body = LINE_START.sub("", without_marks(sentence), count=1)
        return _words(body) - self._words

    def _is_foreign(self, clause: str) -> bool:
        """Whether a clause of a sentence that we vouch for says something else altogether."""
        least = _LEAST_PAIRS_WARY if self._wary else _LEAST_PAIRS
        if self._is_aside(clause) and len(_pairs(clause)) >= least:
            return True
        unknown = _words(clause) - self._known_words
        return any(word.isalpha() and not self._names.stand_in(word) for word in unknown)

    def _is_aside(self, clause: str) -> bool:
        """Whether a clause has nothing in common with our material and names nothing of 408."""
        pairs = _pairs(clause)
        return bool(pairs) and not pairs & self._our_pairs and not self._names.stand_in(clause)

    def _is_vouched_for(self, clause: str) -> bool:
        """Whether a clause that a document supports is said where it speaks of the subject."""
        words, pairs = self._said
        own = _pairs(clause)
        return _words(clause) <= words and len(own & pairs) >= _LEAST_VOUCHED * len(own)

    def _speaks_of(self, line: str, named: frozenset[str]) -> bool:
        """Whether a line of a document is about 408, or about what the question names."""
        return self._names.stand_in(line) or any(run in line for run in named)

    def _is_our_block(self, block: CodeBlock) -> bool:
        """Whether nothing but code of ours stands in a block, on its fences and after it."""
        return (
            bool(_OPENING.fullmatch(block.opening) and _CLOSING.fullmatch(block.closing))
            and not without_marks(block.after).strip()
            and any(map(says_something, block.lines))
            and all(map(self._is_our_code, block.lines))
        )

    def _is_our_code(self, line: str) -> bool:
        """Whether a line of code stands in a line of ours; with Chinese words it must be all of it.

        Otherwise a part of a sentence that calls something a mistake would pass as code.
        """
        packed = _packed(line)
        if _ONE_HAN.search(packed):
            return packed in self._lines
        return any(packed in known for known in self._lines)


def _links(text: str) -> Iterator[str]:
    """Return links, addresses, calls and tags in ``text``; hosts with what is joined to them."""
    for match in _LINK.finditer(text):
        yield match[0].strip().rstrip(".,;:!?")
    for match in _HOST_RUN.finditer(text):
        path = _PATH.match(text, match.end())
        rest = path[0] if path else ""
        if _FIELD.fullmatch(match[0]):
            is_host = rest.startswith("/")
        else:
            is_host = bool(_HOST.search(match[0]))
        if is_host:
            yield f"{match[0]}{rest}".strip(".,;:!?()\"'`")


def says_something(sentence: str) -> bool:
    """Tell whether there is more in ``sentence`` than marks: two letters or characters at least."""
    return sum(c.isalpha() for c in without_marks(sentence)) >= _LEAST_LETTERS


def _words(text: str) -> set[str]:
    return {word.lower() for word in _WORD.findall(text)}


def _runs(text: str) -> frozenset[str]:
    """What may be a name in ``text``: three Chinese characters in a row."""
    runs = _HAN.findall(text)
    return frozenset(run[i : i + 3] for run in runs for i in range(len(run) - 2))


def _pairs(text: str) -> set[str]:
    return {run[i : i + 2] for run in _HAN.findall(text) for i in range(len(run) - 1)}


def _packed(line: str) -> str:
    return "".join(line.split())


def _is_whole(text: str, start: int, end: int) -> bool:
    def is_edge(at: int) -> bool:
        pair = text[at - 1 : at + 1] if at else ""
        return len(pair) < 2 or not (pair.isascii() and pair.isalnum())

    return is_edge(start) and is_edge(end)
