"""The event loop; apart from the web server, whose import the terminal need not pay."""

import asyncio
from collections.abc import Callable


def loop_factory() -> Callable[[], asyncio.AbstractEventLoop]:
    """Give the fastest event loop there is, for ``asyncio.Runner``."""
    try:
        import uvloop
    except ImportError:  # not on Windows
        return asyncio.new_event_loop
    return uvloop.new_event_loop
