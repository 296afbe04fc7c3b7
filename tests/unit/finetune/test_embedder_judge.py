"""When a trained model is recommended."""

from backend.retrieval.passages import make_passage
from evaluation.queries import LabelledQuery, parse_label
from evaluation.retrieval import judged
from finetune.embedder.judge import verdict

RIGHT, WRONG = (make_passage("文", "", i, "全文", i, i) for i in ("os.lru", "os.fifo"))


def runs(*ranks):
    """Give a run for each rank at which the right passage came; 0 is nowhere."""
    made = []
    for number, rank in enumerate(ranks):
        query = LabelledQuery(f"q{number}", "test", "问", (parse_label("os.lru"),), "", number)
        found = [WRONG] * (rank - 1) + [RIGHT] if rank else [WRONG] * 10
        made.append(judged(query, found))
    return made


def test_a_model_that_is_better_on_most_queries_is_recommended():
    found = verdict(runs(*[2] * 20), runs(*[1] * 18, 2, 3))
    assert found.recommended
    assert found.before.mrr == 0.5
    assert found.after.mrr > 0.9


def test_the_same_model_is_not_recommended():
    found = verdict(runs(1, 2, 0, 3), runs(1, 2, 0, 3))
    assert found.difference.mean == 0
    assert not found.recommended


def test_a_worse_model_is_not_recommended():
    assert not verdict(runs(*[1] * 20), runs(*[2] * 20)).recommended


def test_a_mean_that_is_higher_by_chance_is_not_recommended():
    found = verdict(runs(2, 1, 2, 1, 2, 2), runs(1, 2, 1, 2, 1, 1))
    assert found.difference.mean > 0
    assert found.difference.low <= 0
    assert not found.recommended
