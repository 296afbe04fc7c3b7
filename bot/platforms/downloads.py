"""Loads the pictures that people send from the web addresses that their platforms name.

The address came in a message, so it is not believed: only listed hosts, only public addresses,
only so many bytes and seconds, only pictures.
"""

import asyncio
import re
import ssl
from collections.abc import Callable
from functools import cache, partial
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from socket import AddressFamily
from urllib.parse import urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from config.types import LOOPBACK
from plugins.messages import IncomingPicture, PictureUnavailable

BAD_ADDRESS = "图片的地址不在允许的范围内，没有下载。"
NO_PICTURE = "图片下载不下来（可能已经过期），请重新发一次。"
TOO_SLOW = "图片下载超时了，请稍后重新发一次。"
TOO_LARGE = "图片太大了（上限 {megabytes:g} MB），请压缩或截小一点再发。"
NOT_A_PICTURE = "这个文件不是能识别的图片，请发 JPG、PNG、WEBP、GIF 或 BMP。"

Unlock = Callable[[bytes], bytes]
"""Turns what was loaded into the picture, where a platform encrypts it; ValueError if it cannot."""

_REDIRECTS = (301, 302, 303, 307, 308)
_MOST_REDIRECTS = 3
_TYPES = re.compile(
    r"image/(png|jpe?g|pjpeg|webp|gif|bmp|x-ms-bmp)|application/octet-stream|binary/octet-stream"
)
_MAGIC = re.compile(rb"\x89PNG\r\n\x1a\n|\xff\xd8\xff|GIF8[79]a|BM.{12}|RIFF.{4}WEBP", re.DOTALL)
_NAT64 = IPv6Network("64:ff9b::/96")


def picture_hosts(own: frozenset[str], address: str) -> frozenset[str]:
    """Give a platform's ``own`` hosts, with this machine where the platform is there, too."""
    host = urlsplit(address).hostname or ""
    return own | {host} if host in LOOPBACK else own


class Downloads:
    """Loads pictures from listed hosts."""

    def __init__(
        self,
        hosts: frozenset[str],
        *,
        max_bytes: int = 8 << 20,
        seconds: float = 8.0,
        proxy: str = "",
    ) -> None:
        """``hosts`` may have ``*`` for a name; ``seconds`` is for the whole of a download.

        A loopback host ("127.0.0.1", "::1", "localhost") that is listed may be reached, and by
        http. Through a ``proxy`` it is the proxy that looks names up, so that their addresses
        cannot be checked here.
        """
        self._hosts = re.compile("|".join(map(_pattern, sorted(hosts))))
        self._max_bytes = max_bytes
        self._seconds = seconds
        self._proxy = proxy or None

    def picture(self, url: str, id: str, unlock: Unlock | None = None) -> IncomingPicture:
        """Promise the picture at ``url``; nothing is loaded before it is wanted."""
        return IncomingPicture(id, partial(self.fetch, url, unlock))

    async def fetch(self, url: str, unlock: Unlock | None = None) -> bytes:
        """Load the picture at ``url``; what ``unlock`` makes of it must be one.

        Raises PictureUnavailable, whose sentence never names the address.
        """
        try:
            async with asyncio.timeout(self._seconds):
                loaded = await self._load(url, any_type=unlock is not None)
        except TimeoutError:
            raise PictureUnavailable(TOO_SLOW) from None
        except (aiohttp.ClientError, OSError, ValueError, KeyError):
            raise PictureUnavailable(NO_PICTURE) from None
        try:
            data = loaded if unlock is None else unlock(loaded)
        except ValueError:
            raise PictureUnavailable(NO_PICTURE) from None
        if not _MAGIC.match(data):
            raise PictureUnavailable(NOT_A_PICTURE)
        return data

    async def _load(self, url: str, *, any_type: bool) -> bytes:
        connector = aiohttp.TCPConnector(
            resolver=None if self._proxy else _PublicOnly(), use_dns_cache=False, ssl=_tls()
        )
        # Compressed answers could be bombs: pictures are sent as they are.
        async with aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"Accept": "image/*", "Accept-Encoding": "identity"},
            auto_decompress=False,
        ) as session:
            at = URL(url)
            for _ in range(_MOST_REDIRECTS + 1):
                self._require_allowed(at)
                async with session.get(at, allow_redirects=False, proxy=self._proxy) as answer:
                    if answer.status not in _REDIRECTS:
                        return await self._read(answer, any_type=any_type)
                    at = at.join(URL(answer.headers["Location"]))
        raise PictureUnavailable(NO_PICTURE)

    def _require_allowed(self, url: URL) -> None:
        host = (url.host or "").lower().rstrip(".")
        if not self._hosts.fullmatch(host) or url.user is not None:
            raise PictureUnavailable(BAD_ADDRESS)
        if host in LOOPBACK:
            if url.scheme not in ("http", "https"):
                raise PictureUnavailable(BAD_ADDRESS)
        elif url.scheme != "https" or _is_private_literal(host):
            raise PictureUnavailable(BAD_ADDRESS)

    async def _read(self, answer: aiohttp.ClientResponse, *, any_type: bool) -> bytes:
        if answer.status != 200:
            raise PictureUnavailable(NO_PICTURE)
        if not any_type and not _TYPES.fullmatch(answer.content_type):
            raise PictureUnavailable(NOT_A_PICTURE)
        data = bytearray()
        async for chunk in answer.content.iter_any():
            data += chunk
            if len(data) > self._max_bytes:
                megabytes = self._max_bytes / (1 << 20)
                raise PictureUnavailable(TOO_LARGE.format(megabytes=round(megabytes, 2)))
        return bytes(data)


@cache
def _tls() -> ssl.SSLContext:
    """QQ's picture host offers key exchanges by RSA alone, which Python's default leaves out."""
    context = ssl.create_default_context()
    context.set_ciphers("DEFAULT:!aNULL:!eNULL:!MD5:!3DES")
    return context


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the open internet, also where it wraps an IPv4 one."""
    ip = ip_address(address)
    inner = _wrapped(ip)
    if inner is not None:
        return is_public(str(inner))
    return ip.is_global and not ip.is_multicast


def _wrapped(ip: IPv4Address | IPv6Address) -> IPv4Address | None:
    if isinstance(ip, IPv4Address):
        return None
    if ip in _NAT64:
        return IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)


def _is_private_literal(host: str) -> bool:
    try:
        return not is_public(host)
    except ValueError:
        return False


def _pattern(host: str) -> str:
    """Turn a listed host into a regular expression: ``*`` is one name, in front also several."""
    names = ["[^.]+" if name == "*" else re.escape(name) for name in host.split(".")]
    if names[0] == "[^.]+":
        names[0] = ".+"
    return r"\.".join(names)


class _PublicOnly(AbstractResolver):
    """Looks names up; those that lead into our own network are not found.

    The connection goes to the addresses that were checked, so a second look-up cannot differ.
    """

    def __init__(self) -> None:
        self._resolver = aiohttp.ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: AddressFamily = AddressFamily.AF_INET
    ) -> list[ResolveResult]:
        found = await self._resolver.resolve(host, port, family)
        allowed = [each for each in found if host in LOOPBACK or is_public(each["host"])]
        if not allowed:
            raise PictureUnavailable(BAD_ADDRESS)
        return allowed

    async def close(self) -> None:
        await self._resolver.close()
