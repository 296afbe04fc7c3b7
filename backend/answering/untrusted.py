"""Text that others wrote (documents, history, questions), made harmless for a prompt.

Three things keep data from being read as anything else: what a chat template would take for
structure is spelt otherwise (``neutral``), every line of a source is marked as quoted (``quoted``),
and a passage that speaks to a model instead of to a student is no source (``addresses_a_model``).
"""

import re
import unicodedata

_ROLE_TOKENS = re.compile(
    r"</?(?:s|unk|pad|bos|eos|eoh|eoa|eom|sys|user|assistant|system|start_of_turn|end_of_turn)>"
    r"|<</?sys>>|\[/?(?:inst|system_prompt|available_tools|tool_calls)\]"
    r"|\[unused_token_\d+\]|<tokens_unused_\d+>",
    re.IGNORECASE,
)
_SPELT_OTHERWISE = str.maketrans("<>[]", "‹›〔〕")
_BARS = (("<|", "‹¦"), ("|>", "¦›"), ("<｜", "‹¦"), ("｜>", "¦›"))
_CITATION = re.compile(
    r"(?<![A-Za-z0-9_)\]])[\[［【〔](\d{1,2}(?:\s*[,，、]\s*\d{1,2})*)[\]］】〕]"
)
_LINE_ENDS = re.compile(r"\r\n?|[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_KEPT_CONTROLS = "\n\t"

QUOTE = "> "
"""Stands before every line that is quoted; nothing in it can then begin a section or a source."""


def visible(text: str) -> str:
    """Return ``text`` without characters that nobody sees, its lines parted by newlines only."""
    lines = _LINE_ENDS.sub("\n", text)
    return "".join(c for c in lines if c in _KEPT_CONTROLS or unicodedata.category(c)[0] != "C")


def neutral(text: str) -> str:
    """Return visible ``text`` in which nothing is a special token, a section or a citation.

    ``<|im_end|>``, ``</s>`` and ``[INST]`` get other brackets, 【资料】 becomes 「资料」 and a
    citation [3] becomes (3); an index such as ``a[3]`` stays.
    """
    text = _CITATION.sub(r"(\1)", visible(text))
    text = text.replace("【", "「").replace("】", "」")
    for bar, harmless in _BARS:
        text = text.replace(bar, harmless)
    return _ROLE_TOKENS.sub(lambda match: match[0].translate(_SPELT_OTHERWISE), text)


def quoted(text: str) -> str:
    """Return ``text`` neutral, with every line marked as quoted."""
    return "\n".join(f"{QUOTE}{line}".rstrip() for line in neutral(text).strip().split("\n"))
