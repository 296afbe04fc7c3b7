"""WeChat as an official account meets it: it calls the account, and has an API of its own.

    account = Account(server.url, token="…", aes_key="…", app_id="…")
    reply = await account.text("什么是死锁", openid="o-1")

Signing, encrypting and decrypting are wechatpy's, so that both sides are not wrong together.
"""

import json
import re
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.parser import BytesParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import xmltodict
from wechatpy.crypto import WeChatCrypto
from wechatpy.utils import WeChatSigner

BOT = "gh_408"
APP_ID = "wx4084084084084084"
AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
_numbers = count(int(time.time() * 1000) * 1000)


def number() -> int:
    """A message id or nonce that nobody has had."""
    return next(_numbers)


@dataclass(frozen=True)
class Response:
    """What the account answered: the fields of the message in it, {} when it said nothing."""

    status: int
    body: str
    fields: dict[str, Any]

    @property
    def text(self) -> str:
        return self.fields.get("Content") or ""

    @property
    def media_id(self) -> str | None:
        return (self.fields.get("Image") or {}).get("MediaId")


@dataclass
class Account:
    """Calls one account as WeChat does; in the safe mode where ``aes_key`` is given."""

    url: str
    token: str
    aes_key: str = ""
    app_id: str = APP_ID
    calls: list[dict[str, str]] = field(default_factory=list)

    async def verify(self, **changes: str) -> httpx.Response:
        """Ask as when the address is saved in the console."""
        query = self.query() | {"echostr": "5408408408"} | changes
        return await self._request("GET", query, None)

    async def text(self, words: str, openid: str, msg_id: int | None = None) -> Response:
        return await self.message(openid, msg_id, MsgType="text", Content=words)

    async def event(self, event: str, openid: str, **fields: str) -> Response:
        return await self.post(self.xml(openid, MsgType="event", Event=event, **fields))

    async def message(self, openid: str, msg_id: int | None = None, **fields: str) -> Response:
        return await self.post(self.xml(openid, MsgId=str(msg_id or number()), **fields))

    async def post(
        self, xml: str | bytes, query: dict[str, str] | None = None, *, beside: str = ""
    ) -> Response:
        """Send a message, encrypted in the safe mode, with a signature of its own.

        ``beside`` are the fields that the compatible mode sends in plain beside what it encrypts.
        """
        query, body = query or self.query(), xml
        if self.aes_key:
            text = xml if isinstance(xml, str) else xml.decode()
            query, body = self.sealed(text, beside, query)
        return self._understood(await self._request("POST", query, body))

    def sealed(
        self, xml: str, beside: str = "", query: dict[str, str] | None = None
    ) -> tuple[dict[str, str], str]:
        """Encrypt ``xml``: the query of the call and its body."""
        query = query or self.query()
        made = self._crypto().encrypt_message(xml, query["nonce"], query["timestamp"])
        envelope = xmltodict.parse(made)["xml"]
        encrypted = envelope["Encrypt"]
        body = (
            f"<xml><ToUserName><![CDATA[{BOT}]]></ToUserName>{beside}"
            f"<Encrypt><![CDATA[{encrypted}]]></Encrypt></xml>"
        )
        return query | {"encrypt_type": "aes", "msg_signature": envelope["MsgSignature"]}, body

    async def raw(self, query: dict[str, str], body: Any) -> httpx.Response:
        return await self._request("POST", query, body)

    def query(self, timestamp: int | None = None, **more: str) -> dict[str, str]:
        """The query of a call, signed now."""
        timestamp_text, nonce = str(timestamp or int(time.time())), str(number())
        signer = WeChatSigner()
        signer.add_data(self.token, timestamp_text, nonce)
        signed = {"signature": signer.signature, "timestamp": timestamp_text, "nonce": nonce}
        return signed | more

    def xml(self, openid: str, **fields: str) -> str:
        fields = {
            "ToUserName": BOT,
            "FromUserName": openid,
            "CreateTime": fields.get("MsgId", "")[-9:] or str(int(time.time())),
        } | fields
        return xmltodict.unparse({"xml": fields}, full_document=False)

    async def _request(self, method: str, query: dict[str, str], body: Any) -> httpx.Response:
        self.calls.append(query)
        content = body.encode() if isinstance(body, str) else body
        async with httpx.AsyncClient(timeout=30, trust_env=False) as client:
            address = f"{self.url}/wechat"
            return await client.request(method, address, params=query, content=content)

    def _understood(self, response: httpx.Response) -> Response:
        body = response.text
        if not body.startswith("<xml>"):
            return Response(response.status_code, body, {})
        if self.aes_key:
            outer = xmltodict.parse(body)["xml"]
            signed = (outer["MsgSignature"], outer["TimeStamp"], outer["Nonce"])
            body = self._crypto().decrypt_message(body, *signed)
        return Response(response.status_code, body, xmltodict.parse(body)["xml"])

    def _crypto(self) -> WeChatCrypto:
        return WeChatCrypto(self.token, self.aes_key, self.app_id)


@dataclass
class Api:
    """WeChat's API on loopback: ``sent`` are the customer-service messages, ``uploads`` pictures.

    The next calls of a path get the errcodes in ``errors[path]``, one each. ``expires_in`` is that
    of the tokens given. ``raw`` are the bodies of the customer-service messages as they came.
    """

    url: str = ""
    sent: list[dict[str, Any]] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    uploads: list[bytes] = field(default_factory=list)
    tokens: list[dict[str, Any]] = field(default_factory=list)
    errors: dict[str, list[int]] = field(default_factory=dict)
    valid: str = ""
    expires_in: int = 7200
    picture: bytes = b""

    def answer(self, path: str, query: dict[str, str], body: bytes, kind: str) -> dict[str, Any]:
        """Do what a POST asks."""
        planned = self.errors.get(path)
        if planned:
            code = planned.pop(0)
            if code in (40001, 42001):
                self.valid = ""
            if code:
                return {"errcode": code, "errmsg": "hint: [secret-hint]"}
        if path == "/cgi-bin/stable_token":
            asked = json.loads(body)
            self.tokens.append(asked)
            if asked["force_refresh"] or not self.valid:
                self.valid = f"token-{len(self.tokens)}-must-not-be-logged"
            return {"access_token": self.valid, "expires_in": self.expires_in}
        if query.get("access_token") != self.valid or not self.valid:
            return {"errcode": 40001, "errmsg": "invalid credential"}
        if path == "/cgi-bin/media/upload":
            assert query["type"] == "image"
            self.uploads.append(_file(body, kind))
            return {"type": "image", "media_id": f"media-{len(self.uploads)}", "created_at": 1}
        assert path == "/cgi-bin/message/custom/send"
        self.raw.append(body)
        self.sent.append(json.loads(body))
        return {"errcode": 0, "errmsg": "ok"}

    def texts_to(self, openid: str) -> list[str]:
        return [
            message["text"]["content"]
            for message in self.sent
            if message["touser"] == openid and message["msgtype"] == "text"
        ]

    def images_to(self, openid: str) -> list[str]:
        return [
            message["image"]["media_id"]
            for message in self.sent
            if message["touser"] == openid and message["msgtype"] == "image"
        ]


def _file(body: bytes, kind: str) -> bytes:
    """Read the one file of a form."""
    message = BytesParser().parsebytes(f"Content-Type: {kind}\r\n\r\n".encode() + body)
    [part] = message.get_payload()
    assert re.search(r'name="media"', part["Content-Disposition"])
    return part.get_payload(decode=True)


@contextmanager
def wechat_api() -> Generator[Api]:
    """Run the API on a free port of loopback."""
    api = Api()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            at = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(at.query).items()}
            body = self._body()
            answer = api.answer(at.path, query, body, self.headers.get("Content-Type", ""))
            self._reply(json.dumps(answer).encode(), "application/json")

        def do_GET(self) -> None:
            self._reply(api.picture, "image/png")

        def _body(self) -> bytes:
            if self.headers.get("Transfer-Encoding") != "chunked":
                return self.rfile.read(int(self.headers.get("Content-Length", "0")))
            body = b""
            while size := int(self.rfile.readline(), 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return body

        def _reply(self, data: bytes, kind: str) -> None:
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *arguments: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    api.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield api
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
