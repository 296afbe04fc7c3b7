"""A real PostgreSQL for the tests that need one: a cluster of their own, started and stopped here.

Its programs are found on PATH or where distributions put them; without them the tests are skipped.
It listens on a loopback port only, keeps nothing, and runs without privileges, as it insists on.
"""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import uuid
from pathlib import Path

import asyncpg

_START_SECONDS = 60.0
_ACCOUNTS = ("postgres", "nobody")
_SETTINGS = """
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 60
shared_buffers = 32MB
"""
_FORGETFUL = """
fsync = off
full_page_writes = off
"""


class Cluster:
    """One PostgreSQL server in a directory of its own.

    Not in pytest's temporary directory: that is closed to other accounts. Unless ``durable``, it
    does not wait for the disk: only a machine that loses power could tell.
    """

    def __init__(self, programs: Path, *, durable: bool = False) -> None:
        self._durable = durable
        self._programs = programs
        self._folder = tempfile.TemporaryDirectory(prefix="a408-postgres-")
        folder = Path(self._folder.name)
        self._data = folder / "data"
        self._log = folder / "log"
        self._account = _unprivileged()
        self.port = _free_port()

    @property
    def url(self) -> str:
        return self.url_of("postgres")

    def url_of(self, database: str) -> str:
        return f"postgresql://learner@127.0.0.1:{self.port}/{database}"

    def create(self) -> None:
        """Make the cluster's files and start it."""
        if self._account:
            shutil.chown(self._data.parent, self._account)
        self._run("initdb", "-D", self._data, "-U", "learner", "-A", "trust", "-E", "UTF8", "-N")
        with (self._data / "postgresql.conf").open("a") as settings:
            more = "" if self._durable else _FORGETFUL
            settings.write(f"{_SETTINGS}{more}port = {self.port}\n")
        self.start()

    def start(self) -> None:
        self._pg_ctl("start", "-w", "-t", str(int(_START_SECONDS)), "-l", self._log)

    def stop(self) -> None:
        """Break off every connection, as a machine that is switched off does."""
        self._pg_ctl("stop", "-m", "immediate", "-w")

    def destroy(self) -> None:
        pid_file = self._data / "postmaster.pid"
        if pid_file.exists():
            self.stop()
        self._folder.cleanup()

    async def new_database(self, like: str = "") -> str:
        """Make an empty database, or a copy of the one at the address ``like``; return its address.

        Nobody may be connected to the one that is copied.
        """
        name, template = f"t_{uuid.uuid4().hex[:12]}", like.rpartition("/")[2] or "template1"
        connection = await asyncpg.connect(self.url)
        try:
            await connection.execute(
                f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy"
            )
        finally:
            await connection.close()
        return self.url_of(name)

    def _pg_ctl(self, *arguments: object) -> None:
        self._run("pg_ctl", "-D", self._data, *arguments)

    def _run(self, program: str, *arguments: object) -> None:
        command = [str(self._programs / program), *map(str, arguments)]
        if self._account:
            command = ["runuser", "-u", self._account, "--", *command]
        # The server inherits what pg_ctl was given: a pipe would never be closed.
        with tempfile.TemporaryFile() as said:
            done = subprocess.run(
                command, stdin=subprocess.DEVNULL, stdout=said, stderr=said, cwd="/", timeout=120
            )
            if done.returncode:
                said.seek(0)
                raise RuntimeError(f"{program}: {said.read().decode(errors='replace')}")


def find_programs() -> Path | None:
    """Return the directory of initdb, pg_ctl and postgres, None when they are not installed."""
    on_path = shutil.which("initdb")
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    candidates = [Path(on_path).resolve().parent] if on_path else []
    for folder in [*candidates, *installed]:
        if all((folder / name).exists() for name in ("initdb", "pg_ctl", "postgres")):
            return folder
    return None


def _unprivileged() -> str | None:
    """Return whom to run the server as; None when we are not root ourselves."""
    if os.geteuid() != 0:
        return None
    known = {account.pw_name for account in pwd.getpwall()}
    return next(name for name in _ACCOUNTS if name in known)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
