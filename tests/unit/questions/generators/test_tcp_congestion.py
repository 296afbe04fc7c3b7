"""Questions on congestion control against closed forms: no round is simulated here."""

import re
from math import ceil, log2

import pytest

from backend.questions.generators.tcp_congestion import TcpCongestionGenerator
from backend.questions.solvers import tcp_congestion
from tests.unit.questions.generators.checks import check, drafts, questions

GENERATOR = TcpCongestionGenerator()


def window(rtts, ssthresh):
    """cwnd that many round-trip times after it was 1: a power of two, or a line."""
    to_threshold = ceil(log2(ssthresh))
    return 2**rtts if rtts < to_threshold else ssthresh + rtts - to_threshold


def numbers(pattern, stem):
    found = re.search(pattern, stem)
    return [int(group) for group in found.groups()] if found else []


def recovers(stem):
    return "3 个重复确认" in stem and "Tahoe" not in stem


def answer_of(question):
    stem = question.stem
    if "ssthresh 和 cwnd 分别" in stem:
        return of_pair(stem)
    if "RTT 结束时" in stem:
        mss, before = numbers(r"MSS = (\d+) KB，cwnd 为 (\d+) KB", stem)
        (rtts,) = numbers(r"这 (\d+) 个 RTT", stem)
        return f"{window(rtts, before // mss // 2) * mss} KB"
    if "首次达到" in stem:
        before, goal = windows_of(stem)
        linear = goal - before // 2
        return f"{linear if recovers(stem) else ceil(log2(before // 2)) + linear} 个"
    (ssthresh,) = numbers(r"ssthresh = (\d+) MSS", stem)
    if "一共发送" in stem:
        first, last = numbers(r"第 (\d+)～(\d+) 个", stem) or (1, *numbers(r"前 (\d+) 个", stem))
        return f"{sum(window(step, ssthresh) for step in range(first - 1, last))} 个"
    (number,) = numbers(r"第 (\d+) 个传输轮次的", stem)
    if "发送窗口" in stem:
        (rwnd,) = numbers(r"rwnd 恒为 (\d+) MSS", stem)
        return f"{min(rwnd, window(number - 1, ssthresh))} MSS"
    (at,) = numbers(r"第 (\d+) 个传输轮次(?:发生|收到)", stem)
    half, steps = window(at - 1, ssthresh) / 2, number - at - 1
    assert half == int(half)
    return f"{int(half) + steps if recovers(stem) else window(steps, int(half))} MSS"


def windows_of(stem):
    """cwnd at the loss and the goal, in segments whether they are given in MSS or in KB."""
    before, goal = numbers(r"cwnd 为 (\d+) .*首次达到 (\d+) ", stem + " ")
    (mss,) = numbers(r"MSS = (\d+) KB", stem) or (1,)
    assert before % mss == goal % mss == 0
    return before // mss, goal // mss


def of_pair(stem):
    mss, _, before = numbers(r"MSS = (\d+) KB，当前 ssthresh = (\d+) KB，cwnd = (\d+) KB", stem)
    after = before // 2 if recovers(stem) else mss
    return f"ssthresh = {before // 2} KB，cwnd = {after} KB"


def test_every_key_is_what_a_closed_form_says():
    check(GENERATOR, answer_of)


def test_the_closed_form_gives_the_row_of_the_card():
    assert [window(step, 16) for step in range(9)] == [1, 2, 4, 8, 16, 17, 18, 19, 20]
    assert [window(step, 10) for step in range(6)] == [1, 2, 4, 8, 10, 11]


@pytest.mark.parametrize(
    ("name", "bug"),
    [
        # Doubling past the threshold; swapped consequences; the extra 3 of RFC 5681.
        ("grown", lambda cwnd, ssthresh: 2 * cwnd if cwnd < ssthresh else cwnd + 1),
        (
            "shrunk",
            lambda cwnd, loss, _="": (cwnd // 2 if loss == "timeout" else 1, cwnd // 2),
        ),
        (
            "shrunk",
            lambda cwnd, loss, _="": (1 if loss == "timeout" else cwnd // 2 + 3, cwnd // 2),
        ),
    ],
)
def test_a_bug_planted_in_the_solver_is_caught(monkeypatch, name, bug):
    monkeypatch.setattr(tcp_congestion, name, bug)
    with pytest.raises(AssertionError):
        check(GENERATOR, answer_of)


def test_a_send_window_that_ignores_the_receiver_is_caught(monkeypatch):
    def with_its_own_window(task):
        run = tcp_congestion.control_congestion(task)
        unlimited = tcp_congestion.CongestionTask(task.ssthresh, task.rounds, task.cwnd)
        if task.rwnd is None:
            return run
        return tcp_congestion.control_congestion(unlimited)

    monkeypatch.setattr(
        "backend.questions.generators.tcp_congestion.control_congestion", with_its_own_window
    )
    with pytest.raises(AssertionError):
        check(GENERATOR, answer_of)


def test_every_mistake_has_a_name_in_kebab_case():
    for draft in drafts(GENERATOR):
        assert len({wrong.mistake for wrong in draft.distractors}) == len(draft.distractors) >= 3
        assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", w.mistake) for w in draft.distractors)


def test_no_option_is_negative_or_zero():
    for draft in drafts(GENERATOR):
        for wrong in draft.distractors:
            assert all(int(number) > 0 for number in re.findall(r"-?\d+", wrong.value))


def mistakes(draft, expected):
    """Hold the mistakes that are offered to what they give; one that gives the key is not."""
    found = {each.mistake: each.value for each in draft.distractors}
    assert all(found.get(mistake, value) == value for mistake, value in expected.items())
    return sum(mistake in found for mistake in expected)


def test_the_wrong_windows_after_a_timeout_are_what_the_mistakes_give():
    asked = [draft for draft in drafts(GENERATOR) if "RTT 结束时" in draft.stem]
    assert len(asked) > 40
    seen = 0
    for draft in asked:
        mss, before = numbers(r"MSS = (\d+) KB，cwnd 为 (\d+) KB", draft.stem)
        (rtts,) = numbers(r"这 (\d+) 个 RTT", draft.stem)
        half = before // mss // 2
        slow = ceil(log2(half))
        windows = {
            "one-rtt-early": window(rtts - 1, half),
            "keeps-the-threshold": window(rtts, before // mss),
            "timeout-as-duplicates": half + rtts,
            "no-slow-start": 1 + rtts,
            "doubles-past-the-threshold": 2**slow + rtts - slow,
        }
        seen += mistakes(draft, {name: f"{size * mss} KB" for name, size in windows.items()})
    assert seen > 3 * len(asked)


def test_a_threshold_that_is_kept_in_fast_recovery_is_where_cwnd_goes_on():
    """Without halving, fast recovery sets cwnd to the old threshold, not to 1."""
    asked = [d for d in drafts(GENERATOR) if "轮次的 cwnd" in d.stem]
    assert len(asked) > 80
    seen = 0
    for draft in asked:
        (old,) = numbers(r"ssthresh = (\d+) MSS", draft.stem)
        (number,) = numbers(r"第 (\d+) 个传输轮次的", draft.stem)
        (at,) = numbers(r"第 (\d+) 个传输轮次(?:发生|收到)", draft.stem)
        after = number - at - 1
        kept = old + after if recovers(draft.stem) else window(after, old)
        seen += mistakes(draft, {"keeps-the-old-threshold": f"{kept} MSS"})
    assert seen > len(asked) // 2


def test_no_reason_speaks_of_slow_start_where_there_is_none():
    asked = [d for d in drafts(GENERATOR) if "首次达到" in d.stem and recovers(d.stem)]
    assert len(asked) > 15
    for draft in asked:
        before, goal = windows_of(draft.stem)
        half = before // 2
        assert all("慢开始" not in each.why for each in draft.distractors)
        few = f"{goal - half - 1} 个"
        assert mistakes(
            draft, {"counts-one-too-few": few, "counts-rounds": f"{goal - half + 1} 个"}
        )


def test_a_timeout_and_three_duplicates_leave_no_part_of_a_pair_commoner_than_others():
    """Whoever takes the commonest threshold and the commonest cwnd finds the key by chance only."""
    asked = [q for q in questions(GENERATOR) if "分别是" in q.stem]
    assert len(asked) > 40
    found = 0
    for question in asked:
        rows = [text.split("，") for text in question.options.values()]
        columns = list(zip(*rows, strict=True))
        best = [{v for v in c if c.count(v) == max(map(c.count, c))} for c in columns]
        key = question.options[question.answer].split("，")
        leaders = [row for row in rows if all(v in b for v, b in zip(row, best, strict=True))]
        found += leaders == [key]
    assert found < len(asked) // 10
