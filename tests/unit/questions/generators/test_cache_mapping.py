"""Questions on cache mapping against bit strings, stack distances and closed forms."""

import re
from fractions import Fraction

import pytest

from backend.questions.generators.cache_mapping import CacheMappingGenerator
from backend.questions.solvers import cache_mapping
from tests.unit.questions.generators.checks import check, drafts, questions

GENERATOR = CacheMappingGenerator()
UNITS = {"B": 1, "KB": 2**10, "MB": 2**20, "GB": 2**30}


def size(text):
    number, unit = text.split()
    return int(number) * UNITS[unit]


def bits(count):
    """How many binary digits number that many things from 0."""
    return len(f"{count - 1:b}") if count > 1 else 0


def answer_of(question):
    stem = question.stem
    if "数组" in stem:
        return of_array(stem)
    return of_accesses(stem) if "依次访问" in stem else of_layout(stem)


def of_layout(stem):
    memory = re.search(r"主存(?:地址 (\d+) 位|容量 (\d+ [MG]B))", stem)
    address = int(memory[1]) if memory[1] else bits(size(memory[2]))
    data, block = (size(re.search(rf"{name} (\d+ K?B)", stem)[1]) for name in ("数据区", "块大小"))
    lines = data // block
    ways = 1 if "直接映射" in stem else lines if "全相联" in stem else 0
    ways = ways or int(re.search(r"采用 (\d) 路", stem)[1])
    sets = lines // ways
    tag = address - bits(sets) - bits(block)
    unit = "行" if ways == 1 else "组"
    if "各字段" in stem:
        index = "" if sets == 1 else f"{unit}号 {bits(sets)} 位，"
        return f"标记 {tag} 位，{index}块内地址 {bits(block)} 位"
    if "比较器" in stem:
        return f"{ways} 个，每个 {tag} 位"
    if "一共有多少位" in stem:
        return f"{lines * (8 * block + tag + (2 if '写回' in stem else 1))} 位"
    word = re.search(r"主存地址 ([0-9A-F]+)H", stem)[1]
    digits = f"{int(word, 16):0{address}b}"
    assert f"装入的{unit}号" in stem
    return str(int(digits[tag : address - bits(block)], 2))


def accesses_of(stem):
    """Read sets, ways, policy and block numbers; a set without a number is the only one."""
    lines = int(re.search(r"共 (\d+) 行", stem)[1])
    ways = 1 if "直接映射" in stem else lines
    if "路组相联" in stem:
        ways = int(re.search(r"(\d) 路", stem)[1])
    numbers = [int(number) for number in re.search(r"```(.*)```", stem, re.DOTALL)[1].split()]
    block = re.search(r"块大小 (\d+) B", stem)
    blocks = [number // int(block[1]) for number in numbers] if block else numbers
    return lines // ways, ways, "FIFO" if "FIFO" in stem else "LRU", blocks


def contents(mates, ways, policy):
    """What a set holds after these accesses, the next victim first, without keeping a queue.

    LRU: the blocks by their last use, the newest ``ways`` of them. FIFO: by their loads.
    """
    if policy == "LRU":
        newest = dict.fromkeys(reversed(mates))
        return list(newest)[:ways][::-1]
    loads = []
    for block in mates:
        if block not in loads[-ways:]:
            loads.append(block)
    return loads[-ways:]


def of_accesses(stem):
    sets, ways, policy, blocks = accesses_of(stem)

    def mates(now, number):
        return [block for block in blocks[:now] if block % sets == number]

    hits = sum(
        block in contents(mates(now, block % sets), ways, policy)
        for now, block in enumerate(blocks)
    )
    if "换出的是" in stem:
        now = int(re.search(r"第 (\d+) 次访问", stem)[1]) - 1
        return f"主存块 {contents(mates(now, blocks[now] % sets), ways, policy)[0]}"
    if "结束后" in stem:
        number = re.search(r"(\d+) 号组", stem)
        left = contents(mates(len(blocks), int(number[1]) if number else 0), ways, policy)
        return "主存块 " + "、".join(map(str, sorted(left)))
    return percent(Fraction(hits, len(blocks))) if "命中率" in stem else f"{hits} 次"


def percent(rate):
    text = f"{float(rate * 100):.6f}".rstrip("0").rstrip(".")
    return f"{text}%" if len(text) <= 8 else f"约 {float(rate * 100):.1f}%"


def of_array(stem):
    """One miss for each block, and again in the second pass when the array is too long."""
    element = int(re.search(r"占 (\d) B", stem)[1])
    data, block = (size(re.search(rf"{name} (\d+ K?B)", stem)[1]) for name in ("数据区", "块大小"))
    count = int(re.search(r"a\[(\d+)\] 的", stem)[1])
    uses = 2 if "再这样读一遍" in stem or "先读后写" in stem else 1
    misses = count * element // block
    if "再这样读一遍" in stem and count * element > data:
        misses *= 2
    return percent(1 - Fraction(misses, uses * count))


def test_every_key_is_what_the_oracles_say():
    check(GENERATOR, answer_of)


def test_the_contents_are_those_of_a_small_case_worked_by_hand():
    mates = [0, 1, 2, 3, 0, 4]
    assert contents(mates, 4, "LRU") == [2, 3, 0, 4]
    assert contents(mates, 4, "FIFO") == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("name", "bug"),
    [
        ("tag_bits", lambda layout: layout.task.address_bits - layout.offset_bits),
        ("line_bits", lambda layout: layout.tag_bits + 8 * layout.task.block_bytes + 1),
        ("ways", lambda layout: layout.sets),
    ],
)
def test_a_bug_planted_in_the_layout_is_caught(monkeypatch, name, bug):
    monkeypatch.setattr(cache_mapping.CacheLayout, name, property(bug))
    with pytest.raises(AssertionError):
        check(GENERATOR, answer_of)


def test_a_hit_that_does_not_renew_a_block_is_caught(monkeypatch):
    right = cache_mapping._access

    def forgets_hits(task, lines, block):
        kept = lines.get(block % task.sets, [])
        if block in kept:
            return cache_mapping.Access(block, block % task.sets, True, None, tuple(kept))
        return right(task, lines, block)

    monkeypatch.setattr(cache_mapping, "_access", forgets_hits)
    with pytest.raises(AssertionError):
        check(GENERATOR, answer_of)


def test_a_cache_that_is_one_line_short_is_caught(monkeypatch):
    right = cache_mapping._access

    def loses_a_line(task, lines, block):
        shorter = cache_mapping.AccessTask(
            task.sets, max(1, task.ways - 1), task.blocks, task.policy
        )
        return right(shorter, lines, block)

    monkeypatch.setattr(cache_mapping, "_access", loses_a_line)
    with pytest.raises(AssertionError):
        check(GENERATOR, answer_of)


def wrong_of(draft):
    return {wrong.mistake: wrong.value for wrong in draft.distractors}


def test_every_mistake_has_a_name_in_kebab_case():
    for draft in drafts(GENERATOR):
        assert all(re.fullmatch(r"[a-z0-9.]+(-[a-z0-9.]+)*", name) for name in wrong_of(draft))


def test_hits_under_the_other_policy_are_what_the_mistake_gives():
    asked = [d for d in drafts(GENERATOR) if "命中多少次" in d.stem and "替换" in d.stem]
    assert len(asked) > 20
    for draft in asked:
        mistaken = draft.stem.replace("LRU", "?").replace("FIFO", "LRU").replace("?", "FIFO")
        assert wrong_of(draft)["swaps-lru-and-fifo"] == of_accesses(mistaken)
        lines = int(re.search(r"共 (\d+) 行", draft.stem)[1])
        if "全相联" in draft.stem:
            shorter = draft.stem.replace(f"共 {lines} 行", f"共 {lines - 1} 行")
            assert wrong_of(draft)["one-line-too-few"] == of_accesses(shorter)


def test_the_wrong_sizes_of_a_cache_are_what_the_mistakes_give():
    asked = [d for d in drafts(GENERATOR) if "一共有多少位" in d.stem]
    assert len(asked) > 20
    for draft in asked:
        lines = size(re.search(r"数据区 (\d+ K?B)", draft.stem)[1])
        lines //= size(re.search(r"块大小 (\d+ K?B)", draft.stem)[1])
        right, wrong = int(draft.correct.split()[0]), wrong_of(draft)
        forgotten = "forgets-a-control-bit" if "写回" in draft.stem else "forgets-the-valid-bit"
        assert wrong[forgotten] == f"{right - lines} 位"
        assert wrong["counts-only-the-data"] == f"{8 * size(data_of(draft.stem))} 位"


def data_of(stem):
    return re.search(r"数据区 (\d+ K?B)", stem)[1]


def test_a_block_outside_the_set_is_said_to_be_where_it_is():
    said = [
        (draft, wrong)
        for draft in drafts(GENERATOR)
        for wrong in draft.distractors
        if wrong.mistake == "looks-outside-the-set"
    ]
    assert len(said) > 20
    for draft, wrong in said:
        sets, ways, policy, blocks = accesses_of(draft.stem)
        now = int(re.search(r"第 (\d+) 次访问", draft.stem)[1]) - 1
        block, own = int(wrong.value.split()[1]), blocks[now] % sets
        assert block in blocks[:now]
        if f"{own} 号组" in wrong.why:
            assert f"主存块 {block} 装在 {block % sets} 号组" in wrong.why
            assert block % sets != own
        else:
            mates = [each for each in blocks[:now] if each % sets == own]
            assert "已被换出" in wrong.why
            assert block not in contents(mates, ways, policy)


def test_a_reason_names_rows_or_sets_as_the_mapping_has_them():
    asked = [d for d in drafts(GENERATOR) if "装入的" in d.stem]
    assert {"行号" in d.stem for d in asked} == {True, False}
    for draft in asked:
        why = {wrong.mistake: wrong.why for wrong in draft.distractors}["takes-the-tag"]
        assert ("行数" in why) == ("直接映射" in draft.stem)


def test_comparators_counted_as_lines_and_as_sets_have_their_own_reasons():
    asked = [d for d in drafts(GENERATOR) if "比较器" in d.stem and "路组相联" in d.stem]
    assert len(asked) > 20
    for draft in asked:
        why = {wrong.mistake: wrong.why for wrong in draft.distractors}
        assert why["one-for-each-set"].startswith("这是组数")
        assert why["one-for-each-line"].startswith("这是行数")


def test_the_wrong_widths_add_up_unless_the_tag_itself_is_wrong():
    asked = [d for d in drafts(GENERATOR) if "各字段" in d.stem]
    assert len(asked) > 50
    for draft in asked:
        memory = re.search(r"主存(?:地址 (\d+) 位|容量 (\d+ [MG]B))", draft.stem)
        address = int(memory[1]) if memory[1] else bits(size(memory[2]))
        assert sum(map(int, re.findall(r"\d+", draft.correct))) == address
        for mistake, value in wrong_of(draft).items():
            total = sum(map(int, re.findall(r"\d+", value)))
            lost = "tag-includes" in mistake or "takes-off" in mistake
            assert (total == address) != lost


def test_whoever_takes_the_commonest_width_of_each_part_finds_the_key_by_chance_only():
    asked = [q for q in questions(GENERATOR) if "各字段" in q.stem or "比较器" in q.stem]
    found = 0
    for question in asked:
        rows = [text.split("，") for text in question.options.values()]
        columns = list(zip(*rows, strict=True))
        best = [{v for v in c if c.count(v) == max(map(c.count, c))} for c in columns]
        leaders = [row for row in rows if all(v in b for v, b in zip(row, best, strict=True))]
        found += leaders == [question.options[question.answer].split("，")]
    assert found < len(asked) // 3


def test_a_block_said_to_be_thrown_out_was_there_before_that_access_and_not_after():
    seen = 0
    for draft in drafts(GENERATOR):
        for wrong in draft.distractors:
            if wrong.mistake != "misses-a-replacement":
                continue
            sets, ways, policy, blocks = accesses_of(draft.stem)
            block, at = map(int, re.search(r"主存块 (\d+) 在第 (\d+) 次", wrong.why).groups())
            assert str(block) in re.findall(r"\d+", wrong.value)

            def held(now, sets=sets, ways=ways, policy=policy, blocks=blocks, block=block):
                mates = [each for each in blocks[:now] if each % sets == block % sets]
                return block in contents(mates, ways, policy)

            assert held(at - 1)
            assert not any(held(now) for now in range(at, len(blocks) + 1))
            seen += 1
    assert seen > 40
