"""Signatures, the safe mode and the XML of the official account, against wechatpy and expat."""

import base64
import hashlib
import struct
from datetime import datetime, timedelta
from xml.etree import ElementTree

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from hypothesis import given
from hypothesis import strategies as st
from wechatpy.crypto import WeChatCrypto
from wechatpy.utils import WeChatSigner
from wechatpy.utils import check_signature as wechatpy_checks

from bot.platforms.ports import SHANGHAI
from bot.platforms.wechat.sealing import Seal
from bot.platforms.wechat.signing import Gate, Stamp, Unsigned, signature
from bot.platforms.wechat.wire import NotXml, harmless, image_xml, parse, text_xml
from tests.e2e.wechat_server import AES_KEY, APP_ID

TOKEN = "408token"
NOW = datetime(2026, 11, 27, 12, tzinfo=SHANGHAI)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=300)
xml_texts = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), max_size=300
)


def stamp(at=NOW, nonce="n1", token=TOKEN, msg_signature=""):
    timestamp = str(int(at.timestamp()))
    return Stamp(timestamp, nonce, signature(token, timestamp, nonce), msg_signature)


def sealed(xml, nonce="n1", token=TOKEN, key=AES_KEY, app_id=APP_ID):
    """What wechatpy sends, and its stamp."""
    timestamp = str(int(NOW.timestamp()))
    envelope = parse(
        WeChatCrypto(token, key, app_id).encrypt_message(xml, nonce, timestamp).encode()
    )
    return envelope["Encrypt"], Stamp(timestamp, nonce, "", envelope["MsgSignature"])


# Signatures


@given(texts, texts, texts)
def test_a_signature_is_that_of_wechatpy(token, timestamp, nonce):
    signer = WeChatSigner()
    signer.add_data(token, timestamp, nonce)
    assert signature(token, timestamp, nonce) == signer.signature
    wechatpy_checks(token, signature(token, timestamp, nonce), timestamp, nonce)


def test_a_signature_is_sha1_over_the_sorted_values():
    assert signature("weixin", "1409304348", "xxxxxx") == (
        hashlib.sha1(b"1409304348weixinxxxxxx").hexdigest()
    )


def test_a_signature_lets_one_body_in_and_the_same_again():
    gate = Gate(TOKEN, lambda: NOW)
    for _ in range(2):  # WeChat tries again with the same timestamp and nonce
        gate.admit(stamp())
        gate.take(stamp(), b"<xml>1</xml>")
    gate.take(stamp(nonce="n2"), b"<xml>2</xml>")
    with pytest.raises(Unsigned, match="重放"):
        gate.take(stamp(), b"<xml>2</xml>")


@pytest.mark.parametrize("off", [-299, 0, 299])
def test_a_clock_may_be_five_minutes_off(off):
    Gate(TOKEN, lambda: NOW).admit(stamp(NOW + timedelta(seconds=off)))


@pytest.mark.parametrize("off", [-301, 301])
def test_an_old_or_future_call_is_refused(off):
    with pytest.raises(Unsigned, match="时钟"):
        Gate(TOKEN, lambda: NOW).admit(stamp(NOW + timedelta(seconds=off)))


@pytest.mark.parametrize(
    "made",
    [
        stamp(token="wrong"),
        Stamp("", "", "", ""),
        Stamp("12x", "n", signature(TOKEN, "12x", "n"), ""),
        Stamp("١٢", "n", signature(TOKEN, "١٢", "n"), ""),
        Stamp("9" * 40, "n", signature(TOKEN, "9" * 40, "n"), ""),
        Stamp(stamp().timestamp, "n2", stamp().signature, ""),
        Stamp(stamp().timestamp, "n1", "签名", ""),
    ],
)
def test_what_is_not_signed_well_is_refused(made):
    with pytest.raises(Unsigned):
        Gate(TOKEN, lambda: NOW).admit(made)


def test_no_replay_gets_in_for_as_long_as_its_signature_is_young_enough():
    now = [NOW]
    gate = Gate(TOKEN, lambda: now[0])
    future = stamp(NOW + timedelta(seconds=299), nonce="first")
    gate.admit(future)
    gate.take(future, b"first")
    for second in range(0, 1200, 7):
        now[0] = NOW + timedelta(seconds=second)
        gate.take(stamp(now[0], nonce=f"other {second}"), b"other")
        with pytest.raises(Unsigned):
            _arrive(gate, future, b"another")


def _arrive(gate, made, body):
    gate.admit(made)
    gate.take(made, body)


def test_what_is_remembered_is_bounded():
    gate = Gate(TOKEN, lambda: NOW)
    for nonce in range(20_500):
        gate.take(stamp(nonce=str(nonce)), b"")
    assert len(gate._used) <= 20_000


# The safe mode


@given(texts)
def test_what_wechatpy_encrypts_is_read(text):
    xml = f"<xml><Content>{base64.b64encode(text.encode()).decode()}</Content></xml>"
    encrypted, made = sealed(xml)
    assert Seal(TOKEN, AES_KEY, APP_ID).open(encrypted, made).decode() == xml


@given(xml_texts)
def test_what_is_encrypted_is_read_by_wechatpy(text):
    xml = text_xml("o-1", "gh_1", 1409304348, text)
    closed = Seal(TOKEN, AES_KEY, APP_ID).close(xml, stamp())
    outer = parse(closed.encode())
    assert outer["TimeStamp"] == stamp().timestamp
    opened = WeChatCrypto(TOKEN, AES_KEY, APP_ID).decrypt_message(
        closed, outer["MsgSignature"], outer["TimeStamp"], outer["Nonce"]
    )
    assert opened == xml


@given(texts)
def test_what_is_closed_is_opened(text):
    seal = Seal(TOKEN, AES_KEY, APP_ID)
    outer = parse(seal.close(text.replace("\r", ""), stamp()).encode())
    made = stamp(msg_signature=outer["MsgSignature"])
    assert seal.open(outer["Encrypt"], made).decode() == text.replace("\r", "")


OFFICIAL_ENCRYPTED = (
    "hyzAe4OzmOMbd6TvGdIOO6uBmdJoD0Fk53REIHvxYtJlE2B655HuD0m8KUePWB3+LrPXo87wzQ1QLvbeUgmBM4x6F8PG"
    "HQHFVAFmOD2LdJF9FrXpbUAh0B5GIItb52sn896wVsMSHGuPE328HnRGBcrS7C41IzDWyWNlZkyyXwon8T332jisa+h6"
    "tEDYsVticbSnyU8dKOIbgU6ux5VTjg3yt+WGzjlpKn6NPhRjpA912xMezR4kw6KWwMrCVKSVCZciVGCgavjIQ6X8tCOp"
    "3yZbGpy0VxpAe+77TszTfRd5RJSVO/HTnifJpXgCSUdUue1v6h0EIBYYI1BD1DlD+C0CR8e6OewpusjZ4uBl9FyJvnhv"
    "Ql+q5rv1ixrcpCumEPo5MJSgM9ehVsNPfUM669WuMyVWQLCzpu9GhglF2PE="
)
"""The sample of WeChat's own cryptoDemo.zip (mpwiki), with its key, token and signature."""


def test_the_official_sample_is_read():
    seal = Seal("spamtest", AES_KEY, "wx2c2769f8efd9abc2")
    signed = "5d197aaffba7e9b25a30732f161a50dee96bd5fa"
    opened = seal.open(OFFICIAL_ENCRYPTED, Stamp("1409735669", "1320562132", "", signed))
    fields = parse(opened)
    assert fields["Content"] == "abcdteT"
    assert fields["FromUserName"] == "oyORnuP8q7ou2gfYjqLzSIWZf0rs"
    assert fields["MsgId"] == "6054768590064713728"


def test_the_official_sample_of_the_enterprise_accounts_is_read():
    seal = Seal("QDG6eK", "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C", "wx5823bf96d3bd56c7")
    encrypted = (
        "P9nAzCzyDtyTWESHep1vC5X9xho/qYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp+4RPcs8TgAE7OaBO+FZXvnaqQ=="
    )
    signed = "5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3"
    made = Stamp("1409659589", "263014780", "", signed)
    assert seal.open(encrypted, made) == b"1616140317555161061"


def test_two_times_the_same_are_not_the_same_ciphertext():
    seal = Seal(TOKEN, AES_KEY, APP_ID)
    assert seal.close("<xml/>", stamp()) != seal.close("<xml/>", stamp())


@pytest.mark.parametrize(
    "wrong",
    [{"token": "other"}, {"key": "B" * 42 + "A"}, {"app_id": "wx0000000000000000"}],
    ids=["token", "key", "app id"],
)
def test_what_is_sealed_with_something_else_is_refused(wrong):
    encrypted, made = sealed("<xml/>", **wrong)
    with pytest.raises(Unsigned):
        Seal(TOKEN, AES_KEY, APP_ID).open(encrypted, made)


def _as_sealed(data: bytes):
    encrypted = base64.b64encode(data).decode()
    signed = signature(TOKEN, stamp().timestamp, "n1", encrypted)
    return encrypted, stamp(msg_signature=signed)


@given(st.binary(max_size=100))
def test_signed_nonsense_is_refused(data):
    with pytest.raises(Unsigned):
        Seal(TOKEN, AES_KEY, APP_ID).open(*_as_sealed(data))


@pytest.mark.parametrize("length", [0, 5, 2**31, 2**32 - 1])
def test_a_length_that_is_not_that_of_the_message_is_refused(length):
    key = base64.b64decode(AES_KEY + "=")
    plain = bytes(16) + struct.pack(">I", length) + b"<xml/>" + APP_ID.encode()
    count = 32 - len(plain) % 32
    encryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
    data = encryptor.update(plain + bytes([count]) * count) + encryptor.finalize()
    with pytest.raises(Unsigned, match="AppID"):
        Seal(TOKEN, AES_KEY, APP_ID).open(*_as_sealed(data))


@given(st.data())
def test_a_flipped_bit_is_noticed(data):
    encrypted, made = sealed("<xml><Content>死锁</Content></xml>")
    raw = bytearray(base64.b64decode(encrypted))
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(Unsigned, match="签名"):
        Seal(TOKEN, AES_KEY, APP_ID).open(base64.b64encode(raw).decode(), made)


@pytest.mark.parametrize("key", ["", "short", AES_KEY + "A", "密" * 43, "=" * 43])
def test_a_key_of_another_form_is_refused(key):
    with pytest.raises(ValueError, match=r".+"):
        Seal(TOKEN, key, APP_ID)


# XML


def test_the_fields_of_a_message_are_read():
    body = """<xml><ToUserName><![CDATA[gh_1]]></ToUserName><Content><![CDATA[a<b]]>&amp;&#x6b7b;
    </Content><Deep><Content>deeper</Content>tail</Deep><MsgId>1</MsgId></xml>"""
    fields = parse(body.encode())
    assert fields["Content"].strip() == "a<b&死"
    assert (fields["ToUserName"], fields["MsgId"]) == ("gh_1", "1")


BOMBS = {
    "billion laughs": '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><xml><C>&b;</C></xml>',
    "external": '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><xml><C>&a;</C></xml>',
    "parameter": '<!DOCTYPE x [<!ENTITY % a SYSTEM "http://127.0.0.1:1/"> %a;]><xml/>',
    "dtd": '<!DOCTYPE xml SYSTEM "http://127.0.0.1:1/x.dtd"><xml/>',
    "bare dtd": "<!DOCTYPE xml><xml/>",
    "undeclared": "<xml><C>&passwd;</C></xml>",
    "cut off": "<xml><C>",
    "two roots": "<xml/><xml/>",
    "not xml": "什么是死锁",
    "json": '{"a": 1}',
    "empty": "",
    "surrogate": "<xml><C>&#xD800;</C></xml>",
    "nul": "<xml>\0</xml>",
    "fields": "<xml>" + "".join(f"<f{n}/>" for n in range(5000)) + "</xml>",
    "encoding": '<?xml version="1.0" encoding="no-such"?><xml/>',
}


@pytest.mark.parametrize("name", BOMBS)
def test_what_is_no_message_is_refused(name):
    with pytest.raises(NotXml):
        parse(BOMBS[name].encode())


def test_depth_costs_nothing():
    assert parse(b"<a>" * 3000 + b"</a>" * 3000) == {"a": ""}


@given(st.binary(max_size=200))
def test_any_bytes_are_fields_or_refused(body):
    try:
        fields = parse(body)
    except NotXml:
        return
    assert all(isinstance(value, str) for value in fields.values())


@given(xml_texts)
def test_every_text_arrives_as_it_was_sent(text):
    element = ElementTree.fromstring(text_xml("o", "g", 1, text))
    assert (element.findtext("Content") or "") == text
    assert parse(text_xml("o", "g", 1, text).encode())["Content"] == text


@given(st.text(max_size=100))
def test_what_xml_cannot_hold_does_not_break_it(text):
    element = ElementTree.fromstring(text_xml("o", "g", 1, text))
    assert [child.tag for child in element] == [
        "ToUserName",
        "FromUserName",
        "CreateTime",
        "MsgType",
        "Content",
    ]


def test_a_text_cannot_get_out_of_its_quotes():
    text = "]]></Content><Content>假的]]>"
    assert ElementTree.fromstring(text_xml("o", "g", 1, text)).findtext("Content") == text


def test_a_picture_names_what_was_uploaded():
    element = ElementTree.fromstring(image_xml("o", "g", 1, "m-1"))
    assert element.findtext("Image/MediaId") == "m-1"


@pytest.mark.parametrize(
    "link",
    [
        '<a href="weixin://bizmsgmenu?msgmenucontent=/忘记我&msgmenuid=1">点我</a>',
        '<A HREF="http://evil.example">x</A >',
        '<a\thref="http://evil.example">x</a>',
    ],
)
def test_links_lose_their_power(link):
    assert "<" not in harmless(link)


@pytest.mark.parametrize("code", ["a<b && c>d", "i<a[j]", "#include <stdio.h>", "<abc>", "x <= a"])
def test_code_stays_as_it_is(code):
    assert harmless(code) == code
