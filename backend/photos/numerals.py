"""Roman numerals that were read as digits, letters or strokes: 仅1、Ⅱ; and I. after Ⅱ.

Exams count statements with them, and say 仅Ⅰ、Ⅱ in the options. Only what stands with a numeral
that was read as one is put right: a 1 elsewhere is a 1.
"""

import re
from collections.abc import Sequence

_ROMAN = "ⅠⅡⅢⅣⅤⅥ"
_STROKE = "[1Il|]"
_AND = r"\s*[、,，和及与]\s*"
_NUMERAL = f"[{_ROMAN}]|(?:III|II|IV)(?![0-9A-Za-z|])"
_LIST = re.compile(
    rf"(?<![0-9A-Za-z|])(?<!\d\.)(?:{_NUMERAL}|{_STROKE})(?:{_AND}(?:{_NUMERAL}|川))+"
)
_ITEM = re.compile(f"{_NUMERAL}|{_STROKE}|川")
_THREE_AND_MORE = re.compile("Ⅲ[ⅠⅡⅢIl|]+")
_MARK = r"\s*[.．、]\s*"
_HEAD = re.compile(
    rf"([Il|]{{0,2}}[{_ROMAN}]|I{{1,3}}|IV|l{{1,3}}|[1|](?!{_MARK}\d)){_MARK}(?![{_ROMAN}])"
)
_FIRST_INSIDE = re.compile(rf"(?:Ⅰ|{_STROKE}){_MARK}")
_SECOND = re.compile(rf"Ⅱ{_MARK}(?![{_ROMAN}])")
_OPTION = re.compile(r"[(（\[]?\s*[A-D]\s*[)）\].．、]")
_ASKS = re.compile(r"[(（]\s*[)）]|[:：]$")


def opens_statement(line: str) -> bool:
    """Whether a line begins with a Roman numeral that counts statements."""
    found = _HEAD.match(line)
    return found is not None and found[1] in _ROMAN


def with_numerals(lines: Sequence[str]) -> list[str]:
    """Put the Roman numerals of a page's lines right, in lists and before statements."""
    single = (_THREE_AND_MORE.sub("Ⅲ", line) for line in lines)
    read = [_LIST.sub(_listed, line) for line in single]
    for place, line in enumerate(read):
        if _SECOND.match(line):
            _count_back(read, place)
            _count_on(read, place)
        elif _begins_with_first(line):
            read[place] = _counted(line, 0)
    return read


def _listed(found: re.Match[str]) -> str:
    if not any(numeral in found[0] for numeral in _ROMAN[1:]):
        return found[0]
    return _ITEM.sub(lambda item: _numeral(item[0]), found[0])


def _numeral(item: str) -> str:
    if item in _ROMAN:
        return item
    if item == "川":
        return "Ⅲ"
    return _ROMAN[3] if item == "IV" else _ROMAN[len(item) - 1]


def _begins_with_first(line: str) -> bool:
    """Whether the first statement opens a line that the second stands in as well."""
    head, second = _HEAD.match(line), _SECOND.search(line)
    if head is None or second is None:
        return False
    between = line[head.end() : second.start()]
    return not _ASKS.search(between) and not _FIRST_INSIDE.search(between)


def _count_back(lines: list[str], second: int) -> None:
    """Number the statement above the second; what asks something is the question, and no 1."""
    for place in range(second - 1, -1, -1):
        if _HEAD.match(lines[place]):
            if not _ASKS.search(lines[place]):
                lines[place] = _counted(lines[place], 0)
            return


def _count_on(lines: list[str], second: int) -> None:
    number = 2
    for place in range(second + 1, len(lines)):
        if _OPTION.match(lines[place]) or number == len(_ROMAN):
            return
        if _HEAD.match(lines[place]):
            lines[place] = _counted(lines[place], number)
            number += 1


def _counted(line: str, number: int) -> str:
    """Write ``number``, counted from 0, in place of the numeral that begins a line."""
    found = _HEAD.match(line)
    return line if found is None else _ROMAN[number] + line[found.end(1) :]
