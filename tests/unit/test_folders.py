"""Which folders of tests ``make test`` runs."""

import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_every_folder_of_tests_is_run_by_one_of_the_two_commands():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    listed = set(settings["tool"]["pytest"]["ini_options"]["testpaths"])
    tests = (path.relative_to(ROOT / "tests") for path in (ROOT / "tests").glob("**/test_*.py"))
    folders = {f"tests/{path.parts[0]}" for path in tests}

    assert listed | {"tests/model"} == folders
    assert "pytest tests/model" in (ROOT / "Makefile").read_text(encoding="utf-8")
