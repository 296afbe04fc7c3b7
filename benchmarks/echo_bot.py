"""The yardstick: the smallest NoneBot that echoes OneBot v11 messages, on the bot's driver.

    python -m benchmarks.echo_bot PORT

NoneBot's own lines below WARNING are off, as they are in the bot: they would slow the yardstick.
"""

import os
import sys

import nonebot
from nonebot.adapters.onebot.v11 import Adapter, Bot, MessageEvent


async def echo(bot: Bot, event: MessageEvent) -> None:
    await bot.send(event, event.message)


def main(port: int) -> None:
    nonebot.init(
        _env_file=(os.devnull,),
        driver="~fastapi+~aiohttp",
        host="127.0.0.1",
        port=port,
        log_level="WARNING",
    )
    nonebot.get_driver().register_adapter(Adapter)
    nonebot.on_message(handlers=[echo])
    nonebot.run(access_log=False, log_level="warning")


if __name__ == "__main__":
    main(int(sys.argv[1]))
