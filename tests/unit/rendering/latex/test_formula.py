"""LaTeX formulas as one line of text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rendering.latex.formula import read_formula

READS_WELL = {
    r"x_1^2+\alpha": "x₁² + α",
    r"O(n\log n)": "O(n log n)",
    r"\Theta(\sqrt n)": "Θ(√n)",
    r"\sqrt{a^2+b^2}": "√(a² + b²)",
    r"\sqrt[3]{n}": "∛n",
    r"\lceil \log_2 (n+1) \rceil": "⌈log₂(n + 1)⌉",
    r"\left\lfloor\frac{n}{2}\right\rfloor": "⌊n/2⌋",
    r"\frac{a+b}{2^{n-1}}": "(a + b)/2ⁿ⁻¹",
    r"\frac{n(n-1)}{2}": "n(n − 1)/2",
    r"\frac{1}{2n}": "1/(2n)",
    r"\frac{1}{n}\sum_{i=1}^{n}x_i": "(1/n) ∑ᵢ₌₁ⁿ xᵢ",
    r"B\frac{S}{N}": "B(S/N)",
    r"\frac12": "1/2",
    r"C=B\log_2(1+\frac{S}{N})": "C = B log₂(1 + S/N)",
    r"\text{命中率}=\frac{h}{h+m}\times100\%": "命中率 = h/(h + m) × 100%",
    r"T_{avg}=\frac{T_1+T_2}{2}": "T_avg = (T₁ + T₂)/2",
    r"-1 \le x < 2^{31}-1": "−1 ≤ x < 2³¹ − 1",
    r"x=-1": "x = −1",
    r"A \cup B = \{x \mid x\in A\}": "A ∪ B = {x ∣ x ∈ A}",
    r"P \to Q \Rightarrow \neg P": "P → Q ⇒ ¬P",
    r"10 \bmod 3 = 1": "10 mod 3 = 1",
    r"a \equiv b \pmod{n}": "a ≡ b (mod n)",
    r"x^{2^n}": "x^(2ⁿ)",
    r"\binom{n}{k}": "C(n, k)",
    r"\prod_{k\in V}k": "∏[k∈V] k",
    r"1{,}000": "1,000",
    r"f'(x)": "f′(x)",
    r"\overline{AB}": "A\u0305B\u0305",
    r"\begin{cases} 1, & n=0\\ n, & n>0\end{cases}": "{ 1，n = 0；n，n > 0 }",
    r"a_{ij}, b_{i+1}": "aᵢⱼ, bᵢ₊₁",
    r"R \bowtie S": "R ⋈ S",
    r"\not= \not\in": "≠ ∉",
    "100%": "100%",
    r"2^{10}\text{ B}": "2¹⁰ B",
    r"\mathrm{MTTF}": "MTTF",
    "t_{命中}": "t_命中",
    r"\xrightarrow{a}": "─a→",
    r"\frac{a}{b}^2": "(a/b)²",
    r"\left(\frac ab\right)^2": "(a/b)²",
    r"(\frac ab)^2": "(a/b)²",
    r"\frac{a}{b}!": "(a/b)!",
    r"a/\frac{b}{c}": "a/(b/c)",
    r"a\div\frac bc": "a ÷ (b/c)",
    r"a\cdot\frac bc": "a·b/c",
    r"\frac ab/c": "a/b/c",
    r"2^n\frac{a}{b}": "2ⁿ(a/b)",
    r"\sqrt{x}^2": "(√x)²",
    r"\sqrt{x_1}_i": "(√x₁)ᵢ",
    r"\sqrt{a}b": "√(a)b",
    r"\sqrt[3]{x}(y)": "∛(x)(y)",
    r"\sqrt{a}\sqrt{b}": "√a√b",
    r"2\sqrt{n}\log n": "2√n log n",
    r"\sqrt{n}+1": "√n + 1",
}


@pytest.mark.parametrize(("source", "text"), READS_WELL.items())
def test_what_reads_well_in_a_line(source, text):
    formula = read_formula(source)
    assert (formula.text, formula.reads_well) == (text, True)


CROWDED = {
    r"\frac{1}{1+\frac{1}{n}}": "1/(1 + 1/n)",
    r"\begin{pmatrix}1&2\\3&4\end{pmatrix}": "(1, 2; 3, 4)",
    r"\begin{aligned} x&=1\\ y&=2\end{aligned}": "x = 1\ny = 2",
    r"\begin{cases} 1&a\\2&b\\3&c\end{cases}": "{ 1，a；2，b；3，c }",
    r"\sqrt{\frac{a}{b}}": "√(a/b)",
    r"\overline{A+B}": "A\u0305+\u0305B\u0305",
    r"2^{\frac{n}{2}}": "2^(n/2)",
}


@pytest.mark.parametrize(("source", "text"), CROWDED.items())
def test_what_would_rather_be_a_picture_still_has_its_text(source, text):
    formula = read_formula(source)
    assert (formula.text, formula.reads_well) == (text, False)


@pytest.mark.parametrize(
    "source",
    [
        r"\foo{x}", r"\input{/etc/passwd}", r"\write18{ls}", r"\def\a{b}\a", r"\newcommand{\x}{y}",
        r"\begin{foo}x\end{foo}", "{" * 40 + "}" * 40, "{{{", "}", r"\left(x", r"x\right)", "x^",
        "^^", "x_", "", " ", r"\text{\input{a}}", r"\begin{cases}", "x" * 2001, r"\frac{1}",
        "x_" * 900 + "x", "x_1_2", r"\left(" * 13 + r"\right)" * 13, r"\sqrt" * 350 + "x",
        r"\href{https://x}{y}", r"\csname a\endcsname", r"\not a", r"\left",
    ],
)  # fmt: skip
def test_what_is_not_known_is_no_formula(source):
    assert read_formula(source) is None


@given(st.text(alphabet=r"\{}^_ab12+-=()[]&%'$ frac sqrt left right 命", max_size=80))
def test_no_source_makes_the_reader_fail(source):
    formula = read_formula(source)
    assert formula is None or formula.text


@given(
    st.recursive(
        st.sampled_from(["x", "n", "12", r"\alpha ", "命中"]),
        lambda inner: st.one_of(
            st.tuples(inner, inner).map(lambda two: rf"\frac{{{two[0]}}}{{{two[1]}}}"),
            st.tuples(inner, inner).map(lambda two: rf"{two[0]}^{{{two[1]}}}"),
            st.tuples(inner, inner).map(lambda two: f"{two[0]}+{two[1]}"),
            inner.map(lambda one: rf"\sqrt{{{one}}}"),
        ),
        max_leaves=8,
    )
)
def test_brackets_of_the_text_are_balanced(source):
    formula = read_formula(source)
    if formula is None:
        assert source.count("{") > 10 or "^" in source  # too deep, or a power of a power
        return
    depth = 0
    for char in formula.text:
        depth += (char == "(") - (char == ")")
        assert depth >= 0
    assert depth == 0
