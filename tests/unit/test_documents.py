"""What the documents say can be done can be done: commands, settings, links."""

import re
from pathlib import Path

import pytest

from config.env_file import unknown_variables
from plugins.admin.wording import MENU
from plugins.help.wording import HELP, UNKNOWN
from tests.e2e.processes import ROOT
from tests.screens import ADMIN, group_at

PAGES = [
    *(ROOT / name for name in ("README.md", "README.zh-CN.md", "CHANGELOG.md", "CONTRIBUTING.md")),
    *sorted((ROOT / "docs").glob("*.md")),
    *sorted((ROOT / "docs" / "adr").glob("*.md")),
]
_COMMAND = re.compile(r"`(/[\u4e00-\u9fff][^`]*)`")
_LINK = re.compile(r"\]\(([^)\s]+)\)|src=\"([^\"]+)\"")
_MISREAD = (UNKNOWN, "没看懂", "没认出", "不认识科目")


def commands(page):
    return dict.fromkeys(_COMMAND.findall(page.read_text(encoding="utf-8")))


def anchors(page):
    """Give the anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-") for text in headings}


def test_the_pages_have_commands_to_try():
    assert len(commands(ROOT / "docs" / "learning.md")) > 60


@pytest.mark.parametrize("page", [p for p in PAGES if commands(p)], ids=lambda page: page.name)
async def test_every_command_in_the_documents_is_understood(tmp_path, page):
    async with group_at(tmp_path, superusers=(ADMIN,)) as group:
        for command in commands(page):
            for privately in (False, True):
                reply = await group.says(ADMIN, command, privately=privately)
                assert reply.decision == "command", (command, reply.text)
                assert not any(words in reply.text for words in _MISREAD), (command, reply.text)


def test_every_command_of_the_help_is_in_the_documentation_of_learning():
    text = (ROOT / "docs" / "learning.md").read_text(encoding="utf-8")
    said = set(re.findall(r"/(?:管理 )?[\u4e00-\u9fff]+", f"{HELP}\n{MENU}"))
    assert len(said) > 20
    assert not [command for command in said if command not in text]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_setting_in_the_documents_exists(page):
    named = re.findall(r"ASSISTANT408_[A-Z0-9_]*[A-Z0-9]", page.read_text(encoding="utf-8"))
    known = [name for name in named if name != "ASSISTANT408_PORT"]  # an example of a wrong one
    assert list(unknown_variables(dict.fromkeys(known, "1"))) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page):
    for link, picture in _LINK.findall(page.read_text(encoding="utf-8")):
        path, _, anchor = (link or picture).partition("#")
        if re.match(r"\w+:", path):
            continue
        target: Path = (page.parent / path).resolve() if path else page
        assert target.exists(), f"{page.name}: {link or picture}"
        assert not anchor or anchor in anchors(target), f"{page.name}: {link}"
