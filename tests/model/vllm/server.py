"""A real vLLM server in a process group of its own, started as an operator starts it."""

import contextlib
import json
import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.model.vllm.checkpoint import ROOT, Checkpoint, python

NAME = "internlm2-chat-7b"
ADAPTER = "jiangyi"
KEY = "sk-test-model"
CONTEXT_TOKENS = 4096
READY_SECONDS = 300.0
_END_SECONDS = 20.0
_ON_A_PROCESSOR = ("--dtype", "bfloat16", "--enforce-eager", "--max-num-seqs", "32")
_ENVIRONMENT = {
    "VLLM_CPU_KVCACHE_SPACE": "1",  # GiB
    "VLLM_ALLOW_RUNTIME_LORA_UPDATING": "True",
    "VLLM_NO_USAGE_STATS": "1",
    "DO_NOT_TRACK": "1",
    "HF_HUB_OFFLINE": "1",
}
_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def serving_command(made: Checkpoint, out: Path) -> list[str]:
    """Return the command that ``python -m finetune serving`` prints for ``made``."""
    done = subprocess.run(
        [
            *(sys.executable, "-m", "finetune", "serving", made.model, "--out", out),
            *("--adapter", f"{ADAPTER}={made.adapter}", "--max-model-len", str(CONTEXT_TOKENS)),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(done.stderr)
    return shlex.split(done.stdout)


class VllmServer:
    """One server at one address, which may be started, killed and started again."""

    def __init__(self, command: Sequence[str], log: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            self.port = int(listener.getsockname()[1])
        serve, model, *flags = command[1:]
        assert serve == "serve", command
        self._command = [
            # The processor's build goes by another name than its ``vllm`` program looks for.
            *(str(python()), "-W", "ignore", "-m", "vllm.entrypoints.openai.api_server"),
            *("--model", model, *flags, *_ON_A_PROCESSOR),
            *("--host", "127.0.0.1", "--port", str(self.port)),
        ]
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def base_url(self) -> str:
        """The address for clients, ending in ``/v1``."""
        return f"http://127.0.0.1:{self.port}/v1"

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Start it and return at once; it answers a minute later."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command,
                cwd=self._log.parent,
                env=os.environ | _ENVIRONMENT | {"VLLM_API_KEY": KEY},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def ensure_ready(self) -> None:
        """Start it if it does not run, and wait until it answers."""
        if not self.running:
            self.start()
        self.wait_until_ready()

    def wait_until_ready(self, seconds: float = READY_SECONDS) -> None:
        """Wait until it answers; RuntimeError with the end of its log when it does not."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and self.running:
            if self._is_ready():
                return
            time.sleep(0.5)
        tail = self._log.read_text(encoding="utf-8", errors="replace")[-4000:]
        raise RuntimeError(f"vLLM did not get ready (after {seconds:.0f} s or by its end):\n{tail}")

    def kill(self) -> None:
        """End it and its engine with SIGKILL, as the kernel does when memory runs out."""
        self._signal(signal.SIGKILL)

    def stop(self) -> None:
        """End it politely, then not so politely."""
        if self._process is None:
            return
        self._process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_END_SECONDS)
        self._signal(signal.SIGKILL)

    def post(self, path: str, body: dict[str, Any], key: str = KEY) -> str:
        """Send JSON to a path beside ``/v1`` or below it; HTTPError for a status above 399."""
        return self._ask(path, json.dumps(body).encode(), key)

    def get(self, path: str) -> str:
        return self._ask(path, None)

    def metric(self, name: str) -> float:
        """Return the sum of a metric over its labels; 0 when it is not there."""
        found = re.findall(rf"^{name}(?:{{.*}})? (\S+)$", self.get("/metrics"), re.MULTILINE)
        return sum(float(value) for value in found)

    def _signal(self, number: signal.Signals) -> None:
        assert self._process is not None
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, number)
        self._process.wait()

    def _is_ready(self) -> bool:
        try:
            self.get("/health")
        except OSError:
            return False
        return True

    def _ask(self, path: str, data: bytes | None, key: str = KEY) -> str:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}",
            data=data,
            headers={"Content-Type": "application/json", "Authorization": f"Bearer {key}"},
        )
        with _opener.open(request, timeout=30) as response:
            return response.read().decode()
