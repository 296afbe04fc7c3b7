"""What the official account says of itself."""

WELCOME = (
    "你好，我是 408 考研助手。直接发问题就行，例如：\n"
    "· 什么是死锁\n· TCP 和 UDP 有什么区别\n· /练 操作系统\n发“/帮助”看全部功能。"
)
READS = "我现在能看懂文字、图片和带识别结果的语音，这一种还看不懂，请用文字说。"
NOT_HEARD = "这段语音没有识别出文字，请打字告诉我。"
THINKING = "正在想，回复 1 获取答案。"
THINKING_AND_SENDS = "正在想，想好了就发给你；一直没收到就回复 1。"
STILL_THINKING = "还在想，过几秒再回复 1。"
FAILED = "这条没有处理好，请再发一次。"
RESTARTING = "我正在重启，请过一会儿再发一次。"

TOO_LATE = "答案放了 10 分钟没有来取"
DROPPED = "等着来取的答案太多，这一条不再保留"
DROPPED_NOTE = "（再早的一个答案没来取，不再保留）"


def piece_note(number: int, total: int, word: str = "", *, follows: bool = False) -> str:
    """Say which part this is; ``word`` gets the next one, which may also follow by itself."""
    more = ""
    if word and number < total:
        more = f"，其余接着发，没收全就回复 {word}" if follows else f"，回复 {word} 继续看"
    return f"（第 {number}/{total} 段{more}）"


def kept_note(*, ready: bool, word: str) -> str:
    """Say that there is another answer."""
    if ready:
        return f"（之前还有没看的答案，回复 {word} 看）"
    return f"（之前那个问题还在想，回复 {word} 获取）"
