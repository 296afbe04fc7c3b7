"""The XML that WeChat sends and takes: one element with a flat list of fields."""

import re
from xml.parsers import expat

_MOST_FIELDS = 100
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LINK = re.compile(r"<(?=a\s|/a\s*>)", re.IGNORECASE)


class NotXml(Exception):
    """The body is not XML as WeChat writes it."""


def parse(body: bytes) -> dict[str, str]:
    """Read the fields of the root element; what lies deeper is passed over. Raises NotXml.

    A document type is refused: entities (bombs, files, addresses) can only be declared in one.
    """
    reader = _Reader()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = reader.doctype
    parser.StartElementHandler = reader.begin
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    try:
        parser.Parse(body, True)
    except (expat.ExpatError, LookupError, ValueError):
        raise NotXml("not XML") from None
    return reader.fields


class _Reader:
    def __init__(self) -> None:
        self.fields: dict[str, str] = {}
        self._depth = 0
        self._pieces: list[str] = []

    def doctype(self, *_: object) -> None:
        raise NotXml("a document type")

    def begin(self, name: str, _: dict[str, str]) -> None:
        del name
        self._depth += 1
        if self._depth <= 2:
            self._pieces.clear()

    def end(self, name: str) -> None:
        if self._depth == 2:
            if len(self.fields) >= _MOST_FIELDS:
                raise NotXml("too many fields")
            self.fields.setdefault(name, "".join(self._pieces))
        self._depth -= 1

    def text(self, data: str) -> None:
        if self._depth == 2:
            self._pieces.append(data)


def harmless(text: str) -> str:
    """Take from ``text`` what XML cannot hold, and the power of ``<a href>``, a link in WeChat."""
    return _LINK.sub("＜", _NOT_XML.sub("\ufffd", text))


def text_xml(to: str, by: str, at_seconds: int, text: str) -> str:
    """Write a text for the person ``to`` from the account ``by``."""
    return _message(to, by, at_seconds, "text", f"<Content>{_cdata(text)}</Content>")


def image_xml(to: str, by: str, at_seconds: int, media_id: str) -> str:
    """Write a picture that was uploaded before."""
    image = f"<Image><MediaId>{_cdata(media_id)}</MediaId></Image>"
    return _message(to, by, at_seconds, "image", image)


def sealed_xml(encrypted: str, signature: str, timestamp: str, nonce: str) -> str:
    """Write the envelope of the safe mode."""
    return (
        f"<xml><Encrypt>{_cdata(encrypted)}</Encrypt>"
        f"<MsgSignature>{_cdata(signature)}</MsgSignature>"
        f"<TimeStamp>{_cdata(timestamp)}</TimeStamp><Nonce>{_cdata(nonce)}</Nonce></xml>"
    )


def _message(to: str, by: str, at_seconds: int, kind: str, content: str) -> str:
    return (
        f"<xml><ToUserName>{_cdata(to)}</ToUserName><FromUserName>{_cdata(by)}</FromUserName>"
        f"<CreateTime>{at_seconds}</CreateTime><MsgType>{_cdata(kind)}</MsgType>{content}</xml>"
    )


def _cdata(text: str) -> str:
    """Quote ``text``; a "]]>" in it is cut in two."""
    quoted = _NOT_XML.sub("\ufffd", text).replace("]]>", "]]]]><![CDATA[>")
    return f"<![CDATA[{quoted}]]>"
