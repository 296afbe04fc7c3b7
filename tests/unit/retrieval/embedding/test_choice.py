"""From settings to embedders, and the names that keep different vectors apart."""

import json
from pathlib import Path
from typing import Any

import pytest

from backend.errors import EmbedderUnavailable, KnowledgeBaseError
from backend.retrieval.embedding.choice import (
    CHINESE_BGE_INSTRUCTION,
    choose_embedder,
    default_instruction,
)
from backend.retrieval.embedding.lsa import LSA
from config.models import Embedder


def name(**settings: Any) -> str:
    return choose_embedder(**Embedder(**settings).plain()).name


def write_model(folder: Path, model_type: str = "bert", weights: bytes = b"1") -> str:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps({"model_type": model_type}))
    (folder / "model.safetensors").write_bytes(weights)
    return str(folder)


def test_the_default_is_lsa():
    assert choose_embedder(**Embedder().plain()) is LSA


def test_a_published_model_goes_by_its_name():
    assert name(kind="bge") == "bge:BAAI/bge-small-zh-v1.5"
    assert name(kind="bge", model="BAAI/bge-m3") == "bge:BAAI/bge-m3"


def test_a_folder_goes_by_its_weights_and_not_by_where_it_lies(tmp_path: Path):
    one = name(kind="bge", model=write_model(tmp_path / "a" / "mine"))
    moved = name(kind="bge", model=write_model(tmp_path / "b" / "mine"))
    trained = name(kind="bge", model=write_model(tmp_path / "c" / "mine", weights=b"2"))
    assert one == moved
    assert one.startswith("bge:mine@")
    assert trained.startswith("bge:mine@")
    assert trained != one


def test_whatever_changes_vectors_changes_the_name(tmp_path: Path):
    folder = write_model(tmp_path / "mine")
    before = name(kind="bge", model=folder)
    (tmp_path / "mine" / "vocab.txt").write_text("死\n")
    assert name(kind="bge", model=folder) != before
    (tmp_path / "mine" / "notes.md").write_text("不影响向量")
    after = name(kind="bge", model=folder)
    assert name(kind="bge", model=folder, device="cpu", batch_size=7, cache_size=9) == after
    instructed = {name(kind="bge", model=folder, instruction=i) for i in ("auto", "none", "找：")}
    assert len(instructed) == 3


def test_an_instruction_that_is_the_usual_one_is_no_other_embedder():
    assert name(kind="bge", instruction=CHINESE_BGE_INSTRUCTION) == name(kind="bge")
    assert name(kind="bge", model="BAAI/bge-m3", instruction="none") == "bge:BAAI/bge-m3"


def test_the_instruction_follows_the_model(tmp_path: Path):
    assert default_instruction("BAAI/bge-large-zh-v1.5") == CHINESE_BGE_INSTRUCTION
    assert default_instruction("BAAI/bge-m3") == ""
    assert default_instruction(write_model(tmp_path / "x")) == CHINESE_BGE_INSTRUCTION
    assert default_instruction(write_model(tmp_path / "y", "xlm-roberta")) == ""
    assert default_instruction("bge-small-zh", local=False) == CHINESE_BGE_INSTRUCTION


def test_an_endpoint_goes_by_its_model_and_needs_an_address():
    here = name(kind="endpoint", model="bge", base_url="http://a:1/v1")
    assert here == name(kind="endpoint", model="bge", base_url="http://b:2/v1") == "endpoint:bge"
    with pytest.raises(KnowledgeBaseError, match="ASSISTANT408_EMBEDDER__BASE_URL"):
        name(kind="endpoint")


@pytest.mark.parametrize("model", ["./nothing", "/nothing/at/all", "~/nothing", "a/b/c"])
def test_a_folder_that_is_no_model_is_one_sentence(model: str):
    with pytest.raises(KnowledgeBaseError, match="不是模型文件夹"):
        name(kind="bge", model=model)


def test_a_folder_without_a_model_in_it_is_one_sentence(tmp_path: Path):
    with pytest.raises(KnowledgeBaseError, match="不是模型文件夹"):
        name(kind="bge", model=str(tmp_path))


def test_a_model_that_is_not_here_is_one_sentence_about_where_to_get_it():
    kind = choose_embedder(**Embedder(kind="bge", model="BAAI/bge-nowhere").plain())
    with pytest.raises(EmbedderUnavailable, match=r"docs/models/embeddings\.md"):
        kind.fit(["死锁"])
