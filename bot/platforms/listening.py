"""Claims the address that the server will listen on, before anything slow is started."""

import contextlib
import errno
import os
import socket

_BACKLOG = 128


class PortUnavailable(Exception):
    """The server cannot listen where it should; ``str`` is one Chinese sentence."""


def claim(host: str, port: int) -> socket.socket:
    """Listen on ``host``:``port`` (0: any free port) or raise PortUnavailable.

    Listening, not merely binding: two processes that only bound would both believe they had it.
    Connections wait in the backlog until the server accepts them.
    """
    family, kind, protocol, address = _resolve(host, port)
    listener = socket.socket(family, kind, protocol)
    try:
        if os.name == "posix":  # elsewhere the option would let a second process steal the port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        raise PortUnavailable(_sentence(error, host, port)) from error
    listener.setblocking(False)
    return listener


def port_of(listener: socket.socket) -> int:
    """Give the port that was claimed."""
    return int(listener.getsockname()[1])


def display_host(host: str) -> str:
    """Write ``host`` as it stands in an address."""
    return f"[{host}]" if ":" in host else host


def _resolve(host: str, port: int) -> tuple[int, int, int, tuple[object, ...]]:
    with contextlib.suppress(OSError, UnicodeError):
        found = socket.getaddrinfo(
            host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
        # Without a host both families are offered; IPv4 is what people mean.
        found.sort(key=lambda entry: entry[0] != socket.AF_INET)
        family, kind, protocol, _, address = found[0]
        return family, kind, protocol, address
    raise PortUnavailable(f"监听地址 {host!r} 解析不了，请检查 ASSISTANT408_HTTP__HOST。")


def _sentence(error: OSError, host: str, port: int) -> str:
    where = f"{display_host(host)}:{port}"
    match error.errno:
        case errno.EADDRINUSE:
            return (
                f"端口 {port} 已被占用：请停掉占用 {where} 的程序，"
                "或用 ASSISTANT408_HTTP__PORT 换一个端口。"
            )
        case errno.EACCES:
            return f"没有权限监听 {where}，请用 ASSISTANT408_HTTP__PORT 换一个 1024 以上的端口。"
        case errno.EADDRNOTAVAIL:
            return f"监听地址 {host} 不属于这台机器，请检查 ASSISTANT408_HTTP__HOST。"
        case _:
            return f"监听不了 {where}：{error.strerror or error}。"
