"""Claiming the address to listen on."""

import socket

import pytest

from bot.platforms.listening import PortUnavailable, claim, display_host, port_of


def test_port_zero_is_any_free_port():
    with claim("127.0.0.1", 0) as listener:
        assert port_of(listener) > 0
        with socket.create_connection(("127.0.0.1", port_of(listener)), timeout=5):
            pass


def test_a_taken_port_is_refused_with_one_sentence_that_names_it():
    with claim("127.0.0.1", 0) as listener:
        port = port_of(listener)
        with pytest.raises(PortUnavailable) as refused:
            claim("127.0.0.1", port)
    sentence = str(refused.value)
    assert str(port) in sentence
    assert "已被占用" in sentence
    assert "ASSISTANT408_HTTP__PORT" in sentence
    assert "\n" not in sentence


def test_a_port_is_free_again_at_once():
    with claim("127.0.0.1", 0) as listener:
        port = port_of(listener)
        client = socket.create_connection(("127.0.0.1", port), timeout=5)
        listener.setblocking(True)
        server, _ = listener.accept()
        server.close()
        client.close()
    claim("127.0.0.1", port).close()


@pytest.mark.parametrize("host", ["192.0.2.1", "no-such-host.invalid", "a" * 80, "999.1.1.1"])
def test_an_address_that_is_not_ours_is_refused_with_the_setting_to_check(host):
    with pytest.raises(PortUnavailable, match="ASSISTANT408_HTTP__HOST"):
        claim(host, 0)


def test_an_ipv6_host_stands_in_brackets():
    assert display_host("::1") == "[::1]"
    assert display_host("127.0.0.1") == "127.0.0.1"
