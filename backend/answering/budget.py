"""How many tokens a text takes at most, without a tokenizer, and cutting one to fit.

The estimate leans to too many: a prompt that is refused for its length costs the whole answer, a
source that was left out only a part of it. Over the prompts of all shipped cards it is 1.3 to 1.5
times what Qwen's tokenizer counts (``docs/LOG.md``).
"""

import re

_RUN = re.compile(r"[A-Za-z]+|[ \t]+")
_OTHER = re.compile(r"[^\x00-\x7f\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")
_LETTERS_A_TOKEN = 3
_BLANKS_A_TOKEN = 8
_OTHER_TOKENS = 3
"""A character outside the vocabulary is written as its bytes: two to four in UTF-8."""

MARK = "……（中间太长，略去）……"
"""What stands where the middle of a text was left out."""

_HEAD_SHARE = 2 / 3


def estimated_tokens(text: str) -> int:
    """Return an upper estimate of the tokens of ``text``.

    A longer text never has fewer, and two texts joined never more than both together.
    """
    runs = _RUN.findall(text)
    others = len(_OTHER.findall(text))
    # Every other character, a Chinese one or a sign of ASCII, is one token.
    single = len(text) - sum(map(len, runs)) - others
    return single + sum(map(_tokens, runs)) + _OTHER_TOKENS * others


def cut_to(text: str, tokens: int) -> str:
    """Return ``text`` in at most ``tokens``: its middle left out with a mark, else its end.

    What is asked stands at the start of a question, or (a pasted one) at its end.
    """
    if estimated_tokens(text) <= tokens:
        return text
    room = tokens - estimated_tokens(MARK)
    if room < estimated_tokens(MARK):
        return _start(text, tokens)
    head = _start(text, int(room * _HEAD_SHARE))
    tail = _start(text[::-1], room - estimated_tokens(head))[::-1]
    return f"{head}{MARK}{tail}"


def first_lines(text: str, tokens: int) -> str:
    """Return as many whole lines from the start of ``text`` as fit in ``tokens``."""
    kept: list[str] = []
    for line in text.split("\n"):
        tokens -= estimated_tokens(line) + 1
        if tokens < 0:
            break
        kept.append(line)
    return "\n".join(kept)


def _start(text: str, tokens: int) -> str:
    """The longest start of ``text`` within ``tokens``, by halving: the estimate is monotone."""
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if estimated_tokens(text[:middle]) <= tokens:
            low = middle
        else:
            high = middle - 1
    return text[:low]


def _tokens(run: str) -> int:
    """Return the tokens of a run of letters or of blanks."""
    return -(-len(run) // (_BLANKS_A_TOKEN if run[0] in " \t" else _LETTERS_A_TOKEN))
