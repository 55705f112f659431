"""File locks: they vanish with the process that held them, so none is ever stale."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import OperationalError

PATIENCE = 90.0


def open_lock(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


@contextmanager
def alone(path: Path, patience: float = PATIENCE) -> Iterator[None]:
    """Hold ``path`` exclusively; only one process or thread starts or stops the server at a time."""
    descriptor = open_lock(path)
    try:
        _wait_for(descriptor, path, patience)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, str(os.getpid()).encode(), 0)
        yield
    finally:
        os.close(descriptor)


def share(path: Path) -> int:
    """A descriptor that counts this process as a user until it is closed."""
    descriptor = open_lock(path)
    fcntl.flock(descriptor, fcntl.LOCK_SH)
    return descriptor


def unused(path: Path) -> bool:
    descriptor = open_lock(path)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    else:
        return True
    finally:
        os.close(descriptor)


def _wait_for(descriptor: int, path: Path, patience: float) -> None:
    deadline = time.monotonic() + patience
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                holder = os.pread(descriptor, 20, 0).decode(errors="replace") or "unknown"
                raise OperationalError(
                    f"Process {holder} has been starting or stopping the embedded PostgreSQL for more than "
                    f"{patience:.0f} seconds (it holds {path}). End that process, then try again."
                ) from None
            time.sleep(0.02)
        else:
            return
