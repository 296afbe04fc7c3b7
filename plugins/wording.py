"""What the router itself has to say."""

SLOW_DOWN_USER = "问得太快啦，歇一分钟再问我吧。"
SLOW_DOWN_GROUP = "群里问题有点多，我先缓一缓，一分钟后再 @ 我。"
BUSY = "现在提问的人太多，这条我没能排上，请过一会儿再问一次。"
TOO_SLOW = "这个问题我想太久了，请再问一次；要是还不行，换个说法试试。"
FAILED = "我这边出了点问题，这条没能答上来，请稍后再试。"
NOTHING = "这条我不会处理。发“帮助”看看我能做什么。"

# To the operator, in the log.
LOG_TIMED_OUT = "一条消息处理超过 {} 秒，已放弃"
LOG_FAILED = "一条消息处理失败"
LOG_NO_PROGRESS = "边写边显示没有成功，继续写完再发"
LOG_NOT_NOTED = "随回复的一件小事没有办成"
SEPARATOR = "\n\n————\n\n"
