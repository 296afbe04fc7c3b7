"""Recompute the worked examples of the 计算机网络 cards, so that none states a wrong number."""

import itertools
import math
from collections import deque
from collections.abc import Callable, Iterable
from ipaddress import IPv4Address, IPv4Network, collapse_addresses, ip_address, ip_interface

from tests.content.cards import section


def assert_says(concept_id: str, *phrases: str, heading: str = "例题") -> None:
    """Fail, naming the phrases, when the section does not contain every one of them."""
    text = section(concept_id, heading)
    missing = [phrase for phrase in phrases if phrase not in text]
    assert not missing, f"{concept_id} {heading} lacks {missing}"


def receiver_ack(first_byte: int, segments: list[tuple[int, int]]) -> int:
    """The cumulative acknowledgement after (sequence number, length) segments have arrived."""
    arrived = {byte for start, length in segments for byte in range(start, start + length)}
    return next(byte for byte in itertools.count(first_byte) if byte not in arrived)


def listed(values: Iterable[object], mark: str = "，") -> str:
    return mark.join(map(str, values))


def smallest(condition: Callable[[int], bool]) -> int:
    """The smallest positive integer that satisfies the condition."""
    return next(n for n in itertools.count(1) if condition(n))


def test_tcp_acknowledgements_and_remaining_window() -> None:
    first, second = (1000, 1600 - 1000), (1600, 400)
    usable = min(1000, 800)
    end = receiver_ack(1000, [first, second])
    assert_says(
        "cn.tcp",
        "序号为 1000 和 1600，第二段含 400 字节",
        "rwnd = 1000 字节，A 的 cwnd = 800 字节",
        f"1600 − 1000 = {first[1]} 字节",
        f"只收到第一段时，确认号 = {receiver_ack(1000, [first])}",
        f"确认号仍是 {receiver_ack(1000, [second])}",
        f"1600 + 400 = {end}",
        f"min(1000, 800) = {usable} 字节，序号为 {end}～{end + usable - 1}",
    )


def test_udp_checksum() -> None:
    words = (0x8C21, 0x9A30, 0x1205)
    raw = words[0] + words[1]
    folded = raw % 0xFFFF  # one's complement addition is addition modulo 2^16 - 1
    total = sum(words) % 0xFFFF
    assert_says(
        "cn.udp",
        "、".join(f"{word:04X}" for word in words),
        f"8C21 + 9A30 = {raw:X}，进位回卷得 {folded:X}",
        f"{folded:X} + 1205 = {total:X}；取反得检验和 {0xFFFF ^ total:X}",
        f"{total:X} + {0xFFFF ^ total:X} = {total + (0xFFFF ^ total):X}",
    )


def test_udp_datagram_is_fragmented_by_ethernet() -> None:
    datagram = bytes(8 + 3000)
    room = (1500 - 20) // 8 * 8
    fragments = [datagram[at : at + room] for at in range(0, len(datagram), room)]
    assert_says(
        "cn.udp",
        "UDP 数据 3000 字节，经 MTU 为 1500 字节的以太网发送，IP 首部 20 字节",
        f"UDP 长度 = {len(datagram)} 字节，分 {len(fragments)} 片",
        "依次为 {}、{}、{} 字节".format(*map(len, fragments)),
        "片偏移为 {}、{}、{}".format(*(at // 8 for at in range(0, len(datagram), room))),
    )


def test_three_way_handshake_numbers_and_time() -> None:
    client, server, data, rtt_ms = 100, 500, 200, 20
    client_next, server_next = client + 1, server + 1  # each SYN takes one number
    data_bytes = list(range(client_next, client_next + data))
    acked = data_bytes[-1] + 1
    syn_arrives, syn_ack_arrives, data_arrives, ack_arrives = (rtt_ms / 2 * k for k in range(1, 5))
    assert syn_arrives < syn_ack_arrives == rtt_ms < data_arrives == 1.5 * rtt_ms
    assert_says(
        "cn.tcp-three-way-handshake",
        "x = 100，服务器初始序号 y = 500，RTT = 20 ms，第三个报文段携带 200 字节",
        f"第一个：SYN = 1，seq = {client}。",
        f"第二个：SYN = 1，ACK = 1，seq = {server}，ack = {client_next}",
        f"第三个：ACK = 1，seq = {client_next}，ack = {server_next}，数据字节编号为 "
        f"{data_bytes[0]}～{data_bytes[-1]}",
        f"确认号 = {acked}；客户下一段 seq = {acked}",
        f"至少 2 × 20 = {ack_arrives:.0f} ms",
        f"客户下一段的 seq 仍是 {client_next}",
    )


def test_four_way_close_numbers_and_times() -> None:
    u, v, late_data, rtt, msl = 1000, 2000, 500, 0.04, 60
    late = list(range(v, v + late_data))
    w = late[-1] + 1
    fin_at_server = rtt / 2
    fin_at_client = fin_at_server + rtt / 2
    client_closed, server_closed = fin_at_client + 2 * msl, fin_at_client + rtt / 2
    assert_says(
        "cn.tcp-four-way-close",
        "u = 1000，服务器应答的 v = 2000，RTT = 40 ms，MSL = 60 s",
        "又发送 500 字节",
        f"服务器应答 ACK：seq = {v}，ack = {u + 1}。",
        f"编号为 {late[0]}～{late[-1]}，则其 FIN 的 w = {w}，ack = {u + 1}",
        f"seq = {u + 1}，ack = {w + 1}",
        f"0.04 + 2 × 60 = {client_closed:.2f} s",
        f"1.5 × 40 = {server_closed * 1000:.0f} ms",
    )


def congestion_windows(rounds: int, cwnd: int, ssthresh: int) -> list[int]:
    """cwnd in MSS of each round without loss: every new acknowledgement grows it, per Reno."""
    windows: list[int] = []
    for _ in range(rounds):
        windows.append(cwnd)
        if cwnd >= ssthresh:
            cwnd += 1
            continue
        for _ack in range(cwnd):
            cwnd += cwnd < ssthresh
    return windows


def test_congestion_window_of_each_round() -> None:
    before = congestion_windows(9, 1, 16)
    half = before[-1] // 2
    timeout, duplicate = congestion_windows(6, 1, half), congestion_windows(3, half, half)
    assert_says(
        "cn.tcp-congestion-control",
        "初始 cwnd = 1，ssthresh = 16",
        f"第 1～9 轮的 cwnd：{listed(before)}。",
        f"ssthresh = {before[-1]} ÷ 2 = {half}，第 10～15 轮的 cwnd：{listed(timeout)}。",
        f"ssthresh = {half}，第 10～12 轮的 cwnd：{listed(duplicate)}。",
        f"第 14 轮不是 {2 ** (14 - 10)}，因为超过门限 {half} 时取 {timeout[14 - 10]}",
    )


def busy_fraction(window: int, frame_ms: float, rtt_ms: float) -> float:
    """The share of time a sender transmits, simulated over many frames without errors or loss."""
    free_at, sent, acks = 0.0, 0, deque[float]()
    frames = 1000 * window
    while sent < frames:
        start = max(free_at, acks.popleft()) if len(acks) == window else free_at
        free_at = start + frame_ms
        acks.append(free_at + rtt_ms)
        sent += 1
    return frames * frame_ms / max(free_at, acks[0])


def test_gbn_utilisation_and_sequence_bits() -> None:
    frame_ms, rtt_ms = 1000 / 100_000 * 1000, 2 * 45
    full = smallest(lambda w: busy_fraction(w, frame_ms, rtt_ms) > 0.99)
    assert_says(
        "cn.gbn",
        "100 kb/s，帧长 1000 bit，单程传播时延 45 ms",
        f"Td = 1000 ÷ 100000 s = {frame_ms:.0f} ms",
        f"，一个周期 = {frame_ms:.0f} + {rtt_ms} = {frame_ms + rtt_ms:.0f} ms",
        f"W = 4 时，U = 4 × 10 ÷ 100 = {busy_fraction(4, frame_ms, rtt_ms):.0%}",
        f"W ≥ 100 ÷ 10 = {full}，由 2ⁿ − 1 ≥ {full} 得 n 至少 "
        f"{smallest(lambda n: 2**n - 1 >= full)} 位",
    )


def test_gbn_resends_everything_after_the_last_cumulative_acknowledgement() -> None:
    sent, acknowledged = range(7), (1, 3)
    again = [frame for frame in sent if frame > max(acknowledged)]
    assert_says(
        "cn.gbn",
        f"发送 {sent[0]}～{sent[-1]} 号帧",
        f"只收到 {acknowledged[0]} 号和 {acknowledged[1]} 号帧的确认，"
        f"则 0～{max(acknowledged)} 号都已收到",
        f"需重传 {listed(again, '、')} 号，共 {len(again)} 帧",
    )


def test_sr_window_and_sequence_bits() -> None:
    frame_ms, rtt_ms = 2000 / 200_000 * 1000, 2 * 20
    full = smallest(lambda w: busy_fraction(w, frame_ms, rtt_ms) > 0.99)
    assert_says(
        "cn.sr",
        "200 kb/s，帧长 2000 bit，单程传播时延 20 ms",
        f"Td = 2000 ÷ 200000 s = {frame_ms:.0f} ms，"
        f"周期 = {frame_ms:.0f} + {rtt_ms} = {frame_ms + rtt_ms:.0f} ms",
        f"W ≥ 50 ÷ 10 = {full}。",
        f"2ⁿ⁻¹ ≥ {full}，n 至少 {smallest(lambda n: 2 ** (n - 1) >= full)} 位",
        f"2ⁿ − 1 ≥ {full}，n 至少 {smallest(lambda n: 2**n - 1 >= full)} 位",
    )


def test_sr_resends_only_the_lost_frame() -> None:
    window, base, buffered, deliveries = 5, 0, set[int](), list[list[int]]()
    for frame in (0, 1, 3, 4, 2):  # frame 2 is lost and comes last, sent again
        assert base <= frame < base + window
        buffered.add(frame)
        run: list[int] = []
        while base in buffered:
            run.append(base)
            base += 1
        deliveries.append(run)
    assert deliveries == [[0], [1], [], [], [2, 3, 4]]
    assert_says(
        "cn.sr",
        "W = 5，发送 0～4 号帧，只有 2 号丢失",
        "接收方交付 0、1 号，缓存 3、4 号；发送方只重传 2 号",
        f"{listed(deliveries[-1], '、')} 号一起交付，接收窗口变为 {base}～{base + window - 1}",
    )


def test_csma_cd_shortest_frame_distance_and_backoff() -> None:
    bits_per_us, metres_per_us = 100, 200
    tau = 2000 / metres_per_us
    shortest = 2 * tau * bits_per_us
    shorter = shortest - 500
    tau_then = shorter / bits_per_us / 2
    reach = tau_then * metres_per_us
    most = 2 ** min(3, 10) - 1
    assert_says(
        "cn.csma-cd",
        "100 Mb/s，最远两站相距 2 km，信号传播速度 2 × 10⁸ m/s",
        f"τ = 2000 ÷ (2 × 10⁸) s = {tau:.0f} μs，争用期 2τ = {2 * tau:.0f} μs",
        f"= {bits_per_us} Mb/s × {2 * tau:.0f} μs = {shortest:.0f} bit = {shortest / 8:.0f} 字节",
        f"减少 500 bit 成为 {shorter:.0f} bit，则 2τ = {2 * tau_then:.0f} μs，τ = {tau_then} μs",
        f"最远 {reach:.0f} m，即缩短 {2000 - reach:.0f} m",
        f"第 3 次重传时 k = 3，r 取 0～{most}，最多推迟 {most} × 20 = {most * 2 * tau:.0f} μs",
    )


def divide_mod_2(bits: str, divisor: str) -> list[str]:
    """Every partial remainder of the modulo-2 long division, the dividend itself first."""
    value, span = int(bits, 2), len(divisor)
    lines = [bits]
    for shift in range(len(bits) - span, -1, -1):
        if value >> (shift + span - 1):
            value ^= int(divisor, 2) << shift
            lines.append(f"{value:0{len(bits)}b}")
    return lines


def test_crc_division_codeword_and_error() -> None:
    data, divisor = "101101", "10011"
    r = len(divisor) - 1
    lines = divide_mod_2(data + "0" * r, divisor)
    fcs = lines[-1][-r:]
    flipped = data + fcs[:-1] + str(1 - int(fcs[-1]))
    received = divide_mod_2(data + fcs, divisor)[-1][-r:]
    steps = [
        f"{k}. {before} ⊕ {int(before, 2) ^ int(after, 2):0{len(before)}b} = {after}"
        for k, (before, after) in enumerate(itertools.pairwise(lines), start=1)
    ]
    assert all(step.split()[3].strip("0") == divisor for step in steps)
    work = [line for line in section("cn.crc", "例题").splitlines() if "⊕" in line]
    assert work == steps
    assert_says(
        "cn.crc",
        "数据 101101，G(x) = x⁴ + x + 1，即 10011，r = 4",
        f"余数 {fcs}，发送 {data + fcs}（{len(data + fcs)} 位）",
        f"余数为 {received}，接收",
        f"翻转成 {flipped}，余数为 {divide_mod_2(flipped, divisor)[-1][-r:]}，丢弃",
    )


def test_crc_detects_what_the_card_claims() -> None:
    def undetected(error: int, divisor: str) -> bool:
        return int(divide_mod_2(f"{error:012b}", divisor)[-1], 2) == 0

    bursts = [
        (1 | middle << 1 | 1 << length - 1) << shift
        for length in range(1, 5)
        for middle in range(2 ** max(length - 2, 0))
        for shift in range(12 - length + 1)
    ]
    assert not any(undetected(error, "10011") for error in bursts)
    odd = [error for error in range(1, 2**12) if error.bit_count() % 2]
    assert not any(undetected(error, "11101") for error in odd)  # (x + 1)(x^3 + x + 1)
    assert_says("cn.crc", "单比特错", "不超过 r 的突发错", "因子 x + 1", heading="特点")


def test_switch_learns_and_forwards() -> None:
    port = dict(zip("ABCD", range(1, 5), strict=True))
    table: dict[str, int] = {}
    out: list[str] = []
    for source, target in ("AB", "BA", "CA", "AD"):
        table[source] = port[source]
        flooded = set(port.values()) - {port[source]}
        out.append(listed([table[target]] if target in table else sorted(flooded), "、"))
    assert_says(
        "cn.ethernet-switch",
        "4 个 1 Gb/s 全双工端口，1～4 号依次连接 A、B、C、D",
        f"A→B：记录 A 在 1 号；B 未知，从 {out[0]} 号发出",
        f"B→A：记录 B 在 2 号；只从 {out[1]} 号发出",
        f"C→A：记录 C 在 3 号；只从 {out[2]} 号发出",
        f"A→D：D 未知，从 {out[3]} 号发出",
        f"最后表中有 {listed(sorted(table), '、')} 三项",
        f"4 × 1 = {len(port) * 1} Gb/s",
        f"直通时延 {6 * 8} bit ÷ 1 Gb/s = {6 * 8 / 1e9 * 1e9:.0f} ns",
        f"{len(port)} 个冲突域（按端口计）、1 个广播域",
    )


def test_shannon_and_nyquist_limits() -> None:
    width, ratio = 4000, 10 ** (30 / 10)
    shannon = width * math.log2(1 + ratio)
    nyquist = {states: 2 * width * math.log2(states) for states in (16, 64)}
    assert nyquist[16] < shannon < nyquist[64]
    assert_says(
        "cn.shannon",
        "信道带宽 4 kHz，信噪比 30 dB",
        f"S/N = 10³ = {ratio:.0f}",
        f"香农极限 = {width} × log₂({1 + ratio:.0f}) ≈ {shannon:.0f} b/s，"
        f"约 {shannon / 1000:.0f} kb/s",
        f"16 种状态：奈奎斯特上限 = 2 × {width} × log₂16 = {nyquist[16]:.0f} b/s，"
        f"小于香农极限，最大数据率为 {nyquist[16] / 1000:.0f} kb/s",
        f"64 种状态：奈奎斯特上限 = 2 × {width} × {math.log2(64):.0f} = {nyquist[64]:.0f} b/s，"
        f"超过香农极限，最大数据率仍约为 {min(shannon, nyquist[64]) / 1000:.0f} kb/s",
    )


def test_equal_subnets() -> None:
    subnets = list(IPv4Network("192.168.10.0/24").subnets(prefixlen_diff=2))
    third, hosts = subnets[2], list(subnets[2].hosts())
    assert_says(
        "cn.subnetting",
        "网络 192.168.10.0/24",
        f"均分 {len(subnets)} 个子网：借 2 位，前缀 /{third.prefixlen}，掩码 {third.netmask}，"
        f"每个子网 {len(hosts)} 台主机",
        f"第 3 个子网为 {third}，主机 {hosts[0].packed[3]}～{hosts[-1].packed[3]}，"
        f"广播地址 {third.broadcast_address}",
    )


def test_subnets_of_different_sizes() -> None:
    block, start, plan = IPv4Network("192.168.10.0/24"), IPv4Address("192.168.10.0"), list[str]()
    for needed in (100, 50, 20):
        prefix = 32 - smallest(lambda bits, needed=needed: 2**bits - 2 >= needed)
        subnet = IPv4Network((start, prefix))  # raises when the block is not aligned
        assert subnet.subnet_of(block)
        plan.append(str(subnet))
        start += subnet.num_addresses
    assert_says("cn.subnetting", f"100、50、20 台：依次为 {'、'.join(plan)}。")


def test_aggregated_route_and_longest_prefix() -> None:
    (joined,) = collapse_addresses(IPv4Network(f"10.1.{third}.0/24") for third in range(4, 8))
    (prefix,) = {f"{third:08b}"[: joined.prefixlen - 16] for third in range(4, 8)}
    target = ip_address("10.1.6.9")
    routes = [IPv4Network("10.1.0.0/16"), IPv4Network("10.1.4.0/22")]
    assert all(target in route for route in routes)
    best = max(routes, key=lambda route: route.prefixlen)
    assert_says(
        "cn.subnetting",
        "10.1.4.0/24～10.1.7.0/24",
        "10.1.0.0/16 和 10.1.4.0/22",
        f"前 {len(prefix)} 位都是 {prefix}，得 {joined}。",
        f"目的 {target} 两条都匹配，选 {best}。",
    )


def test_two_adjacent_blocks_need_a_wider_common_prefix() -> None:
    blocks = [IPv4Network("10.1.5.0/24"), IPv4Network("10.1.6.0/24")]
    common = blocks[0]
    while not blocks[1].subnet_of(common):
        common = common.supernet()
    extra = common.num_addresses // 256 - len(blocks)
    assert (common.prefixlen, extra) == (22, 2)
    assert_says("cn.subnetting", f"公共前缀是 /{common.prefixlen}，会多包含两块", heading="易错点")


def test_arp_requests_and_frame_addresses_across_a_router() -> None:
    h1, h2 = ip_interface("192.168.1.10/24"), ip_interface("192.168.2.20/24")
    left, right = ip_interface("192.168.1.1/24"), ip_interface("192.168.2.1/24")
    assert h1.network == left.network
    assert h2.network == right.network
    requests = [h2.ip] if h2.ip in h1.network else [left.ip, h2.ip]
    assert_says(
        "cn.arp",
        f"H1 为 {h1}，路由器 R 的两个接口为 {left} 和 {right}",
        f"H2 为 {h2}，H1 的网关是 {left.ip}",
        f"H1 广播请求 {requests[0]} 的 MAC",
        "H1 到 R 的帧：源 MAC 是 H1，目的 MAC 是 R 的左接口",
        f"R 广播请求 {requests[1]} 的 MAC",
        "R 到 H2 的帧：源 MAC 是 R 的右接口，目的 MAC 是 H2",
        f"共 {len(requests)} 次 ARP 请求",
        f"始终是 {h1.ip} 和 {h2.ip}",
    )


def test_dns_queries_and_time() -> None:
    name = "www.cs.example.com"
    zones = ["根"]
    for label in reversed(name.split(".")[1:]):
        zones.append(label if len(zones) == 1 else f"{label}.{zones[-1]}")
    assert_says(
        "cn.dns",
        "解析 www.cs.example.com",
        "本地域名服务器的 RTT 为 10 ms，本地到其他每台服务器的 RTT 均为 40 ms",
        f"依次查询{'、'.join(zones)} 的服务器，共 {len(zones)} 次",
        f"主机发出 1 次查询，总时间 = 10 + {len(zones)} × 40 = {10 + len(zones) * 40} ms",
        "总时间 = 10 ms；若主机自己已有缓存，为 0",
    )


def test_http_page_times() -> None:
    rtt, images = 10, 5
    connect = request = rtt
    one = connect + request
    assert_says(
        "cn.http",
        "5 个小图片，RTT = 10 ms",
        f"{1 + images} × {one} = {sum(one for _ in range(1 + images))} ms",
        f"并行取图片：{one} + {one} = {one + max(one for _ in range(images))} ms",
        f"非流水线：{one} + {images} × {rtt} = {one + sum(request for _ in range(images))} ms",
        f"、流水线：{one} + {request} = {one + request} ms",
    )
