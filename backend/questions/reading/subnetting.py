"""Reads an IPv4 exercise: one address with its prefix or mask, and how it is to be split."""

import re

from backend.questions.reading.fields import COUNT, Rest, number, tidy
from backend.questions.solvers.subnetting import BlockTask, SplitTask

_FOREIGN = re.compile(
    "路由|下一跳|聚合|超网|私有|公网|公有|哪一?类|是[abcde]类|nat|arp|dhcp|dns|为什么|为啥|什么意思"
    "|啥意思|全[01](?:的?子网)|vlsm|变长|可变长|不等长|目的|转发|匹配|同一?个?(?:网|子网)|分片|怎么(?:配|设)"
    "|通配符|反掩码"
)
_ADDRESS = re.compile(r"(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.])")
_PREFIX = re.compile(r"/\s*(?P<n>\d{1,3})(?![\d.])")
_SPOKEN_PREFIX = re.compile(
    r"(?:(?:网络|地址)?前缀(?:长度|长)?|掩码(?:长度|位数|长)?|网络号)(?:[为是有=:\s])*"
    r"(?P<n>\d{1,3})(?![\d.])\s*(?:位|bits?)?"
)
_MASK_WORD = re.compile("掩码|mask")
# 一台主机, 一个网段 are no counts.
_SUBNETS = re.compile(
    rf"(?!一[个台])(?P<n>{COUNT})\s*个?(?:大小)?(?:等长|相等|相同|同样大小?|一样大)?的?\s*(?:子网(?!掩)|网段|子网络|部分)"
)
_HOSTS = re.compile(
    rf"(?!一[个台])(?P<n>{COUNT})\s*(?:台|个)\s*(?:主机|机器|电脑|计算机|设备|pc|可?用?ip|(?:可用)?(?:主机)?地址)"
    rf"|(?!一[个台])(?P<m>{COUNT})\s*台"
)
_WANTS_SPLIT = re.compile(
    "划分?|[拆均平切]?分[成为出开给]?|拆|切|借|建立?|需要|要求|至少|容纳|每个?|能放|支持"
)
_SAYS_SPLIT = re.compile("划分|[拆均平切]分|分[成为]|借")
_ASKS = re.compile(
    "主机|网络(?:地址|号|位)|子网|广播|掩码|范围|可用|网段|地址数|多少个?地址|几个地址|ip|地址|计算|算|求|信息"
)


def read_subnet_task(message: str) -> BlockTask | SplitTask | None:
    """Read one task; None when anything is unclear."""
    text = tidy(message)
    if _FOREIGN.search(text):
        return None
    rest = Rest(text)
    block = _take_block(rest)
    if block is None:
        return None
    subnets = [number(match["n"]) for match in rest.take(_SUBNETS)]
    hosts = [number(match["n"] or match["m"]) for match in rest.take(_HOSTS)]
    if rest.has_digits or len(subnets) + len(hosts) > 1:
        return None
    if subnets or hosts:
        splits = SplitTask(block, next(iter(subnets), None), next(iter(hosts), None))
        return splits if _WANTS_SPLIT.search(text) else None
    if _SAYS_SPLIT.search(text):
        return None
    return block if _ASKS.search(text) or not rest.words else None


def _take_block(rest: Rest) -> BlockTask | None:
    about_mask = rest.has(_MASK_WORD)
    labelled = rest.take_one([re.compile(rf"(?:掩码|mask)[^\d]{{0,8}}(?P<ip>{_ADDRESS.pattern})")])
    found = [match[0] for match in rest.take(_ADDRESS)]
    masks = [labelled["ip"]] if labelled is not None else []
    if about_mask and len(found) == 2 and not masks:
        masks = [address for address in found if address.startswith("255.")]
        found = [address for address in found if address not in masks]
    prefixes = [int(match["n"]) for match in rest.take(_PREFIX)]
    if not prefixes and not masks:
        prefixes = [int(match["n"]) for match in rest.take(_SPOKEN_PREFIX)]
    if len(found) != 1 or len(masks) + len(prefixes) != 1:
        return None
    if masks:
        return BlockTask(found[0], mask=masks[0])
    return BlockTask(found[0], prefixes[0])
