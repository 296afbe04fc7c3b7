"""The LaTeX commands that are known, each with its character and its part in a formula.

What is not in these tables is no command here: it is shown as it was written.
"""

from typing import Literal

Role = Literal["letter", "binary", "tight", "relation", "punct", "open", "close", "big"]
"""``binary`` and ``relation`` stand between spaces, ``tight`` operators do not."""


def _table(role: Role, pairs: str) -> dict[str, tuple[str, Role]]:
    words = pairs.split()
    return {name: (char, role) for name, char in zip(words[::2], words[1::2], strict=True)}


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


SYMBOLS: dict[str, tuple[str, Role]] = {
    **_table(
        "letter",
        "alpha α beta β gamma γ delta δ epsilon ε varepsilon ε zeta ζ eta η theta θ vartheta ϑ "
        "iota ι kappa κ lambda λ mu μ nu ν xi ξ pi π varpi ϖ rho ρ varrho ρ sigma σ varsigma ς "
        "tau τ upsilon υ phi φ varphi φ chi χ psi ψ omega ω Gamma Γ Delta Δ Theta Θ Lambda Λ Xi Ξ "
        "Pi Π Sigma Σ Upsilon Υ Phi Φ Psi Ψ Omega Ω infty ∞ emptyset ∅ varnothing ∅ partial ∂ "
        "nabla ∇ forall ∀ exists ∃ nexists ∄ neg ¬ lnot ¬ top ⊤ bot ⊥ ell ℓ hbar ℏ Re ℜ Im ℑ "
        "aleph ℵ angle ∠ triangle △ square □ checkmark ✓ ldots … cdots ⋯ dots … dotsc … dotsb ⋯ "
        "vdots ⋮ ddots ⋱ prime ′ circ ∘ degree ° # # $ $ % % & & _ _",
    ),
    **_table(
        "binary",
        "times × div ÷ pm ± mp ∓ cup ∪ cap ∩ setminus ∖ oplus ⊕ ominus ⊖ otimes ⊗ odot ⊙ land ∧ "
        "wedge ∧ lor ∨ vee ∨ ast ∗ star ⋆ bullet • bowtie ⋈ Join ⋈ uplus ⊎ sqcup ⊔ sqcap ⊓",
    ),
    **_table("tight", "cdot · cdotp · slash /"),
    **_table(
        "relation",
        "le ≤ leq ≤ leqslant ≤ ge ≥ geq ≥ geqslant ≥ ne ≠ neq ≠ lt < gt > ll ≪ gg ≫ approx ≈ "
        "equiv ≡ cong ≅ sim ∼ simeq ≃ propto ∝ in ∈ notin ∉ ni ∋ subset ⊂ subseteq ⊆ supset ⊃ "
        "supseteq ⊇ subsetneq ⊊ nsubseteq ⊈ to → rightarrow → longrightarrow → Rightarrow ⇒ "
        "Longrightarrow ⇒ implies ⇒ leftarrow ← gets ← longleftarrow ← Leftarrow ⇐ impliedby ⇐ "
        "leftrightarrow ↔ Leftrightarrow ⇔ iff ⇔ Longleftrightarrow ⇔ mapsto ↦ uparrow ↑ "
        "downarrow ↓ mid ∣ nmid ∤ parallel ∥ perp ⊥ vdash ⊢ models ⊨ prec ≺ succ ≻ preceq ⪯ "
        "succeq ⪰ triangleq ≜ doteq ≐ because ∵ therefore ∴ leadsto ⇝ rightharpoonup ⇀",
    ),
    **_table("punct", "colon : semicolon ; comma ,"),
    **_table("open", "lceil ⌈ lfloor ⌊ langle ⟨ lbrace { { { lbrack [ lvert | lVert ‖ lparen ("),
    **_table("close", "rceil ⌉ rfloor ⌋ rangle ⟩ rbrace } } } rbrack ] rvert | rVert ‖ rparen )"),
    **_table("letter", "vert | Vert ‖ | ‖"),
    **_table(
        "big",
        "sum ∑ prod ∏ coprod ∐ int ∫ iint ∬ oint ∮ bigcup ⋃ bigcap ⋂ bigoplus ⨁ bigvee ⋁ "
        "bigwedge ⋀",
    ),
    "backslash": ("\\", "letter"),
}

CHARACTERS: dict[str, tuple[str, Role]] = {
    **_table("binary", "+ + - − × × ÷ ÷ ± ± ∪ ∪ ∩ ∩ ⊕ ⊕ ∧ ∧ ∨ ∨ ∗ ∗ − −"),
    **_table("tight", "* * / / · ·"),
    **_table(
        "relation",
        "= = < < > > ≤ ≤ ≥ ≥ ≠ ≠ ≈ ≈ ≡ ≡ ∈ ∈ ∉ ∉ ⊂ ⊂ ⊆ ⊆ → → ← ← ⇒ ⇒ ⇔ ⇔ ↔ ↔",
    ),
    **_table("punct", ", , ; ; : : ， ， ； ； 。 。 、 、 ： ："),
    **_table("open", "( ( [ [ ⌈ ⌈ ⌊ ⌊ （ （"),
    **_table("close", ") ) ] ] ⌉ ⌉ ⌋ ⌋ ） ） ! !"),
    **_table("letter", "| | ' ′ ? ? . . ∞ ∞ % %"),
    **_table("big", "∑ ∑ ∏ ∏ ∫ ∫"),
}
"""What a bare character is; letters and digits are not listed."""

FUNCTIONS = _names(
    "log lg ln exp sin cos tan cot arcsin arccos arctan max min sup inf lim gcd deg det dim "
    "arg Pr limsup liminf"
)
OPERATORS_IN_WORDS = {"bmod": "mod", "mod": "mod"}

SPACES = {",": 1, ":": 1, ";": 1, " ": 1, "enspace": 1, "quad": 2, "qquad": 3, "!": 0, "~": 1}
"""Commands for white space: 0 none, 1 a space, more a gap."""

IGNORED = _names(
    "displaystyle textstyle scriptstyle limits nolimits big Big bigg Bigg bigl bigr Bigl Bigr "
    "biggl biggr Biggl Biggr middle nonumber notag hline rm bf it"
)
FONTS = _names(
    "mathrm mathbf mathit mathsf mathtt mathcal mathscr mathfrak bm boldsymbol pmb boxed "
    "mathop mathbin mathrel underbrace overbrace underline mathnormal displaylimits"
)
"""Commands of one argument of which only the argument is shown."""

TEXTS = _names("text textrm textbf textit texttt textsf mbox hbox operatorname")
FRACTIONS = frozenset({"frac", "dfrac", "tfrac", "cfrac"})
BINOMIALS = frozenset({"binom", "dbinom", "tbinom"})
ACCENTS = {
    "overline": "\u0305",
    "bar": "\u0304",
    "hat": "\u0302",
    "widehat": "\u0302",
    "tilde": "\u0303",
    "widetilde": "\u0303",
    "vec": "\u20d7",
    "overrightarrow": "\u20d7",
    "dot": "\u0307",
    "ddot": "\u0308",
}
"""The combining characters of accents."""

STACKED = frozenset({"overset", "underset", "stackrel"})
ARROWS = {"xrightarrow": "→", "xleftarrow": "←", "xRightarrow": "⇒"}
BLACKBOARD = dict(zip("CNPQRZ", "ℂℕℙℚℝℤ", strict=True))
NEGATED = {"=": "≠", "∈": "∉", "⊂": "⊄", "⊆": "⊈", "≡": "≢", "∣": "∤", "∃": "∄", "<": "≮", ">": "≯"}

GRIDS: dict[str, tuple[str, str]] = {
    "matrix": ("", ""),
    "smallmatrix": ("", ""),
    "array": ("", ""),
    "pmatrix": ("(", ")"),
    "bmatrix": ("[", "]"),
    "Bmatrix": ("{", "}"),
    "vmatrix": ("|", "|"),
    "Vmatrix": ("‖", "‖"),
    "cases": ("{", ""),
}
"""Environments with cells, and what stands around them."""

LINES = _names(
    "align align* aligned split gather gather* gathered equation equation* eqnarray multline "
    "alignat"
)
"""Environments of one formula a line."""
