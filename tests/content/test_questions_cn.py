"""Recompute the keys of the 计算机网络 questions from the numbers in their stems.

Wrong options that stand for a known mistake are recomputed too: an option that nobody arrives at
teaches nothing.
"""

import re
import struct
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from ipaddress import IPv4Network, ip_address, ip_interface
from itertools import count
from math import log2

from tests.content.bank import assert_only_key, assert_options, bank, stem


def smallest_power(least: int) -> int:
    """The smallest n with 2ⁿ ≥ ``least``."""
    return next(n for n in count() if 2**n >= least)


# --- physical layer -------------------------------------------------------------------------------


def test_data_rate_of_phases_times_amplitudes() -> None:
    question_id = "q.cn.phases-times-amplitudes"
    stem(question_id, "带宽为 3 kHz", "8 种相位，每种相位有 2 种幅度", "无噪声")
    bauds, states = 2 * 3, 8 * 2
    assert_options(
        question_id,
        f"{bauds * log2(states):.0f} kb/s",
        f"{3 * log2(states):.0f} kb/s",
        f"{bauds * log2(8):.0f} kb/s",
        f"{bauds * states} kb/s",
    )


def test_doubling_the_decibels_doubles_the_rate() -> None:
    question_id = "q.cn.snr-from-20-to-40-db"
    stem(question_id, "由 20 dB 提高到 40 dB", "带宽不变")
    before, after = (log2(1 + 10 ** (decibels / 10)) for decibels in (20, 40))
    assert_options(question_id, f"{after / before:.0f} 倍", f"{log2(100):.1f} 倍", "100 倍")


# --- data link layer ------------------------------------------------------------------------------


def remainder(bits: int, generator: int) -> int:
    while bits.bit_length() >= generator.bit_length():
        bits ^= generator << (bits.bit_length() - generator.bit_length())
    return bits


def test_the_only_error_pattern_that_crc_misses() -> None:
    question_id = "q.cn.error-pattern-crc-misses"
    stem(question_id, "G(x) = x³ + x + 1", "8 位", "**不能**检出")
    generator = 0b1011
    code_words = [word for word in range(256) if remainder(word, generator) == 0]

    def missed(pattern: int) -> bool:
        accepted = {remainder(word ^ pattern, generator) == 0 for word in code_words}
        assert len(accepted) == 1, "whether it is detected must not depend on the data"
        return accepted.pop()

    options = bank()[question_id]["options"].values()
    assert_only_key(question_id, {text: missed(int(text, 2)) for text in options})
    remainders = [f"余数为 {remainder(int(text, 2), generator):03b}" for text in options]
    assert remainders[3] in bank()[question_id]["why"]["D"]


def test_go_back_n_may_fill_its_window_across_the_wrap() -> None:
    question_id = "q.cn.gbn-what-may-still-be-sent"
    stem(question_id, "3 位", "发送窗口为 5", "对 5 号帧的确认", "6 号帧和 7 号帧")
    window = [(5 + 1 + step) % 8 for step in range(5)]
    assert_options(question_id, "、".join(str(n) for n in window if n not in {6, 7}))


def received(first: int, width: int, modulus: int, frames: Iterable[int]) -> tuple[list[int], int]:
    """What a selective-repeat receiver delivers, and the first number of its window afterwards."""
    buffered: set[int] = set()
    delivered = []
    for frame in frames:
        if (frame - first) % modulus < width:
            buffered.add(frame)
        while first in buffered:
            buffered.remove(first)
            delivered.append(first)
            first = (first + 1) % modulus
    return delivered, first


def test_the_selective_repeat_window_stops_at_the_first_gap() -> None:
    question_id = "q.cn.sr-receive-window-moves"
    stem(question_id, "4 位", "接收窗口为 8", "从 13 号帧开始", "15 号、0 号、13 号")
    delivered, first = received(13, 8, 16, [15, 0, 13])
    done = "、".join(map(str, delivered))
    assert_options(question_id, f"交付 {done}；窗口为 {first}～{(first + 7) % 16}")


def test_sequence_bits_count_the_piggybacking_frame() -> None:
    question_id = "q.cn.sequence-bits-with-piggybacking"
    stem(question_id, "1 Mb/s", "单程传播时延为 7 ms", "125 B", "捎带确认", "后退N帧")
    frame = Fraction(125 * 8, 1000)  # ms
    window = -(-(2 * frame + 2 * 7) // frame)
    without_the_acknowledging_frame = -(-(frame + 2 * 7) // frame)
    assert_options(
        question_id,
        f"{smallest_power(window + 1)} 位",
        f"{smallest_power(without_the_acknowledging_frame + 1)} 位",
        f"{smallest_power(window)} 位",
    )


def test_the_span_of_a_network_with_a_slow_hub() -> None:
    question_id = "q.cn.span-with-a-slow-hub"
    stem(question_id, "100 Mb/s", "64 B", "2 × 10⁸ m/s", "0.56 μs")
    slot, hub, speed = Fraction(64 * 8, 100), Fraction(56, 100), 200  # μs, μs, m/μs
    assert_options(
        question_id,
        f"{(slot / 2 - hub) * speed} m",
        f"{(slot - hub) / 2 * speed} m",
        f"{slot / 2 * speed} m",
        f"{(slot - 2 * hub) * speed} m",
    )


def reached(frames: Iterable[tuple[str, str]], port_of: Mapping[str, int]) -> Iterator[set[str]]:
    """The hosts whose adapters each (source, destination) frame comes to; a port may be a hub."""
    learnt: dict[str, int] = {}
    for source, destination in frames:
        learnt[source] = port_of[source]
        ports = {port_of[source], learnt.get(destination, 0)}
        if destination not in learnt:
            ports = set(port_of.values())
        yield {host for host, port in port_of.items() if port in ports and host != source}


def test_only_flooded_frames_reach_a_silent_host() -> None:
    question_id = "q.cn.frames-that-reach-one-host"
    text = stem(question_id, "连着主机 A 和 B；2 号端口接主机 C，3 号端口接主机 D")
    sent = re.findall(r"- ([①-④]) (\w) 发给 (\w)", text)
    outcomes = reached([(a, b) for _, a, b in sent], {"A": 1, "B": 1, "C": 2, "D": 3})
    marks = [mark for (mark, *_), hosts in zip(sent, outcomes, strict=True) if "C" in hosts]
    assert_options(question_id, "仅" + "、".join(marks))


# --- network layer --------------------------------------------------------------------------------


def test_the_offset_of_the_last_fragment() -> None:
    question_id = "q.cn.offset-of-the-last-fragment"
    stem(question_id, "2500 B", "IP 首部为 20 B", "MTU 为 1000 B")
    whole, room = 2500 + 8, 1000 - 20
    starts = range(0, whole, room // 8 * 8)
    careless = range(0, whole, room)
    assert whole - starts[-1] <= room
    assert_options(
        question_id,
        f"{starts[-1] // 8}",
        f"{starts[-1]}",
        f"{careless[-1] // 8}",
        f"{careless[-1]}",
    )


def test_the_only_block_for_62_hosts_and_a_gateway() -> None:
    question_id = "q.cn.subnet-for-62-hosts-and-a-gateway"
    stem(question_id, "192.168.7.0/24", "192.168.7.0/26 已经分给甲部门", "62 台主机")
    whole, taken = IPv4Network("192.168.7.0/24"), IPv4Network("192.168.7.0/26")

    def usable(text: str) -> bool:
        interface = ip_interface(text)
        block = interface.network
        aligned = interface.ip == block.network_address
        free = block.subnet_of(whole) and not block.overlaps(taken)
        return aligned and free and block.num_addresses - 2 >= 62 + 1

    options = bank()[question_id]["options"].values()
    assert_only_key(question_id, {text: usable(text) for text in options})


def test_the_only_address_whose_longest_match_is_the_second_route() -> None:
    question_id = "q.cn.address-that-takes-the-second-route"
    rows = re.findall(r"\| ([\d./]+) \| (E\d) \|", stem(question_id, "从接口 E2 转发"))
    routes = {IPv4Network(network): interface for network, interface in rows}

    def interface(text: str) -> str:
        matches = [network for network in routes if ip_address(text) in network]
        return routes[max(matches, key=lambda network: network.prefixlen)]

    ways = {text: interface(text) for text in bank()[question_id]["options"].values()}
    assert sorted(ways.values()) == ["E1", "E2", "E3", "E4"]
    assert_only_key(question_id, {text: way == "E2" for text, way in ways.items()})


def test_arp_asks_for_the_gateway_when_the_destination_is_elsewhere() -> None:
    question_id = "q.cn.whose-mac-is-asked-for"
    stem(question_id, "172.16.5.20/24", "默认网关为 172.16.5.1", "203.0.113.8")
    own = ip_interface("172.16.5.20/24").network
    server, gateway = ip_address("203.0.113.8"), ip_address("172.16.5.1")
    assert gateway in own
    asked = server if server in own else gateway
    assert_options(question_id, str(asked), str(server), str(own.broadcast_address))


# --- transport layer ------------------------------------------------------------------------------


def test_the_next_sequence_number_skips_a_header_with_options() -> None:
    question_id = "q.cn.next-sequence-number-from-hex"
    text = stem(question_id, "总长 132 B", "前 16 个字节")
    header = bytes.fromhex(text.split("```")[1])
    _, _, sequence, _, offset, flags, _ = struct.unpack("!HHIIBBH", header)
    assert not flags & 0b11, "SYN and FIN would take a number"
    words = offset >> 4
    assert_options(
        question_id,
        *(str(sequence + 132 - length) for length in (words * 4, 20, words, 0)),
    )


def test_when_both_ends_of_a_closing_connection_are_closed() -> None:
    question_id = "q.cn.closing-times-with-data-left"
    stem(question_id, "往返时延为 60 ms", "MSL 都设为 30 s", "200 ms")
    one_way, msl = Fraction(30, 1000), 30

    def times(rest: Fraction, lifetimes: int = 2) -> tuple[Fraction, Fraction]:
        second_fin_arrives = one_way + rest + one_way
        return second_fin_arrives + lifetimes * msl, second_fin_arrives + one_way

    def worded(a: Fraction, b: Fraction) -> str:
        return f"A 为 {float(a):.2f} s，B 为 {float(b):.2f} s"

    a, b = times(Fraction(200, 1000))
    assert_options(
        question_id,
        worded(a, b),
        worded(*times(Fraction(200, 1000), lifetimes=1)),
        worded(*times(Fraction(0))),
        worded(a, b - one_way),
    )


def windows(events: Mapping[int, str], rounds: int, threshold: Fraction) -> list[Fraction]:
    """cwnd of each round under Reno as it is taught; ``events`` happen at the end of a round."""
    window, seen = Fraction(1), []
    for number in range(1, rounds + 1):
        seen.append(window)
        event = events.get(number, "")
        if event:
            threshold = max(window / 2, Fraction(2))
            window = Fraction(1) if event == "timeout" else threshold
        elif window < threshold:
            window = min(2 * window, threshold)
        else:
            window += 1
    return seen


def test_the_window_after_duplicates_and_a_timeout() -> None:
    question_id = "q.cn.window-after-two-kinds-of-loss"
    stem(question_id, "ssthresh 初始为 12", "第 9 轮", "第 14 轮", "第 19 轮")
    start = Fraction(12)
    seen = windows({9: "duplicates", 14: "timeout"}, 19, start)
    both_fast = windows({9: "duplicates", 14: "duplicates"}, 19, start)
    assert all(window.denominator == 1 for window in seen)
    assert_options(question_id, str(seen[-1]), str(both_fast[-1]))
    listed = "、".join(map(str, seen[14:]))
    assert f"第 15～19 轮：{listed}" in bank()[question_id]["steps"][-1]


# --- application layer ----------------------------------------------------------------------------


def slow_start_rounds(segments: int) -> int:
    """How many round trips slow start takes for the segments, from a window of one."""
    return next(n for n in count(1) if 2**n - 1 >= segments)


def test_the_time_to_a_first_page_from_cold_caches() -> None:
    question_id = "q.cn.first-page-from-cold-caches"
    stem(question_id, "RTT 为 10 ms", "每次的 RTT 都是 30 ms", "RTT 为 40 ms", "12 个 MSS")
    lookup, rounds = 10 + 3 * 30, slow_start_rounds(12)
    assert_options(
        question_id,
        f"{lookup + (1 + rounds) * 40} ms",
        f"{lookup + (1 + 1) * 40} ms",
        f"{lookup + rounds * 40} ms",
        f"{lookup + (1 + 1 + rounds) * 40} ms",
    )
