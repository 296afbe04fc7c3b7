"""What the doctor says of photos."""

import pytest

from bot import doctor_photos
from bot.doctor_photos import photos, sample
from config.settings import Photos, Settings


@pytest.fixture
def settings(tmp_path):
    return Settings(data_dir=tmp_path, photos=Photos(deadline_seconds=100))


async def test_a_picture_is_really_read(settings):
    assert (await photos(settings)).state == "ok"


async def test_a_recogniser_that_reads_wrongly_is_noticed(settings, monkeypatch):
    monkeypatch.setattr(doctor_photos, "_SAMPLE", "777")
    drawn = sample()
    monkeypatch.setattr(doctor_photos, "sample", lambda: drawn)
    monkeypatch.setattr(doctor_photos, "_SAMPLE", "408")
    finding = await photos(settings)
    assert finding.state == "warning"
    assert "认错" in finding.found


async def test_what_is_not_installed_is_said_with_what_to_do(settings, monkeypatch):
    monkeypatch.setattr(doctor_photos, "is_installed", lambda: False)
    finding = await photos(settings)
    assert finding.state == "warning"
    assert "requirements/photos.txt" in finding.advice


async def test_a_picture_that_cannot_be_read_is_a_warning(settings, monkeypatch):
    monkeypatch.setattr(doctor_photos, "sample", lambda: b"no picture")
    finding = await photos(settings)
    assert finding.state == "warning"
    assert finding.advice


async def test_photos_that_are_switched_off_are_fine(settings):
    off = settings.model_copy(update={"photos": Photos(enabled=False)})
    assert "已关闭" in (await photos(off)).found
