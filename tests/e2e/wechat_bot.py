"""``python -m bot serve`` beside an official account on loopback; for tests."""

from tests.e2e.wechat_server import APP_ID, number

TOKEN = "e2eToken408"
LONG = "/导出我的数据"


def settings(data_dir, **more):
    given = {
        "DATA_DIR": str(data_dir),
        "PLATFORMS": "wechat",
        "HTTP__PORT": "0",
        "WECHAT__TOKEN": TOKEN,
        "WECHAT__APP_ID": APP_ID,
        "LIMITS__USER_PER_MINUTE": "1000",
    } | more
    return {f"ASSISTANT408_{name}": value for name, value in given.items()}


async def with_a_long_answer(account, person):
    """Let a person have so much on record that it takes more than one message to say it."""
    await account.text("/练", person)
    await account.text("A", person)
    return LONG


def in_plain(account, person, words):
    """The fields of a text as they stand between the tags of the compatible mode."""
    return account.xml(person, MsgType="text", MsgId=str(number()), Content=words)[5:-6]
