"""``--compare lexical dense``: an option followed by several values, as people write it.

Click wants the option's name before each value; this writes it there.
"""

from collections.abc import Sequence
from typing import Any

from typer.core import TyperCommand

LISTED = ("--compare",)


class ListedOptions(TyperCommand):
    """A command whose options in ``LISTED`` take all words up to the next option or file name."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        return super().parse_args(ctx, spread(args))


def spread(arguments: Sequence[str], listed: Sequence[str] = LISTED) -> list[str]:
    """Return ``arguments`` with the option's name before each of its values.

    The next option ends the list, and so does a word with a dot in it, as names of files have.
    """
    written: list[str] = []
    option = ""
    for place, argument in enumerate(arguments):
        if argument in listed:
            option = argument
            following = arguments[place + 1 : place + 2]
            if not following or _ends(following[0]):
                written.append(argument)  # click says that a value is missing
            continue
        if _ends(argument):
            option = ""
        written += [option, argument] if option else [argument]
    return written


def _ends(argument: str) -> bool:
    return argument.startswith("-") or "." in argument
