"""Questions on congestion control against closed forms: no round is simulated here."""

import re
from math import ceil, log2

import pytest

from backend.questions.generators.tcp_congestion import TcpCongestionGenerator
from backend.questions.solvers import tcp_congestion
from tests.unit.questions.generators.checks import check, drafts

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
        before, goal = numbers(r"cwnd 为 (\d+) MSS.*首次达到 (\d+) MSS", stem)
        linear = goal - before // 2
        return f"{linear if recovers(stem) else ceil(log2(before // 2)) + linear} 个"
    (ssthresh,) = numbers(r"ssthresh = (\d+) MSS", stem)
    if "一共发送" in stem:
        (count,) = numbers(r"前 (\d+) 个", stem)
        return f"{sum(window(step, ssthresh) for step in range(count))} 个"
    (number,) = numbers(r"第 (\d+) 个传输轮次的", stem)
    if "发送窗口" in stem:
        (rwnd,) = numbers(r"rwnd 恒为 (\d+) MSS", stem)
        return f"{min(rwnd, window(number - 1, ssthresh))} MSS"
    (at,) = numbers(r"第 (\d+) 个传输轮次(?:发生|收到)", stem)
    half, steps = window(at - 1, ssthresh) / 2, number - at - 1
    assert half == int(half)
    return f"{int(half) + steps if recovers(stem) else window(steps, int(half))} MSS"


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
        assert len({wrong.mistake for wrong in draft.distractors}) == len(draft.distractors) >= 4
        assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", w.mistake) for w in draft.distractors)


def test_no_option_is_negative_or_zero():
    for draft in drafts(GENERATOR):
        for wrong in draft.distractors:
            assert all(int(number) > 0 for number in re.findall(r"-?\d+", wrong.value))


def test_the_wrong_windows_after_a_timeout_are_what_the_mistakes_give():
    asked = [draft for draft in drafts(GENERATOR) if "RTT 结束时" in draft.stem]
    assert len(asked) > 60
    for draft in asked:
        mss, before = numbers(r"MSS = (\d+) KB，cwnd 为 (\d+) KB", draft.stem)
        (rtts,) = numbers(r"这 (\d+) 个 RTT", draft.stem)
        wrong = {each.mistake: each.value for each in draft.distractors}
        half = before // mss // 2
        slow = ceil(log2(half))
        assert wrong["one-rtt-early"] == f"{window(rtts - 1, half) * mss} KB"
        assert wrong["keeps-the-threshold"] == f"{window(rtts, before // mss) * mss} KB"
        assert wrong["timeout-as-duplicates"] == f"{(half + rtts) * mss} KB"
        assert wrong["no-slow-start"] == f"{(1 + rtts) * mss} KB"
        assert wrong["doubles-past-the-threshold"] == f"{(2**slow + rtts - slow) * mss} KB"
