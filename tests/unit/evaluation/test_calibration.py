import json

import pytest

from backend.answering.answerer import Answerer
from backend.answering.context import Context
from backend.answering.decision import Calibration, evidence, probability, read_calibration
from backend.answering.understanding import Understander
from evaluation.calibration import collect, describe, fit, mean_cost, write_fitted
from evaluation.dataset import DatasetInvalid, load_messages
from evaluation.gate import FEATURES, ablation
from kb_builder.passages_from_cards import card_passages
from tests.fakes import FakeSearch
from tests.unit.knowledge.shipped import shipped_library


@pytest.fixture(scope="module")
def answerer():
    passages = [p for _, found in card_passages(shipped_library()) for p in found]
    return Answerer(shipped_library(), FakeSearch(passages), Calibration())


async def test_what_is_fitted_is_usable_and_survives_its_way_through_json(answerer):
    cases = await collect(answerer, [m for m in load_messages() if m.split == "dev"][:200])
    fitted = fit(cases)
    assert 0 < fitted.ask_back_line <= fitted.answer_line < 1
    assert read_calibration(describe(fitted)) == fitted
    reading = Understander(shipped_library()).understand("死锁", Context())
    sure = probability(fitted, evidence(reading, None, "os.deadlock"))
    assert fitted.step(sure) == "answer"


async def test_too_few_messages_to_fit_have_their_sentence(answerer):
    cases = await collect(answerer, load_messages()[:2])
    with pytest.raises(DatasetInvalid, match="太少"):
        fit(cases)


def test_each_embedder_keeps_a_calibration_of_its_own_in_the_file(tmp_path):
    path = tmp_path / "calibration.json"
    path.write_text('{"linked": {"bias": 1}, "answer_line": 0.8}', "utf-8")  # the older form
    one, other = Calibration(answer_line=0.8), Calibration(answer_line=0.9)
    write_fitted(path, "lsa", one)
    shown = write_fitted(path, "bge:small", other)
    assert json.loads(shown) == describe(other)
    assert json.loads(path.read_text("utf-8")) == {
        "lsa": describe(one),
        "bge:small": describe(other),
    }
    write_fitted(path, "lsa", other)
    assert json.loads(path.read_text("utf-8"))["lsa"] == describe(other)


async def test_a_decision_on_held_back_messages_has_its_price(answerer):
    cases = await collect(answerer, [m for m in load_messages() if m.split == "dev"][:200])
    fitted = fit(cases)
    always = fitted.model_copy(update={"ask_back_line": 0.0, "answer_line": 0.0})
    assert 0 < mean_cost(fitted, cases) < mean_cost(always, cases)


async def test_sets_of_features_are_fitted_on_one_half_and_judged_on_the_other(answerer):
    messages = load_messages()
    dev, test = ([m for m in messages if m.split == s] for s in ("dev", "test"))
    rows = await ablation(lambda _: answerer, dev, test[:30])
    assert [row.features for row in rows] == list(FEATURES)
    judged = sum(m.decision != "command" for m in test[:30])
    assert {row.total for row in rows} == {judged}
    assert all(row.right <= row.decision <= row.total for row in rows)
