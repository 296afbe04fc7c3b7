"""BGE end to end: a tiny random model of the real architecture, through the real FlagEmbedding."""

import json
import shutil
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from backend.errors import EmbedderUnavailable, KnowledgeBaseMismatch, RerankerUnavailable
from backend.retrieval.embedding.bge import FlagEncoder
from backend.retrieval.embedding.choice import choose_embedder
from backend.retrieval.embedding.port import Embedder, EmbedderKind
from backend.retrieval.knowledge_base import KnowledgeBase
from backend.retrieval.reranking.bge import FlagScorer
from backend.retrieval.reranking.choice import choose_reranker
from backend.retrieval.reranking.port import Reranker
from backend.retrieval.search import Mode
from backend.retrieval.versions import Versions
from config.models import Embedder as EmbedderSettings
from config.models import Reranker as RerankerSettings
from kb_builder.build import Builder, Summary
from tests.e2e.processes import run
from tests.fakes_retrieval import CONTENT, write_content
from tests.json_server import JsonServer, embeddings, json_server, reranking
from tests.model.tiny_bge import HIDDEN, save_embedder

TEXTS = ["TCP 三次握手建立连接", "LRU 淘汰最久未用的页面", "死锁是多个进程互相等待资源"]
QUERIES = ("什么是死锁", "LRU 页面置换", "TCP 三次握手", "Cache 映射方式", "CRC 校验码怎么算")


def bge(folder: Path, **settings: Any) -> EmbedderKind:
    chosen = EmbedderSettings(kind="bge", model=str(folder), device="cpu", **settings)
    return choose_embedder(**chosen.plain())


@pytest.fixture(scope="module")
def kind(embedder_folder: Path) -> EmbedderKind:
    return bge(embedder_folder)


@pytest.fixture(scope="module")
def embedder(kind: EmbedderKind) -> Embedder:
    return kind.fit(TEXTS)


@pytest.fixture(scope="module")
def reranker(reranker_folder: Path) -> Reranker:
    settings = RerankerSettings(kind="bge", model=str(reranker_folder), device="cpu")
    made = choose_reranker(**settings.plain())
    assert made is not None
    return made


@pytest.fixture(scope="module")
def built(kind: EmbedderKind, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Summary]:
    """The knowledge base of the shipped content, and what its build said."""
    data = tmp_path_factory.mktemp("built") / "data"
    return data, Builder(data, kind=kind).build(CONTENT, None)


@pytest.fixture
def small_content(tmp_path: Path) -> Path:
    return write_content(
        tmp_path / "content",
        lru="lru 淘汰最久没有被访问的页面，依据是局部性。",
        fifo="fifo 淘汰最早进入内存的页面，会出现贝莱迪异常。",
    )


@pytest.fixture
async def base(
    built: tuple[Path, Summary], kind: EmbedderKind, reranker: Reranker
) -> AsyncIterator[KnowledgeBase]:
    opened = KnowledgeBase.open(built[0], kind=kind, reranker=reranker)
    yield opened
    await opened.close()


def test_the_models_own_tokenizer_takes_every_capital_for_the_same_unknown(embedder_folder: Path):
    """The trap: without folding, TCP and LRU are one word to BGE."""
    encoder = FlagEncoder(str(embedder_folder), "cpu")
    tcp, lru, small = encoder.encode(["TCP", "LRU", "tcp"], query=True)
    assert np.allclose(tcp, lru)
    assert not np.allclose(tcp, small, atol=1e-3)


def test_abbreviations_in_capitals_have_vectors_of_their_own(embedder: Embedder):
    vectors = embedder.encode_passages(["TCP", "LRU", "tcp", "ＴＣＰ"])
    assert float(vectors[0] @ vectors[1]) < 0.99
    assert vectors[0] == pytest.approx(vectors[2], abs=1e-5)
    assert vectors[0] == pytest.approx(vectors[3], abs=1e-5)
    assert not np.allclose(embedder.encode_query("TCP"), embedder.encode_query("LRU"), atol=1e-3)


def test_vectors_are_of_length_one_and_do_not_depend_on_the_batch(embedder: Embedder):
    together = embedder.encode_passages([*TEXTS, "长" * 2000])
    assert (together.dtype, together.shape) == (np.float32, (4, HIDDEN))
    assert np.linalg.norm(together, axis=1) == pytest.approx(np.ones(4), abs=1e-5)
    for text, vector in zip(TEXTS, together, strict=False):
        assert embedder.encode_passages([text])[0] == pytest.approx(vector, abs=1e-5)


def test_only_queries_are_instructed(embedder: Embedder, embedder_folder: Path):
    plain = bge(embedder_folder, instruction="none").fit([])
    assert plain.encode_query("死锁") == pytest.approx(
        embedder.encode_passages(["死锁"])[0], abs=1e-5
    )
    assert not np.allclose(embedder.encode_query("死锁"), plain.encode_query("死锁"), atol=1e-3)


def test_the_shipped_content_is_built_and_says_that_it_is_not_calibrated(
    built: tuple[Path, Summary], kind: EmbedderKind
):
    data, summary = built
    manifest = Versions(data).manifest(summary.version)
    assert (manifest.embedder, manifest.dimension) == (kind.name, HIDDEN)
    assert kind.name.startswith("bge:tiny-bge@")
    assert summary.passages > 200
    assert f"还没有为 {kind.name} 标定" in summary.uncalibrated
    saved = Versions(data).folder(summary.version) / "embedder"
    assert [path.name for path in saved.iterdir()] == ["embedder.json"]


@pytest.mark.parametrize("mode", ["lexical", "dense", "hybrid", "rerank"])
async def test_it_is_searched_in_every_mode(base: KnowledgeBase, mode: Mode):
    for query in QUERIES:
        found = await base.search(query, 5, mode)
        assert len(found.hits) == 5
        assert (found.dense is None) is (mode == "lexical")
        assert (found.lexical == 0) is (mode == "dense")


async def test_a_query_in_capitals_finds_the_same_as_in_small_letters(base: KnowledgeBase):
    for one, other in (("TCP", "tcp"), ("LRU", "lru")):
        assert (await base.search(one, 5, "dense")) == (await base.search(other, 5, "dense"))
    tcp, lru = [(await base.search(q, 5, "dense")).hits for q in ("TCP", "LRU")]
    assert [h.passage for h in tcp] != [h.passage for h in lru]


async def test_a_passage_is_the_nearest_to_its_own_text(base: KnowledgeBase):
    passage = (await base.search("死锁", 1, "lexical")).hits[0].passage
    found = await base.search(passage.searchable, 3, "dense")
    assert passage in [hit.passage for hit in found.hits]


async def test_reranking_changes_the_order_but_not_the_evidence(base: KnowledgeBase):
    changed = 0
    for query in QUERIES:
        hybrid = await base.search(query, 20, "hybrid")
        reranked = await base.search(query, 20)
        assert {h.passage for h in hybrid.hits} == {h.passage for h in reranked.hits}
        assert (hybrid.dense, hybrid.nearest) == (reranked.dense, reranked.nearest)
        changed += [h.passage for h in hybrid.hits] != [h.passage for h in reranked.hits]
    assert changed == len(QUERIES)


def test_another_model_in_the_same_folder_is_another_embedder(
    kind: EmbedderKind, small_content: Path, tmp_path: Path
):
    data = tmp_path / "data"
    version = Builder(data, kind=kind).build(small_content, None).version
    folder = save_embedder(tmp_path / "tiny-bge", seed=1)
    retrained = bge(folder)
    assert retrained.name != kind.name
    with pytest.raises(KnowledgeBaseMismatch, match=r"tiny-bge@.*tiny-bge@.*重建"):
        KnowledgeBase.open(data, kind=retrained)
    summary = Builder(data, kind=retrained).build(small_content, None)
    assert summary.version != version
    assert summary.reused == 0
    assert KnowledgeBase.open(data, kind=retrained).manifest().embedder == retrained.name
    with pytest.raises(KnowledgeBaseMismatch):
        KnowledgeBase.open(data, kind=kind)


def test_a_rebuild_with_the_same_model_keeps_the_vectors(
    built: tuple[Path, Summary], kind: EmbedderKind, tmp_path: Path
):
    data = Path(shutil.copytree(built[0], tmp_path / "data"))
    summary = Builder(data, kind=kind).build(CONTENT, None)
    assert (summary.reused, summary.refitted) == (summary.passages, False)


def test_a_folder_with_damaged_weights_is_one_sentence(embedder_folder: Path, tmp_path: Path):
    folder = Path(shutil.copytree(embedder_folder, tmp_path / "damaged"))
    (folder / "model.safetensors").write_bytes(b"not a model")
    with pytest.raises(EmbedderUnavailable, match="载入不了") as caught:
        bge(folder).fit(TEXTS)
    assert "\n" not in str(caught.value)
    (folder / "model.safetensors").unlink()
    with pytest.raises(EmbedderUnavailable, match="载入不了"):
        bge(folder).fit(TEXTS)


def test_a_gpu_that_is_not_there_is_one_sentence(embedder_folder: Path):
    import torch

    if torch.cuda.is_available():
        assert FlagEncoder(str(embedder_folder), "cuda").encode(["死锁"], query=True).any()
        return
    with pytest.raises(EmbedderUnavailable, match="看不到 GPU"):
        FlagEncoder(str(embedder_folder), "cuda").encode(["死锁"], query=True)


def test_a_slow_reranker_is_stopped_at_its_deadline(reranker_folder: Path):
    now = iter(range(100))
    scorer = FlagScorer(str(reranker_folder), "cpu", 2.5, clock=lambda: next(now))
    with pytest.raises(RerankerUnavailable, match=r"在 2\.5 秒内只读完 2 段"):
        scorer.score("死锁", TEXTS * 7)


@pytest.fixture
def served(embedder_folder: Path) -> Iterator[JsonServer]:
    """The tiny model behind /v1/embeddings, which gets texts as they are to be encoded."""
    encoder = FlagEncoder(str(embedder_folder), "cpu")
    lock = threading.Lock()

    def encode(texts: Any) -> Any:
        with lock:
            return encoder.encode(texts, query=False)

    with json_server(embeddings(encode)) as server:
        yield server


def test_an_endpoint_gives_the_same_vectors_as_the_model_here(
    served: JsonServer, embedder: Embedder
):
    settings = EmbedderSettings(
        kind="endpoint", model="bge-small-zh-v1.5", base_url=served.url, timeout_seconds=30
    )
    kind = choose_embedder(**settings.plain())
    remote = kind.fit([])
    assert remote.encode_passages(TEXTS) == pytest.approx(embedder.encode_passages(TEXTS), abs=1e-5)
    assert remote.encode_query("TCP 与 UDP") == pytest.approx(
        embedder.encode_query("TCP 与 UDP"), abs=1e-5
    )
    kind.close()


def test_a_rerank_endpoint_gives_the_same_scores_as_the_model_here(
    reranker: Reranker, reranker_folder: Path
):
    scorer = FlagScorer(str(reranker_folder), "cpu", 60)
    with json_server(reranking(lambda query, texts: scorer.score(query, list(texts)))) as api:
        settings = RerankerSettings(kind="endpoint", base_url=api.url, timeout_seconds=60)
        remote = choose_reranker(**settings.plain())
        assert remote is not None
        assert remote.scores("什么是死锁", TEXTS) == pytest.approx(
            reranker.scores("什么是死锁", TEXTS), abs=1e-5
        )
        remote.close()


@pytest.mark.timeout(900)
def test_the_commands_build_search_and_answer_with_it(
    embedder_folder: Path, reranker_folder: Path, small_content: Path, tmp_path: Path
):
    """As an operator does it: settings, build, search, a question, and back to LSA."""
    data = tmp_path / "data"
    settings = {
        "CONTENT_DIR": str(small_content),
        "EMBEDDER__KIND": "bge",
        "EMBEDDER__MODEL": str(embedder_folder),
        "RERANKER__KIND": "bge",
        "RERANKER__MODEL": str(reranker_folder),
        "RERANKER__TIMEOUT_SECONDS": "60",
    }
    built = run("kb_builder", "build", data_dir=data, settings=settings, seconds=300)
    assert built.code == 0, built.err
    assert "python -m evaluation calibrate" in built.out
    searched = run(
        "kb_builder", "search", "什么是死锁", data_dir=data, settings=settings, seconds=300
    )
    assert searched.code == 0, searched.err
    assert "向量最高相似度 0." in searched.out
    chatted = run(
        "bot", "chat", "--json", data_dir=data, settings=settings,
        lines=[{"id": "1", "user": "甲", "text": "什么是lru"}], seconds=300,
    )  # fmt: skip
    assert chatted.code == 0, chatted.err
    assert "最久没有被访问" in json.dumps(chatted.replies, ensure_ascii=False)
    refused = run("bot", "chat", data_dir=data, lines=["什么是lru"])
    assert (refused.code, refused.out) == (1, "")
    assert refused.err.count("\n") == 1
    assert "设置要求 lsa-char13-v1" in refused.err
