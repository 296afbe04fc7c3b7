"""Files of replies on the disk of the person at the terminal."""

import pytest

from bot.platforms.exports import save
from plugins.messages import Attachment


@pytest.mark.parametrize(
    ("name", "saved"),
    [
        ("错题本.md", "错题本.md"),
        ("../../etc/passwd", "passwd"),
        ("/etc/passwd", "passwd"),
        ("C:\\boot.ini", "boot.ini"),
        ("a:b?.csv", "b_.csv"),
        ("..", "export"),
        ("", "export"),
        (".env", "env"),
        ("a\x00b\n.csv", "a_b_.csv"),
    ],
)
def test_a_file_stays_in_its_folder_whatever_it_is_called(tmp_path, name, saved):
    path = save(Attachment(name, b"x"), tmp_path / "exports")
    assert path == tmp_path / "exports" / saved
    assert path.read_bytes() == b"x"


def test_a_file_never_replaces_another(tmp_path):
    paths = [save(Attachment("a.b.csv", str(n).encode()), tmp_path) for n in range(3)]
    assert [path.name for path in paths] == ["a.b.csv", "a.b-2.csv", "a.b-3.csv"]
    assert [path.read_text() for path in paths] == ["0", "1", "2"]
