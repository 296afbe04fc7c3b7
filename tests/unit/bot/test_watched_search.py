"""A store that does not answer costs one message the wait, and none its card."""

import asyncio

import pytest

from backend.errors import KnowledgeBaseLate
from backend.retrieval.passages import Retrieval
from bot.watched_search import WatchedSearch

FOUND = Retrieval((), 0.0, None)


class Store:
    """A knowledge base that answers, or waits for ``go_on``."""

    def __init__(self):
        self.frozen = False
        self.go_on = asyncio.Event()
        self.asked = []

    async def search(self, query, limit, mode=None):
        self.asked.append(query)
        if self.frozen:
            await self.go_on.wait()
        return FOUND

    async def warm(self):
        pass

    def uncalibrated(self):
        return ""

    embedder_problem = reranker_problem = uncalibrated


async def refused(search, query):
    with pytest.raises(KnowledgeBaseLate) as caught:
        await search.search(query, 3)
    return str(caught.value)


async def test_while_one_search_is_late_nobody_else_waits():
    store = Store()
    search = WatchedSearch(store, seconds=0.05)
    await search.warm()
    store.frozen = True
    assert "0.05 秒" in await refused(search, "甲")
    assert "上一次" in await refused(search, "乙")
    assert store.asked == ["甲"]

    store.frozen = False
    store.go_on.set()
    await asyncio.wait({search._late}, timeout=5)
    assert await search.search("丙", 3) == FOUND
    await search.aclose()


async def test_of_many_that_are_late_at_once_one_is_kept_to_see_when_it_is_back():
    store = Store()
    store.frozen = True
    search = WatchedSearch(store, seconds=0.05, first_seconds=0.05)
    before = asyncio.all_tasks()
    await asyncio.gather(*(refused(search, str(n)) for n in range(5)))
    await asyncio.sleep(0)
    assert len(store.asked) == 5
    assert len(asyncio.all_tasks() - before) == 1
    await search.aclose()
    assert asyncio.all_tasks() == before


async def test_the_first_search_may_take_as_long_as_opening_the_store():
    store = Store()
    store.frozen = True
    search = WatchedSearch(store, seconds=0.01, first_seconds=30)
    searching = asyncio.create_task(search.search("甲", 3))
    await asyncio.sleep(0.05)
    assert not searching.done()
    store.go_on.set()
    assert await searching == FOUND


async def test_who_gives_up_leaves_the_search_to_end_by_itself():
    store = Store()
    store.frozen = True
    search = WatchedSearch(store)
    searching = asyncio.create_task(search.search("甲", 3))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    searching.cancel()
    with pytest.raises(asyncio.CancelledError):
        await searching
    assert "上一次" in await refused(search, "乙")
    await search.aclose()
