"""What a person calls a subject, chapter or point."""

import pytest

from backend.questions.scope import EVERYTHING, ScopeReader
from tests.unit.knowledge.shipped import shipped_library, shipped_linker


@pytest.fixture(scope="module")
def reader():
    return ScopeReader(shipped_library(), shipped_linker())


@pytest.mark.parametrize(
    ("said", "kind", "ids"),
    [
        ("网络", "subject", ("CN",)),
        ("计网的题", "subject", ("CN",)),
        ("ＯＳ", "subject", ("OS",)),
        ("机组", "subject", ("CO",)),
        ("数据结构这门课", "subject", ("DS",)),
        ("内存管理", "chapter", ("OS03",)),
        ("os03", "chapter", ("OS03",)),
        ("传输层这一章", "chapter", ("CN05",)),
        ("二叉树", "chapter", ("DS04",)),
        ("输入输出", "chapter", ("CO06", "OS05")),
        ("死锁", "points", ("OS0230",)),
        ("OS0316", "points", ("OS0316",)),
        ("红黑树", "points", ("DS0607",)),
    ],
)
def test_names_of_all_kinds_are_read(reader, said, kind, ids):
    scope = reader.read(said)
    assert (scope.kind, tuple(sorted(scope.ids))) == (kind, ids)


def test_nothing_means_everything_and_nonsense_means_none(reader):
    assert reader.read("") is EVERYTHING
    assert reader.read("  ") is EVERYTHING
    for said in ("吃饭", "微积分", "OS99", "CN0499"):
        assert reader.read(said) is None


def test_a_scope_holds_what_lies_below_it(reader):
    assert reader.read("网络").holds("CN0506")
    assert not reader.read("网络").holds("OS0316")
    assert reader.read("内存管理").holds("OS0316")
    assert EVERYTHING.holds("DS0101")


def test_only_subjects_are_subjects(reader):
    assert reader.subject("计组") == "CO"
    assert reader.subject("死锁") is None
