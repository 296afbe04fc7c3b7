"""Private blocks to ask about, and distractors that are addresses, masks and counts."""

import random

from backend.questions.generators.answers import of_address, ranked_as
from backend.questions.generators.frame import Distractor, Draft
from backend.questions.generators.ranking import ranked
from backend.questions.solvers.refusal import Refusal
from backend.questions.solvers.subnetting import (
    Block,
    BlockFacts,
    BlockTask,
    describe,
    dotted,
)


def draw_start(chance: random.Random, unit: int) -> int:
    """Draw the start of a private /24 or /16 (``unit`` addresses) with room above it."""
    second, third = chance.randint(16, 30), chance.randint(1, 250)
    heads = [172 << 24 | second << 16, 10 << 24 | chance.randint(1, 200) << 16]
    if unit == 65536:
        return chance.choice(heads)
    return chance.choice([*heads, 192 << 24 | 168 << 16]) + (third << 8)


def facts_of(address: int, prefix: int) -> BlockFacts:
    """Describe the block of ``address`` under a right or a mistaken prefix."""
    facts = describe(BlockTask(dotted(address), prefix))
    assert not isinstance(facts, Refusal), facts
    return facts


def ends_of(block: Block) -> tuple[int, int]:
    """The first and the last host address of a block that has some."""
    assert block.host_range is not None
    return block.host_range


def instead(address: int, mistake: str, why: str) -> Distractor:
    """An address given by mistake."""
    return Distractor(dotted(address), mistake, why)


def mask(prefix: int, mistake: str, why: str) -> Distractor:
    """The mask of a mistaken prefix."""
    return Distractor(dotted(Block(0, min(prefix, 32)).mask), mistake, why)


def count_of(count: int, mistake: str, why: str) -> Distractor:
    """A number of addresses or subnets given by mistake."""
    return Distractor(f"{count} 个", mistake, why)


def beside_count(chance: random.Random, size: int) -> Distractor:
    """One more or one less than the hosts of a block; both would stand around the key."""
    if chance.random() < 0.5:
        why = "网络地址和广播地址都要减，只减了一个。"
        return count_of(size - 1, "subtracts-only-one", why)
    why = "多减了一个给网关；网关的接口用的也是可分配地址。"
    return count_of(size - 3, "keeps-one-for-the-gateway", why)


def sized(draft: Draft, chance: random.Random) -> Draft:
    """Rank the distractors of a draft that asks for an address, a mask or a count."""
    return ranked(draft, chance) if " " in draft.correct else ranked_as(draft, chance, of_address)
