"""The Chinese analyser: text to terms, the same for building and for searching.

Runs of Han give their characters and pairs of neighbours; runs of Latin letters and digits give
whole words. Terms travel to Milvus as ASCII words, so that its ``standard`` tokenizer, which is
the only one that milvus-lite and a Milvus server share besides jieba, keeps them as they are.
``benchmarks/analysers.py`` compares this with jieba.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence

_HAN = "\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f"
_RUN = re.compile(rf"[{_HAN}]+|[a-z]\+{{1,2}}(?![a-z0-9])|[^\W_{_HAN}]+")
_HAN_RUN = re.compile(rf"[{_HAN}]")

# Words of asking: in nearly every query and in no answer. Without them the MRR of BM25 on the
# labelled messages is .905 instead of .888 (benchmarks/analysers.py).
_ASKING = re.compile(
    "什么|怎么样|怎么|怎样|如何|为什么|为啥|为何|是啥|啥|请问|求助|求大佬|有没有|能不能|可不可以|哪些|哪个"
    "|多少|一下|帮我|给我|讲讲|说说|讲一下|介绍|解释|知道|吗|呢|吧|啊|呀|嘛|哦|的|了|是|我|你|有"
)

_MANY_TEXTS, _FREQUENT = 2_000, 0.2

MAX_FIELD_BYTES = 60_000
"""Longest analysed text in bytes; Milvus refuses a VARCHAR beyond 65 535."""


def normalise(text: str) -> str:
    """Fold width, compatibility forms and case."""
    return unicodedata.normalize("NFKC", text).lower()


def runs(text: str) -> Iterator[str]:
    """Yield the maximal runs of Han, and the words of other letters and digits, normalised."""
    for match in _RUN.finditer(normalise(text)):
        yield match[0]


def terms(text: str) -> list[str]:
    """Return the terms of ``text`` in order, with repeats: ``死锁 LRU`` gives 死 死锁 锁 lru."""
    found: list[str] = []
    for run in runs(text):
        if not _HAN_RUN.match(run):
            found.append(run)
            continue
        for position, character in enumerate(run):
            found.append(character)
            if position + 1 < len(run):
                found.append(run[position : position + 2])
    return found


def without_asking(query: str) -> str:
    """Return the normalised query without words of asking, or all of it if nothing else is left."""
    normal = normalise(query)
    kept = _ASKING.sub(" ", normal)
    return kept if _RUN.search(kept) else normal


def query_terms(query: str, ignored: Collection[str] = ()) -> list[str]:
    """Return the terms that a query is searched by, each once: without words of asking, and
    without ``ignored`` terms unless nothing else is left."""
    found = list(dict.fromkeys(terms(without_asking(query))))
    return [term for term in found if term not in ignored] or found


def frequent_terms(texts: Sequence[str]) -> frozenset[str]:
    """Return the terms that a query over ``texts`` can do without; none for a few texts.

    A term of more than a fifth of all passages says little and costs most: at 10 000 passages
    BM25 took 13 ms instead of 28 without them, and leaving such terms out on the shipped cards
    (too few for this to apply) cost the fused ranking .004 to .006 of MRR.
    """
    if len(texts) < _MANY_TEXTS:
        return frozenset()
    frequency = Counter(term for text in texts for term in set(terms(text)))
    return frozenset(t for t, count in frequency.items() if count > _FREQUENT * len(texts))


def encode(found: Iterable[str]) -> str:
    """Join terms into a text that a tokenizer for ASCII words splits back into these terms."""
    return " ".join(_ascii(term) for term in found)[:MAX_FIELD_BYTES]


def _ascii(term: str) -> str:
    if term.isascii() and term.isalnum():
        return term
    return "u" + "".join(f"{ord(character):04x}" for character in term)
