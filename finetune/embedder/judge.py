"""Is the trained model better? Both rank the cards for the queries that neither was trained on."""

from collections.abc import Sequence
from dataclasses import dataclass

from backend.retrieval.ports import Vectors
from evaluation.measures import DEPTH, Difference, paired_bootstrap
from evaluation.queries import LabelledQuery
from evaluation.retrieval import Row, Run, judged, summary
from finetune.embedder.corpus import Corpus
from finetune.embedder.dense import DenseModel, nearest


@dataclass(frozen=True, slots=True)
class Verdict:
    """Means over the held-back queries before and after, and the paired difference of the MRR.

    ``recommended`` only if the whole 95 % interval of that difference lies above 0: of two models
    that cannot be told apart, the published one is the better choice.
    """

    before: Row
    after: Row
    difference: Difference

    @property
    def recommended(self) -> bool:
        return self.difference.low > 0


def ranked(
    corpus: Corpus, queries: Sequence[LabelledQuery], model: DenseModel, vectors: Vectors
) -> list[Run]:
    """Return what ``model`` alone brings up; ``vectors`` are its own of the corpus."""
    runs: list[Run] = []
    asked = model.encode_queries([query.text for query in queries])
    for query, vector in zip(queries, asked, strict=True):
        best = nearest(vectors, vector)[:DEPTH]
        runs.append(judged(query, [corpus.passages[row] for row in best]))
    return runs


def verdict(before: Sequence[Run], after: Sequence[Run]) -> Verdict:
    """Compare the runs of the same queries in the same order."""
    ranks = [[run.reciprocal_rank for run in runs] for runs in (before, after)]
    return Verdict(summary(before), summary(after), paired_bootstrap(ranks[1], ranks[0]))
