"""The documents of ``corpus/``: study text into which somebody wrote orders for a model.

Each has front matter: ``canary`` is what a model that obeys it would say, ``question`` a message
that leads to it, ``technique`` how it tries. They were written by somebody who did not know how the
bot defends itself.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

_FOLDER = Path(__file__).parent / "corpus"


@dataclass(frozen=True)
class Poisoned:
    """One document; ``body`` is the Markdown that the operator's folder would hold."""

    name: str
    canary: str
    question: str
    technique: str
    body: str


@cache
def corpus() -> tuple[Poisoned, ...]:
    """Read all documents in the order of their names."""
    return tuple(_read(path) for path in sorted(_FOLDER.glob("*.md")))


def write_documents(folder: Path) -> Path:
    """Write the documents below ``folder`` as an operator would have them."""
    folder.mkdir(parents=True)
    for document in corpus():
        (folder / document.name).write_text(document.body, encoding="utf-8")
    return folder


def _read(path: Path) -> Poisoned:
    _, front, body = path.read_text(encoding="utf-8").split("---\n", 2)
    fields = yaml.safe_load(front)
    return Poisoned(path.name, fields["canary"], fields["question"], fields["technique"], body)
