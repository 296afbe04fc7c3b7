"""Logging: one line per decision on standard error, ids hashed, no message text by default."""

import hashlib
import secrets
import sys
from collections.abc import Callable

from loguru import logger
from prometheus_client import CollectorRegistry, Counter, Histogram

from plugins.messages import IncomingMessage, Reply

_FORMAT = "{time:YYYY-MM-DD HH:mm:ss.SSS} {level: <7} {message}"
_SALT = secrets.token_bytes(16)
"""New for each process: log lines of one run can be told apart, people cannot be looked up."""

Observer = Callable[[IncomingMessage, Reply, float], None]


def configure_logging(level: str) -> None:
    """Send records of ``level`` and above to standard error."""
    logger.remove()
    logger.add(sys.stderr, level=level, format=_FORMAT, backtrace=False, diagnose=False)


def decision_observer(registry: CollectorRegistry, *, with_text: bool) -> Observer:
    """Return what the router tells of each message: counted, timed and logged."""
    decisions = Counter(
        "assistant408_messages", "Messages handled, by decision", ["decision"], registry=registry
    )
    seconds = Histogram(
        "assistant408_message_seconds",
        "Time to handle one message, in seconds",
        buckets=(0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.3, 1, 3, 10, 30),
        registry=registry,
    )

    def observe(message: IncomingMessage, reply: Reply, elapsed_seconds: float) -> None:
        decisions.labels(reply.decision).inc()
        seconds.observe(elapsed_seconds)
        text = f" text={message.text!r}" if with_text else ""
        logger.info(
            "{} session={} concepts={} aspect={} confidence={:.2f} {:.1f}ms{}",
            reply.decision,
            _hashed(message.session),
            ",".join(reply.concepts) or "-",
            reply.aspect or "-",
            reply.confidence,
            elapsed_seconds * 1000,
            text,
        )

    return observe


def _hashed(identifier: str) -> str:
    return hashlib.blake2b(identifier.encode(), key=_SALT, digest_size=4).hexdigest()
