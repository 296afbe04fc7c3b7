import pytest

from backend.answering.grounding.passage import read
from backend.answering.grounding.wording import Wording

SOURCE = read("失序或出错的帧一律丢弃，并重发对最后一个按序帧的确认。")


@pytest.fixture(scope="module")
def wording():
    return Wording(["浮点", "尾数"])


def novelty(wording, text, known=SOURCE):
    return wording.words(read(text).text).novelty(known)


def test_the_words_of_the_source_are_accounted_for(wording):
    assert novelty(wording, "失序或出错的帧一律丢弃") == 0


def test_a_synonym_is_nearly_as_good(wording):
    assert novelty(wording, "出错的帧一律扔掉") < 1


def test_everyday_words_need_no_source(wording):
    assert novelty(wording, "也就是说，但是因为所以") == 0


def test_words_of_another_subject_are_new(wording):
    assert novelty(wording, "浮点尾数需要右规") > 3


def test_a_part_of_the_text_can_be_weighed_alone(wording):
    words = wording.words("失序的帧,浮点尾数右规")
    assert words.novelty(SOURCE, 0, 4) == 0
    assert words.novelty(SOURCE, 5) == words.novelty(SOURCE)


def test_words_of_the_subjects_that_the_source_lacks_are_counted_apart(wording):
    assert wording.words("需要右规").technical_novelty(SOURCE) == 0
    assert wording.words("浮点尾数需要右规").technical_novelty(SOURCE) > 2
