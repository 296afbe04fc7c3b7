"""What holds for every test."""

import signal


def pytest_configure() -> None:
    """Let Control-C reach the processes that tests start.

    A shell that starts the tests in the background has it ignored, which children inherit.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
