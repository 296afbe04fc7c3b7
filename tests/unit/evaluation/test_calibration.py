import pytest

from backend.answering.answerer import Answerer
from backend.answering.context import Context
from backend.answering.decision import Calibration, evidence, probability, read_calibration
from backend.answering.understanding import Understander
from evaluation.calibration import collect, describe, fit
from evaluation.dataset import DatasetInvalid, load_messages
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
