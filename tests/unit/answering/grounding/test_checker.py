import pytest

from backend.answering.grounding.checker import Checker

SOURCES = (
    "死锁有四个必要条件：互斥、不可剥夺、请求并保持、循环等待。",
    "饥饿是进程长期得不到服务。",
)


@pytest.fixture(scope="module")
def checker(library):
    return Checker(library)


def problems(checker, text, sources=SOURCES, question="死锁是什么"):
    return [finding.problem for finding in checker.check(text, sources, question)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("死锁有四个必要条件[1]。", [""]),
        ("死锁有五个必要条件[1]。", ["number"]),
        ("死锁有四个必要条件[3]。", ["no_such_source"]),
        ("死锁有四个必要条件。", ["uncited"]),
        ("饥饿是进程长期得不到服务。[2]", [""]),
        ("死锁有四个必要条件[1]：\n- 互斥\n- 不可剥夺", ["", "", ""]),
        ("资料里没有提到活锁。", [""]),
        ("希望对你有帮助！", [""]),
    ],
)
def test_each_sentence_is_held_against_what_it_cites(checker, text, expected):
    assert problems(checker, text) == expected
