"""Whether a sentence says the opposite, or another number, than its source at the same place."""

import re
from collections import defaultdict
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import ahocorasick_rs

from backend.answering.grounding.passage import ONLY_COUNTED, Fragment, Passage, terms

# Shares of the words of a fragment that the source's must have to speak of the same thing.
_SAME_PLACE, _SAME_WORDS = 0.5, 0.7
_SAME_NUMBER, _SAME_SUBJECT = 0.66, 0.65
_NEARLY_ALL = 0.85
_AROUND = 4  # characters
_FEW = 3
_END = "…"
_DEGREES = {
    one: other
    for pair in ("大小", "多少", "快慢", "高低", "长短", "好差", "强弱", "早晚", "深浅", "难易")
    for one, other in (pair, pair[::-1])
}
_MAX_FRAGMENTS = 8192
_NEGATION = re.compile("[不没无未](?:需要|可能|[会能再必可要需用得被受把有让去是])*(..)")
_NEGATIVE = re.compile("[不没无未]有?")
_NOT_PLAIN = re.compile("如果|像|看似|要是|想|只|才|前|有没有|是否|是不是|除非|而是")
_CONDITION = re.compile("如果|要是|想|只|才|有没有|是否|是不是|除非|像|看似|而是")
_RATHER = re.compile("而不是|而非")
_DENIAL = re.compile(
    "(?:并非|[不没未])(?:需要|可能|一定|[就会能再必可要需用得被受把有让去])*(?!是)(.)"
)
_HAN = re.compile("[\u4e00-\u9fff]")
_EMPTY = frozenset(
    "的是了在就也都会可以能有一个这那它而则却于其与和或及为所把被让给从到要还再又并且但着过得地不没未无"
)
_LEAST_SHARED, _LEAST_SAID, _NEARLY_AS_LIKE = 0.6, 0.4, 0.9
_QUOTED = re.compile("[-*]?(?:误?以为|认为)")
_MODAL = frozenset({"可以", "不可以", "可能", "不可能", "需要", "不需要", "必须", "允许", "一样"})
_QUESTION = re.compile("为什么|为何|[?？]")
_SYMBOL = re.compile(r"(?<![a-z])[a-z]=")
_WARNING = re.compile("容易|别|误|错|坑|弄反|搞混|以为")
_MISTAKE = re.compile("[-*]?(?:把|以为|误|忘|漏)")
_NO_NEGATION = re.compile(
    "不同|不过|不仅|不但|不只|不光|不管|不论|无论|要不|不然|不止|除非|不一定|并非|不可屏蔽"
    "|不可剥夺|不可抢占|无连接|无状态|无符号|无向|无序|无效"
)


class Opposition:
    """The pairs of opposites, read once."""

    def __init__(self) -> None:
        text = (Path(__file__).parent / "opposites.txt").read_text("utf-8")
        self._opposites = _opposites(text)
        self._words = sorted(word for word in self._opposites if not word.startswith(_END))
        self._matcher = ahocorasick_rs.AhoCorasick(
            self._words, matchkind=ahocorasick_rs.MatchKind.LeftmostLongest
        )

        self._polar = lru_cache(maxsize=_MAX_FRAGMENTS)(self._find_polar)

    def reversed_word(self, claim: Passage, known: Passage) -> str:
        """Return a word of ``claim`` whose opposite ``known`` says in the same place, or ""."""
        for fragment in _clauses(claim):
            said = self._polar(fragment.text)
            for word in said:
                if not said & self._opposites[word] and self._is_opposed(fragment, word, known):
                    return word
            if swapped := self._swapped(said, known):
                return swapped
        return ""

    def _is_opposed(self, said: Fragment, word: str, known: Passage) -> bool:
        anchors = terms(said.text.replace(word.removeprefix(_END), "\n")) & (
            known.pairs | known.words
        )
        if not anchors:
            everywhere = self._polar(known.text)
            denial = {f"不{word}", f"无{word}", word[1:]} & self._opposites[word] & everywhere
            return word not in everywhere and word not in _MODAL and bool(denial)
        near = closest_fragments(anchors, known, _SAME_WORDS)
        if not any(self._polar(f.text) & self._opposites[word] for f in near):
            return False
        return not any(
            word in self._polar(f.text) and len(anchors & f.terms) >= _SAME_PLACE * len(anchors)
            for f in known.fragments
        )

    def _swapped(self, said: frozenset[str], known: Passage) -> str:
        """Return one of two words that ``known`` joins with each other's opposite: 队头插入."""
        clauses = [self._polar(f.text) for f in _clauses(known)]
        for word in said:
            for other in said - {word} - self._opposites[word]:
                if (
                    not any({word, other} <= polar for polar in clauses)
                    and any(other in polar and polar & self._opposites[word] for polar in clauses)
                    and any(word in polar and polar & self._opposites[other] for polar in clauses)
                ):
                    return word
        return ""

    def _find_polar(self, text: str) -> frozenset[str]:
        found = {self._words[i] for i, _, _ in self._matcher.find_matches_as_indexes(text)}
        # 大 and 小 are parts of many words, but at the end of a clause they say how something is.
        return frozenset(found | {_END + text[-1:]} if text[-1:] in _DEGREES else found)


def is_negated(claim: Passage, known: Passage) -> bool:
    """Tell whether a clause of ``claim`` affirms what ``known`` denies, or denies what it affirms
    in nearly the same words."""
    if _WARNING.search(claim.text):
        return False
    for fragment in _clauses(claim):
        if _CONDITION.search(_RATHER.split(fragment.text)[0]):
            continue
        if _affirms_denied(fragment, known):
            return True
        anchors = fragment.pairs & known.pairs
        denied = [] if _NOT_PLAIN.search(fragment.text) else _denied(fragment)
        if len(denied) == 1 and len(anchors) >= _FEW and _is_affirmed(denied[0], anchors, known):
            return True
    return False


def repeats_mistake(claim: Passage, known: Passage) -> bool:
    """Tell whether ``claim`` says as true what ``known`` quotes as a mistake: 以为……"""
    if _WARNING.search(claim.text):
        return False
    for quoted in known.fragments:
        match = None if quoted.whole else _QUOTED.match(quoted.text)
        wrong = terms(quoted.text[match.end() :]) if match else frozenset[str]()
        if len(wrong) >= _FEW and len(claim.pairs & wrong) >= _NEARLY_ALL * len(wrong):
            return True
    return False


def _affirms_denied(fragment: Fragment, known: Passage) -> bool:
    """Tell whether a clause affirms what the closest clause of ``known`` denies: 不记得, 会记住.

    Closest by single characters, so that the verb may have another end.
    """
    plain = _RATHER.split(fragment.text)[0]
    said = _weighty(plain) | fragment.words
    if len(said) < _FEW or _DENIAL.search(_NO_NEGATION.sub("\n", plain)):
        return False
    best, denies = 0.0, False
    for clause in _clauses(known):
        stated = _weighty(clause.text) | clause.words
        shared = len(said & stated)
        if shared < max(_LEAST_SHARED * len(stated), _LEAST_SAID * len(said), _FEW):
            continue
        likeness = 2 * shared / (len(said) + len(stated))
        verb = _DENIAL.search(_NO_NEGATION.sub("\n", clause.text))
        if verb is None:
            if likeness >= _NEARLY_AS_LIKE * best:
                best, denies = max(best, likeness), False
        elif likeness * _NEARLY_AS_LIKE > best:
            denies = (
                verb[1] in said
                and clause.words <= fragment.words
                and not (clause.is_mistake and _MISTAKE.match(clause.text))
                and not _CONDITION.search(clause.text)
            )
            best = likeness
    return denies


def _weighty(text: str) -> set[str]:
    """Return the Han of a clause that say something."""
    return set(_HAN.findall(text)) - _EMPTY


def _is_affirmed(pair: str, anchors: frozenset[str], known: Passage) -> bool:
    """Tell whether ``known`` says ``pair`` where it speaks of ``anchors``, denying it nowhere."""
    near = closest_fragments(anchors, known, _SAME_WORDS)
    return (
        bool(near)
        and all(pair in f.pairs and not _NEGATIVE.search(f.text) for f in near)
        and not any(f.is_mistake for f in near)
        and all(len(anchors & f.terms) >= _SAME_NUMBER * len(f.terms) for f in near)
        and not any(pair in _denied(f) for f in _clauses(known))
    )


def _denied(fragment: Fragment) -> list[str]:
    """Return the pairs of Han that the negations of a clause bear upon."""
    return _NEGATION.findall(_NO_NEGATION.sub("\n", fragment.text))


def has_other_number(claim: Passage, known: Passage) -> bool:
    """Tell whether ``known`` gives other numbers than ``claim`` in the same place.

    Only numbers of the same thing are compared, formulas with formulas.
    """
    for fragment in _clauses(claim):
        anchors = fragment.terms & (known.pairs | known.words)
        if len(anchors) < _FEW or _QUESTION.search(fragment.text):
            continue
        closest = closest_fragments(anchors, known, _SAME_NUMBER)
        given = [f for f in closest if not _SYMBOL.search(f.text) and not f.is_mistake]
        for value, counted in fragment.quantities:
            alike = [
                {
                    v
                    for v, c in f.quantities
                    if _is_same_thing(counted, fragment, c, f)
                    and _is_formula(v) == _is_formula(value)
                }
                for f in given
            ]
            everything = {v for f in given for v, _ in f.quantities}
            if alike and all(alike) and value not in everything:
                return True
    return False


def _is_same_thing(one: str, said: Fragment, other: str, stated: Fragment) -> bool:
    """Tell whether two numbers count the same: 五个条件, 四个条件, and 条件有五个."""
    if one == other:
        return True
    if one == ONLY_COUNTED:
        return other in said.letters
    return other == ONLY_COUNTED and one in stated.letters


def _is_formula(value: str) -> bool:
    return any(character.isalpha() for character in value)


def closest_fragments(anchors: frozenset[str], known: Passage, least: float) -> list[Fragment]:
    """Return the clauses of ``known`` that share most of ``anchors``, at least that share.

    Of few anchors all must be shared; a single one places nothing.
    Those that quote a mistake are left out.
    """
    if len(anchors) < _FEW:
        least = 1.0
    if len(anchors) < 2:
        return []
    best, found = least * len(anchors), list[Fragment]()
    for fragment in _clauses(known):
        shared = len(anchors & fragment.pairs) + len(anchors & fragment.words)
        if shared >= best and not _MISTAKE.match(fragment.text):
            found = [*found, fragment] if shared == best else [fragment]
            best = shared
    return found


def _clauses(passage: Passage) -> list[Fragment]:
    return [fragment for fragment in passage.fragments if not fragment.whole]


def _opposites(text: str) -> Mapping[str, frozenset[str]]:
    pairs: dict[str, set[str]] = defaultdict(set)
    for line in text.splitlines():
        if line and not line.startswith("#"):
            one, other = line.split()
            pairs[one].add(other)
            pairs[other].add(one)
    for one, other in _DEGREES.items():
        pairs[_END + one].add(_END + other)
    return {word: frozenset(others) for word, others in pairs.items()}
