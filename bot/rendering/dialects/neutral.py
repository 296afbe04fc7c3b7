r"""Text without power for Markdown whose escapes nobody documents (QQ, 企业微信).

A backslash could be shown there, so marks are parted by an invisible space, or replaced by a
character that looks the same.
"""

import re

GAP = "\u200b"
_LOOKALIKES = str.maketrans({"*": "∗", "`": "ˋ"})
_PARTED = re.compile(
    r"(?<=\\)(?=[!-/:-@\[-`{-~]|\Z)"  # a backslash before punctuation, or before marks of ours
    r"|(?<=~)(?=~)"
    r"|(?<=\])(?=[\[(:])"
    r"|(?<=!)(?=\[)"
    r"|(?<=<)(?=[A-Za-z/!?@#$%&+])"
    r"|(?<=&)(?=#?\w+;)"
    r"|(?<=@)(?=everyone|here|all(?![a-z0-9])|全体)",
    re.IGNORECASE,
)
_TAG = re.compile(r"<(?=/?(?:@|#|qqbot|emoji|facetype|font|a\b|img\b)|!)", re.IGNORECASE)
_CALL = re.compile(r"@(?=everyone|here|all(?![a-z0-9])|全体)", re.IGNORECASE)
_UNDERSCORE = re.compile(r"(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])")
_LINE_START = re.compile(
    r"#{1,6}(?=\s|$)|>|[-+](?=\s|$)|\d{1,9}(?=[.)](?:\s|$))|[-=_](?:\s*[-=_])+\s*$|[-=]\s*$"
    r"|[\s|:]*:?-+[\s|:-]*$|\s*\|"
)


def without_power(text: str) -> str:
    """Take from ``text`` all that Markdown, tags and mentions could make of it inside a line."""
    return _UNDERSCORE.sub("＿", _PARTED.sub(GAP, text.translate(_LOOKALIKES)))


def at_line_start(line: str) -> str:
    """Keep ``line`` from beginning a heading, a list, a quote, a table or a block of code."""
    bare = line.lstrip(" \t")
    indent = "\u00a0" * (len(line) - len(bare))
    return f"{indent}{GAP}{bare}" if _LINE_START.match(bare) else indent + bare


def in_code(text: str) -> str:
    """Keep ``text`` from ending its fence, and the server from finding tags in it."""
    parted = _CALL.sub(f"@{GAP}", _TAG.sub(f"<{GAP}", text))
    return parted.replace("```", f"`{GAP}`{GAP}`")
