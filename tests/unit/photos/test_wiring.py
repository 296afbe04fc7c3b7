"""What the bot gives to that which reads photos."""

from backend.photos.correcting import Corrector
from backend.questions.bank import load_bank
from bot import wiring_photos
from bot.health import Health
from config.settings import Settings
from tests.unit.knowledge.shipped import shipped_library
from tests.unit.knowledge.small_library import SHIPPED


async def test_the_corrector_is_told_every_question_of_the_bank(tmp_path, monkeypatch):
    told: list[str] = []

    def corrector_of(library, questions=()):
        told.extend(question.id for question in questions)
        return Corrector([])

    monkeypatch.setattr(wiring_photos, "corrector_of", corrector_of)
    settings = Settings(data_dir=tmp_path, content_dir=SHIPPED)
    library = shipped_library()
    bank = load_bank(SHIPPED, library)
    async with wiring_photos.open_photos(settings, library, bank, Health()) as photos:
        assert photos is not None
    assert sorted(told) == sorted(bank.written)
