"""Questions on subnets against Python's ipaddress, which reads the stem and the options."""

import re
from ipaddress import IPv4Address, IPv4Interface, IPv4Network

import pytest

from backend.questions.generators.frame import generate
from backend.questions.generators.subnetting import SubnettingGenerator
from backend.questions.solvers import subnetting
from backend.questions.solvers.subnetting import Block, Split
from tests.unit.questions.generators.checks import SEEDS, check, drafts

GENERATOR = SubnettingGenerator()


def answer_of(question):
    if question.stem.startswith("把地址块"):
        return of_split(question.stem)
    return of_block(question)


def of_block(question):
    stem = question.stem
    address, mask = re.search(r"地址为 ([\d.]+)(?:/|，子网掩码为 )([\d.]+)。", stem).groups()
    network = IPv4Interface(f"{address}/{mask}").network
    hosts = list(network.hosts())
    if "网络地址是" in stem:
        return str(network.network_address)
    if "广播地址是" in stem:
        return str(network.broadcast_address)
    if "最小 IP" in stem:
        return str(hosts[0])
    if "最大 IP" in stem:
        return str(hosts[-1])
    if "多少个" in stem:
        return f"{len(hosts)} 个"
    assert "同一子网" in stem
    others = {str(host) for host in hosts} - {address}
    (only,) = [text for text in question.options.values() if text in others]
    return only


def of_split(stem):
    whole, kind, wanted = re.search(
        r"地址块 ([\d./]+) .*至少要有 (?:(\d+) 个子网|(\d+) 个地址)", stem
    ).groups()
    parts = parts_of(IPv4Network(whole), kind, wanted)
    if "掩码" in stem:
        return str(parts[0].netmask)
    if "多少个子网" in stem:
        return f"{len(parts)} 个"
    if "多少个" in stem:
        return f"{len(list(parts[0].hosts()))} 个"
    number = int(re.search(r"第 (\d+) 个子网的", stem)[1])
    part = parts[number - 1]
    return str(part.network_address if "网络地址是" in stem else part.broadcast_address)


def parts_of(whole, subnets, hosts):
    """Try the prefixes one after the other: the first with enough subnets, the last with room."""
    tried = [list(whole.subnets(new_prefix=prefix)) for prefix in range(whole.prefixlen, 31)]
    if subnets:
        return next(parts for parts in tried if len(parts) >= int(subnets))
    return [parts for parts in tried if parts[0].num_addresses - 2 >= int(hosts)][-1]


def test_every_key_is_what_ipaddress_says():
    check(GENERATOR, answer_of)


@pytest.mark.parametrize(
    ("owner", "name", "bug"),
    [
        (Block, "broadcast", lambda block: block.network + block.size),
        (Block, "hosts", lambda block: block.size - 1),
        (Block, "mask", lambda block: 2**32 - 2 ** max(31 - block.prefix, 0)),
        (Block, "host_range", lambda block: (block.network + 1, block.broadcast)),
        (Split, "count", lambda done: 2**done.borrowed + 2),
    ],
)
def test_a_bug_planted_in_the_solver_is_caught(monkeypatch, owner, name, bug):
    monkeypatch.setattr(owner, name, property(bug))
    with pytest.raises(AssertionError):
        check(GENERATOR, answer_of)


def test_a_split_that_forgets_the_two_special_addresses_is_caught(monkeypatch):
    def without_the_two(task):
        done = subnetting.split(task)
        if task.hosts is None:
            return done
        return Split(task, done.whole, 32 - (task.hosts - 1).bit_length())

    monkeypatch.setattr("backend.questions.generators.subnet_splits.split", without_the_two)
    with pytest.raises(AssertionError):
        check(GENERATOR, answer_of)


def test_every_mistake_has_a_name_and_a_value_of_the_same_kind_as_the_key():
    for draft in drafts(GENERATOR):
        for wrong in draft.distractors:
            assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", wrong.mistake)
            if draft.correct.endswith("个"):
                assert re.fullmatch(r"\d+ 个", wrong.value)
            else:
                assert str(IPv4Address(wrong.value)) == wrong.value


def test_the_distractors_of_a_network_address_are_what_the_mistakes_give():
    asked = [d for d in drafts(GENERATOR) if "网络地址是哪个" in d.stem and "主机的" in d.stem]
    assert len(asked) > 20
    for draft in asked:
        given = re.search(r"地址为 ([\d.]+)(?:/|，子网掩码为 )([\d.]+)。", draft.stem)
        here = IPv4Interface("/".join(given.groups()))
        prefix = here.network.prefixlen
        values = {wrong.mistake: wrong.value for wrong in draft.distractors}
        assert values["broadcast-for-network"] == str(here.network.broadcast_address)
        for mistake, wrong_prefix in [
            ("treats-as-slash-24", 24),
            ("prefix-one-bit-long", prefix + 1),
            ("prefix-one-bit-short", prefix - 1),
        ]:
            network = IPv4Interface(f"{here.ip}/{wrong_prefix}").network
            assert values[mistake] == str(network.network_address)


def test_an_outsider_is_never_assignable_in_the_subnet():
    asked = [generate(GENERATOR, seed) for seed in SEEDS]
    asked = [question for question in asked if "同一子网" in question.stem]
    assert len(asked) > 40
    for question in asked:
        assert question.options[question.answer] == of_block(question)


def test_the_steps_of_a_split_show_the_first_two_the_asked_and_the_last_subnet():
    asked = [d for d in drafts(GENERATOR) if d.stem.startswith("把地址块")]
    assert len(asked) > 150
    for draft in asked:
        whole, kind, wanted = re.search(
            r"地址块 ([\d./]+) .*至少要有 (?:(\d+) 个子网|(\d+) 个地址)", draft.stem
        ).groups()
        parts = parts_of(IPv4Network(whole), kind, wanted)
        text = "\n".join(draft.steps)
        shown = re.findall(r"- 第 (\d+) 个 ([\d.]+)～([\d.]+)", text)
        number = re.search(r"第 (\d+) 个子网的", draft.stem)
        expected = {1, 2, len(parts), *([int(number[1])] if number else [])}
        assert [int(n) for n, _, _ in shown] == sorted(expected - {0})
        for n, first, last in shown:
            part = parts[int(n) - 1]
            assert (first, last) == (str(part.network_address), str(part.broadcast_address))


def width(line):
    """How many columns a phone needs: a Chinese character takes two."""
    return sum(2 if ord(character) > 0x2E80 else 1 for character in line)


def test_listed_lines_fit_on_a_phone_and_count_addresses_as_the_options_do():
    for draft in drafts(GENERATOR):
        text = "\n".join(draft.steps)
        assert "台" not in text
        assert all(width(line) <= 44 for line in text.splitlines() if line.startswith("- "))


def test_a_mask_or_a_count_of_a_split_is_not_harder_than_the_number_of_an_address():
    for draft in drafts(GENERATOR):
        if draft.stem.startswith("把地址块"):
            assert draft.difficulty == 3 or "个子网的" in draft.stem


def test_the_and_of_the_steps_is_the_network_of_the_host():
    asked = [d for d in drafts(GENERATOR) if not d.stem.startswith("把地址块")]
    for draft in asked:
        given = re.search(r"地址为 ([\d.]+)(?:/|，子网掩码为 )([\d.]+)。", draft.stem)
        network = IPv4Interface("/".join(given.groups())).network
        text = "\n".join(draft.steps)
        assert f"网络地址：{network.network_address}\n" in text
        assert f"广播地址：{network.broadcast_address}（" in text
        byte = int(re.search(r"第 (\d) 个字节按位与", text)[1]) - 1
        assert f"得 {network.network_address.packed[byte]}：" in text
