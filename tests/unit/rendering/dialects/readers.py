"""What a client would make of a message: the kinds of power in it, and the text that is shown.

Discord's rules after its client's own (every one is a pattern tried at each place, in order); QQ
and 企业微信 as CommonMark with tables and struck-out text, and their own tags.
"""

import re

from markdown_it import MarkdownIt

_SERVER_SIDE = re.compile(r"@(everyone|here)|<@[!&]?\d+>|<#\d+>")
"""What Discord's server looks for before any Markdown is read."""

_CARD = re.compile(
    r"discord(?:app)?\.(?:com/(?:invite|template|gifts|billing)|gift|gg|new)/\w+", re.IGNORECASE
)
"""What a client shows the card of, wherever it stands."""

_AT_LINE_START = [
    ("quote", re.compile(r" *>(>>)? ?")),
    ("subtext", re.compile(r" *-# +")),
    ("heading", re.compile(r" *#{1,3}\s+")),
    ("item", re.compile(r" *(?:[-*+]|\d+\.) +(?:#{1,3} |> )?")),
]
_EMPHASIS = re.compile(
    r"\b_((?:__|\\[\s\S]|[^\\_])+?)_\b"
    r"|\*(?=\S)((?:\*\*|\\[\s\S]|\s+(?:\\[\s\S]|[^\s*\\]|\*\*)|[^\s*\\])+?)\*(?!\*)"
)
_ANYWHERE = [
    ("fence", re.compile(r"```(?:([a-z0-9_+\-.#]+?)\n)?\n*([^\n][\s\S]*?)\n*```", re.I)),
    ("escape", re.compile(r"\\([^0-9A-Za-z\s])")),
    ("address", re.compile(r"<https?://[^ >]+>")),
    ("autolink", re.compile(r"<mailto:[^ >]+>")),
    (
        "link",
        re.compile(
            r"\[(?:\[[^\]]*\]|[^\[\]]|\](?=[^\[]*\]))*\]"
            r"\(\s*<?\S*?>?(?:\s+['\"].*?['\"])?\s*\)"
        ),
    ),
    ("preview", re.compile(r"https?://[^\s<]+[^<.,:;\"')\]\s]", re.IGNORECASE)),
    ("mention", re.compile(r"<@[!&]?\d+>|<#\d+>|@everyone|@here|<id:\w+>|</[\w -]+:\d+>")),
    ("emoji", re.compile(r"<a?:\w+:\d+>")),
    ("time", re.compile(r"<t:-?\d+(:[tTdDfFR])?>")),
    ("code", re.compile(r"(`+)([\s\S]*?[^`])\1(?!`)")),
    ("strong", re.compile(r"\*\*((?:\\[\s\S]|[^\\])+?)\*\*(?!\*)")),
    ("underline", re.compile(r"__((?:\\[\s\S]|[^\\])+?)__(?!_)")),
    ("emphasis", _EMPHASIS),
    ("strike", re.compile(r"~~([\s\S]+?)~~(?!_)")),
    ("spoiler", re.compile(r"\|\|([\s\S]+?)\|\|")),
]  # fmt: skip
_RECURSIVE = {"strong", "underline", "emphasis", "strike", "spoiler"}


def read_discord(message: str) -> tuple[set[str], str]:
    """Give the kinds of power in ``message``, and what is shown."""
    kinds, shown = _discord(message)
    if _SERVER_SIDE.search(message):
        kinds.add("mention")
    if _CARD.search(message):
        kinds.add("card")
    return kinds, shown


def _discord(text: str) -> tuple[set[str], str]:
    kinds: set[str] = set()
    shown, at = "", 0
    while at < len(text):
        kind, found = _next(text, at)
        if found is None:
            shown += text[at]
            at += 1
            continue
        at = found.end()
        if kind == "escape":
            shown += found[1]
            continue
        kinds.add(kind)
        if kind in _RECURSIVE:
            inner, words = _discord(next(group for group in found.groups() if group is not None))
            kinds |= inner
            shown += words
        elif kind in ("fence", "code"):
            shown += found[2]
        elif kind in ("heading", "item", "quote", "subtext"):
            nested = {"#": "heading", ">": "quote"}
            kinds |= {name for sign, name in nested.items() if sign in found[0][1:]}
            shown += "".join(filter(str.isdigit, found[0]))
        else:
            shown += found[0]
    return kinds, shown


def _next(text: str, at: int) -> tuple[str, re.Match[str] | None]:
    rules = _ANYWHERE
    if at == 0 or text[at - 1] == "\n":
        rules = _ANYWHERE[:1] + _AT_LINE_START + _ANYWHERE[1:]
    for kind, pattern in rules:
        found = pattern.match(text, at)
        if found is not None:
            return kind, found
    return "", None


_COMMON = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
_TAGS = re.compile(r"</?(@|#\d|qqbot|emoji|faceType|font)|@everyone|@all\b|@全体", re.I)
_MARKS = {
    "link_open": "link", "image": "image", "html_inline": "html", "html_block": "html",
    "em_open": "emphasis", "s_open": "strike", "blockquote_open": "quote", "hr": "rule",
    "code_block": "indented code", "heading_open": "heading", "strong_open": "strong",
    "fence": "fence", "code_inline": "code", "list_item_open": "item", "table_open": "table",
}  # fmt: skip
_LOOKALIKES = str.maketrans(
    {"∗": "*", "ˋ": "`", "＿": "_", "｜": "|", "\u00a0": " ", "\u200b": None}
)


def read_common(message: str) -> tuple[set[str], str]:
    """Give the kinds of power in ``message``, and what is shown (with the marks it looks like)."""
    tokens = [one for token in _COMMON.parse(message) for one in (token, *(token.children or ()))]
    kinds = {_MARKS[token.type] for token in tokens if token.type in _MARKS}
    if _TAGS.search(message):
        kinds.add("tag")
    shown = "".join(
        token.info if token.type == "list_item_open" else token.content
        for token in tokens
        if token.type in ("text", "fence", "code_inline", "list_item_open")
    )
    return kinds, shown.translate(_LOOKALIKES)


OURS = {"heading", "strong", "item", "code", "fence", "table", "address"}
"""The marks of our own, and addresses (in Discord those that show no preview).

Every other kind of power can only come from the text.
"""
READERS = {"discord": read_discord, "qq": read_common, "wecom": read_common}
