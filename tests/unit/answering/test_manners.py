"""What counts as harmful: links, hosts, calls and tags, but not the notation of 408."""

import pytest

from backend.answering.answer import SourceRef
from backend.answering.excerpts import Excerpt
from backend.answering.manners import Manners, Names

CARD = Excerpt(SourceRef("DNS", "CN0103"), "查询 www.example.com 时先问本地域名服务器。", "")


@pytest.fixture(scope="module")
def manners(library):
    return Manners("什么是 DNS", [CARD], Names(library), wary=False)


@pytest.mark.parametrize(
    "text",
    [
        "cwnd<ssthresh 时用慢开始算法[1]。",
        "若 a<b 且 c>d，就交换。",
        "if (i<n && j>m) i++;",
        "p->next<q->next",
        "栈空时 S.top==-1。",
        "入栈：stack.top++，取 p.link。",
        "#include <stdio.h>",
        "查询www.example.com时先问本地域名服务器[1]。",
        "先问 www.example.com. 的服务器",
        "平均 O(n log n)，约 3.14 倍，e.g. TCP。",
    ],
)
def test_the_notation_of_the_subjects_and_our_own_hosts_do_no_harm(manners, text):
    assert not manners.harmful(text)


@pytest.mark.parametrize(
    "text",
    [
        "见 evil.top",
        "见 evil.dev/x",
        "进 t.me/abc",
        "进 a.link/abc",
        "请访问evil.com找老王",
        "请访问www.evil.example看看",
        "看 evil.www.example.com",
        "点javascript:alert(1)",
        "见 ftp://a",
        "发信到a@evil.example",
        "<b>重点</b>",
        "<img src=x onerror=alert(1)",
        "<img/src=x>",
        "<details open>",
        "<a:smile:1234>",
        "<@123>",
        "[点](a)",
    ],
)
def test_links_hosts_calls_and_tags_do_harm_also_between_chinese_characters(manners, text):
    assert manners.harmful(text)


@pytest.mark.parametrize("part", ["a.k.c.", "a-", "a+"])
def test_a_long_text_is_looked_through_in_one_go(manners, part):
    """Going back for every character, it would outlast the time that a test has."""
    manners.harmful(part * (300_000 // len(part)))
