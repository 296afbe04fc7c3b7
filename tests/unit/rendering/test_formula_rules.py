"""Where a formula begins and ends in a reply."""

import pytest

from bot.rendering.plain import render_plain

FORMULAS = {
    r"时间 $O(n\log n)$，空间 $O(1)$。": "时间 O(n log n)，空间 O(1)。",
    "共$n$个": "共n个",
    r"由\(x^2\)得\(y\)": "由x²得y",
    r"页大小 4KB$=2^{12}$B": "页大小 4KB= 2¹²B",
    "- 项 $a_i$\n- $$x^2$$": "· 项 aᵢ\n· x²",
    "**$x^2$** 是": "x² 是",
    "| a | b |\n|---|---|\n| $x^2$ | \\(y\\) |": "a：b\nx²：y",
    "# 复杂度 $O(n)$": "【复杂度 O(n)】",
    r"\[ x = \frac{-b}{2a} \]": "x = −b/(2a)",
    "公式：\n$$\nx=1\n\n- 1\n$$\n后面": "公式：\n\nx = 1 − 1\n\n后面",
    "设 $G=(V,E)$，$|V|=n$": "设 G = (V,E)，|V| = n",
    "$next[j]$": "next[j]",
}


@pytest.mark.parametrize(("markdown", "text"), FORMULAS.items())
def test_formulas_are_read(markdown, text):
    assert render_plain(markdown) == text


@pytest.mark.parametrize(
    "text",
    [
        "价格 $5 和 $10",
        "价格：$5，$10",
        "成本$100，收益$200",
        "花 5$ 或 10$",
        "echo $HOME and $PATH",
        "$HOME/bin:$PATH",
        "$PATH$",
        "${HOME}/${PATH}",
        "add $t0, $t1, $t2",
        "lw $t0,0($sp)",
        "$t0,$t1,$t2",
        "kill $$ 和 $$",
        "awk {print $1, $2}",
        "$A$1 与 $B$2",
        "费用 $a 与 $user_id",
        r"\$5 到 \$6",
        r"a\[0\] f\(x\)",
        r"$\foo{x}$",
        r"$\input{/etc/passwd}$",
        "$",
        "$$",
        "$$$",
        "$$$$",
        "$ x $",
        r"\(",
        r"\[",
        "$a`b$`",
    ],
)
def test_other_dollars_and_brackets_stay(text):
    assert render_plain(text) == text.replace("`", "")


def test_code_stays_code():
    assert render_plain("`$x^2$` 与\n```sh\necho $x^2$\n```") == "$x^2$ 与\necho $x^2$"
