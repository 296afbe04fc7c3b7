"""Page replacement questions against the naive simulations, read from the stem alone."""

import random
import re

import pytest

from backend.questions.generators.frame import generate
from backend.questions.generators.page_draws import BELADY_PATTERNS, telling_run
from backend.questions.generators.page_mistakes import mistaken_runs, play, play_clock
from backend.questions.generators.page_replacement import PageReplacement
from backend.questions.generators.page_steps import clock_states
from backend.questions.solvers.page_replacement import PageTask, replace_pages
from tests.unit.questions.generators.checks import check, drafts, questions
from tests.unit.questions.generators.ranks import check_ranks
from tests.unit.questions.test_page_replacement import ORACLES, random_tasks

GENERATOR = PageReplacement()
MODULE = "backend.questions.solvers.page_replacement"


def told(question, more=0):
    """Simulate what the stem describes: hit and victim of each access, and what is left."""
    name = next(name for name in ORACLES if name in question.stem)
    frames = int(re.search(r"(\d+) 个页框", question.stem)[1]) + more
    references = [int(p) for p in re.search(r"\d(?:、\d)+", question.stem)[0].split("、")]
    accesses = ORACLES[name](frames, references)
    held = set()
    for page, (_, victim) in zip(references, accesses, strict=True):
        held = (held - {victim}) | {page}
    return accesses, held, frames


def answer_of(question):
    accesses, held, frames = told(question)
    faults = sum(not hit for hit, _ in accesses)
    stem, total = question.stem, len(accesses)
    if asked := re.search(r"第 (\d+) 次访问", stem):
        return f"页 {accesses[int(asked[1]) - 1][1]}"
    if "留在内存" in stem:
        return "、".join(map(str, sorted(held)))
    if "如何变化" in stem:
        assert f"改为 {frames + 1} 个" in stem
        change = sum(not hit for hit, _ in told(question, more=1)[0]) - faults
        return f"{'减少' if change < 0 else '增加'} {abs(change)} 次" if change else "不变"
    if "缺页率" in stem:
        return f"{faults * 100 / total:g}%"
    if "命中率" in stem:
        return f"{(total - faults) * 100 / total:g}%"
    return f"{faults - frames if '淘汰旧页' in stem else faults} 次"


def test_every_key_is_what_a_naive_simulation_of_the_stem_gives():
    check(GENERATOR, answer_of)


def lru_that_forgets_hits(memory, now):
    return min(memory.slots, key=memory.loaded.__getitem__)


def next_use_from_the_start(memory, page, now):
    return memory.task.references.index(page)


def sweep_without_bits(memory):
    page = memory.slots[memory.hand]
    memory._advance()
    return page


@pytest.mark.parametrize(
    ("place", "bug"),
    [
        ("_Memory._victim", lru_that_forgets_hits),
        ("_Memory._next_use", next_use_from_the_start),
        ("_Memory._sweep", sweep_without_bits),
        ("PageRun.faults", property(lambda run: sum(s.victim is not None for s in run.steps))),
    ],
)
def test_a_bug_planted_in_the_solver_fails_the_check(monkeypatch, place, bug):
    monkeypatch.setattr(f"{MODULE}.{place}", bug)
    with pytest.raises(AssertionError, match=r"gen\.page-replacement"):
        check(GENERATOR, answer_of)


def test_all_algorithms_and_all_forms_are_asked():
    stems = [question.stem for question in questions(GENERATOR)]
    for word in (*ORACLES, "缺页率", "命中率", "被淘汰的是", "淘汰旧页", "留在内存", "如何变化"):
        assert any(word in stem for stem in stems), word


def test_the_rank_of_the_key_gives_nothing_away():
    def kind_of(question):
        name = next(name for name in ORACLES if name in question.stem)
        return name, re.search("[^，。]+？", question.stem)[0]

    assert len(check_ranks(GENERATOR, kind_of)) == 16


def test_a_run_drawn_fits_however_rare_that_is():
    """Once the drawing gave up on a run without a clear eviction."""

    def fits(run):
        return run.faults == 8 and run.task.references[:2] == (7, 3)

    for seed in range(2):
        run = telling_run("OPT", random.Random(seed), (12,), fits)
        assert fits(run)


def test_replacements_of_new_pages_alone_are_counted_as_said():
    seen = 0
    for draft in drafts(GENERATOR):
        for wrong in draft.distractors:
            if "淘汰旧页" in draft.stem and wrong.mistake == "counts-only-new-pages":
                references = re.search(r"\d(?:、\d)+", draft.stem)[0]
                kinds = len(set(references)) - 1
                assert wrong.value == f"{kinds - told(draft)[2]} 次"
                seen += 1
    assert seen


def two_frames_or_more(algorithm, count):
    return [task for task in random_tasks(algorithm, count) if task.frames > 1]


@pytest.mark.parametrize("algorithm", ["FIFO", "LRU", "OPT", "CLOCK"])
def test_a_mistake_that_plays_another_algorithm_gives_what_that_one_gives(algorithm):
    for task in two_frames_or_more(algorithm, 60):
        for name, _, run in mistaken_runs(task):
            other = {"plays-lru": "LRU", "plays-fifo": "FIFO", "plays-opt": "OPT"}.get(name)
            if other:
                seen = [(step.hit, step.victim) for step in run.steps]
                assert seen == ORACLES[other](task.frames, task.references)


def test_without_a_mistake_the_players_agree_with_the_simulations():
    """So that a mistake differs by its rule alone."""
    for task in random_tasks("CLOCK", 100):
        seen = [(s.hit, s.victim) for s in play_clock(task).steps]
        assert seen == ORACLES["CLOCK"](task.frames, task.references)
    for task in random_tasks("LRU", 100):
        run = play(task, lambda past, page: (past.last_use(page), 0))
        assert [(s.hit, s.victim) for s in run.steps] == ORACLES["LRU"](
            task.frames, task.references
        )


def test_the_mistakes_of_a_known_string_have_their_known_faults():
    """Silberschatz, 10.4: FIFO 15, LRU 12, OPT 9 on this string with 3 frames."""
    references = (7, 0, 1, 2, 0, 3, 0, 4, 2, 3, 0, 3, 2, 1, 2, 0, 1, 7, 0, 1)
    faults = {n: r.faults for n, _, r in mistaken_runs(PageTask("LRU", 3, references))}
    assert faults["plays-fifo"] == 15
    assert faults["plays-opt"] == 9
    # Both more typical mistakes stand in the options when they differ from the key.
    assert faults["one-frame-more"] == 8


def test_the_bits_shown_are_those_of_a_turning_ring():
    chance = random.Random(408)
    for _ in range(200):
        frames = chance.randint(2, 4)
        references = tuple(chance.randrange(6) for _ in range(14))
        run = replace_pages(PageTask("CLOCK", frames, references))
        bits, hand = {}, 0
        for step, (shown, at) in zip(run.steps, clock_states(run), strict=True):
            if step.victim is not None:
                while bits[hand]:
                    bits[hand], hand = 0, (hand + 1) % frames
            slot = step.frames.index(step.page)
            if not step.hit:
                assert slot == hand
                hand = (hand + 1) % frames
            bits[slot] = 1
            assert at == hand
            assert shown == tuple(bits.get(i, 0) for i in range(frames))


def test_every_belady_pattern_shows_the_anomaly_with_five_pages():
    for pattern in BELADY_PATTERNS:
        references = [int(mark) for mark in pattern]
        few, more = (
            sum(not hit for hit, _ in ORACLES["FIFO"](frames, references)) for frames in (3, 4)
        )
        assert more > few, pattern
        assert set(references) == set(range(5))
    assert len(set(BELADY_PATTERNS)) == len(BELADY_PATTERNS)


def test_opt_is_never_asked_for_a_victim_that_hangs_on_a_tie():
    asked = [q for q in questions(GENERATOR) if "OPT" in q.stem and "被淘汰的是" in q.stem]
    assert asked
    for question in asked:
        accesses, _, _ = told(question)
        references = [int(p) for p in re.search(r"\d(?:、\d)+", question.stem)[0].split("、")]
        until = int(re.search(r"第 (\d+) 次访问", question.stem)[1])
        held = set()
        for now in range(until):
            _, victim = accesses[now]
            if victim is not None:
                assert len(held - set(references[now:])) <= 1
            held = (held - {victim}) | {references[now]}


def test_no_two_options_have_the_same_reason_but_for_what_they_give():
    for question in questions(GENERATOR):
        reasons = [why.rsplit("，", 1)[0] for why in question.why.values()]
        assert len(set(reasons)) == 4, question.why


def test_the_steps_of_a_clock_question_fit_a_phone():
    for seed in range(200):
        question = generate(GENERATOR, seed)
        for step in question.steps:
            if step.startswith("```"):
                widths = [
                    sum(2 if ord(mark) > 0x2E80 else 1 for mark in line)
                    for line in step.splitlines()
                ]
                assert max(widths) <= 30, step
