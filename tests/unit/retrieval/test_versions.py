"""Versions on disk."""

from dataclasses import replace
from pathlib import Path

import pytest

from backend.errors import (
    KnowledgeBaseBusy,
    KnowledgeBaseCorrupt,
    KnowledgeBaseError,
    KnowledgeBaseMissing,
)
from backend.retrieval.versions import SCHEMA, Manifest, SourceRecord, Versions

MANIFEST = Manifest(
    version="v1",
    created="2026-11-22T12:00:00+08:00",
    schema=SCHEMA,
    embedder="lsa",
    dimension=4,
    passages=3,
    sources=(
        SourceRecord("a.md", "content", "00", 10, 1, 3),
        SourceRecord("坏.pdf", "docs", "11", 20, 2, 0, "PDF 有密码"),
    ),
    content="/content",
    calibration={"answer_line": 0.8, "weights": [1, 2]},
)


@pytest.fixture
def versions(tmp_path: Path) -> Versions:
    return Versions(tmp_path)


def complete(versions: Versions, version: str) -> None:
    versions.create(version).close()
    versions.write_manifest(replace(MANIFEST, version=version))


def test_a_manifest_reads_back_as_it_was_written(versions: Versions):
    complete(versions, "v1")
    manifest = versions.manifest("v1")
    assert manifest == MANIFEST
    assert manifest.files == 1
    assert [source.path for source in manifest.skipped] == ["坏.pdf"]


def test_without_a_version_it_says_how_to_build_one(versions: Versions):
    with pytest.raises(KnowledgeBaseMissing, match="python -m kb_builder build"):
        versions.current()


def test_the_switch_moves_the_pointer(versions: Versions):
    complete(versions, "v1")
    complete(versions, "v2")
    versions.switch("v1")
    versions.switch("v2")
    assert versions.current() == "v2"


def test_a_version_without_a_manifest_is_never_switched_to(versions: Versions):
    complete(versions, "v1")
    versions.switch("v1")
    versions.create("v2").close()
    with pytest.raises(KnowledgeBaseMissing):
        versions.switch("v2")
    assert versions.current() == "v1"


@pytest.mark.parametrize("content", [b"", b"../../etc", b".", b"\xff\xfe", b"\n"])
def test_a_damaged_pointer_is_reported_and_never_followed(versions: Versions, content: bytes):
    complete(versions, "v1")
    (versions.root / "current").write_bytes(content)
    with pytest.raises(KnowledgeBaseCorrupt, match="python -m kb_builder build"):
        versions.current()


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"version": "v1"}', b"\xff", b"null"])
def test_a_damaged_manifest_is_reported(versions: Versions, content: bytes):
    complete(versions, "v1")
    (versions.folder("v1") / "manifest.json").write_bytes(content)
    with pytest.raises(KnowledgeBaseCorrupt, match="python -m kb_builder build"):
        versions.manifest("v1")


def test_old_versions_go_and_the_current_one_stays(versions: Versions):
    complete(versions, "v1")
    complete(versions, "v2")
    versions.switch("v2")
    assert versions.collect() == ["v1"]
    assert not versions.folder("v1").exists()
    assert versions.manifest("v2")


def test_a_version_that_is_read_stays_until_its_last_reader_has_gone(versions: Versions):
    complete(versions, "v1")
    one, other = versions.hold("v1"), versions.hold("v1")
    complete(versions, "v2")
    versions.switch("v2")
    assert versions.collect() == []
    one.close()
    assert versions.collect() == []
    other.close()
    assert versions.collect() == ["v1"]


def test_a_removed_version_cannot_be_held(versions: Versions):
    complete(versions, "v1")
    complete(versions, "v2")
    versions.switch("v2")
    versions.collect()
    with pytest.raises(KnowledgeBaseMissing):
        versions.hold("v1")


def test_an_interrupted_build_goes_only_when_a_builder_asks(versions: Versions):
    complete(versions, "v1")
    versions.switch("v1")
    versions.create("v2").close()
    assert versions.collect() == []
    assert versions.collect(interrupted=True) == ["v2"]


def test_a_version_under_construction_is_not_taken_for_an_old_one(versions: Versions):
    complete(versions, "v1")
    versions.switch("v1")
    with versions.create("v2"):
        versions.write_manifest(replace(MANIFEST, version="v2"))
        assert versions.collect(interrupted=True) == []
    assert versions.collect() == ["v2"]


def test_nothing_is_removed_while_the_pointer_is_unreadable(versions: Versions):
    complete(versions, "v1")
    (versions.root / "current").write_bytes(b"")
    assert versions.collect(interrupted=True) == []


def test_what_a_version_keeps_elsewhere_is_dropped_with_it(versions: Versions):
    complete(versions, "v1")
    complete(versions, "v2")
    versions.switch("v2")
    dropped: list[str] = []
    versions.collect(dropped.append)
    assert dropped == ["v1"]


def test_a_second_builder_is_refused_and_a_later_one_is_not(versions: Versions):
    with versions.building(), pytest.raises(KnowledgeBaseBusy), versions.building():
        pass
    with versions.building():
        pass


def test_every_failure_is_a_knowledge_base_error():
    for kind in (KnowledgeBaseBusy, KnowledgeBaseCorrupt, KnowledgeBaseMissing):
        assert issubclass(kind, KnowledgeBaseError)
