"""An embedder over a model that was trained before, here one that counts characters."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from backend.errors import EmbedderUnavailable, KnowledgeBaseCorrupt, KnowledgeBaseMismatch
from backend.retrieval.breaker import Breaker
from backend.retrieval.embedding.cached import CachedEmbedder
from backend.retrieval.embedding.port import EmbedderKind, load_embedder
from backend.retrieval.embedding.pretrained import MAX_CHARS, PretrainedEmbedder


class CountingEncoder:
    """Gives the length, and the number of capital letters and of ``a``; remembers the texts."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        self.answer: NDArray[np.float32] | None = None
        self.failure: EmbedderUnavailable | None = None

    def encode(self, texts: Sequence[str], *, query: bool) -> NDArray[np.float32]:
        self.seen += texts
        if self.failure is not None:
            raise self.failure
        if self.answer is not None:
            return self.answer
        rows = [[len(t), sum(c.isupper() for c in t), t.count("a")] for t in texts]
        return np.array(rows, np.float32)

    def close(self) -> None:
        pass


@pytest.fixture
def encoder() -> CountingEncoder:
    return CountingEncoder()


def made(encoder: CountingEncoder, pause_seconds: float = 0) -> PretrainedEmbedder:
    return PretrainedEmbedder.measured("bge:a", encoder, "找：", Breaker(pause_seconds))


def test_every_text_is_folded_and_only_queries_are_instructed(encoder: CountingEncoder):
    embedder = made(encoder)
    encoder.seen.clear()
    embedder.encode_passages(["TCP 与 ＵＤＰ", "LRU"])
    embedder.encode_query(" Cache ")
    assert encoder.seen == ["tcp 与 udp", "lru", "找：cache"]


def test_vectors_are_float32_of_length_one(encoder: CountingEncoder):
    embedder = made(encoder)
    vectors = embedder.encode_passages(["aaa", "bb", "a b"])
    assert (vectors.dtype, vectors.shape) == (np.float32, (3, 3))
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(3))
    assert np.linalg.norm(embedder.encode_query("死锁")) == pytest.approx(1)
    assert embedder.encode_passages([]).shape == (0, 3)


def test_an_empty_query_is_all_zero_and_asks_nobody(encoder: CountingEncoder):
    embedder = made(encoder)
    encoder.seen.clear()
    assert not embedder.encode_query(" \n").any()
    assert encoder.seen == []


def test_a_text_is_cut_to_what_the_model_reads(encoder: CountingEncoder):
    embedder = made(encoder)
    embedder.encode_passages(["a" * 5000])
    embedder.encode_query("b" * 5000)
    assert [len(text) for text in encoder.seen[1:]] == [MAX_CHARS, MAX_CHARS]
    assert encoder.seen[-1].startswith("找：b")


def test_a_saved_one_is_loaded_without_asking_the_model(encoder: CountingEncoder, tmp_path: Path):
    made(encoder).save(tmp_path)
    encoder.failure = EmbedderUnavailable("不在")
    loaded = PretrainedEmbedder.load(tmp_path, encoder, "找：", Breaker())
    assert (loaded.name, loaded.dimension) == ("bge:a", 3)
    assert [path.name for path in tmp_path.iterdir()] == ["embedder.json"]


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"name": "bge:a", "dimension": "x"}'])
def test_a_damaged_folder_is_one_sentence(encoder: CountingEncoder, tmp_path: Path, text: str):
    (tmp_path / "embedder.json").write_text(text)
    kind = EmbedderKind(
        "bge:a",
        lambda _: made(encoder),
        lambda folder: PretrainedEmbedder.load(folder, encoder, "", Breaker()),
    )
    with pytest.raises(KnowledgeBaseCorrupt, match="python -m kb_builder build"):
        load_embedder(kind, tmp_path, 3)


def test_vectors_of_another_length_than_the_versions_are_a_mismatch(
    encoder: CountingEncoder, tmp_path: Path
):
    made(encoder).save(tmp_path)
    kind = EmbedderKind(
        "bge:a",
        lambda _: made(encoder),
        lambda folder: PretrainedEmbedder.load(folder, encoder, "", Breaker()),
    )
    assert load_embedder(kind, tmp_path, 3).dimension == 3
    with pytest.raises(KnowledgeBaseMismatch, match=r"512 维.*3 维"):
        load_embedder(kind, tmp_path, 512)


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (np.ones((1, 5), np.float32), r"5 维的向量，知识库是 3 维；.*重建"),
        (np.ones((2, 3), np.float32), "没有给每段文字一个向量"),
        (np.ones(3, np.float32), "没有给每段文字一个向量"),
        (np.full((1, 3), np.nan, np.float32), "不是有效的数"),
        (np.full((1, 3), np.inf, np.float32), "不是有效的数"),
        (np.zeros((1, 3), np.float32), "不是有效的数"),
    ],
)
def test_what_is_no_vector_for_each_text_is_refused(
    encoder: CountingEncoder, answer: NDArray[np.float32], sentence: str
):
    embedder = made(encoder)
    encoder.answer = answer
    with pytest.raises(EmbedderUnavailable, match=sentence):
        embedder.encode_query("死锁")


def test_a_query_after_a_failure_does_not_wait_again(encoder: CountingEncoder):
    breaker = Breaker(60)
    embedder = PretrainedEmbedder("bge:a", encoder, "", breaker, 3)
    encoder.failure = EmbedderUnavailable("接口没有应答")
    for _ in range(3):
        with pytest.raises(EmbedderUnavailable, match="接口没有应答"):
            embedder.encode_query("死锁")
    assert len(encoder.seen) == 1
    assert breaker.problem() == "接口没有应答"


def test_recent_queries_are_remembered_and_old_ones_forgotten(encoder: CountingEncoder):
    embedder = CachedEmbedder(made(encoder), 2)
    encoder.seen.clear()
    first = embedder.encode_query("TCP")
    assert embedder.encode_query(" tcp ") is first
    embedder.encode_query("udp")
    embedder.encode_query("tcp")
    embedder.encode_query("lru")
    embedder.encode_query("tcp")
    assert encoder.seen == ["找：tcp", "找：udp", "找：lru"]
    embedder.encode_query("udp")
    assert encoder.seen[-1] == "找：udp"


def test_a_failure_is_not_remembered_as_a_vector(encoder: CountingEncoder):
    embedder = CachedEmbedder(made(encoder), 2)
    encoder.failure = EmbedderUnavailable("不在")
    with pytest.raises(EmbedderUnavailable):
        embedder.encode_query("tcp")
    encoder.failure = None
    assert embedder.encode_query("tcp").any()


def test_the_cache_passes_everything_else_through(encoder: CountingEncoder, tmp_path: Path):
    inner = made(encoder)
    embedder = CachedEmbedder(inner, 2)
    assert (embedder.name, embedder.dimension) == ("bge:a", 3)
    assert np.array_equal(embedder.encode_passages(["a"]), inner.encode_passages(["a"]))
    embedder.save(tmp_path)
    assert (tmp_path / "embedder.json").exists()
