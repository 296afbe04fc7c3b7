"""What is said about a photo: the question that was read in it, or why none was."""

from backend.photos.ports import Page, Problem

HEAD = "识别到的题目（不对就改一下发给我）："
_MORE_PICTURES = "（一次只看一张图，其余 {} 张请分开发。）"
_MORE_QUESTIONS = "（图里有 {} 道题，先答第一道，其余的请分别截图。）"
_BLURRED = "（图不太清楚，可能有认错的字，请先核对数字和选项。）"
_SURE = 0.965
"""Photos that were read less surely had wrong characters; see ``backend.photos.photos``."""
_NOT_READ: dict[Problem, str] = {
    "busy": "现在发照片的人太多，这张没能排上，请过一会儿再发，或把题目打成文字发给我。",
    "too_slow": "这张照片太久没认出来，请裁剪到只剩一道题再发，或把题目打成文字发给我。",
    "too_large": "照片文件太大了，请截图或压缩以后再发。",
    "too_many_pixels": "照片的像素太多了，请裁剪到只剩一道题再发。",
    "too_small": "图片太小，看不清字，请发一张大一点、清楚一点的。",
    "broken": "这张图片打不开，可能没有传完整，请重新发一次。",
    "nothing": "没有在图里认出题目。请对着一道题拍正、拍清楚，光线足一些，或把题目打成文字发给我。",
    "not_installed": "我这里读不了照片，请把题目打成文字发给我。",
    "failed": "这张照片没有读成，请重新发一次，或把题目打成文字发给我。",
}


def not_read_text(problem: Problem) -> str:
    """Say why a photo was not read, and what to do."""
    return _NOT_READ[problem]


def recognised_text(page: Page, pictures: int) -> str:
    """Show the question that was read so that it can be copied and mended.

    Each line is code: what is in a photo is data, and no mention or markup. (Not a block of code,
    which is shown as a picture when its lines are long, and then cannot be copied.)
    """
    lines = (line.replace("`", "'").strip() for line in page.text.split("\n"))
    parts = [HEAD, "\n".join(f"`{line}`" for line in lines if line)]
    if page.sureness < _SURE:
        parts.append(_BLURRED)
    if page.questions > 1:
        parts.append(_MORE_QUESTIONS.format(page.questions))
    if pictures > 1:
        parts.append(_MORE_PICTURES.format(pictures - 1))
    return "\n\n".join(parts)
