"""``python -m bot serve``, which here may load pictures from this machine as well."""

from functools import partial

from bot.__main__ import serve
from bot.platforms.onebot import platform

LOCAL = platform.PICTURE_HOSTS | {"127.0.0.1"}

if __name__ == "__main__":
    platform.OneBotOptions = partial(platform.OneBotOptions, picture_hosts=LOCAL)
    serve()
