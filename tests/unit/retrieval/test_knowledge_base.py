"""The knowledge base in a running bot, over real milvus-lite stores."""

import asyncio
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from backend.errors import (
    KnowledgeBaseCorrupt,
    KnowledgeBaseError,
    KnowledgeBaseMismatch,
    KnowledgeBaseMissing,
)
from backend.retrieval.knowledge_base import KnowledgeBase
from backend.retrieval.milvus_index import Server
from backend.retrieval.versions import Versions
from kb_builder.build import Builder
from tests.fakes_retrieval import write_card, write_content

LRU = "lru 淘汰最久没有被访问的页面，依据是局部性。"
CLOCK = "clock 给每页一个访问位，转着圈找访问位为 0 的页面。"
SECRET = "fifo 淘汰最早进入内存的页面，会出现贝莱迪异常。"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with ``content`` and the ``data`` built from it, to be copied."""
    folder = tmp_path_factory.mktemp("built")
    write_content(folder / "content", lru=LRU, clock=CLOCK, fifo=SECRET)
    Builder(folder / "data").build(folder / "content", None)
    return folder


@pytest.fixture
def content(built: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(built / "content", tmp_path / "content"))


@pytest.fixture
def data(built: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(built / "data", tmp_path / "data"))


def make(data: Path) -> KnowledgeBase:
    """A knowledge base that looks for a new version, and tries a broken one again, every time."""
    return KnowledgeBase(data, check_seconds=0, retry_seconds=0)


async def found(base: KnowledgeBase, query: str) -> list[str]:
    return [hit.passage.text for hit in (await base.search(query, 5)).hits]


async def test_it_finds_the_passage_with_its_source_and_both_scores(data: Path):
    base = KnowledgeBase.open(data)
    retrieval = await base.search("最久没有被访问", 3)
    best = retrieval.hits[0]
    assert best.rank == 1
    assert (best.passage.title, best.passage.locator) == ("lru", "OS0316")
    assert best.passage.concept_id == "os.lru"
    assert best.passage.aspect == "definition"
    assert retrieval.lexical > 0
    assert 0 < retrieval.dense <= 1.0001
    await base.close()


async def test_a_query_that_nothing_answers_is_an_empty_value(data: Path):
    base = KnowledgeBase.open(data)
    retrieval = await base.search("ψωξ", 3)
    assert (retrieval.hits, retrieval.lexical, retrieval.dense) == ((), 0.0, 0.0)
    await base.close()


def test_opening_imports_neither_pymilvus_nor_scikit_learn(data: Path):
    code = (
        "import sys, pathlib\n"
        "from backend.retrieval.knowledge_base import KnowledgeBase\n"
        f"base = KnowledgeBase.open(pathlib.Path({str(data)!r}))\n"
        "print(base.state())\n"
        "print([m for m in ('pymilvus', 'milvus_lite', 'sklearn', 'scipy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    state, imported = done.stdout.splitlines()
    assert state == "尚未打开（6 段）"
    assert imported == "[]"


async def test_it_is_open_from_warming_to_closing(data: Path):
    base = KnowledgeBase.open(data)
    assert base.state().startswith("尚未打开")
    await base.warm()
    assert base.state().startswith("正常（版本 ")
    await base.close()
    assert base.state().startswith("尚未打开")


async def test_a_new_version_is_used_and_deleted_text_is_gone(data: Path, content: Path):
    base = make(data)
    assert SECRET in await found(base, "贝莱迪异常")
    (content / "concepts/os/os03/fifo.md").unlink()
    write_card(content, "lru", "lru 是新写的一段话，讲的是页面年龄。")
    Builder(data).build(content, None)
    assert SECRET not in await found(base, "贝莱迪异常")
    assert (await found(base, "页面年龄"))[0].startswith("lru 是新写的")
    await base.close()


async def test_the_old_version_is_removed_after_its_last_reader(data: Path, content: Path):
    base = make(data)
    await base.warm()
    old = Versions(data).current()
    write_card(content, "lru", "lru 改了。")
    Builder(data).build(content, None)
    assert Versions(data).folder(old).exists()
    assert await found(base, "改了")
    assert not Versions(data).folder(old).exists()
    await base.close()


async def test_the_pointer_is_looked_at_no_more_than_once_a_second(data: Path, content: Path):
    now = 100.0
    base = KnowledgeBase(data, check_seconds=1, clock=lambda: now)
    await base.warm()
    version = base.manifest().version
    write_card(content, "lru", "lru 改成了别的样子。")
    Builder(data).build(content, None)
    now = 100.9
    assert LRU in await found(base, LRU)
    assert version in base.state()
    now = 101.1
    assert LRU not in await found(base, LRU)
    await base.close()


async def test_searches_during_swaps_all_get_an_answer(data: Path, content: Path):
    base = make(data)
    stop = asyncio.Event()

    async def ask() -> int:
        asked = 0
        while not stop.is_set():
            assert await found(base, "clock 访问位")
            asked += 1
        return asked

    askers = [asyncio.create_task(ask()) for _ in range(4)]
    for round_number in range(3):
        write_card(content, "lru", f"lru 第 {round_number} 版。")
        await asyncio.to_thread(Builder(data).build, content, None)
    stop.set()
    assert min(await asyncio.gather(*askers)) > 0
    await base.close()


async def test_two_bots_read_the_same_version_at_once(data: Path):
    code = (
        "import asyncio, pathlib, sys\n"
        "from backend.retrieval.knowledge_base import KnowledgeBase\n"
        "async def main():\n"
        f"    base = KnowledgeBase.open(pathlib.Path({str(data)!r}))\n"
        "    hits = (await base.search('lru', 3)).hits\n"
        "    print(hits[0].passage.title)\n"
        "    await base.close()\n"
        "asyncio.run(main())"
    )
    base = KnowledgeBase.open(data)
    await base.warm()
    done = await asyncio.to_thread(
        subprocess.run, [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "lru"
    assert await found(base, "lru")
    await base.close()


async def test_closing_leaves_no_copy_behind(data: Path):
    base = KnowledgeBase.open(data)
    await base.warm()
    await base.close()
    await base.close()
    assert [path.name for path in (data / "kb" / "readers").iterdir()] == ["lock"]


async def test_without_a_knowledge_base_it_says_how_to_build_one(tmp_path: Path, content: Path):
    with pytest.raises(KnowledgeBaseMissing, match="python -m kb_builder build"):
        KnowledgeBase.open(tmp_path / "none")
    base = make(tmp_path / "none")
    with pytest.raises(KnowledgeBaseMissing):
        await base.search("lru", 3)
    assert base.state().startswith("不可用")
    Builder(tmp_path / "none").build(content, None)
    assert await found(base, "lru")
    await base.close()


def damage_store(folder: Path) -> None:
    for path in (folder / "milvus.db").rglob("*.parquet"):
        path.unlink()


def remove_store(folder: Path) -> None:
    shutil.rmtree(folder / "milvus.db")


def damage_schema(folder: Path) -> None:
    for path in (folder / "milvus.db").rglob("schema.json"):
        path.write_text("{")


def damage_embedder(folder: Path) -> None:
    (folder / "embedder" / "lsa.npz").write_bytes(b"PK")


def damage_frequent(folder: Path) -> None:
    (folder / "frequent.json").write_text("[")


@pytest.mark.parametrize(
    "damage", [damage_store, remove_store, damage_schema, damage_embedder, damage_frequent]
)
async def test_a_damaged_version_is_one_sentence_and_a_rebuild_mends_it(
    data: Path, content: Path, damage: object
):
    assert callable(damage)
    damage(Versions(data).folder(Versions(data).current()))
    base = make(data)
    with pytest.raises(KnowledgeBaseCorrupt, match="python -m kb_builder build") as caught:
        await base.search("lru", 3)
    assert "\n" not in str(caught.value)
    assert base.state() == f"不可用：{caught.value}"
    await asyncio.to_thread(Builder(data).build, content, None)
    assert await found(base, "lru")
    await base.close()


async def test_a_failure_is_remembered_instead_of_tried_for_every_message(data: Path):
    now = 0.0
    base = KnowledgeBase(data, retry_seconds=5, clock=lambda: now)
    folder = Versions(data).folder(Versions(data).current())
    aside = folder.with_name("aside.db")
    (folder / "milvus.db").rename(aside)
    for _ in range(2):
        with pytest.raises(KnowledgeBaseError):
            await base.search("lru", 3)
    aside.rename(folder / "milvus.db")
    now = 4.0
    with pytest.raises(KnowledgeBaseError):
        await base.search("lru", 3)
    now = 6.0
    assert await found(base, "lru")
    await base.close()


@pytest.mark.parametrize(
    ("field", "value"), [("schema", 999), ("embedder", "bge"), ("server", "http://elsewhere")]
)
def test_a_version_built_with_other_settings_is_a_mismatch(data: Path, field: str, value: object):
    path = Versions(data).folder(Versions(data).current()) / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), field: value}))
    with pytest.raises(KnowledgeBaseMismatch, match="python -m kb_builder build"):
        KnowledgeBase.open(data)


async def test_passages_on_a_server_are_switched_and_the_old_ones_dropped(
    tmp_path: Path, content: Path
):
    from milvus_lite.adapter.grpc.server import start_server_in_thread
    from pymilvus import MilvusClient

    grpc_server, db, port = start_server_in_thread(str(tmp_path / "server.db"))
    server = Server(f"http://127.0.0.1:{port}")
    data = tmp_path / "data"
    Builder(data, server).build(content, None)
    base = KnowledgeBase(data, server, check_seconds=0)
    assert SECRET in await found(base, "贝莱迪异常")
    (content / "concepts/os/os03/fifo.md").unlink()
    Builder(data, server).build(content, None)
    assert SECRET not in await found(base, "贝莱迪异常")
    client = MilvusClient(server.uri, dedicated=True)
    assert len(client.list_collections()) == 1
    assert client.describe_alias("assistant408")["collection_name"] in client.list_collections()
    client.close()
    await base.close()
    grpc_server.stop(grace=0).wait(5)
    db.close()
