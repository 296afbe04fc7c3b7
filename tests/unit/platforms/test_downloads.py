"""Pictures are loaded from listed, public hosts only, over real sockets."""

import asyncio
import datetime
import ssl
import struct

import pytest
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from bot.platforms import downloads
from bot.platforms.downloads import Downloads, is_public
from bot.platforms.wecom import media
from plugins.messages import PictureUnavailable

PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)
LOOPBACK = frozenset({"127.0.0.1"})
MAGIC = {
    "image/png": PNG,
    "image/jpeg": b"\xff\xd8\xff\xe0" + bytes(20),
    "image/gif": b"GIF89a" + bytes(20),
    "image/bmp": b"BM" + bytes(20),
    "image/webp": b"RIFF\0\0\0\0WEBP" + bytes(20),
    "application/octet-stream": PNG,
}


class Host:
    """A web server on loopback; ``asked`` are the paths that it was asked for."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.asked: list[str] = []
        self.headers: list[dict[str, str]] = []


@pytest.fixture
async def host():
    app = web.Application()
    runner = web.AppRunner(app)
    never = asyncio.Event()

    async def handle(request: web.Request) -> web.StreamResponse:
        return await answer(request, found, never)

    app.router.add_route("*", "/{path:.*}", handle)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    found = Host(runner.addresses[0][1])
    yield found
    never.set()
    await runner.cleanup()


async def answer(request: web.Request, host: Host, never: asyncio.Event) -> web.StreamResponse:
    host.asked.append(request.path_qs)
    host.headers.append({name.lower(): value for name, value in request.headers.items()})
    match request.path.strip("/").split("/"):
        case ["to"]:
            return web.Response(status=302, headers={"Location": request.query["url"]})
        case ["nowhere"]:
            return web.Response(status=302)
        case ["hops", left]:
            where = "/png" if left == "0" else f"/hops/{int(left) - 1}"
            return web.Response(status=307, headers={"Location": where})
        case ["typed"]:
            body = bytes.fromhex(request.query["hex"])
            return web.Response(body=body, content_type=request.query["type"])
        case ["endless"]:
            streamed = web.StreamResponse(headers={"Content-Type": "image/png"})
            await streamed.prepare(request)
            await streamed.write(PNG)
            while not never.is_set():
                await streamed.write(bytes(65536))
                await asyncio.sleep(0)
            return streamed
        case ["slow"]:
            streamed = web.StreamResponse(headers={"Content-Type": "image/png"})
            await streamed.prepare(request)
            await streamed.write(PNG)
            await never.wait()
            return streamed
        case ["png"]:
            return web.Response(body=PNG, content_type="image/png")
        case _:
            return web.Response(status=404, text="<html>gone</html>")


async def refused(fetching) -> str:
    with pytest.raises(PictureUnavailable) as raised:
        await fetching
    return str(raised.value)


async def test_a_picture_comes_as_it_is_and_without_cookies_or_compression(host):
    picture = Downloads(LOOPBACK).picture(f"{host.url}/png", "p1")
    assert picture.id == "p1"
    assert host.asked == []
    assert await picture.fetch() == PNG
    assert await picture.fetch() == PNG
    assert "cookie" not in host.headers[1]
    assert host.headers[1]["accept-encoding"] == "identity"


@pytest.mark.parametrize("kind", MAGIC)
async def test_each_kind_of_picture_is_taken(host, kind):
    url = f"{host.url}/typed?type={kind}&hex={MAGIC[kind].hex()}"
    assert await Downloads(LOOPBACK).fetch(url) == MAGIC[kind]


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("text/html", PNG),
        ("image/svg+xml", b"<svg/>" + bytes(20)),
        ("image/png", b"<!DOCTYPE html><html>"),
        ("image/png", b""),
        ("application/octet-stream", b"%PDF-1.7" + bytes(20)),
    ],
)
async def test_what_is_no_picture_is_refused(host, kind, body):
    url = f"{host.url}/typed?type={kind}&hex={body.hex()}"
    assert await refused(Downloads(LOOPBACK).fetch(url)) == downloads.NOT_A_PICTURE


@pytest.mark.parametrize(
    "url",
    [
        "https://elsewhere.example/a.png",
        "http://cdn.example/a.png",
        "https://cdn.example.evil.example/a.png",
        "https://notcdn.example/a.png",
        "https://user:pass@cdn.example/a.png",
        "https://x.cdn.example/a.png",
        "ftp://127.0.0.1/a.png",
        "file:///etc/passwd",
        "//cdn.example/a.png",
        "https://127.0.0.2/a.png",
        "https://[::1]/a.png",
        "https://10.0.0.8/a.png",
        "https://pictures.example/a.png",
        "",
    ],
)
async def test_what_is_not_listed_is_never_asked(url, monkeypatch):
    looked_up = []
    monkeypatch.setattr("socket.getaddrinfo", lambda *a, **k: looked_up.append(a))
    hosts = frozenset({"cdn.example", "*.pictures.example", "127.0.0.1", "10.0.0.8"})
    assert await refused(Downloads(hosts).fetch(url)) == downloads.BAD_ADDRESS
    assert looked_up == []


@pytest.mark.parametrize(
    ("host", "listed"),
    [
        ("ww-aibot-img-1258476243.cos.ap-guangzhou.myqcloud.com", True),
        ("ww-aibot-img-1258476243.cos.ap-beijing.myqcloud.com", True),
        ("wework.qpic.cn", True),
        ("anybody-1250000000.cos.ap-guangzhou.myqcloud.com", False),
        ("ww-aibot-img-1258476243.cos.a.b.myqcloud.com", False),
        ("ww-aibot-img-1258476243.cos.x.myqcloud.com.evil.example", False),
        ("ww-aibot-img-1258476243xcosxap-guangzhouxmyqcloudxcom", False),
        ("qpic.cn", False),
    ],
)
async def test_of_shared_domains_only_the_platforms_own_names_are_asked(host, listed, monkeypatch):
    looked_up = []

    def nowhere(name, *args, **kwargs):
        looked_up.append(name)
        raise OSError

    monkeypatch.setattr("socket.getaddrinfo", nowhere)
    await refused(Downloads(media.HOSTS).fetch(f"https://{host}/a"))
    assert looked_up == ([host] if listed else [])


@pytest.mark.parametrize("url", ["https://a b/", "https://[::1/", "https://cdn.example:99999/"])
async def test_what_is_no_address_is_refused(url):
    sentence = await refused(Downloads(frozenset({"cdn.example"})).fetch(url))
    assert sentence in (downloads.NO_PICTURE, downloads.BAD_ADDRESS)


@pytest.mark.parametrize("address", ["127.0.0.1", "10.1.2.3", "169.254.169.254", "100.64.0.1"])
@pytest.mark.parametrize("name", ["cdn.example", "a.b.pictures.example"])
async def test_a_listed_name_that_leads_into_our_network_is_refused(monkeypatch, name, address):
    def inside(host, port, *args, **kwargs):
        return [(2, 1, 6, "", (address, port))]

    monkeypatch.setattr("socket.getaddrinfo", inside)
    hosts = frozenset({"cdn.example", "*.pictures.example"})
    assert await refused(Downloads(hosts).fetch(f"https://{name}/a.png")) == downloads.BAD_ADDRESS


async def test_a_name_that_nobody_knows_is_said_without_the_name(monkeypatch):
    def unknown(*args, **kwargs):
        raise OSError("cdn.example: no such host")

    monkeypatch.setattr("socket.getaddrinfo", unknown)
    sentence = await refused(Downloads(frozenset({"cdn.example"})).fetch("https://cdn.example/"))
    assert sentence == downloads.NO_PICTURE


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True),
        ("2400:3200::1", True),
        ("127.0.0.1", False),
        ("192.168.1.1", False),
        ("172.16.0.1", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("::", False),
        ("::1", False),
        ("fe80::1", False),
        ("fd00::1", False),
        ("ff02::1", False),
        ("::ffff:10.0.0.1", False),
        ("::ffff:8.8.8.8", True),
        ("64:ff9b::7f00:1", False),
        ("64:ff9b::808:808", True),
        ("2002:7f00:1::", False),
    ],
)
def test_public_addresses(address, public):
    assert is_public(address) is public


async def test_a_redirect_is_followed_within_the_list_only(host):
    loading = Downloads(LOOPBACK)
    assert await loading.fetch(f"{host.url}/to?url=/png") == PNG
    for elsewhere in ("http://evil.example/x.png", "http://localhost/png", "file:///etc/passwd"):
        sentence = await refused(loading.fetch(f"{host.url}/to?url={elsewhere}"))
        assert sentence == downloads.BAD_ADDRESS
    assert await refused(loading.fetch(f"{host.url}/nowhere")) == downloads.NO_PICTURE


async def test_three_redirects_are_followed_and_no_more(host):
    assert await Downloads(LOOPBACK).fetch(f"{host.url}/hops/2") == PNG
    host.asked.clear()
    assert await refused(Downloads(LOOPBACK).fetch(f"{host.url}/hops/3")) == downloads.NO_PICTURE
    assert "/png" not in host.asked


async def test_a_picture_without_end_is_given_up_at_the_limit(host):
    loading = Downloads(LOOPBACK, max_bytes=1 << 20, seconds=60)
    sentence = await refused(loading.fetch(f"{host.url}/endless"))
    assert sentence == downloads.TOO_LARGE.format(megabytes=1)


async def test_a_picture_that_stops_coming_is_given_up_at_the_deadline(host):
    assert await refused(Downloads(LOOPBACK, seconds=0.3).fetch(f"{host.url}/slow")) == (
        downloads.TOO_SLOW
    )


async def test_a_picture_that_is_gone_is_said(host):
    assert await refused(Downloads(LOOPBACK).fetch(f"{host.url}/gone")) == downloads.NO_PICTURE
    closed = "http://127.0.0.1:1/png"
    assert await refused(Downloads(LOOPBACK).fetch(closed)) == downloads.NO_PICTURE


async def test_a_locked_picture_is_unlocked_before_it_is_judged(host):
    locked = bytes(byte ^ 7 for byte in PNG)
    url = f"{host.url}/typed?type=text/plain&hex={locked.hex()}"

    def unlock(data: bytes) -> bytes:
        return bytes(byte ^ 7 for byte in data)

    def broken(data: bytes) -> bytes:
        raise ValueError(struct.calcsize("I"))

    loading = Downloads(LOOPBACK)
    assert await loading.picture(url, "x", unlock).fetch() == PNG
    assert await refused(loading.fetch(url, bytes)) == downloads.NOT_A_PICTURE
    assert await refused(loading.fetch(url, broken)) == downloads.NO_PICTURE


async def test_a_forged_certificate_is_refused(tmp_path):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(own_certificate(tmp_path))
    app = web.Application()
    asked = []

    async def handle(request: web.Request) -> web.Response:
        asked.append(request)
        return web.Response(body=PNG, content_type="image/png")

    app.router.add_get("/png", handle)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()
    port = runner.addresses[0][1]
    try:
        sentence = await refused(Downloads(LOOPBACK).fetch(f"https://127.0.0.1:{port}/png"))
    finally:
        await runner.cleanup()
    assert sentence == downloads.NO_PICTURE
    assert asked == []


def own_certificate(folder):
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    path = folder / "own.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return path
