from backend.answering.grounding.support import Features, Weights, shipped_weights
from evaluation.citations_fit import Sample, fit, write_weights


def features(clause):
    return Features(0, clause, 0, 0, 1, 0.5, 0.5, 0)


SAMPLES = [Sample(features(i % 10), i % 10 > 6, i // 10) for i in range(100)]


def test_the_fit_tells_apart_what_differs_in_one_feature():
    fitted = fit(SAMPLES)
    assert (fitted.samples, fitted.unsupported) == (100, 30)
    assert fitted.f1 > 0.9
    assert fitted.weights.reject(features(9))
    assert not fitted.weights.reject(features(1))


def test_the_same_samples_give_the_same_weights():
    assert fit(SAMPLES) == fit(SAMPLES)


def test_what_is_written_is_read_again(tmp_path):
    weights = fit(SAMPLES).weights
    write_weights(tmp_path / "weights.json", weights)
    assert Weights.model_validate_json((tmp_path / "weights.json").read_text("utf-8")) == weights


def test_the_shipped_weights_hold_unaccounted_words_against_a_claim():
    weights = shipped_weights()
    assert weights.probability(features(9)) > weights.probability(features(0))
