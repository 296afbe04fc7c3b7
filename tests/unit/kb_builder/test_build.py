"""Builds: what they reuse, and what is left after each way to fail."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from backend.errors import (
    ContentError,
    KnowledgeBaseBusy,
    KnowledgeBaseError,
    KnowledgeBaseMismatch,
)
from backend.retrieval.embedding.lsa import LsaEmbedder
from backend.retrieval.embedding.port import EmbedderKind
from backend.retrieval.knowledge_base import KnowledgeBase
from backend.retrieval.passages import Retrieval
from backend.retrieval.ports import Vectors
from backend.retrieval.versions import Versions
from kb_builder.build import Builder, verify
from kb_builder.sources import Inputs, differences
from tests.fakes_retrieval import MemoryIndex, passage, unit, write_card, write_content

NAMES = [f"card{letter}" for letter in "abcdefghijklmnop"]


class CountingEmbedder(LsaEmbedder):
    """Remembers what it was asked to embed, over all instances."""

    embedded: list[str] = []  # noqa: RUF012 - shared on purpose
    fits: list[int] = []  # noqa: RUF012 - shared on purpose

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        self.embedded.extend(texts)
        return super().encode_passages(texts)


def fit(texts: Sequence[str]) -> CountingEmbedder:
    CountingEmbedder.fits.append(len(texts))
    return CountingEmbedder.fit(texts)


class FixedEmbedder:
    """Stands for a model that was trained before: its vectors know nothing of the passages."""

    dimension = 8

    def __init__(self, name: str = "bge:b") -> None:
        self.name = name

    @classmethod
    def made(cls, texts: Sequence[str]) -> "FixedEmbedder":
        CountingEmbedder.fits.append(len(texts))
        return cls()

    @classmethod
    def load(cls, folder: Path) -> "FixedEmbedder":
        return cls((folder / "name").read_text())

    def save(self, folder: Path) -> None:
        folder.mkdir()
        (folder / "name").write_text(self.name)

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        CountingEmbedder.embedded.extend(texts)
        return np.stack([self.encode_query(text) for text in texts])

    def encode_query(self, text: str) -> Vectors:
        return unit(*(1 + text.count(letter) for letter in "的是abcdef"))


COUNTING = EmbedderKind(LsaEmbedder.name, fit, CountingEmbedder.load, learns=True)


@pytest.fixture(autouse=True)
def counters() -> None:
    CountingEmbedder.embedded.clear()
    CountingEmbedder.fits.clear()


@pytest.fixture
def content(tmp_path: Path) -> Path:
    cards = {name: f"{name} 的定义是第 {n} 种说法。" for n, name in enumerate(NAMES)}
    return write_content(tmp_path / "content", **cards)


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    folder = tmp_path / "docs"
    folder.mkdir()
    (folder / "笔记.md").write_text("# 管程\n管程把共享变量和操作封装在一起。\n", encoding="utf-8")
    return folder


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


def search(data: Path, query: str) -> Retrieval:
    async def run() -> Retrieval:
        base = KnowledgeBase(data)
        try:
            return await base.search(query, 5)
        finally:
            await base.close()

    return asyncio.run(run())


def texts(data: Path, query: str) -> list[str]:
    return [hit.passage.text for hit in search(data, query).hits]


def leftovers(data: Path) -> list[str]:
    """Versions on disk that are not the one in use."""
    versions = Versions(data)
    folders = (data / "kb" / "versions").iterdir()
    return [folder.name for folder in folders if folder.name != versions.current()]


def test_cards_and_documents_are_found_with_their_sources(data: Path, content: Path, docs: Path):
    summary = Builder(data).build(content, docs)
    assert (summary.files, summary.passages) == (17, 33)
    assert (summary.reused, summary.skipped) == (0, ())
    best = search(data, "管程封装共享变量").hits[0].passage
    assert (best.title, best.locator, best.concept_id) == ("笔记.md", "管程", None)


def test_an_unchanged_source_is_not_embedded_again(data: Path, content: Path, docs: Path):
    Builder(data, kind=COUNTING).build(content, docs)
    assert len(CountingEmbedder.embedded) == 33
    CountingEmbedder.embedded.clear()
    write_card(content, "carda", "carda 有了新的定义。")
    summary = Builder(data, kind=COUNTING).build(content, docs)
    assert [text for text in CountingEmbedder.embedded if "新的定义" not in text] == []
    assert len(CountingEmbedder.embedded) == 1
    assert (summary.reused, summary.refitted) == (32, False)
    assert texts(data, "carda 有了新的定义")[0] == "carda 有了新的定义。"


def test_an_unchanged_document_is_not_read_again(
    data: Path, content: Path, docs: Path, monkeypatch: pytest.MonkeyPatch
):
    Builder(data).build(content, docs)
    read: list[str] = []
    from kb_builder import build

    original = build.read_document
    monkeypatch.setattr(
        build, "read_document", lambda path: read.append(path.name) or original(path)
    )
    (docs / "新.md").write_text("信号量的 P 操作会阻塞。", encoding="utf-8")
    Builder(data).build(content, docs)
    assert read == ["新.md"]


def test_the_embedder_is_fitted_again_once_a_fifth_has_changed(data: Path, content: Path):
    Builder(data, kind=COUNTING).build(content, None)
    for name in NAMES[:3]:
        write_card(content, name, f"{name} 换了说法。")
    # 3 went and 3 came, of 32: .19
    assert not Builder(data, kind=COUNTING).build(content, None).refitted
    write_card(content, NAMES[3], "又换了一种说法。")
    # The drift counts from the fit, not from the build before.
    summary = Builder(data, kind=COUNTING).build(content, None)
    assert (summary.refitted, summary.reused) == (True, 0)
    assert len(CountingEmbedder.fits) == 2


def test_a_model_that_learns_nothing_from_the_passages_keeps_its_vectors(data: Path, content: Path):
    kind = EmbedderKind("bge:b", FixedEmbedder.made, FixedEmbedder.load)
    Builder(data, kind=kind).build(content, None)
    for name in NAMES:
        write_card(content, name, f"{name} 全都换了说法。")
    summary = Builder(data, kind=kind).build(content, None)
    assert (summary.refitted, summary.reused) == (False, 16)


def test_a_model_that_became_another_one_under_its_name_gets_all_vectors_anew(
    data: Path, content: Path
):
    kind = EmbedderKind("bge:b", FixedEmbedder.made, FixedEmbedder.load)
    Builder(data, kind=kind).build(content, None)

    class Longer(FixedEmbedder):
        dimension = 9

        def encode_query(self, text: str) -> Vectors:
            return unit(*(1 + text.count(letter) for letter in "的是abcdefg"))

    longer = EmbedderKind("bge:b", lambda _: Longer(), Longer.load)
    summary = Builder(data, kind=longer).build(content, None)
    assert (summary.refitted, summary.reused) == (True, 0)
    assert Versions(data).manifest(summary.version).dimension == 9


def test_another_embedder_makes_a_new_version_with_all_vectors_new(data: Path, content: Path):
    first = Builder(data).build(content, None).version
    kind = EmbedderKind("bge:b", FixedEmbedder.made, FixedEmbedder.load, batch_size=5)
    stages: list[tuple[str, int]] = []
    summary = Builder(
        data, kind=kind, progress=lambda stage, done, total: stages.append((stage, done))
    ).build(content, None)
    assert summary.version != first
    assert (summary.reused, summary.refitted) == (0, True)
    assert [done for stage, done in stages if stage == "计算向量"] == [5, 10, 15, 20, 25, 30, 32]
    manifest = Versions(data).manifest(summary.version)
    assert (manifest.embedder, manifest.dimension) == ("bge:b", 8)
    with pytest.raises(KnowledgeBaseMismatch, match=r"bge:b.*lsa-char13-v1.*重建"):
        KnowledgeBase.open(data)


def test_deleted_text_is_gone_from_disk_and_from_searches(data: Path, content: Path, docs: Path):
    Builder(data).build(content, docs)
    (docs / "笔记.md").unlink()
    Builder(data).build(content, docs)
    assert not [text for text in texts(data, "管程封装共享变量") if "管程" in text]
    assert leftovers(data) == []
    stored = b"".join(p.read_bytes() for p in (data / "kb").rglob("*") if p.is_file())
    assert "管程把共享变量".encode() not in stored


def test_broken_files_are_skipped_with_their_reasons(data: Path, content: Path, docs: Path):
    (docs / "空.md").touch()
    (docs / "坏.pdf").write_bytes(b"%PDF-1.7 nothing")
    (docs / "表.xlsx").write_bytes(b"PK")
    (docs / "没权限.txt").symlink_to(docs / "不存在.txt")
    summary = Builder(data).build(content, docs)
    assert {source.path: source.skipped for source in summary.skipped} == {
        "坏.pdf": "PDF 损坏，打不开",
        "没权限.txt": "读不出来（No such file or directory）",
        "空.md": "文件是空的",
        "表.xlsx": "不支持的格式 .xlsx，目前支持 .md .txt .docx .pdf",
    }
    assert summary.passages == 33


def test_a_file_name_that_is_not_utf8_does_not_stop_the_build(
    data: Path, content: Path, docs: Path
):
    Path(os.fsdecode(os.fsencode(docs) + b"/\xff\xfe.md")).write_text("甲乙丙。", encoding="utf-8")
    summary = Builder(data).build(content, docs)
    assert summary.passages == 33
    assert [source.path for source in summary.skipped] == ["??.md"]


def test_wrong_content_stops_the_build_and_keeps_the_version_in_use(data: Path, content: Path):
    version = Builder(data).build(content, None).version
    (content / "concepts/os/os03/carda.md").write_text("没有字段")
    with pytest.raises(ContentError, match="carda"):
        Builder(data).build(content, None)
    assert Versions(data).current() == version
    assert leftovers(data) == []


FITTED = {"linked": {"bias": -1.0}, "retrieved": {"bias": 1.0, "dense": 0.7}, "answer_line": 0.83}


def with_calibration(content: Path, fitted: dict[str, object]) -> None:
    (content / "calibration.json").write_text(json.dumps(fitted))


def test_the_calibration_of_its_embedder_travels_with_the_version(data: Path, content: Path):
    with_calibration(content, {"lsa-char13-v1": FITTED, "bge:a": {"answer_line": 0.1}})
    assert Builder(data).build(content, None).uncalibrated == ""
    base = KnowledgeBase.open(data)
    assert base.calibration() == {**FITTED, "fitted_for": "lsa-char13-v1"}
    assert base.uncalibrated() == ""


def test_an_embedder_without_a_calibration_leaves_the_decision_to_the_links(
    data: Path, content: Path
):
    with_calibration(content, {"lsa-char13-v1": FITTED})
    kind = EmbedderKind("bge:b", FixedEmbedder.made, FixedEmbedder.load)
    said = Builder(data, kind=kind).build(content, None).uncalibrated
    assert "还没有为 bge:b 标定" in said
    assert "python -m evaluation calibrate" in said
    base = KnowledgeBase.open(data, kind=kind)
    assert base.calibration() == {
        "linked": {"bias": -1.0},
        "retrieved": {"bias": -1.0},
        "unlinked": {"bias": -1.0},
        "answer_line": 0.83,
        "fitted_for": "lsa-char13-v1",
    }
    assert base.uncalibrated() == said


@pytest.mark.parametrize("text", ["{", "[]", "", '{"answer_line": 0.83}'])
def test_a_damaged_calibration_is_named(data: Path, content: Path, text: str):
    (content / "calibration.json").write_text(text)
    with pytest.raises(ContentError, match="calibration"):
        Builder(data).build(content, None)


def test_a_second_build_at_once_is_refused(data: Path, content: Path):
    with Versions(data).building(), pytest.raises(KnowledgeBaseBusy, match="另一个进程正在构建"):
        Builder(data).build(content, None)
    Builder(data).build(content, None)


def test_a_previous_version_that_is_damaged_is_built_anew(data: Path, content: Path, docs: Path):
    summary = Builder(data).build(content, docs)
    for name in ("vectors.npy", "passages.jsonl", "fitted_on.json", "manifest.json"):
        (Versions(data).folder(summary.version) / name).write_bytes(b"\x00{")
        summary = Builder(data).build(content, docs)
        assert (summary.passages, summary.reused) == (33, 0)
    assert texts(data, "管程")


def test_a_damaged_pointer_is_mended_by_a_build(data: Path, content: Path):
    Builder(data).build(content, None)
    (data / "kb" / "current").write_bytes(b"")
    Builder(data).build(content, None)
    assert texts(data, "carda")
    assert leftovers(data) == []


BUILD = (
    "import sys, pathlib\n"
    "from kb_builder.build import Builder\n"
    "def show(stage, done, total):\n"
    "    print(stage, done, flush=True)\n"
    "    if stage == sys.argv[3]:\n"
    "        sys.stdin.read()\n"
    "Builder(pathlib.Path(sys.argv[1]), progress=show)"
    ".build(pathlib.Path(sys.argv[2]), None)\n"
)


@pytest.mark.parametrize("stage", ["训练向量模型", "写入", "检查"])
def test_a_killed_build_leaves_the_old_version_and_the_next_one_tidies_up(
    data: Path, content: Path, stage: str
):
    version = Builder(data).build(content, None).version
    for name in NAMES:
        write_card(content, name, f"{name} 全都换了。")
    arguments = [sys.executable, "-c", BUILD, str(data), str(content), stage]
    with subprocess.Popen(
        arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as build:
        assert build.stdout is not None
        while not build.stdout.readline().startswith(stage):
            assert build.poll() is None
        with pytest.raises(KnowledgeBaseBusy):
            Builder(data).build(content, None)
        build.send_signal(signal.SIGKILL)
        build.wait()
    assert Versions(data).current() == version
    assert "carda 的定义是第 0 种说法。" in texts(data, "carda 的定义")
    assert len(leftovers(data)) == 1
    Builder(data).build(content, None)
    assert leftovers(data) == []
    assert "carda 全都换了。" in texts(data, "carda 换了")


def test_a_disk_that_fills_up_leaves_the_old_version_in_use(data: Path, content: Path):
    version = Builder(data).build(content, None).version
    write_card(content, "carda", "carda 换了。")
    # A file may grow to 50 kB and no further: the write itself fails, as on a full disk.
    code = (
        "import resource, signal\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))\n" + BUILD
    )
    arguments = [sys.executable, "-c", code, str(data), str(content), "none"]
    done = subprocess.run(arguments, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "File too large" in done.stderr
    assert Versions(data).current() == version
    assert leftovers(data) == []
    assert "carda 的定义是第 0 种说法。" in texts(data, "carda 的定义")


def test_passages_that_cannot_be_found_fail_the_check():
    index = MemoryIndex()
    passages = [passage("死锁"), passage("饥饿")]
    embedder = LsaEmbedder.fit([p.searchable for p in passages])
    index.add(passages[:1], embedder.encode_passages([passages[0].searchable]))
    with pytest.raises(KnowledgeBaseError, match="写入了 2 段，库里有 1 段"):
        verify(index, embedder, passages)
    stranger = passage("完全无关")
    index.add([stranger], embedder.encode_passages([stranger.searchable]))
    with pytest.raises(KnowledgeBaseError, match="搜不到自己"):
        verify(index, embedder, passages)


def test_differences_name_what_changed(data: Path, content: Path, docs: Path):
    Builder(data).build(content, docs)
    manifest = Versions(data).manifest(Versions(data).current())
    inputs = Inputs(content, docs, LsaEmbedder.name)
    assert list(differences(manifest, inputs)) == []
    (docs / "新.md").write_text("甲")
    (docs / "笔记.md").unlink()
    write_card(content, "carda", "换了。")
    assert list(differences(manifest, inputs)) == [
        "新增了 1 个文件",
        "删除了 1 个文件",
        "修改了 1 个文件",
    ]
    (reason, *_) = differences(manifest, Inputs(content, None, LsaEmbedder.name))
    assert reason.startswith("资料文件夹由")


def test_a_file_that_was_only_touched_has_not_changed(data: Path, content: Path, docs: Path):
    Builder(data).build(content, docs)
    manifest = Versions(data).manifest(Versions(data).current())
    os.utime(docs / "笔记.md", (1, 1))
    assert list(differences(manifest, Inputs(content, docs, LsaEmbedder.name))) == []
