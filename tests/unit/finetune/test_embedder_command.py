"""What ``python -m finetune embedder`` says, and with which exit code, after each way to end."""

import errno
import signal

import pytest
from typer.testing import CliRunner

from backend.errors import EmbedderUnavailable
from evaluation.measures import Difference
from evaluation.retrieval import Row
from finetune.__main__ import app
from finetune.embedder import command, pipeline
from finetune.embedder.judge import Verdict
from finetune.embedder.pipeline import Outcome, unfinished
from finetune.embedder.train import TrainingFailed

BETTER, SAME = Difference(0.1, 0.05, 0.15), Difference(0.0, -0.05, 0.05)


def outcome(difference=BETTER, instruction="auto"):
    row = Row(100, {1: 0.5, 3: 0.6, 5: 0.7, 10: 0.8}, 0.6, 0.65, 0.0, 0.0)
    return Outcome(2406, instruction, Verdict(row, row, difference))


@pytest.fixture(autouse=True)
def as_before():
    handler = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, handler)


@pytest.fixture
def ending(monkeypatch, tmp_path):
    """Run the command whose work ends in what is given; remembers the job."""
    jobs = []

    def end(result, *options):
        def finetune(job, progress):
            jobs.append(job)
            if isinstance(result, BaseException):
                raise result
            return result

        monkeypatch.setattr(command, "finetune", finetune)
        return CliRunner().invoke(
            app, ["embedder", "--base", "bge", "--out", str(tmp_path / "tuned"), *options]
        )

    end.jobs = jobs
    return end


def test_a_better_model_comes_with_its_settings_and_the_command_to_rebuild(ending, tmp_path):
    done = ending(outcome())
    assert done.exit_code == 0
    lines = [line.strip() for line in done.stdout.splitlines()]
    assert "ASSISTANT408_EMBEDDER__KIND=bge" in lines
    assert f"ASSISTANT408_EMBEDDER__MODEL={tmp_path / 'tuned'}" in lines
    assert "ASSISTANT408_EMBEDDER__INSTRUCTION=auto" in lines
    assert "python -m kb_builder build" in lines
    assert "+0.100（95 % 区间 +0.050 … +0.150）" in done.stdout


def test_a_model_that_was_trained_without_an_instruction_is_used_without(ending):
    assert "EMBEDDER__INSTRUCTION=none" in ending(outcome(instruction="none")).stdout


def test_a_model_that_is_not_better_is_not_recommended_and_no_setting_is_named(ending):
    done = ending(outcome(SAME))
    assert done.exit_code == 3
    assert "不推荐" in done.stdout
    assert "ASSISTANT408" not in done.stdout


def test_data_alone_is_a_success(ending):
    done = ending(Outcome(2406, "auto", None), "--data-only")
    assert done.exit_code == 0
    assert "2406 行" in done.stdout


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (TrainingFailed("显存不够"), "显存不够"),
        (EmbedderUnavailable("载入不了"), "载入不了"),
        (OSError(errno.ENOSPC, "No space left on device"), "磁盘满了"),
        (OSError(errno.EACCES, "Permission denied", "/tuned"), "/tuned"),
    ],
)
def test_a_failure_is_one_sentence_and_no_recommendation(ending, error, sentence):
    done = ending(error)
    assert done.exit_code == 1
    assert sentence in done.stderr
    assert "Traceback" not in done.output
    assert done.stdout == ""


def test_an_interruption_is_told_from_a_failure(ending):
    done = ending(KeyboardInterrupt())
    assert done.exit_code == 130
    assert "中断" in done.stderr


def test_the_options_reach_the_job(ending, tmp_path):
    options = ("--epochs", "5", "--batch-size", "8", "--negatives", "2", "--device", "cuda")
    ending(outcome(), *options, "--learning-rate", "2e-5")
    (job,) = ending.jobs
    assert (job.epochs, job.batch_size, job.negatives, job.device) == (5, 8, 2, "cuda")
    assert job.learning_rate == 2e-5
    assert job.log == tmp_path / "tuned.log"


def test_without_flagembedding_it_says_how_to_get_it(monkeypatch, tmp_path):
    monkeypatch.setattr(pipeline, "find_spec", lambda name: None)
    done = CliRunner().invoke(
        app, ["embedder", "--base", str(tmp_path), "--out", str(tmp_path / "tuned")]
    )
    assert done.exit_code == 1
    assert "requirements/bge.txt" in done.stderr
    assert not (tmp_path / "tuned").exists()


def test_a_folder_that_holds_something_is_never_trained_into(tmp_path):
    (tmp_path / "tuned").mkdir()
    (tmp_path / "tuned" / "mine.txt").touch()
    with pytest.raises(TrainingFailed, match="已经有东西了"), unfinished(tmp_path / "tuned"):
        raise AssertionError
    assert [p.name for p in tmp_path.iterdir()] == ["tuned"]


def test_two_trainings_do_not_share_a_folder(tmp_path):
    out = tmp_path / "models" / "tuned"
    with unfinished(out) as work:
        (work / "half").touch()
        with pytest.raises(TrainingFailed, match="另一次训练"), unfinished(out):
            raise AssertionError
        assert (work / "half").exists()
    assert list(out.parent.iterdir()) == []


def test_what_is_unfinished_is_gone_after_an_interruption(tmp_path):
    def interrupted():
        with unfinished(tmp_path / "tuned") as work:
            (work / "weights").touch()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert list(tmp_path.iterdir()) == []


def test_an_empty_folder_may_be_filled(tmp_path):
    (tmp_path / "tuned").mkdir()
    with unfinished(tmp_path / "tuned") as work:
        (work / "model").mkdir()
        (work / "model").rename(tmp_path / "tuned")
    assert [p.name for p in tmp_path.iterdir()] == ["tuned"]
