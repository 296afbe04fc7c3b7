"""Stored replies and their messages.

python -m tests.golden                        collect the replies anew
python -m tests.golden --accept               take their messages as expected
python -m tests.golden --pictures docs/images draw the typical ones
"""

import sys
from pathlib import Path

from tests.golden.collecting import write_replies
from tests.golden.messages import REPLIES, accept, replies
from tests.golden.pictures import write_pictures

match sys.argv[1:]:
    case []:
        write_replies(REPLIES)
        print(f"{len(replies())} 条回复写在 {REPLIES}")
    case ["--accept"]:
        for file in accept():
            print(file)
    case ["--pictures", folder]:
        for file in write_pictures(Path(folder)):
            print(file)
    case _:
        sys.exit("用法：python -m tests.golden [--accept | --pictures 文件夹]")
