"""The child process that trains: a stand-in that says, does and dies as the real one may."""

import os
import signal
import sys
import threading
import time

import pytest

from finetune.embedder.train import (
    MODULE,
    Hyperparameters,
    TrainingFailed,
    finish_model,
    run_training,
    training_command,
    training_environment,
)

CHOSEN = Hyperparameters(epochs=3, batch_size=16, learning_rate=1e-5, negatives=7, device="cpu")


def child(code):
    return [sys.executable, "-c", code]


def run(code, log, **more):
    run_training(child(code), dict(os.environ), log, **more)


def flags(tmp_path, instruction="", chosen=CHOSEN):
    command = training_command(
        tmp_path / "base", tmp_path / "train.jsonl", tmp_path / "out", instruction, chosen
    )
    assert command[:3] == [sys.executable, "-m", MODULE]
    return dict(zip(command[3::2], command[4::2], strict=True))


def test_flagembedding_is_told_what_was_chosen(tmp_path):
    found = flags(tmp_path)
    assert found["--num_train_epochs"] == "3"
    assert found["--per_device_train_batch_size"] == "16"
    assert found["--learning_rate"] == "1e-05"
    assert found["--train_group_size"] == "8"
    assert found["--use_cpu"] == "True"


def test_queries_are_introduced_in_training_as_in_searching(tmp_path):
    assert flags(tmp_path, "找：")["--query_instruction_for_retrieval"] == "找："
    assert "--query_instruction_for_retrieval" not in flags(tmp_path)


def test_the_batches_stay_as_they_were_arranged(tmp_path):
    assert flags(tmp_path)["--train_sampling_strategy"] == "sequential"


def test_the_child_sees_one_gpu_or_none_and_no_model_hub(monkeypatch):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "3,4")
    assert training_environment("cuda:0")["CUDA_VISIBLE_DEVICES"] == "3"
    assert training_environment("cpu")["CUDA_VISIBLE_DEVICES"] == ""
    assert training_environment("cpu")["HF_HUB_OFFLINE"] == "1"


def test_all_that_the_child_says_is_in_the_log(tmp_path):
    log = tmp_path / "log"
    run("import sys; print('开始'); print('警告', file=sys.stderr)", log)
    assert set(log.read_text(encoding="utf-8").split()) == {"开始", "警告"}


def test_the_steps_are_reported_and_other_bars_are_not(tmp_path):
    seen = []
    code = (
        "import sys, time\n"
        "sys.stderr.write('Loading weights: 100%|██| 39/39 [00:00<00:00]\\n')\n"
        "for n in (1, 2):\n"
        "    sys.stderr.write(f'\\r {n}0%|█  | {n}/20 [00:07<01:05,  7.22s/it]')\n"
        "    sys.stderr.flush()\n"
        "    time.sleep(1)\n"
    )
    run(code, tmp_path / "log", progress=lambda *step: seen.append(step))
    assert seen[-1] == (2, 20)
    assert set(seen) <= {(1, 20), (2, 20)}


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("raise RuntimeError('CUDA out of memory. Tried to allocate 2.00 GiB')", "--batch-size"),
        ("raise OSError(28, 'No space left on device')", "磁盘满了"),
        ("import a_module_that_is_not_there", "FlagEmbedding"),
        ("import os; os.kill(os.getpid(), 9)", "内存不够"),
        ("raise ValueError('something else')", "ValueError: something else"),
        ("raise SystemExit(7)", "退出码 7"),
    ],
)
def test_what_ended_a_training_is_said_in_one_sentence(tmp_path, code, sentence):
    log = tmp_path / "log"
    with pytest.raises(TrainingFailed) as failed:
        run(code, log)
    assert sentence in str(failed.value)
    assert str(log) in str(failed.value)
    assert "\n" not in str(failed.value)


def test_a_training_that_stands_still_is_ended(tmp_path):
    with pytest.raises(TrainingFailed, match="没有动静"):
        run("import time; time.sleep(600)", tmp_path / "log", stall_seconds=0.5)


def test_ctrl_c_ends_the_child_even_if_it_does_not_listen(tmp_path, monkeypatch):
    monkeypatch.setattr("finetune.embedder.train._END_SECONDS", 0.5)
    code = (
        "import os, signal, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "print(os.getpid(), flush=True)\n"
        "time.sleep(600)\n"
    )
    log = tmp_path / "log"
    log.touch()

    def interrupt():
        while not log.read_text():
            time.sleep(0.05)
        signal.raise_signal(signal.SIGINT)

    threading.Thread(target=interrupt, daemon=True).start()
    with pytest.raises(KeyboardInterrupt):
        run(code, log)
    with pytest.raises(ProcessLookupError):
        os.kill(int(log.read_text()), 0)


def test_how_vectors_are_pooled_is_carried_over_and_the_pickle_is_not_kept(tmp_path):
    base, model = tmp_path / "base", tmp_path / "model"
    (base / "1_Pooling").mkdir(parents=True)
    (base / "1_Pooling" / "config.json").write_text("{}")
    (base / "modules.json").write_text("[]")
    model.mkdir()
    (model / "training_args.bin").write_bytes(b"pickle")
    finish_model(base, model)
    assert sorted(p.relative_to(model).as_posix() for p in model.rglob("*.*")) == [
        "1_Pooling/config.json",
        "modules.json",
    ]


def test_a_base_that_says_nothing_of_pooling_is_no_failure(tmp_path):
    base, model = tmp_path / "base", tmp_path / "model"
    base.mkdir()
    model.mkdir()
    finish_model(base, model)
    assert list(model.iterdir()) == []
