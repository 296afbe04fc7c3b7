"""Page replacement against simulations that keep their state in another way."""

import random
from collections import OrderedDict, deque
from dataclasses import replace
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.questions.solvers.page_replacement import (
    MAX_FRAMES,
    MAX_REFERENCES,
    PageRun,
    PageTask,
    replace_pages,
)
from backend.questions.solvers.refusal import Refusal
from tests.content.cards import section

TEXTBOOK = (7, 0, 1, 2, 0, 3, 0, 4, 2, 3, 0, 3, 2, 1, 2, 0, 1, 7, 0, 1)
BELADY = (1, 2, 3, 4, 1, 2, 5, 1, 2, 3, 4, 5)
ALGORITHMS = ("FIFO", "LRU", "OPT", "CLOCK")


def fifo(frames, references):
    queue, told = deque(), []
    for page in references:
        if page in queue:
            told.append((True, None))
            continue
        victim = queue.popleft() if len(queue) == frames else None
        queue.append(page)
        told.append((False, victim))
    return told


def lru(frames, references):
    recency, told = OrderedDict(), []
    for page in references:
        hit = page in recency
        victim = None if hit or len(recency) < frames else recency.popitem(last=False)[0]
        recency[page] = None
        recency.move_to_end(page)
        told.append((hit, victim))
    return told


def opt(frames, references):
    """Keep the pages in order of loading, so that the first of the best is the oldest."""
    loaded, told = [], []
    for now, page in enumerate(references):
        if page in loaded:
            told.append((True, None))
            continue
        victim = None
        if len(loaded) == frames:
            unseen = list(loaded)
            for later in references[now + 1 :]:
                if len(unseen) > 1 and later in unseen:
                    unseen.remove(later)
            victim = unseen[0]
            loaded.remove(victim)
        loaded.append(page)
        told.append((False, victim))
    return told


def clock(frames, references):
    """Turn a ring of [page, bit] so that the hand always points at its left end."""
    ring, told = deque(), []
    for page in references:
        entry = next((e for e in ring if e[0] == page), None)
        if entry is not None:
            entry[1] = 1
            told.append((True, None))
            continue
        victim = None
        if len(ring) == frames:
            while ring[0][1]:
                ring[0][1] = 0
                ring.rotate(-1)
            victim = ring.popleft()[0]
        ring.append([page, 1])
        told.append((False, victim))
    return told


ORACLES = {"FIFO": fifo, "LRU": lru, "OPT": opt, "CLOCK": clock}


def random_tasks(algorithm, count=400):
    chance = random.Random(f"408 {algorithm}")
    for _ in range(count):
        pages = chance.randint(1, 9)
        length = chance.randint(1, 40)
        references = tuple(chance.randrange(pages) for _ in range(length))
        yield PageTask(algorithm, chance.randint(1, 6), references)


def disagreements(solve, algorithm):
    """List the random tasks that ``solve`` and the oracle see differently."""
    return [
        task
        for task in random_tasks(algorithm)
        if [(s.hit, s.victim) for s in solve(task).steps]
        != ORACLES[algorithm](task.frames, task.references)
    ]


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_every_access_agrees_with_a_naive_simulation(algorithm):
    assert disagreements(replace_pages, algorithm) == []


def test_a_planted_bug_is_caught_by_the_comparison():
    def lru_that_forgets_hits(task):
        return replace_pages(replace(task, algorithm="FIFO"))

    def opt_that_looks_back(task):
        return replace_pages(replace(task, algorithm="LRU"))

    def clock_without_bits(task):
        return replace_pages(replace(task, algorithm="FIFO"))

    assert disagreements(lru_that_forgets_hits, "LRU")
    assert disagreements(opt_that_looks_back, "OPT")
    assert disagreements(clock_without_bits, "CLOCK")


def test_a_wrong_tie_of_opt_is_caught_by_the_comparison(monkeypatch):
    def youngest_of_the_farthest(memory, now):
        uses = {page: memory._next_use(page, now) for page in memory.slots}
        return max(memory.slots, key=lambda page: (uses[page], memory.loaded[page]))

    monkeypatch.setattr(
        "backend.questions.solvers.page_replacement._Memory._victim", youngest_of_the_farthest
    )
    assert disagreements(replace_pages, "OPT")


@cache
def fewest_faults(frames, references, loaded=frozenset()):
    """The least number of faults that any choice of victims reaches, by trying them all."""
    if not references:
        return 0
    page, later = references[0], references[1:]
    if page in loaded:
        return fewest_faults(frames, later, loaded)
    kept = [loaded] if len(loaded) < frames else [loaded - {victim} for victim in loaded]
    return 1 + min(fewest_faults(frames, later, rest | {page}) for rest in kept)


def test_opt_has_the_fewest_faults_that_are_possible():
    chance = random.Random(408)
    for _ in range(300):
        references = tuple(chance.randrange(5) for _ in range(chance.randint(1, 11)))
        frames = chance.randint(1, 4)
        run = replace_pages(PageTask("OPT", frames, references))
        assert run.faults == fewest_faults(frames, references)


def test_lru_hits_exactly_where_fewer_other_pages_than_frames_came_between():
    """The quick rule of the card os.lru, which needs no simulation at all."""
    for task in random_tasks("LRU"):
        for now, step in enumerate(replace_pages(task).steps):
            before = task.references[:now]
            between = (
                before[len(before) - before[::-1].index(step.page) :]
                if (step.page in before)
                else None
            )
            hit = between is not None and len(set(between)) < task.frames
            assert step.hit == hit


@pytest.mark.parametrize(
    ("algorithm", "frames", "references", "faults"),
    [
        # Silberschatz, Operating System Concepts, 10.4: 15, 12 and 9 faults.
        ("FIFO", 3, TEXTBOOK, 15),
        ("LRU", 3, TEXTBOOK, 12),
        ("OPT", 3, TEXTBOOK, 9),
        # Belady's anomaly on its classic string.
        ("FIFO", 3, BELADY, 9),
        ("FIFO", 4, BELADY, 10),
        ("LRU", 3, BELADY, 10),
        ("LRU", 4, BELADY, 8),
        # k + 1 pages in a loop over k frames: LRU misses every time.
        ("LRU", 3, (1, 2, 3, 4) * 4, 16),
        ("CLOCK", 3, (1, 2, 3, 4), 4),
        ("FIFO", 1, (5, 5, 5), 1),
    ],
)
def test_known_cases_have_their_known_faults(algorithm, frames, references, faults):
    run = replace_pages(PageTask(algorithm, frames, references))
    assert (run.faults, run.hits) == (faults, len(references) - faults)


@pytest.mark.parametrize(
    ("algorithm", "card", "verdict"),
    [("LRU", "os.lru", "缺页 6 次，命中 4 次"), ("FIFO", "os.fifo", "× 为缺页，共 7 次")],
)
def test_the_examples_of_the_cards_come_out_as_the_cards_say(algorithm, card, verdict):
    run = replace_pages(PageTask(algorithm, 3, (1, 2, 3, 1, 4, 1, 2, 5, 1, 2)))
    text = section(card, "例题")
    assert verdict in text
    assert f" {run.faults} 次" in verdict
    assert "结果 " + " ".join("√" if s.hit else "×" for s in run.steps) in text
    assert "淘汰 " + " ".join(str(s.victim or "-") for s in run.steps) in text


tasks = st.builds(
    PageTask,
    st.sampled_from(ALGORITHMS),
    st.integers(1, 8),
    st.lists(st.integers(0, 9), min_size=1, max_size=60).map(tuple),
)


@given(tasks)
def test_a_step_changes_at_most_the_frame_of_its_victim_or_the_next_empty_one(task):
    run = replace_pages(task)
    before = (None,) * task.frames
    for step in run.steps:
        changed = [
            i for i, pair in enumerate(zip(before, step.frames, strict=True)) if len(set(pair)) > 1
        ]
        assert step.page in step.frames
        assert len(changed) == (0 if step.hit else 1)
        if changed:
            assert before[changed[0]] == step.victim
            assert step.victim is not None or changed[0] == before.index(None)
        before = step.frames


@given(tasks, st.integers(1, 4))
def test_more_frames_never_mean_more_faults_for_a_stack_algorithm(task, more):
    for algorithm in ("LRU", "OPT"):
        few = replace_pages(replace(task, algorithm=algorithm))
        many = replace_pages(replace(task, algorithm=algorithm, frames=task.frames + more))
        assert many.faults <= few.faults


@pytest.mark.parametrize(
    ("frames", "length", "refusal"),
    [
        (0, 3, Refusal("frames_out_of_range", "0", MAX_FRAMES)),
        (MAX_FRAMES + 1, 3, Refusal("frames_out_of_range", "65", MAX_FRAMES)),
        (3, MAX_REFERENCES + 1, Refusal("too_many_references", "201", MAX_REFERENCES)),
    ],
)
def test_what_cannot_be_run_is_refused_with_its_reason(frames, length, refusal):
    assert replace_pages(PageTask("LRU", frames, (1,) * length)) == refusal


def test_the_bounds_themselves_can_be_run():
    run = replace_pages(PageTask("OPT", MAX_FRAMES, tuple(range(MAX_REFERENCES))))
    assert isinstance(run, PageRun)
    assert run.faults == MAX_REFERENCES
