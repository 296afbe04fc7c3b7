import pytest

from backend.retrieval.passages import Hit, Retrieval, make_passage
from evaluation.queries import LabelledQuery, parse_label
from evaluation.retrieval import judged, mrr_by_kind, run, summary

DEADLOCK, LRU, FIFO = (
    make_passage("文", "", name, "全文", name, name)
    for name in ("os.deadlock", "os.lru", "os.fifo")
)


def query(number, *relevant, kind="keyword"):
    labels = tuple(parse_label(label) for label in relevant)
    return LabelledQuery(f"q{number}", "dev", f"问 {number}", labels, kind, number)


class Search:
    """Gives what ``found`` holds for a mode, and remembers what it was asked."""

    def __init__(self, **found):
        self.found = found
        self.asked = []

    async def search(self, query, limit, mode):
        self.asked.append((query, limit, mode))
        hits = tuple(Hit(p, 1 / n, n) for n, p in enumerate(self.found[mode], start=1))
        return Retrieval(hits[:limit], 0.0, 0.0)


async def test_every_mode_is_asked_the_same_queries_and_the_first_search_is_for_warming():
    search = Search(lexical=[LRU], dense=[FIFO])
    queries = [query(1, "os.lru"), query(2, "os.fifo")]
    runs = await run(search, queries, ["lexical", "dense"])
    assert [one for one in search.asked if one[2] == "lexical"] == [
        (text, 10, "lexical") for text in ("问 2", "问 1", "问 2")
    ]
    assert [[one.found for one in own] for own in runs.values()] == [[(1,), ()], [(), (1,)]]
    assert all(one.elapsed_ms > 0 for own in runs.values() for one in own)


def test_the_summary_is_the_mean_over_the_queries():
    runs = [
        judged(query(1, "os.lru"), [LRU, FIFO], 2.0),
        judged(query(2, "os.lru", "os.fifo"), [DEADLOCK, LRU], 6.0),
    ]
    row = summary(runs)
    assert row.hits == {1: 0.5, 3: 1.0, 5: 1.0, 10: 1.0}
    assert row.mrr == pytest.approx((1 + 1 / 2) / 2)
    assert (row.p50_ms, row.p99_ms, row.difference) == (6.0, 6.0, None)


def test_a_mode_is_compared_with_the_first_query_by_query():
    queries = [query(n, "os.lru") for n in range(20)]
    good = [judged(q, [LRU]) for q in queries]
    bad = [judged(q, [FIFO, LRU]) for q in queries]
    difference = summary(good, bad).difference
    assert (difference.mean, difference.low, difference.high) == (0.5, 0.5, 0.5)


def test_the_kinds_are_measured_apart():
    runs = [
        judged(query(1, "os.lru", kind="typo"), [FIFO, LRU]),
        judged(query(2, "os.lru", kind="part"), [LRU]),
        judged(query(3, "os.lru", kind="part"), [FIFO]),
    ]
    assert mrr_by_kind(runs) == {"part": (2, 0.5), "typo": (1, 0.5)}
