"""What pylatexenc has to know to find the arguments of our commands, and its nodes as tokens."""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from pylatexenc.latexwalker import (
    LatexCharsNode,
    LatexEnvironmentNode,
    LatexGroupNode,
    LatexMacroNode,
    LatexMathNode,
    LatexSpecialsNode,
)
from pylatexenc.macrospec import (
    EnvironmentSpec,
    LatexContextDb,
    MacroSpec,
    MacroStandardArgsParser,
    SpecialsSpec,
)

from bot.rendering.latex import symbols as known

_OPENING, _CLOSING = ("{", r"\left", r"\begin"), ("}", r"\right", r"\end")
_NESTING = re.compile(r"\\(?:left|right|begin|end)(?![a-z])|\\.|[{}]", re.DOTALL)


def depth(source: str) -> int:
    """Count how deep groups, brackets that grow and environments are nested."""
    deepest = level = 0
    for found in _NESTING.finditer(source):
        level += 1 if found[0] in _OPENING else -1 if found[0] in _CLOSING else 0
        deepest = max(deepest, level)
    return deepest


def percents(source: str) -> str:
    """Make every % one that is shown: nobody comments a formula in a chat."""
    return source.replace(r"\%", "%").replace("%", r"\%")


@cache
def context() -> LatexContextDb:
    arguments = {
        **dict.fromkeys(known.FRACTIONS | known.BINOMIALS | known.STACKED, "{{"),
        **dict.fromkeys((*known.FONTS, *known.TEXTS, *known.ACCENTS), "{"),
        **dict.fromkeys(("mathbb", "pmod", "not", "tag", "label", "phantom"), "{"),
        **dict.fromkeys(("sqrt", *known.ARROWS), "[{"),
    }
    macros = [MacroSpec(name, MacroStandardArgsParser(spec)) for name, spec in arguments.items()]
    takes = {"array": "{", "alignat": "{"}
    names = (*known.GRIDS, *known.LINES)
    environments = [
        EnvironmentSpec(name, MacroStandardArgsParser(takes.get(name, ""))) for name in names
    ]
    known_to_us = LatexContextDb()
    known_to_us.add_context_category(
        "formulas", macros=macros, environments=environments, specials=[SpecialsSpec("&")]
    )
    known_to_us.set_unknown_macro_spec(MacroSpec("", MacroStandardArgsParser("")))
    known_to_us.set_unknown_environment_spec(EnvironmentSpec("", MacroStandardArgsParser("")))
    return known_to_us


def tokens(nodes: Sequence[Any]) -> Iterator[Any]:
    """Give single characters and pylatexenc's other nodes in order."""
    for node in nodes:
        if isinstance(node, LatexCharsNode):
            yield from node.chars
        elif isinstance(node, LatexMathNode):
            yield from tokens(node.nodelist)
        elif isinstance(node, LatexSpecialsNode):
            yield node.specials_chars
        elif isinstance(node, LatexMacroNode | LatexGroupNode | LatexEnvironmentNode):
            yield node
