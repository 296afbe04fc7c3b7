"""What the solvers found, or why they could not compute it."""

from collections.abc import Sequence

from backend.questions.solvers.refusal import Refusal
from backend.questions.solvers.solve import Solution
from backend.questions.working import working
from plugins.qa.refusal_wording import refusal_text


def solution_text(solutions: Sequence[Solution | Refusal]) -> str:
    """Word the solutions of one problem; a refusal that holds for several is said once."""
    return "\n\n".join(dict.fromkeys(_text(solution) for solution in solutions))


def _text(solution: Solution | Refusal) -> str:
    return refusal_text(solution) if isinstance(solution, Refusal) else working(solution)
