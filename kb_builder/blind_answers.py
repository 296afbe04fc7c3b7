"""Writing down what somebody answered without seeing the keys."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from backend.knowledge.problems import read_yaml
from backend.questions.bank import Bank

_HEADER = """\
# 盲答记录：不看答案做一遍，选得一样，这道题才算数。由 python -m kb_builder questions record 写入。
# fingerprint 是做题时看到的题目；题目改过就要重新做。
"""


def write_blind_answers(content_dir: Path, bank: Bank, answers: Mapping[str, str], by: str) -> None:
    """Add answers by question id to ``questions/blind.yaml``; they replace earlier ones."""
    path = content_dir / "questions" / "blind.yaml"
    old: list[dict[str, Any]] = (
        read_yaml(path.read_text(encoding="utf-8")) or [] if path.exists() else []
    )
    entries = {entry["id"]: entry for entry in old}
    today = date.today()  # noqa: DTZ011 - the day where the reviewer sits
    for question_id, answer in answers.items():
        entries[question_id] = {
            "id": question_id,
            "fingerprint": bank.written[question_id].fingerprint,
            "answer": answer,
            "by": by,
            "on": today,
        }
    lines = [_line(entries[question_id]) for question_id in sorted(entries)]
    path.write_text(_HEADER + "".join(lines), encoding="utf-8")


def _line(entry: Mapping[str, Any]) -> str:
    """Write an entry on a line of its own, so that two reviewers' changes merge."""
    flow = yaml.safe_dump(
        dict(entry), sort_keys=False, default_flow_style=True, allow_unicode=True, width=1000
    )
    return f"- {flow.strip()}\n"
