"""What stands on a page or a screen and belongs to no question."""

import re

_FURNITURE = re.compile(
    r"""
      (\d{1,2}[:：]\d{2}\s*)?中国(移动|联通|电信|广电).{0,12}
    | [(（\[【]?(单选|多选|选择|判断)题?[)）\]】]?\s*\d{1,4}\s*[/／]\s*\d{1,4}
    | (上一题|下一题|上一页|下一页|答题卡|收藏|已收藏|纠错|交卷|提交(答案)?|查看(答案|解析)|笔记
       |返回|设置|分享|评论|点赞|下载|关闭|更多|取消|确定|错题本?|单选题?|多选题?|背题(模式)?
       |答题(模式)?|倒计时|剩余时间|首页|我的|保存|重做|搜题|拍照|编辑|翻译|[\s·|/、>＞<＜…]){1,40}
    | .{0,8}(https?://|www\.)\S+.{0,8}
    | .{0,4}(微信)?公众号\s*[:：].{1,20}
    | @\S{1,20}
    | (扫描全能王|CamScanner|由.{1,12}扫描创建|3亿人都在用的扫描App).{0,12}
    | [\s\-—–_=.·•。,，、|~*]+
    """,
    re.VERBOSE,
)
_MARGIN = re.compile(
    r"""
      [-—–·\s]*第?\s*\d{1,4}\s*页?\s*[/／,，]?\s*(共\s*\d{1,4}\s*页)?[-—–·\s]*(?<=[页\-—–·])
    | \d{1,4}\s*[/／]\s*\d{1,4}
    | \d{1,2}[:：]\d{2}([:：]\d{2})?
    | (\d{1,2}[:：]\d{2})?[\s|·]*([345]G|4G\+|HD|WLAN|Wi-?Fi|\d{1,3}\s?%|[\d.]+\s?[KM]B/s|\s)+
    | [\s·|/xX×✕]+
    """,
    re.VERBOSE,
)
_KIND = re.compile(
    r"^\s*[\[【(（]?\s*(单项选择题?|单选题?|多选题?|选择题|综合应用题|应用题|真题|模拟题)\s*[\]】)）]?\s*[:：.、]?\s*"
)
_POINTS = re.compile(r"[(（\[【]\s*(本[小大]?题)?\s*\d{1,2}(\.\d)?\s*分\s*[)）\]】]")


def is_furniture(line: str) -> bool:
    """Whether a whole line is a button, a watermark, an address or the like."""
    return _FURNITURE.fullmatch(line.strip()) is not None


def is_margin(line: str) -> bool:
    """Whether a whole line may be a page number or a status bar, where it stands at an edge.

    Inside a question the same stands for a number that was wrapped: 命中率为 / 100%.
    """
    return _MARGIN.fullmatch(line.strip()) is not None


def without_labels(text: str) -> str:
    """Drop what tells the kind of a question and its points: 【单选】, （2 分）."""
    return _KIND.sub("", _POINTS.sub("", text)).strip()
