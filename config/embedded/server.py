"""One embedded PostgreSQL server: create, start, stop and look at it."""

import hashlib
import os
import shlex
import shutil
import socket
import stat
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError

from config.embedded.programs import INSTEAD, Programs, home_of, programs

ROLE = "concord"
DATABASE = "concord"
OWNER = "postgres"
PORT = 5432
SOCKET_LIMIT = 100
LOG_LIMIT = 10_000_000
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "max_connections": "100",
}


@dataclass(frozen=True)
class Server:
    """A server whose files are in ``home``; ``settings`` are added to those of every server."""

    home: Path
    settings: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def in_folder(cls, data_folder: Path, settings: Mapping[str, str] | None = None) -> "Server":
        return cls(home_of(data_folder), settings or {})

    @property
    def cluster(self) -> Path:
        return self.home / "cluster"

    @property
    def log(self) -> Path:
        return self.home / "postgresql.log"

    @property
    def starting_lock(self) -> Path:
        return self.home / "starting.lock"

    @property
    def users_lock(self) -> Path:
        return self.home / "users.lock"

    @property
    def socket_folder(self) -> Path:
        """Beside the data; for deep folders a short one, as a socket's path has at most 107 bytes."""
        folder = self.home / "socket"
        if len(bytes(folder)) + len(f"/.s.PGSQL.{PORT}.lock") <= SOCKET_LIMIT:
            return folder
        digest = hashlib.sha256(bytes(self.home)).hexdigest()[:16]
        return Path("/tmp") / f"concord-{os.geteuid()}-{digest}"  # noqa: S108 - ownership is checked

    def prepare(self) -> None:
        """Make the folder that holds the locks and everything else."""
        try:
            self.home.mkdir(mode=0o711, parents=True, exist_ok=True)
            self.starting_lock.touch(mode=0o600)
        except OSError as error:
            raise ImproperlyConfigured(
                f"The database cannot be kept in {self.home}: {error.strerror}. Make the folder writable for "
                f"the user that runs Concord, set CONCORD_DATA_FOLDER to one that is, {INSTEAD}"
            ) from error

    def start(self) -> None:
        """Bring the server up, creating it if need be. The caller holds ``starting_lock``."""
        wheel = programs()
        if not self.cluster.exists():
            self._create(wheel)
        self._check_version(wheel)
        if not self.running():
            self._launch(wheel)
        self._create_database()

    def stop(self) -> None:
        """The caller holds ``starting_lock``."""
        if self.process() is None:
            return
        arguments = ("stop", "-D", str(self.cluster), "-m", "fast", "-w", "-t", "30", "-s")
        result = programs().run("pg_ctl", *arguments, timeout=40)
        if result.returncode and self.process() is not None:
            raise OperationalError(
                f"PostgreSQL in {self.cluster} did not stop: {result.stderr.strip()} See {self.log}."
            )

    def process(self) -> int | None:
        """The id of the living server process; a file left by a dead one does not count."""
        try:
            pid = int((self.cluster / "postmaster.pid").read_text().split("\n", 1)[0])
        except (OSError, ValueError):
            return None
        return pid if pid > 0 and _is_server(pid, self.cluster) else None

    def running(self) -> bool:
        if self.process() is None:
            return False
        with socket.socket(socket.AF_UNIX) as probe:
            probe.settimeout(5)
            try:
                probe.connect(str(self.socket_folder / f".s.PGSQL.{PORT}"))
            except OSError:
                return False
        return True

    def _create(self, wheel: Programs) -> None:
        unfinished = self.home / "cluster.new"
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(mode=0o700)
        wheel.give(unfinished)
        try:
            result = wheel.run(
                "initdb", "-D", str(unfinished), "-U", OWNER, "--encoding=UTF8", "--locale=C",
                "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--auth-local=trust",
                "--auth-host=reject", *(["--no-sync"] if self.settings.get("fsync") == "off" else []),
                timeout=300,
            )  # fmt: skip
            if result.returncode:
                raise OperationalError(
                    f"PostgreSQL could not create its files in {unfinished}: {_last_lines(result.stderr)} "
                    f"Mend that (a full disk needs some 60 MB), set CONCORD_DATA_FOLDER to another folder, "
                    f"{INSTEAD}"
                )
            unfinished.rename(self.cluster)
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)

    def _check_version(self, wheel: Programs) -> None:
        try:
            found = (self.cluster / "PG_VERSION").read_text().strip()
        except OSError as error:
            raise ImproperlyConfigured(
                f"{self.cluster} is not a PostgreSQL data folder ({error.strerror}: PG_VERSION). Move it "
                "away to begin with an empty database, or restore it from a backup."
            ) from error
        if found != str(wheel.major):
            raise ImproperlyConfigured(
                f"{self.cluster} was written by PostgreSQL {found}, but this installation brings PostgreSQL "
                f"{wheel.major}. Dump it with pg_dump of version {found} and restore the dump into a new "
                f"folder (docs/operations.md), or set CONCORD_DATA_FOLDER to another folder."
            )

    def _launch(self, wheel: Programs) -> None:
        self._prepare_socket_folder(wheel)
        self._prepare_log(wheel)
        self._remove_stale_locks()
        settings = {**SETTINGS, **self.settings, "unix_socket_directories": str(self.socket_folder)}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        log_start = self.log.stat().st_size
        for attempt in range(3):
            result = wheel.run(
                "pg_ctl", "start", "-D", str(self.cluster), "-l", str(self.log), "-w", "-t", "60", "-s",
                "-o", shlex.join([*options, "-p", str(PORT)]), timeout=90,
            )  # fmt: skip
            if not result.returncode:
                return
            time.sleep(0.5 * (attempt + 1))  # children of a killed server need a moment to notice
        raise OperationalError(self._why_not_started(log_start, result))

    def _remove_stale_locks(self) -> None:
        """Those of a killed server; PostgreSQL itself takes a zombie for a living one."""
        if self.process() is None:
            (self.cluster / "postmaster.pid").unlink(missing_ok=True)
        lock = self.socket_folder / f".s.PGSQL.{PORT}.lock"
        try:
            pid, cluster = lock.read_text().split("\n")[:2]
            stale = not _is_server(int(pid), Path(cluster))
        except (OSError, ValueError):
            return
        if stale:
            lock.unlink(missing_ok=True)

    def _why_not_started(self, log_start: int, result: subprocess.CompletedProcess[str]) -> str:
        with self.log.open(errors="replace") as log:
            log.seek(log_start)
            said = _last_lines(log.read()) or _last_lines(result.stderr)
        return (
            f"PostgreSQL did not start in {self.cluster}. It said: {said} The whole log is {self.log}. "
            "If another server uses this folder or its socket, stop it (python -m config.embedded stop in "
            f"the installation that started it), set CONCORD_DATA_FOLDER to another folder, {INSTEAD}"
        )

    def _prepare_socket_folder(self, wheel: Programs) -> None:
        folder = self.socket_folder
        folder.mkdir(mode=0o700, exist_ok=True)
        status = folder.lstat()
        mine = {os.geteuid(), wheel.account.pw_uid if wheel.account else os.geteuid()}
        if not stat.S_ISDIR(status.st_mode) or status.st_uid not in mine:
            raise ImproperlyConfigured(
                f"The database's socket belongs in {folder}, but that belongs to another user. Remove it, or "
                "set CONCORD_DATA_FOLDER to a folder with a shorter path."
            )
        wheel.give(folder)

    def _prepare_log(self, wheel: Programs) -> None:
        if self.log.exists() and self.log.stat().st_size > LOG_LIMIT:
            self.log.replace(self.log.with_suffix(".log.1"))
        self.log.touch(mode=0o600)
        wheel.give(self.log)

    def _create_database(self) -> None:
        parameters = {"host": str(self.socket_folder), "port": PORT, "user": OWNER, "dbname": "postgres"}
        try:
            with psycopg.connect(**parameters, autocommit=True, connect_timeout=30) as connection:  # type: ignore[arg-type]
                if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [ROLE]).fetchone():
                    connection.execute(f"CREATE ROLE {ROLE} LOGIN CREATEDB")
                known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
                if not known.fetchone():
                    connection.execute(f"CREATE DATABASE {DATABASE} OWNER {ROLE}")
        except psycopg.Error as error:
            raise OperationalError(
                f"The embedded PostgreSQL in {self.home} runs, but its database {DATABASE} could not be "
                f"opened: {error} See {self.log}."
            ) from error


def _is_server(pid: int, cluster: Path) -> bool:
    """Whether ``pid`` lives and works in ``cluster``; its number may have been given to another process."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    if not Path("/proc/self").exists():
        return True
    try:
        return Path(f"/proc/{pid}/cwd").readlink() == cluster.resolve()
    except FileNotFoundError:
        return False  # a zombie has no working folder
    except PermissionError:
        return _belongs_to_owner_of(pid, cluster)


def _belongs_to_owner_of(pid: int, cluster: Path) -> bool:
    return Path(f"/proc/{pid}").stat().st_uid == cluster.stat().st_uid


def _last_lines(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    telling = [line for line in lines if any(word in line for word in ("FATAL", "error:", "PANIC", "HINT"))]
    return " ".join((telling or lines)[-4:])
