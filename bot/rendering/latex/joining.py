"""The white space between the neighbours in a formula, as a reader of one line expects it."""

from bot.rendering.latex.nodes import Fraction, Node, Root, Row, Script, Space, Symbol, Words
from bot.rendering.latex.symbols import Role


def joined(text: str, piece: str, previous: Node | None, node: Node, *, compact: bool) -> str:
    """Append ``piece`` with a space where a reader expects one; "\\0" is a space of the source."""
    if compact:
        return text + piece
    if isinstance(node, Symbol) and node.role in ("binary", "relation"):
        if node.role == "binary" and _is_sign(text, previous):
            return text + piece
        return f"{settled(text).rstrip()} {piece} ".lstrip()
    if isinstance(node, Words) and node.kind == "operator":
        return f"{settled(text).rstrip()} {piece} "
    if isinstance(node, Space):
        # Of the white space in the source only that after a comma means something.
        keeps = node.width > 0 or (isinstance(previous, Symbol) and previous.role == "punct")
        return text + (piece.replace("\0", " ") if keeps and not text.endswith(" ") else "")
    if _needs_gap(text, piece, previous, node):
        return f"{text} {piece}"
    return text + piece


def stands_bound(node: Fraction, row: list[Node]) -> bool:
    """Whether a neighbour of ``node`` would be read together with only a part of it.

    A factor without a sign between, a factorial after it, a sign of division before it.
    """
    before, after = _neighbours(node, row)
    divides = isinstance(before, Symbol) and before.text in "/÷"
    factorial = isinstance(after, Symbol) and after.text == "!"
    return divides or factorial or _is_factor(before, "close") or _is_factor(after, "open")


def stands_before_factor(node: Root, row: list[Node]) -> bool:
    """Whether a letter, digit or bracket follows ``node`` without a sign between."""
    _, after = _neighbours(node, row)
    return not isinstance(after, Root | Words) and _is_factor(after, "open")


def is_quotient_or_root(base: Row) -> bool:
    """Whether ``base`` ends in what a script would be read as a part of."""
    last = base.items[-1] if base.items else None
    return isinstance(last, Root) or (isinstance(last, Fraction) and last.line)


def _neighbours(node: Node, row: list[Node]) -> tuple[Node | None, Node | None]:
    places = [place for place, one in enumerate(row) if one is node]
    if not places:
        return None, None
    before = row[places[0] - 1] if places[0] else None
    after = row[places[0] + 1] if places[0] + 1 < len(row) else None
    return before, after


def _is_factor(node: Node | None, bracket: Role) -> bool:
    match node:
        case None | Space():
            return False
        case Symbol(text=text, role=role):
            return (role in ("letter", bracket) and text not in "%|") or role == "big"
        case Words(kind=kind):
            return kind == "function"
        case Script(base=base):
            return bool(base.items) and _is_factor(base.items[0], bracket)
        case _:
            return True


def _needs_gap(text: str, piece: str, previous: Node | None, node: Node) -> bool:
    """Whether a function, a sum or a stack stands next to a letter or digit."""
    if not text or text[-1].isspace() or text[-1] in "([{⌈⌊|√/":
        return False
    if _is_function(node) or _is_big_node(node):
        return text[-1].isalnum() or text[-1] in ")]}" or _is_function(previous)
    if _is_function(previous) or _is_big_node(previous):
        return piece[0] not in "([{|⌈⌊,)]}′"
    return False


def _is_function(node: Node | None) -> bool:
    if isinstance(node, Script):
        return bool(node.base.items) and _is_function(node.base.items[-1])
    return isinstance(node, Words) and node.kind == "function"


def _is_big_node(node: Node | None) -> bool:
    if isinstance(node, Script):
        return is_big(node.base)
    return isinstance(node, Symbol) and node.role == "big"


def is_big(base: Row) -> bool:
    """Whether ``base`` ends in a sum or the like."""
    return bool(base.items) and _is_big_node(base.items[-1])


def _is_sign(text: str, previous: Node | None) -> bool:
    """Whether a + or − here belongs to the number after it."""
    bare = settled(text).rstrip()
    if not bare:
        return True
    return (isinstance(previous, Symbol) and previous.role not in ("letter", "close")) or (
        bare[-1] in "([{,=<>≤≥≈"
    )


def settled(text: str) -> str:
    """Drop the white space of the source that meant nothing."""
    return text.replace("\0", "")
