"""The real recogniser on photos that were drawn and spoilt."""

from backend.answering.pasted import letters
from tests.photos.accuracy import accuracy, measure


async def test_nearly_every_character_of_a_spoilt_photo_is_read():
    scores = await measure()
    assert len(scores) == 16
    assert accuracy(scores) >= 0.98
    assert min(1 - score.errors / score.chars for score in scores) >= 0.9
    with_options = [score for score in scores if letters(score.photo.text)]
    assert len(with_options) == 12
    assert all(letters(score.read) == ("A", "B", "C", "D") for score in with_options)
