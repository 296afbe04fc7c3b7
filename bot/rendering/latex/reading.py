"""LaTeX formulas read into ``nodes``: nothing that the tables do not name survives."""

from typing import Any

from pylatexenc.latexwalker import (
    LatexEnvironmentNode,
    LatexGroupNode,
    LatexMacroNode,
    LatexWalker,
    LatexWalkerParseError,
)

from bot.rendering.latex import symbols as known
from bot.rendering.latex.grammar import context, depth, percents, tokens
from bot.rendering.latex.nodes import (
    Accent,
    Fence,
    Fraction,
    Grid,
    Node,
    Root,
    Row,
    Script,
    Space,
    Stack,
    Symbol,
    Words,
)

MAX_SOURCE, MAX_DEPTH = 2000, 12
"""Characters, and nested groups, of a formula that is read at all."""


class Unknown(ValueError):
    """The formula is not LaTeX, or holds a command that is not in the tables."""


def read_tree(source: str) -> Row:
    """Read the inside of a formula, without its dollar signs.

    Raises Unknown.
    """
    if len(source) > MAX_SOURCE or depth(source) > MAX_DEPTH:
        raise Unknown
    walker = LatexWalker(percents(source), latex_context=context(), tolerant_parsing=False)
    try:
        nodes, _, _ = walker.get_latex_nodes()
        return _Reader(list(tokens(nodes))).whole()
    except (LatexWalkerParseError, IndexError, RecursionError) as error:
        raise Unknown from error


class _Reader:
    """Reads tokens from left to right."""

    def __init__(self, tokens: list[Any]) -> None:
        self._tokens = tokens
        self._at = 0

    def whole(self) -> Row:
        row = self._row()
        if self._at < len(self._tokens):
            raise Unknown  # \right without \left
        return row

    def _row(self) -> Row:
        """Read up to the end or to ``\\right``."""
        items: list[Node] = []
        while self._at < len(self._tokens) and not _is_macro(self._tokens[self._at], "right"):
            self._item(items)
        return Row(tuple(items))

    def _item(self, items: list[Node]) -> None:
        token = self._next()
        if isinstance(token, str) and token in "_^":
            _attach(items, token, self._argument())
        elif isinstance(token, str) and token == "'" and items and not isinstance(items[-1], Space):
            _attach(items, "^", Row((Symbol("′", "letter"),)))
        else:
            items += self._nodes(token)

    def _next(self) -> Any:
        if self._at >= len(self._tokens):
            raise Unknown
        self._at += 1
        return self._tokens[self._at - 1]

    def _argument(self) -> Row:
        """Read what ``^`` or ``_`` stands before."""
        token = self._next()
        while isinstance(token, str) and token.isspace():
            token = self._next()
        if isinstance(token, str) and token in "_^&":
            raise Unknown
        return Row(tuple(self._nodes(token)))

    def _nodes(self, token: Any) -> list[Node]:
        if isinstance(token, str):
            return [_character(token)]
        if isinstance(token, LatexGroupNode):
            return [_inside(token)]
        if isinstance(token, LatexEnvironmentNode):
            return [_grid(token)]
        name = token.macroname
        if name == "left":
            return [self._fence()]
        if name == "not" and token.nodeargd.argnlist[0] is not None:
            return [_negated(_inside(token.nodeargd.argnlist[0]))]
        return _macro(name, token)

    def _fence(self) -> Fence:
        opening = _bracket(self._next_delimiter())
        body = self._row()
        self._next()  # \right
        return Fence(opening, body, _bracket(self._next_delimiter()))

    def _next_delimiter(self) -> Any:
        token = self._next()
        while isinstance(token, str) and token.isspace():
            token = self._next()
        return token


def _is_macro(token: Any, name: str) -> bool:
    return isinstance(token, LatexMacroNode) and token.macroname == name


def _bracket(token: Any) -> str:
    """Give the character of a bracket after ``\\left`` or ``\\right``; "" for a dot."""
    if isinstance(token, str) and token == ".":
        return ""
    if isinstance(token, str) and token in "()[]|/<>":
        return {"<": "⟨", ">": "⟩"}.get(token, token)
    if isinstance(token, LatexMacroNode) and token.macroname in known.SYMBOLS:
        return known.SYMBOLS[token.macroname][0]
    raise Unknown


def _attach(items: list[Node], mark: str, script: Row) -> None:
    """Hang a script on the last item."""
    while items and isinstance(items[-1], Space) and items[-1].width == 0:
        items.pop()
    base = items.pop() if items else Row(())
    sub, sup = None, None
    if isinstance(base, Script):
        base, sub, sup = base.base, base.sub, base.sup
    if mark == "_" and sub is not None:
        raise Unknown  # as in TeX
    if mark == "^" and sup is not None:  # primes
        script = Row((*sup.items, *script.items))
    inner = base if isinstance(base, Row) else Row((base,))
    items.append(Script(inner, script if mark == "_" else sub, script if mark == "^" else sup))


def _character(char: str) -> Node:
    if char.isspace() or char == "~":
        return Space(0)
    if char == "&":
        return Symbol("&", "punct")
    if char in known.CHARACTERS:
        return Symbol(*known.CHARACTERS[char])
    if char.isascii() and char.isalnum():
        return Symbol(char, "letter")
    return Words(char) if char.isprintable() else Space(0)


def _inside(node: Any) -> Row:
    """Read a group or a single token that stands for one."""
    nodes = node.nodelist if isinstance(node, LatexGroupNode) else [node]
    return _Reader(list(tokens(nodes))).whole()


def _negated(body: Row) -> Node:
    match body.items:
        case (Symbol(text=text),) if text in known.NEGATED:
            return Symbol(known.NEGATED[text], "relation")
        case _:
            raise Unknown


def _macro(name: str, token: Any) -> list[Node]:
    arguments: list[Any] = list(token.nodeargd.argnlist) if token.nodeargd else []
    simple = _simple(name)
    if simple is not None:
        return simple
    rows = [None if given is None else _inside(given) for given in arguments]
    match name, rows:
        case _, [Row() as above, Row() as below] if name in known.FRACTIONS:
            return [Fraction(above, below)]
        case _, [Row() as above, Row() as below] if name in known.BINOMIALS:
            return [Fraction(above, below, line=False)]
        case "underset", [Row() as below, Row() as base]:
            return [Stack(base, None, below)]
        case _, [Row() as above, Row() as base] if name in known.STACKED:
            return [Stack(base, above, None)]
        case "sqrt", [index, Row() as body]:
            return [Root(body, index)]
        case _, [below, Row() as above] if name in known.ARROWS:
            return [Stack(Row((Symbol(known.ARROWS[name], "relation"),)), above, below)]
        case "pmod", [Row() as body]:
            inner: tuple[Node, ...] = (Words("mod", "function"), *body.items)
            return [Space(1), Fence("(", Row(inner), ")")]
        case "mathbb", [Row(items=(Symbol(text=letter),))]:
            return [Symbol(known.BLACKBOARD.get(letter, letter), "letter")]
        case _, [Row() as body]:
            return [_styled(name, body, arguments[0])]
        case _:
            raise Unknown


def _simple(name: str) -> list[Node] | None:
    """Read a command without arguments; None when it is none of those."""
    if name in known.SYMBOLS:
        return [Symbol(*known.SYMBOLS[name])]
    if name in known.FUNCTIONS:
        return [Words(name, "function")]
    if name in known.OPERATORS_IN_WORDS:
        return [Words(known.OPERATORS_IN_WORDS[name], "operator")]
    if name in known.SPACES:
        return [Space(known.SPACES[name])] if known.SPACES[name] else []
    if name in known.IGNORED:
        return []
    if name == "\\":
        return [Space(2)]
    return None


def _styled(name: str, body: Row, argument: Any) -> Node:
    if name in known.ACCENTS:
        return Accent(body, known.ACCENTS[name])
    if name in known.TEXTS:
        kind = "function" if name == "operatorname" else "text"
        return Words(_written(argument), kind)
    if name not in known.FONTS:
        return Row(())  # \tag, \label, \phantom
    letters = "".join(one.text for one in body.items if isinstance(one, Symbol | Words))
    is_word = len(letters) > 1 and len(letters) == len(body.items) and letters.isalpha()
    return Words(letters) if is_word and name.startswith("math") else body


def _written(argument: Any) -> str:
    """Give the text of an argument as it was written, without TeX's escapes."""
    text = argument.latex_verbatim()
    inner = text[1:-1] if isinstance(argument, LatexGroupNode) else text
    plain = inner.replace("\\%", "%").replace("\\_", "_").replace("\\&", "&").replace("$", "")
    if "\\" in plain:
        raise Unknown
    return plain.replace("{", "").replace("}", "")


def _grid(node: Any) -> Node:
    name = node.environmentname
    if name not in known.GRIDS and name not in known.LINES:
        raise Unknown
    rows: list[list[list[Any]]] = [[[]]]
    for token in tokens(node.nodelist):
        if _is_macro(token, "\\"):
            rows.append([[]])
        elif isinstance(token, str) and token == "&":
            rows[-1].append([])
        else:
            rows[-1][-1].append(token)
    cells = tuple(tuple(_Reader(cell).whole() for cell in row) for row in rows)
    filled = tuple(row for row in cells if any(cell.items for cell in row))
    opening, closing = known.GRIDS.get(name, ("", ""))
    return Grid(filled, opening, closing, is_lines=name in known.LINES)
