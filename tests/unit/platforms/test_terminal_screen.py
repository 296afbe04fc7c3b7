"""The terminal with a person at it: a real pseudo-terminal around a real process."""

import codecs
import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PROGRAM = """
import asyncio, sys
from bot.platforms.terminal import run_chat
from tests.unit.platforms.answerers import EchoAnswerer
asyncio.run(run_chat(EchoAnswerer({seconds}), stream_in=sys.stdin.buffer,
                     stream_out=sys.stdout.buffer, interactive=True))
print("LEFT")
"""


class Screen:
    """A process behind a pseudo-terminal."""

    def __init__(self, seconds: float = 0.0) -> None:
        self.master, slave = pty.openpty()
        self.process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM.format(seconds=seconds)],
            cwd=ROOT,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
            env=os.environ | {"TERM": "xterm", "COLUMNS": "100", "PYTHONPATH": str(ROOT)},
            preexec_fn=_own_terminal,
        )
        os.close(slave)
        self.seen = ""
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def type(self, text: str) -> None:
        os.write(self.master, text.encode())

    def wait_for(self, text: str, seconds: float = 20.0) -> None:
        """Read the screen until ``text`` has appeared after what was waited for before."""
        deadline = time.monotonic() + seconds
        while text not in self.seen:
            remaining = deadline - time.monotonic()
            assert remaining > 0, f"{text!r} never appeared in {self.seen!r}"
            if select.select([self.master], [], [], remaining)[0]:
                self.seen += _plain(self._decoder.decode(os.read(self.master, 65536)))
        self.seen = self.seen.split(text, 1)[1]

    def end(self) -> int:
        """Wait for the process to end by itself and give its exit code."""
        self.wait_for("LEFT")
        return self.process.wait(10)


def _own_terminal() -> None:
    import fcntl
    import termios

    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def _plain(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", text)


@pytest.fixture
def screen():
    shown = Screen()
    yield shown
    shown.process.kill()
    shown.process.wait()
    os.close(shown.master)


def test_a_question_is_answered_drawn_and_sourced(screen):
    screen.wait_for("什么是死锁")
    screen.wait_for("> ")
    screen.type("什么是 vector<int>\r")
    screen.wait_for("问：什么是 vector<int>")
    screen.wait_for("依据：死锁（OS0201）")
    screen.wait_for("> ")
    screen.type("退出\r")
    screen.wait_for("再见")
    assert screen.end() == 0


@pytest.mark.parametrize("typed", ["exit\r", "\x04"])
def test_exit_and_control_d_leave(screen, typed):
    for blank in ("\r", "   \r"):
        screen.wait_for("> ")
        screen.type(blank)
    screen.wait_for("> ")  # between two prompts the terminal itself would take a Control-D
    screen.type(typed)
    screen.wait_for("再见")
    assert screen.end() == 0


def test_control_c_leaves_at_the_prompt(screen):
    screen.wait_for("> ")
    screen.type("半句")
    screen.wait_for("半句")
    screen.type("\x03")
    screen.wait_for("再见")
    assert screen.end() == 0


def test_control_c_leaves_while_waiting_for_an_answer():
    screen = Screen(seconds=30)
    try:
        screen.wait_for("> ")
        screen.type("TCP\r")
        screen.wait_for("正在想")
        os.killpg(screen.process.pid, signal.SIGINT)
        screen.wait_for("再见")
        assert screen.end() == 0
    finally:
        screen.process.kill()
        screen.process.wait()
        os.close(screen.master)
