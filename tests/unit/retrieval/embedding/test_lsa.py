"""The LSA embedder."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from backend.errors import KnowledgeBaseCorrupt, KnowledgeBaseMismatch
from backend.retrieval.embedding.lsa import DEFAULT_EMBEDDER, LSA, LsaEmbedder
from backend.retrieval.embedding.port import EmbedderKind, load_embedder

TEXTS = [
    "死锁是多个进程互相等待资源",
    "死锁预防破坏四个必要条件之一",
    "页面置换算法 LRU 淘汰最久未用的页面",
    "页面置换算法 FIFO 淘汰最早进入的页面",
    "TCP 通过三次握手建立连接",
    "UDP 不建立连接",
]


@pytest.fixture(scope="module")
def embedder() -> LsaEmbedder:
    return LsaEmbedder.fit(TEXTS)


def test_vectors_are_float32_of_length_one(embedder: LsaEmbedder):
    vectors = embedder.encode_passages([*TEXTS, "", "😀"])
    assert vectors.dtype == np.float32
    assert vectors.shape == (8, embedder.dimension)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(8), abs=1e-5)


def test_a_query_is_nearest_to_the_passage_about_it(embedder: LsaEmbedder):
    vectors = embedder.encode_passages(TEXTS)
    for query, expected in (("怎么预防死锁", 1), ("lru 页面置换", 2), ("三次握手", 4)):
        assert int(np.argmax(vectors @ embedder.encode_query(query))) == expected


def test_case_and_width_make_no_difference(embedder: LsaEmbedder):
    assert np.array_equal(embedder.encode_query("ＴＣＰ"), embedder.encode_query("tcp"))


def test_a_query_of_unknown_characters_is_all_zero(embedder: LsaEmbedder):
    assert not embedder.encode_query("😀 qqq").any()


def test_a_passage_of_unknown_characters_is_near_to_no_query(embedder: LsaEmbedder):
    stranger = embedder.encode_passages(["😀"])[0]
    assert float(stranger @ embedder.encode_query("死锁")) == pytest.approx(0)


def test_a_saved_embedder_gives_the_same_vectors(embedder: LsaEmbedder, tmp_path: Path):
    embedder.save(tmp_path)
    loaded = load_embedder(LSA, tmp_path, embedder.dimension)
    assert loaded.name == DEFAULT_EMBEDDER
    assert np.array_equal(loaded.encode_passages(TEXTS), embedder.encode_passages(TEXTS))


@pytest.mark.parametrize("texts", [["死锁"], ["甲", "乙"], ["😀"], ["死锁", "死锁"]])
def test_very_little_material_can_still_be_fitted(texts: list[str]):
    vectors = LsaEmbedder.fit(texts).encode_passages(texts)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(len(texts)), abs=1e-5)


@pytest.mark.parametrize("name", ["grams.json", "lsa.npz"])
@pytest.mark.parametrize("damage", ["missing", "empty", "truncated"])
def test_a_damaged_file_is_one_sentence_that_says_what_to_do(
    embedder: LsaEmbedder, tmp_path: Path, name: str, damage: str
):
    embedder.save(tmp_path)
    path = tmp_path / name
    data = path.read_bytes()
    path.write_bytes(b"" if damage == "empty" else data[: len(data) // 2])
    if damage == "missing":
        path.unlink()
    with pytest.raises(KnowledgeBaseCorrupt, match="python -m kb_builder build"):
        load_embedder(LSA, tmp_path, embedder.dimension)


def test_another_embedder_or_length_of_vectors_is_a_mismatch(embedder: LsaEmbedder, tmp_path: Path):
    embedder.save(tmp_path)
    other = EmbedderKind("bge:large", LsaEmbedder.fit, LsaEmbedder.load)
    with pytest.raises(KnowledgeBaseMismatch, match="bge:large"):
        load_embedder(other, tmp_path, embedder.dimension)
    with pytest.raises(KnowledgeBaseMismatch, match="512 维"):
        load_embedder(LSA, tmp_path, 512)


def test_encoding_needs_neither_scikit_learn_nor_scipy(embedder: LsaEmbedder, tmp_path: Path):
    embedder.save(tmp_path)
    code = (
        "import sys, pathlib\n"
        "from backend.retrieval.embedding.lsa import LsaEmbedder\n"
        f"e = LsaEmbedder.load(pathlib.Path({str(tmp_path)!r}))\n"
        "assert e.encode_query('死锁').any()\n"
        "print([m for m in ('sklearn', 'scipy', 'pymilvus', 'torch') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
