"""Questions on Huffman trees: path lengths, code lengths, compression, more than two ways."""

import random
from dataclasses import dataclass
from fractions import Fraction

from backend.questions.generators.frame import Distractor, Draft
from backend.questions.generators.huffman_mistakes import fixed_bits, mistaken_totals
from backend.questions.generators.huffman_ways import (
    listed,
    many_ways,
    merges_list,
    merging,
    sums_line,
    varied,
)
from backend.questions.generators.ranking import ranked
from backend.questions.solvers.huffman import HuffmanRun, HuffmanTask, build

_LETTERS = "abcdefgh"
_SOURCE = ("ds.huffman-tree",)


@dataclass(frozen=True, slots=True)
class HuffmanGenerator:
    """WPL, encoded length, bits saved, average length, length of one code, k ways, merging runs."""

    name: str = "huffman"
    version: int = 1
    points: tuple[str, ...] = ("DS0415", "DS0414", "DS0413", "DS0718")

    def draft(self, chance: random.Random) -> Draft:
        forms = (_wpl, _encoded, _saved, _average, _code_length, many_ways, merging)
        return ranked(chance.choices(forms, (5, 3, 2, 2, 3, 2, 2))[0](chance), chance)


def _draw(chance: random.Random, least: int = 5, most: int = 7) -> HuffmanRun:
    """Draw small weights whose tree is neither a chain nor balanced, and free of choices."""
    while True:
        count = chance.randint(least, most)
        run = build(HuffmanTask(tuple(chance.sample(range(2, 31), count))))
        if _is_telling(run):
            return run


def _draw_percent(chance: random.Random) -> HuffmanRun:
    """Draw weights that add up to 100."""
    while True:
        weights = [chance.randint(4, 34) for _ in range(chance.randint(4, 5))]
        weights.append(100 - sum(weights))
        if 4 <= weights[-1] <= 40 and len(set(weights)) == len(weights):
            run = build(HuffmanTask(tuple(weights)))
            if _is_telling(run):
                return run


def _is_telling(run: HuffmanRun) -> bool:
    return not run.tied and 2 < max(run.depths) < len(run.depths) - 1 and len(set(run.depths)) > 1


def _wpl(chance: random.Random) -> Draft:
    run = _draw(chance)
    given, count = listed(run.task.weights), len(run.task.weights)
    return Draft(
        points=("DS0415", "DS0413"),
        difficulty=2 if count == 5 else 3,
        stem=chance.choice(
            (
                f"以权值 {given} 为叶结点构造一棵哈夫曼树，它的带权路径长度 WPL 是",
                f"用 {count} 个权值 {given} 作叶结点构造二叉树，带权路径长度最小的一棵，其 WPL 是",
            )
        ),
        correct=str(run.wpl),
        why_correct=f"{sums_line(run)}。",
        distractors=varied(_wrong_totals(run, ""), chance),
        steps=_steps(run),
        source=_SOURCE,
        convention="路径长度按边数计，WPL 只计叶结点。",
    )


def _steps(run: HuffmanRun) -> tuple[str, ...]:
    leaves = zip(run.task.weights, run.depths, strict=True)
    products = " + ".join(f"{weight}×{depth}" for weight, depth in leaves)
    return (
        f"每次取权值最小的两棵合并，和放回去再比较：\n{merges_list(run)}",
        f"WPL = {sums_line(run)}；按叶结点验算：{products} = {run.wpl}。",
    )


def _wrong_totals(run: HuffmanRun, unit: str) -> list[Distractor]:
    return [Distractor(f"{value}{unit}", name, why) for value, name, why in mistaken_totals(run)]


def _frequencies(run: HuffmanRun) -> str:
    letters = "、".join(_LETTERS[: len(run.task.weights)])
    return f"字符 {letters} 出现的次数依次为 {listed(run.task.weights)}"


def _encoded(chance: random.Random) -> Draft:
    run = _draw(chance)
    return Draft(
        points=("DS0414", "DS0415"),
        difficulty=3,
        stem=f"某文件中{_frequencies(run)}，没有其他字符。对各字符做哈夫曼编码，"
        "编码后文件的总长度是",
        correct=f"{run.wpl} 位",
        why_correct=f"编码总长就是 WPL：{sums_line(run)}。",
        distractors=varied(_wrong_totals(run, " 位"), chance),
        steps=(*_steps(run), f"次数作权值、码长作路径长度，总长就是 WPL，即 {run.wpl} 位。"),
        source=_SOURCE,
        convention="只计各字符的编码，不计码表；码长 = 根到叶的边数。",
    )


def _saved(chance: random.Random) -> Draft:
    run = _draw(chance)
    count, total, bits = len(run.task.weights), sum(run.task.weights), fixed_bits(run)
    fixed = bits * total
    saved = f"{fixed - run.wpl} 位"
    return Draft(
        points=("DS0414", "DS0415"),
        difficulty=4,
        stem=f"某文件中{_frequencies(run)}，没有其他字符。"
        "与码长最短的等长编码相比，用哈夫曼编码总共可以少用",
        correct=saved,
        why_correct=f"等长编码 {bits} × {total} = {fixed} 位，哈夫曼编码 {run.wpl} 位，"
        f"少用 {saved}。",
        distractors=_wrong_savings(run, chance),
        steps=(
            *_steps(run),
            f"等长编码：⌈log₂{count}⌉ = {bits} 位，共 {bits} × {total} = {fixed} 位。",
            f"少用 {fixed} − {run.wpl} = {saved}。",
        ),
        source=_SOURCE,
        convention="只计各字符的编码，不计码表；等长编码每个字符取 ⌈log₂n⌉ 位。",
    )


def _wrong_savings(run: HuffmanRun, chance: random.Random) -> list[Distractor]:
    total, bits = sum(run.task.weights), fixed_bits(run)
    mistaken = [(bits * total - value, name, why) for value, name, why in mistaken_totals(run)[:-1]]
    mistaken += [
        (run.wpl, "gives-the-huffman-length", "这是哈夫曼编码的总长，还没有与等长编码相减。"),
        (
            (bits + 1) * total - run.wpl,
            "adds-a-bit-to-equal-lengths",
            f"等长编码多算了 1 位，{bits} 位已经够用。",
        ),
        (8 * total - run.wpl, "compares-with-bytes", f"拿 8 位来比，等长编码只要 {bits} 位。"),
    ]
    positive = [Distractor(f"{v} 位", name, why) for v, name, why in mistaken if v > 0]
    return varied(positive, chance)


def _average(chance: random.Random) -> Draft:
    """Frequencies in percent, so that the average has at most two decimals."""
    run = _draw_percent(chance)
    letters = "、".join(_LETTERS[: len(run.task.weights)])
    given = "、".join(f"{weight}%" for weight in run.task.weights)
    answer = f"{_decimal(Fraction(run.wpl, 100))} 位"
    return Draft(
        points=("DS0414", "DS0415"),
        difficulty=3,
        stem=f"某电文只含字符 {letters}，出现的频率依次为 {given}。"
        "采用哈夫曼编码时，平均每个字符的码长是",
        correct=answer,
        why_correct=f"平均码长 = Σ 频率 × 码长 = {run.wpl} ÷ 100 = {answer}。",
        distractors=_wrong_averages(run, chance),
        steps=(*_steps(run), f"平均码长 = WPL ÷ 权值总和 = {run.wpl} ÷ 100 = {answer}。"),
        source=_SOURCE,
        convention="平均码长按出现频率加权；码长 = 根到叶的边数。",
    )


def _wrong_averages(run: HuffmanRun, chance: random.Random) -> list[Distractor]:
    plain = Fraction(sum(run.depths), len(run.depths))
    mistaken = [
        *((Fraction(value, 100), name, why) for value, name, why in mistaken_totals(run)[:-1]),
        (plain, "averages-without-weights", "把各码长直接平均，没有按频率加权。"),
        (Fraction(fixed_bits(run)), "uses-equal-lengths", "这是等长编码的码长。"),
    ]
    return varied([Distractor(f"{_decimal(v)} 位", name, why) for v, name, why in mistaken], chance)


def _code_length(chance: random.Random) -> Draft:
    run = _draw(chance, 6, 8)
    # Long codes as often as short ones, or the key would mostly be 2 or 3.
    wanted = chance.choice(sorted(set(run.depths)))
    at = chance.choice([at for at, depth in enumerate(run.depths) if depth == wanted])
    letter, weight, depth = _LETTERS[at], run.task.weights[at], run.depths[at]
    lengths = "，".join(f"{_LETTERS[i]} {each}" for i, each in enumerate(run.depths))
    return Draft(
        points=("DS0414", "DS0413"),
        difficulty=3,
        stem=f"{_frequencies(run)}。对它们做哈夫曼编码，字符 {letter} 的编码长度是",
        correct=f"{depth} 位",
        why_correct=f"权值 {weight} 所在的树前后被合并了 {depth} 次，码长就是 {depth} 位。",
        distractors=_wrong_lengths(run, at, chance),
        steps=(
            _steps(run)[0],
            f"字符所在的树每被合并一次，码长加 1。各字符的码长：{lengths}。",
            f"字符 {letter} 的码长是 {depth} 位。",
        ),
        source=_SOURCE,
        convention="每次合并权值最小的两棵树；码长 = 根到叶的边数。",
    )


def _wrong_lengths(run: HuffmanRun, at: int, chance: random.Random) -> list[Distractor]:
    depth, count = run.depths[at], len(run.depths)
    place = sorted(run.task.weights).index(run.task.weights[at])
    mistaken = [
        (
            count - max(place, 1),
            "merges-into-one-tree",
            "总往同一棵树上加下一个权值，没有把新根放回去重新比较。",
        ),
        (depth + 1, "counts-nodes-on-the-path", "数成了根到叶的结点数，码长应数边数。"),
        (depth - 1, "forgets-the-last-merge", "最后并到根的那一次没有计入。"),
        (fixed_bits(run), "uses-equal-lengths", "这是等长编码的码长。"),
        (count - 1, "counts-all-merges", "数成了合并的总次数，应只数它所在的树被合并的次数。"),
        *(
            (
                run.depths[other],
                "takes-another-letter",
                f"看成了字符 {_LETTERS[other]}，它的码长才是 {run.depths[other]} 位。",
            )
            for other in sorted(range(count), key=lambda other: abs(other - at))
        ),
    ]
    wrongs = [Distractor(f"{value} 位", name, why) for value, name, why in mistaken if value]
    # A letter misread comes last: it says nothing about the tree.
    return varied(wrongs, chance, sum(d.mistake != "takes-another-letter" for d in wrongs))


def _decimal(value: Fraction) -> str:
    """Write up to two decimals, without zeros at the end."""
    return f"{float(value):.2f}".rstrip("0").rstrip(".")
