"""Mends what a recogniser misread in the names of concepts: 迸程, 缓冲区盗出, TCP/lP.

Conservative, for the student sees the text and can mend the rest: a name is put right when only
characters in it differ that look alike, at most one in four, and when what was read stands nowhere
in our own material. In a name of two, the character itself must stand nowhere there: 失序 looks
like 先序, 分贝 like 分页. Numbers are never touched, nor is the length of the text.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise

_LOOK_ALIKE = (
    "己已巳", "进迸讲", "未末", "土士上", "千干于", "人入八", "大太犬", "日曰目", "天夭无", "力刀",
    "间问闻", "待侍持", "侯候", "栈线钱浅", "析折拆祈", "指措", "址扯", "存仔", "储诸", "级极缓",
    "码玛", "换挨", "块快决抉", "环坏杯", "网冈", "帧帖", "段殷", "页贝", "令今", "周同", "总息忌",
    "树材村", "根恨", "叉又义乂", "链锭", "查杳", "找我戊", "堆推椎", "散敞", "队认以", "循徇",
    "序席庠", "哈蛤", "遍偏编", "历厉", "权杈", "径经", "拍拓柘", "扑朴补", "关美", "键健", "最景",
    "短矩矮", "死列刿", "锁销", "程逞", "并井", "发友", "互瓦", "斥斤片", "信倌", "号亏", "管菅",
    "步涉", "临监", "界畀", "银很", "算箅", "法祛", "态恣", "抢枪抡轮", "占古", "度庋", "优忧",
    "先失矢", "传转伎", "虚虎", "拟似", "内肉", "缺映", "置署", "部邵", "性牲", "磁滋", "盘盆",
    "导寻异", "道逍", "柱拄", "面而", "扇房", "区匹", "文丈", "件仵", "录彔", "索素", "引弓",
    "设没", "备各名", "驱躯", "动功", "中申由田甲", "断听", "通诵", "独狄", "原厡", "阶价",
    "尾层屋", "加如", "减诚", "器噐嚣哭", "字宇", "节苄", "微徽", "控挖", "制剃", "流沆", "水氷",
    "冒昌", "险检", "路略", "仲伸", "裁载栽", "桥挢", "议仪", "报拔服", "滑渭", "窗窝", "口囗",
    "拥佣", "塞寒", "慢漫", "重里", "恢灰", "复夏", "握据", "手毛", "挥浑", "子孑", "掩淹", "表衷",
    "域城", "解觧", "下卜", "本木", "排徘", "溢盗", "排拍",
)  # fmt: skip
"""Characters of which a printed one may be read as another; within a group, any for any."""

_LATIN_LOOK_ALIKE = str.maketrans({"0": "O", "1": "I", "l": "I", "|": "I", "5": "S", "8": "B"})
_HAN = re.compile(r"[\u4e00-\u9fff]+")
_LATIN = re.compile(r"[A-Za-z0-9|]+")
_IO = re.compile(r"(?<![A-Za-z0-9])(?:[Il|1]/O|[Il|]/0)(?![A-Za-z0-9])")
_ORDER_OF_GROWTH = re.compile(
    r"(?<![A-Za-z0-9.])0(?=\s?[(（]\s?(?:log|lg|[nmNVE])[A-Za-z0-9\s+*^²³₂√!]*[)）])"
)
_NUMBER = re.compile(r"0[xX][0-9A-Fa-f]+|[0-9A-Fa-f]+[HhBDO]?|[1-9]\d*[A-Za-z]{1,3}")
_COMMON = (
    "已经", "进行", "未知", "下列", "上述", "本题", "正确", "错误", "关于", "说法", "时间", "存在",
    "进入", "未被", "输入", "输出", "操作", "采用", "如图", "所示", "地址", "字节", "大小", "入口",
)  # fmt: skip
_STRANGE = frozenset("己")
"""Beside characters that our material lacks: it stands in 自己 alone, which its pairs tell."""
_LEAST_CHARS = 3
"""Of a name in which a character of our material may have been read for another."""
_CHARS_FOR_EACH_SLIP = 4
_LEAST_LATIN = 3


@dataclass(frozen=True, slots=True)
class _Change:
    """``name`` stands at ``start``, with ``slips`` characters read differently."""

    start: int
    name: str
    slips: int


class Corrector:
    """Knows the names that questions are about, and which pairs of characters are words."""

    def __init__(self, names: Iterable[str], texts: Iterable[str] = ()) -> None:
        """``texts`` are correct ones: what stands in them, or in a name, is never changed."""
        listed = sorted({*names, *_COMMON})
        right = [*listed, *texts]
        runs = [run for text in right for run in _HAN.findall(text)]
        self._pairs = {pair for run in runs for pair in pairwise(run)}
        self._known = {char for run in runs for char in run} - _STRANGE
        self._latin = {word for text in right for word in _LATIN.findall(text)}
        self._alike = _groups()
        self._parts: defaultdict[str, list[tuple[str, int]]] = defaultdict(list)
        self._sizes: set[int] = set()
        han = {run for name in listed for run in _HAN.findall(name) if len(run) >= 2}
        for name in sorted(han):
            self._index(name)
        latin = {word for name in listed for word in _LATIN.findall(name) if len(word) >= 2}
        self._folded = _folded(latin)

    def correct(self, text: str) -> str:
        """Put the names in ``text`` right."""
        mended = _HAN.sub(lambda run: self._han(run[0]), text)
        mended = _LATIN.sub(lambda word: self._word(word[0]), mended)
        return _ORDER_OF_GROWTH.sub("O", _IO.sub("I/O", mended))

    def _index(self, name: str) -> None:
        """Note the parts of a name one of which was read rightly (the pigeonhole principle)."""
        pieces = max(2, _most_slips(name) + 1)
        size = max(1, len(name) // pieces)
        for offset in range(0, size * pieces, size):
            part = name[offset : offset + size]
            self._parts[part].append((name, offset))
            self._sizes.add(len(part))

    def _han(self, run: str) -> str:
        changes = [change for change in self._changes(run) if self._is_sure(run, change)]
        changes.sort(key=lambda c: (c.slips / len(c.name), -len(c.name), c.start))
        mended = list(run)
        taken = [False] * len(run)
        for change in changes:
            span = range(change.start, change.start + len(change.name))
            if any(taken[i] for i in span) or self._rivals(change, changes):
                continue
            for place, char in zip(span, change.name, strict=True):
                mended[place], taken[place] = char, True
        return "".join(mended)

    def _changes(self, run: str) -> list[_Change]:
        found: set[tuple[int, str]] = set()
        for size in self._sizes:
            for place in range(len(run) - size + 1):
                for name, offset in self._parts.get(run[place : place + size], ()):
                    start = place - offset
                    if start >= 0 and start + len(name) <= len(run):
                        found.add((start, name))
        changes: list[_Change] = []
        for start, name in found:
            read = run[start : start + len(name)]
            slips = sum(a != b for a, b in zip(read, name, strict=True))
            if slips:
                changes.append(_Change(start, name, slips))
        return changes

    def _is_sure(self, run: str, change: _Change) -> bool:
        """Whether the characters look alike and are few; and what was read is no word of ours."""
        name, start = change.name, change.start
        wrong = [i for i, char in enumerate(name) if run[start + i] != char]
        if len(wrong) > max(1, _most_slips(name)):
            return False
        if not all(name[i] in self._alike.get(run[start + i], ()) for i in wrong):
            return False
        if len(name) < _LEAST_CHARS and any(run[start + i] in self._known for i in wrong):
            return False
        places = {j for i in wrong for j in (start + i - 1, start + i) if 0 <= j < len(run) - 1}
        return all((run[j], run[j + 1]) not in self._pairs for j in places)

    def _rivals(self, change: _Change, changes: Iterable[_Change]) -> bool:
        """Whether another name would fit there as well as this one."""
        return any(
            other.start == change.start
            and len(other.name) == len(change.name)
            and other.slips == change.slips
            and other.name != change.name
            for other in changes
        )

    def _word(self, word: str) -> str:
        if len(word) < _LEAST_LATIN and not word.isalpha():
            return word
        if word in self._latin or word.isdigit() or len(word) < 2:
            return word
        if not any(char in "01l|58" for char in word) or _is_number(word):
            return word
        return self._folded.get(word.translate(_LATIN_LOOK_ALIKE), word)


def _most_slips(name: str) -> int:
    return len(name) // _CHARS_FOR_EACH_SLIP


def _is_number(word: str) -> bool:
    """Whether it may be a number with its unit or in base 16: 10B, 1AH, 0x1F, 5S."""
    return _NUMBER.fullmatch(word) is not None


def _groups() -> Mapping[str, frozenset[str]]:
    alike: defaultdict[str, set[str]] = defaultdict(set)
    for group in _LOOK_ALIKE:
        for char in group:
            alike[char] |= set(group) - {char}
    return {char: frozenset(others) for char, others in alike.items()}


def _folded(words: Iterable[str]) -> Mapping[str, str]:
    """Words by how they look; a look that several share means none of them."""
    by_look: defaultdict[str, set[str]] = defaultdict(set)
    for word in words:
        by_look[word.translate(_LATIN_LOOK_ALIKE)].add(word)
    return {look: next(iter(found)) for look, found in by_look.items() if len(found) == 1}
