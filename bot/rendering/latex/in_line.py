"""A formula as text in one line: ``\\frac{a+b}{2^{n-1}}`` becomes (a + b)/2ⁿ⁻¹.

``Written.reads_well`` is false where a reader could no longer see the structure: fractions in
fractions, matrices, formulas under each other.
"""

import re
from dataclasses import dataclass

from bot.rendering.latex.brackets import bracketed, is_single, operand
from bot.rendering.latex.joining import (
    is_big,
    is_quotient_or_root,
    joined,
    settled,
    stands_before_factor,
    stands_bound,
)
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

_SUPERSCRIPTS = str.maketrans(
    dict(
        zip(
            "0123456789+−-=()abcdefghijklmnoprstuvwxyzABDEGHIJKLMNOPRTUVWβγδθ′∘",
            "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᴬᴮᴰᴱᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾᴿᵀᵁⱽᵂᵝᵞᵟᶿ′°",
            strict=True,
        )
    )
)
_SUBSCRIPTS = str.maketrans(
    dict(
        zip(
            "0123456789+−-=()aehijklmnoprstuvxβγρφχ",
            "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵧᵨᵩᵪ",
            strict=True,
        )
    )
)
_LONGEST_SCRIPT_WORD = 2
_LONGEST_PART = 28
_LONGEST_CASES = 60
_MAX_ACCENTED = 4
_ROOTS = {"": "√", "2": "√", "3": "∛", "4": "∜"}


@dataclass(frozen=True, slots=True)
class Written:
    text: str
    reads_well: bool = True


def write_line(row: Row) -> Written:
    """Write ``row`` as text, of several lines only where formulas stand under each other."""
    writer = _Writer()
    text = writer.row(row)
    return Written(re.sub(r" {2,}", "  ", text).strip(), not writer.crowded)


class _Writer:
    """Writes nodes; ``crowded`` once something did not read well."""

    def __init__(self) -> None:
        self.crowded = False

    def row(self, row: Row, *, compact: bool = False) -> str:
        """Join the items with the white space that belongs between them."""
        text = ""
        previous: Node | None = None
        visible = [one for one in row.items if one != Space(0)]
        for node in row.items:
            piece = self.node(node, compact=compact)
            if not piece:
                continue
            if isinstance(node, Fraction) and node.line and stands_bound(node, visible):
                piece = bracketed(piece)
            elif isinstance(node, Root) and stands_before_factor(node, visible):
                piece = self._root(node, apart=True)
            text = joined(text, piece, previous, node, compact=compact)
            previous = previous if node == Space(0) else node
        return text

    def node(self, node: Node, *, compact: bool = False) -> str:
        match node:
            case Symbol():
                return node.text
            case Words():
                return node.text
            case Space():
                return " " * node.width or ("" if compact else "\0")
            case Row():
                return self.row(node, compact=compact)
            case Script():
                return self._script(node)
            case Fraction():
                return self._fraction(node)
            case Root():
                return self._root(node)
            case Accent():
                return self._accent(node)
            case Stack():
                return self._stack(node)
            case Fence():
                inner = self.row(node.body, compact=compact)
                return f"{node.opening}{inner.strip(' ' + chr(0))}{node.closing}"
            case Grid():
                return self._grid(node)

    def _inner(self, row: Row, *, compact: bool = False) -> str:
        return settled(self.row(row, compact=compact)).strip()

    def _script(self, node: Script) -> str:
        base = self.row(node.base)
        if is_quotient_or_root(node.base):
            base = bracketed(base)
        big = is_big(node.base)
        sub = "" if node.sub is None else self._lowered(node.sub, big=big)
        sup = "" if node.sup is None else self._raised(node.sup)
        if _has_tall(node.sub) or _has_tall(node.sup):
            self.crowded = True
        return f"{base}{sub}{sup}"

    def _raised(self, row: Row) -> str:
        text = self._inner(row, compact=True)
        raised = text.translate(_SUPERSCRIPTS)
        if text in ("∗", "*"):
            return "*"
        if all(ord(char) in _SUPERSCRIPTS for char in text):
            return raised
        return f"^{bracketed(text)}"

    def _lowered(self, row: Row, *, big: bool) -> str:
        text = self._inner(row, compact=True)
        is_word = text.isalpha() and len(text) > _LONGEST_SCRIPT_WORD
        if not is_word and all(ord(char) in _SUBSCRIPTS for char in text):
            return text.translate(_SUBSCRIPTS)
        if big:
            return f"[{text}]"
        return f"_{text}" if text.isalnum() else f"_{bracketed(text)}"

    def _fraction(self, node: Fraction) -> str:
        above, below = self._inner(node.above), self._inner(node.below)
        if not node.line:
            return f"C({above}, {below})"
        if _has_tall(node.above) or _has_tall(node.below):
            self.crowded = True
        if max(len(above), len(below)) > _LONGEST_PART:
            self.crowded = True
        return f"{operand(above)}/{operand(below, divisor=True)}"

    def _root(self, node: Root, *, apart: bool = False) -> str:
        """``apart``: a reader must see where the root ends."""
        body = self._inner(node.body)
        index = "" if node.index is None else self._inner(node.index, compact=True)
        if _has_tall(node.body):
            self.crowded = True
        sign = _ROOTS.get(index) or f"{index.translate(_SUPERSCRIPTS)}√"
        return sign + (body if is_single(body) and not apart else bracketed(body))

    def _accent(self, node: Accent) -> str:
        body = self._inner(node.body, compact=True)
        if len(body) > _MAX_ACCENTED or not body.isalnum():
            self.crowded = True
        return "".join(char + node.mark for char in body)

    def _stack(self, node: Stack) -> str:
        base = self._inner(node.base)
        notes = [self._inner(row) for row in (node.above, node.below) if row is not None]
        note = "，".join(note for note in notes if note)
        if not note:
            return base
        return f"─{note}{base}" if base in "→⇒" else f"{base}({note})"

    def _grid(self, node: Grid) -> str:
        rows = [[self._inner(cell) for cell in row] for row in node.rows]
        if node.is_lines:
            self.crowded |= len(rows) > 1
            return "\n".join(" ".join(filter(None, row)) for row in rows)
        if node.opening == "{" and not node.closing:
            text = "；".join("，".join(cell.rstrip(",，") for cell in row if cell) for row in rows)
            self.crowded |= len(text) > _LONGEST_CASES or len(rows) > 2
            return f"{{ {text} }}"
        self.crowded = True
        text = "; ".join(", ".join(row) for row in rows)
        return f"{node.opening or '['}{text}{node.closing or ']'}"


def _has_tall(row: Row | None) -> bool:
    """Whether something in ``row`` is more than a line high."""
    return row is not None and any(_is_tall(node) for node in row.items)


def _is_tall(node: Node) -> bool:
    match node:
        case Fraction(line=line):
            return line
        case Grid() | Stack():
            return True
        case Row():
            return _has_tall(node)
        case Fence(body=body) | Root(body=body) | Accent(body=body):
            return _has_tall(body)
        case Script(base=base, sub=sub, sup=sup):
            return any(map(_has_tall, (base, sub, sup)))
        case _:
            return False
