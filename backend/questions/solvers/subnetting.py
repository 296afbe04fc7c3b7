"""IPv4 blocks: what one holds, and how it is split into equal subnets.

Conventions as in the card cn.subnetting and in RFC 4632 (CIDR): a subnet
number may be all zeros or all ones; the first address of a subnet names it, the last one is its
broadcast address, so 2^h - 2 of its addresses are for hosts (none in a /31 or /32).
"""

from dataclasses import dataclass

from backend.questions.solvers.refusal import Refusal

_BITS = 32
_ALL = 2**_BITS - 1
_LONGEST_WITH_HOSTS = 30


@dataclass(frozen=True, slots=True)
class Block:
    """The addresses that share the first ``prefix`` bits of ``network`` (an unsigned 32-bit)."""

    network: int
    prefix: int

    @property
    def mask(self) -> int:
        return _ALL << (_BITS - self.prefix) & _ALL

    @property
    def size(self) -> int:
        return 2 ** (_BITS - self.prefix)

    @property
    def broadcast(self) -> int:
        return self.network + self.size - 1

    @property
    def hosts(self) -> int:
        return max(self.size - 2, 0)

    @property
    def host_range(self) -> tuple[int, int] | None:
        """The first and last host address; None where there is none."""
        return (self.network + 1, self.broadcast - 1) if self.hosts else None


@dataclass(frozen=True, slots=True)
class BlockTask:
    """An address in dotted form with its prefix length or, when ``prefix`` is None, its mask."""

    address: str
    prefix: int | None = None
    mask: str = ""


@dataclass(frozen=True, slots=True)
class SplitTask:
    """Split the block of ``whole`` into equal subnets: exactly one of the two is given.

    ``subnets``: into at least so many. ``hosts``: into the smallest that have room for so many.
    """

    whole: BlockTask
    subnets: int | None = None
    hosts: int | None = None


@dataclass(frozen=True, slots=True)
class BlockFacts:
    """The block that ``address`` lies in."""

    task: BlockTask
    address: int
    block: Block


@dataclass(frozen=True, slots=True)
class Split:
    """``whole`` cut into ``count`` subnets, each with the longer ``prefix``."""

    task: SplitTask
    whole: Block
    prefix: int

    @property
    def borrowed(self) -> int:
        return self.prefix - self.whole.prefix

    @property
    def count(self) -> int:
        return 2**self.borrowed

    def subnet(self, index: int) -> Block:
        """Return one subnet; ``index`` from 0 to ``count`` - 1."""
        return Block(self.whole.network + index * 2 ** (_BITS - self.prefix), self.prefix)


def describe(task: BlockTask) -> BlockFacts | Refusal:
    """Find the network of an address."""
    address = parse_address(task.address)
    if address is None:
        return Refusal("bad_address", task.address)
    prefix = _prefix_of_mask(task.mask) if task.prefix is None else task.prefix
    if prefix is None:
        return Refusal("bad_mask", task.mask)
    if not 0 <= prefix <= _BITS:
        return Refusal("bad_prefix", str(prefix), _BITS)
    network = address & Block(0, prefix).mask
    return BlockFacts(task, address, Block(network, prefix))


def split(task: SplitTask) -> Split | Refusal:
    """Split a block; refused when the subnets would have no room for a host."""
    facts = describe(task.whole)
    if isinstance(facts, Refusal):
        return facts
    whole = facts.block
    wanted = task.subnets if task.subnets is not None else task.hosts
    assert wanted is not None
    if wanted < 1:
        return Refusal("bad_count", str(wanted))
    if task.subnets is not None:
        prefix = whole.prefix + (wanted - 1).bit_length()
        if prefix > _LONGEST_WITH_HOSTS:
            most = whole.size >> (_BITS - _LONGEST_WITH_HOSTS)
            return Refusal("too_many_subnets", str(wanted), most)
    else:
        prefix = _BITS - (wanted + 1).bit_length()
        if prefix < whole.prefix:
            return Refusal("too_many_hosts", str(wanted), whole.hosts)
    return Split(task, whole, prefix)


def parse_address(text: str) -> int | None:
    """Read a dotted address; None when it is none (four numbers up to 255)."""
    parts = text.split(".")
    if len(parts) != 4 or not all(p.isdecimal() and len(p) <= 3 and int(p) <= 255 for p in parts):
        return None
    return sum(int(part) << shift for part, shift in zip(parts, (24, 16, 8, 0), strict=True))


def dotted(address: int) -> str:
    """Write an address in dotted form."""
    return ".".join(str(address >> shift & 255) for shift in (24, 16, 8, 0))


def _prefix_of_mask(text: str) -> int | None:
    """Return how many ones a mask begins with; None when zeros stand among them."""
    mask = parse_address(text)
    if mask is None:
        return None
    ones = mask.bit_count()
    return ones if Block(0, ones).mask == mask else None
