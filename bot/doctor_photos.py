"""The check of photos: a small picture is drawn and read, in the process that reads people's."""

import io

from backend.photos.ports import PhotoNotRead
from backend.photos.rapid import RapidOcr, is_installed
from bot.doctor_findings import Finding, ok, warning
from config.settings import Settings

ADVICE = "pip install -r requirements/photos.txt（不用拍照搜题可以不管）。"
_SAMPLE = "408"


async def photos(settings: Settings) -> Finding:
    """Whether questions in photos can be read."""
    if not settings.photos.enabled:
        return ok("已关闭（ASSISTANT408_PHOTOS__ENABLED=false）")
    if not is_installed():
        return warning("没有安装识别文字的包，收到照片会请人打字", ADVICE)
    ocr = RapidOcr(seconds=settings.photos.deadline_seconds)
    try:
        found = await ocr.fragments(sample())
    except PhotoNotRead as error:
        return warning(f"认不出试读的图片（{error}），收到照片会请人打字", ADVICE)
    finally:
        await ocr.aclose()
    if not any(_SAMPLE in fragment.text for fragment in found):
        return warning("试读的图片认错了，照片里的题目可能读不准", ADVICE)
    return ok("试读成功")


def sample() -> bytes:
    """Draw a picture with a few digits in it."""
    from PIL import Image, ImageDraw, ImageFont

    image = Image.new("RGB", (400, 120), "white")
    font = ImageFont.load_default(60)
    ImageDraw.Draw(image).text((60, 20), f"{_SAMPLE} {_SAMPLE}", fill="black", font=font)
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()
