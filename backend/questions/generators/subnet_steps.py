"""The way to an address, a mask or a count of a subnet question, short enough for a phone."""

from backend.questions.layout import code_block, power_of_two
from backend.questions.solvers.subnetting import BlockFacts, Split, dotted

_FIRST_SHOWN = 2


def block_steps(facts: BlockFacts) -> tuple[str, ...]:
    """Find the block of a host: its mask, the byte that the mask cuts, its addresses."""
    block = facts.block
    bits = 32 - block.prefix
    return (
        f"主机位 32 − {block.prefix} = {bits} 位，掩码 {dotted(block.mask)}（/{block.prefix}）。",
        _anding(facts),
        "\n".join(
            (
                f"- 网络地址：{dotted(block.network)}",
                f"- 广播地址：{dotted(block.broadcast)}（主机位全 1）",
                f"- 主机地址：{dotted(block.network + 1)}～{dotted(block.broadcast - 1)}",
                f"- 可分配：{power_of_two(bits)} − 2 = {block.hosts} 个",
            )
        ),
    )


def split_steps(done: Split, number: int | None = None) -> tuple[str, ...]:
    """Find the prefix of equal subnets, then show the first ones, ``number`` and the last one."""
    first, bits = done.subnet(0), 32 - done.prefix
    whole = f"/{done.whole.prefix} 的地址块"
    why = (
        f"{whole}要 {done.task.subnets} 个子网，借 {done.borrowed} 位："
        f"{power_of_two(done.borrowed)} = {done.count} ≥ {done.task.subnets}。"
        if done.task.subnets is not None
        else f"{whole}，每个子网要 {done.task.hosts} 个地址，主机号取 {bits} 位："
        f"{power_of_two(bits)} − 2 = {first.hosts} ≥ {done.task.hosts}，借 {done.borrowed} 位。"
    )
    return (
        why,
        f"新前缀 /{done.prefix}，掩码 {dotted(first.mask)}。",
        f"共 {done.count} 个子网，每个可分配 {power_of_two(bits)} − 2 = {first.hosts} 个。",
        "\n".join(_listed(done, number)),
    )


def _listed(done: Split, number: int | None) -> list[str]:
    """Subnets from 1 on; dots stand where some are left out."""
    shown = {*range(1, min(_FIRST_SHOWN, done.count) + 1), done.count}
    if number is not None:
        shown.add(number)
    lines: list[str] = []
    before = 0
    for each in sorted(shown):
        if each > before + 1:
            lines.append("- ……")
        block = done.subnet(each - 1)
        lines.append(f"- 第 {each} 个 {dotted(block.network)}～{dotted(block.broadcast)}")
        before = each
    return lines


def _anding(facts: BlockFacts) -> str:
    """Show the first byte of which the mask keeps less than all; there is one up to /31."""
    byte = facts.block.prefix // 8
    shift = 24 - 8 * byte
    address, mask, network = (
        value >> shift & 255 for value in (facts.address, facts.block.mask, facts.block.network)
    )
    lines = (
        f"    {address:08b}  {address}",
        f"AND {mask:08b}  {mask}",
        f"  = {network:08b}  {network}",
    )
    return f"第 {byte + 1} 个字节按位与，得 {network}：\n{code_block(lines)}"
