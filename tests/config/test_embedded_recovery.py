"""What was killed, left behind or is in the way."""

import fcntl
import os
import resource
import socket
import subprocess
import sys

import pytest
from django.db import OperationalError

from config.embedded.locks import alone, open_lock
from config.embedded.server import PORT
from tests.config.conftest import PROGRAM, Installation, eventually, go_on, kill


def test_it_works_after_the_server_was_killed(installation: Installation) -> None:
    user = installation.user("CREATE TABLE safe AS SELECT 42 AS answer", "wait", "SELECT answer FROM safe")
    assert user.stdout is not None
    assert user.stdout.readline() == "done\n"
    killed = installation.pid()
    kill(killed)
    eventually(lambda: installation.server.process() != killed)
    assert go_on(user).splitlines() == ["waited on", "42"]


def test_the_next_process_restarts_a_killed_server(installation: Installation) -> None:
    user = installation.user("CREATE TABLE safe AS SELECT 42 AS answer", "wait")
    assert user.stdout is not None
    user.stdout.readline()
    kill(installation.pid())
    kill(user.pid)
    assert installation.ask("SELECT answer FROM safe") == ["42"]


def test_a_stale_process_file_naming_a_living_process_is_no_obstacle(installation: Installation) -> None:
    stale = installation.server.cluster / "postmaster.pid"
    stale.write_text(f"{os.getpid()}\n{installation.server.cluster}\n1\n{PORT}\n\n\n\n")
    assert installation.server.process() is None
    assert installation.ask("SELECT 1") == ["1"]


def test_half_made_files_are_made_anew(empty: Installation) -> None:
    unfinished = empty.folder / "cluster.new"
    unfinished.mkdir(parents=True)
    (unfinished / "PG_VERSION").write_text("18\n")
    assert empty.ask("SELECT 1") == ["1"]
    assert not unfinished.exists()


def test_files_of_another_version_are_refused(installation: Installation) -> None:
    (installation.server.cluster / "PG_VERSION").write_text("15\n")
    message = installation.refusal()
    assert message.startswith("ImproperlyConfigured")
    assert str(installation.server.cluster) in message
    assert "written by PostgreSQL 15" in message
    assert "pg_dump of version 15" in message


def test_a_folder_without_a_database_is_refused(empty: Installation) -> None:
    empty.server.cluster.mkdir(parents=True)
    assert "is not a PostgreSQL data folder" in empty.refusal()


def test_a_folder_that_cannot_be_made_is_refused(empty: Installation) -> None:
    empty.folder.write_text("a file where the folder should be")
    message = empty.refusal()
    assert message.startswith("ImproperlyConfigured")
    assert "cannot be kept" in message
    assert "CONCORD_DATA_FOLDER" in message
    empty.folder.unlink()


def test_a_full_disk_is_reported_and_leaves_nothing(empty: Installation) -> None:
    process = subprocess.run(
        [*PROGRAM, str(empty.folder), "SELECT 1"],
        capture_output=True, text=True, timeout=60, check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000)),
    )  # fmt: skip
    assert process.returncode == 1
    assert process.stderr.startswith("OperationalError: PostgreSQL could not create its files")
    assert "full disk" in process.stderr
    assert not empty.server.cluster.exists()
    assert not (empty.folder / "cluster.new").exists()
    assert empty.ask("SELECT 1") == ["1"]


def test_a_taken_socket_says_what_to_do(installation: Installation) -> None:
    folder = installation.server.socket_folder
    folder.mkdir(exist_ok=True)
    lock = folder / f".s.PGSQL.{PORT}.lock"
    with socket.socket(socket.AF_UNIX) as other:
        other.bind(str(folder / f".s.PGSQL.{PORT}"))
        lock.mkdir()
        message = installation.refusal()
    lock.rmdir()
    assert message.startswith("OperationalError: PostgreSQL did not start")
    assert str(lock) in message
    assert "config.embedded stop" in message


def test_a_hung_starter_is_named(empty: Installation) -> None:
    empty.server.prepare()
    descriptor = open_lock(empty.server.starting_lock)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    os.pwrite(descriptor, b"4711", 0)
    with (
        pytest.raises(OperationalError, match="Process 4711 has been starting"),
        alone(empty.server.starting_lock, patience=0.1),
    ):
        pytest.fail("the lock was taken")
    os.close(descriptor)


def test_the_server_can_be_run_by_hand(installation: Installation) -> None:
    data = installation.folder.parent / "data"
    data.mkdir()
    installation.folder.rename(data / "postgres")
    installation.folder = data / "postgres"
    environment = {**os.environ, "CONCORD_DATA_FOLDER": str(data)}
    answers = [
        subprocess.run(
            [sys.executable, "-m", "config.embedded", what],
            env=environment, capture_output=True, text=True, timeout=30, check=False,
        )
        for what in ("status", "start", "status", "stop", "status")
    ]  # fmt: skip
    assert [answer.returncode for answer in answers] == [3, 0, 0, 0, 3]
    assert "running as process" in answers[2].stdout
    assert str(data) in answers[4].stdout
