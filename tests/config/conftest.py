"""Processes that use an embedded server in a temporary folder; each is ended by its own id."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from config.embedded.server import Server

PROGRAM = [sys.executable, "-W", "ignore", "-m", "tests.config.embedded_process"]
PATIENCE = 30.0


class Installation:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.users: list[subprocess.Popen[str]] = []

    @property
    def server(self) -> Server:
        return Server.in_folder(self.folder)

    def user(self, *statements: str) -> subprocess.Popen[str]:
        """A process that runs each statement over a new connection; "wait" waits for a line of input."""
        process = subprocess.Popen(
            [*PROGRAM, str(self.folder), *statements],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.users.append(process)
        return process

    def ask(self, *statements: str) -> list[str]:
        process = self.user(*statements)
        output, errors = process.communicate(timeout=PATIENCE)
        assert process.returncode == 0, errors
        assert errors == ""
        return output.split()

    def refusal(self) -> str:
        process = self.user("SELECT 1")
        output, errors = process.communicate(timeout=PATIENCE)
        assert process.returncode == 1, output
        return errors

    def pid(self) -> int:
        pid = self.server.process()
        assert pid is not None
        return pid

    def close(self) -> None:
        for process in self.users:
            if process.poll() is None:
                process.kill()
            process.communicate(timeout=PATIENCE)
        self.server.stop()


def go_on(process: subprocess.Popen[str]) -> str:
    """Let a waiting process finish; what it wrote since."""
    output, errors = process.communicate("on\n", timeout=PATIENCE)
    assert errors == ""
    assert process.returncode == 0
    return output


def eventually(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.02)


def kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)


@pytest.fixture(scope="session")
def made_once() -> Iterator[Path]:
    """The files of a new server, to be copied by tests that are not about making them."""
    root = Path(tempfile.mkdtemp(prefix="concord-embedded-"))
    root.chmod(0o711)
    installation = Installation(root / "postgres")
    installation.ask("SELECT 1")
    yield root / "postgres"
    shutil.rmtree(root)


@pytest.fixture
def empty() -> Iterator[Installation]:
    root = Path(tempfile.mkdtemp(prefix="concord-embedded-"))
    root.chmod(0o711)
    installation = Installation(root / "postgres")
    yield installation
    installation.close()
    shutil.rmtree(root)


@pytest.fixture
def installation(empty: Installation, made_once: Path) -> Installation:
    subprocess.run(["cp", "-a", str(made_once), str(empty.folder)], check=True)
    return empty
