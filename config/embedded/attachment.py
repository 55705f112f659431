"""This process as a user of a server: the first user starts it, the last one out stops it."""

import atexit
import contextlib
import os
import threading
from dataclasses import dataclass
from pathlib import Path

from django.db import OperationalError

from config.embedded.locks import alone, share, unused
from config.embedded.server import Server


@dataclass(frozen=True)
class Attachment:
    server: Server
    descriptor: int


class Attachments:
    """Those of this process. A forked child begins with none and attaches by itself."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: dict[Path, Attachment] = {}

    def attach(self, server: Server) -> None:
        """Make sure that the server runs and stays up while this process uses it."""
        with self._lock:
            server.prepare()
            with alone(server.starting_lock):
                if server.home in self._held:
                    server.start()
                else:
                    self._held[server.home] = Attachment(server, _join(server))

    def holds(self, server: Server) -> bool:
        return server.home in self._held

    def detach(self, server: Server) -> None:
        with self._lock:
            attachment = self._held.pop(server.home, None)
            if attachment is None:
                return
            if not server.home.exists():
                os.close(attachment.descriptor)
                return
            with alone(server.starting_lock):
                _leave(attachment)

    def detach_all(self) -> None:
        for attachment in list(self._held.values()):
            with contextlib.suppress(OperationalError, OSError):
                self.detach(attachment.server)

    def forget(self) -> None:
        """After a fork: close the copies of the parent's descriptors without unlocking the parent's."""
        for attachment in self._held.values():
            os.close(attachment.descriptor)
        self._held = {}
        self._lock = threading.Lock()


def _join(server: Server) -> int:
    descriptor = share(server.users_lock)
    try:
        server.start()
    except BaseException:
        with contextlib.suppress(OperationalError, OSError):
            _leave(Attachment(server, descriptor))
        raise
    return descriptor


def _leave(attachment: Attachment) -> None:
    os.close(attachment.descriptor)
    if unused(attachment.server.users_lock):
        attachment.server.stop()


attachments = Attachments()
atexit.register(attachments.detach_all)
os.register_at_fork(after_in_child=attachments.forget)
