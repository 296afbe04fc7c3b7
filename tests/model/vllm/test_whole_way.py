"""From a student's message to the reply, through the running bot and a real vLLM."""

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.processes import Finished, run
from tests.model.vllm.bot_lessons import CITED, SETTINGS, UNCITED
from tests.model.vllm.server import KEY, NAME, VllmServer
from tests.model.vllm.tokenizer import IM_END

DEADLOCK = "什么是死锁"
QUICKSORT = "快速排序稳定吗"
ON_THE_CARD = "不可剥夺条件（不剥夺条件、不可抢占条件）"
PASTED = "下列关于死锁的说法中，正确的是？\nA. 甲最好\nB. 乙最好\nC. 丙最好\nD. 丁最好"


def chat(server: VllmServer, data_dir: Path, *questions: str, **changes: str) -> Finished:
    """Ask in a process of its own, each question as somebody else; ``changes`` are settings."""
    stops = f"{IM_END},2"
    own = {"BASE_URL": server.base_url, "API_KEY": KEY, "MODEL": NAME, "STOP_TOKEN_IDS": stops}
    settings = SETTINGS | {f"LLM__{name}": value for name, value in (own | changes).items()}
    lines = [{"text": text, "sender": f"u{place}"} for place, text in enumerate(questions)]
    done = run("bot", "chat", "--json", data_dir=data_dir, lines=lines, settings=settings)
    assert done.code == 0, done.err
    return done


@pytest.fixture(scope="module")
def replies(
    one_server: VllmServer, built_data_dir: Path, tmp_path_factory: pytest.TempPathFactory
) -> Mapping[str, dict[str, Any]]:
    """What the bot replied to each question, one after the other."""
    one_server.ensure_ready()
    questions = [*CITED, *UNCITED, PASTED]
    data_dir = shutil.copytree(built_data_dir, tmp_path_factory.mktemp("replies") / "data")
    done = chat(one_server, Path(data_dir), *questions)
    return dict(zip(questions, done.replies, strict=True))


@pytest.mark.parametrize(("question", "point"), [(DEADLOCK, "OS0230"), (QUICKSORT, "DS0707")])
def test_the_model_writes_the_answer_and_its_source_is_named(replies, question, point):
    said = replies[question]

    assert said["reply"].startswith(CITED[question])
    assert [source["locator"] for source in said["sources"]] == [point]
    assert said["decision"] == "answer"


def test_what_cites_nothing_is_replaced_by_the_card(replies):
    [(question, sentence)] = UNCITED.items()

    assert sentence not in replies[question]["reply"]
    assert "PV 操作" in replies[question]["reply"]


def test_a_pasted_question_is_settled_by_one_of_its_letters(replies):
    said = replies[PASTED]["reply"]

    assert any(f"模型判断：{letter}（" in said for letter in "ABCD")


def test_a_wrong_key_costs_the_student_nothing(server, data_dir):
    done = chat(server, data_dir, DEADLOCK, API_KEY="sk-wrong")

    assert ON_THE_CARD in done.replies[0]["reply"]
    assert "API_KEY" in done.err


def test_an_adapter_that_is_gone_leaves_the_answer_to_the_base(server, data_dir):
    done = chat(server, data_dir, DEADLOCK, ADAPTER="gone")

    assert done.replies[0]["reply"].startswith(CITED[DEADLOCK])
    assert "没有适配器 gone" in done.err
