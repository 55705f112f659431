"""Several processes use one server; the first starts it, the last one stops it."""

from tests.config.conftest import Installation, eventually, go_on, kill


def test_it_works(empty: Installation) -> None:
    answers = empty.ask(
        "SELECT current_user", "SELECT current_database()", "SHOW server_encoding", "SHOW timezone",
        "SHOW fsync", "SELECT rolsuper FROM pg_roles WHERE rolname = current_user", "SELECT lower('ÉŁ')",
    )  # fmt: skip
    assert answers == ["concord", "concord", "UTF8", "UTC", "on", "False", "éł"]
    assert empty.server.process() is None


def test_data_is_kept(installation: Installation) -> None:
    installation.ask("CREATE TABLE kept AS SELECT 42 AS answer")
    assert installation.ask("SELECT answer FROM kept") == ["42"]


def test_the_last_of_three_stops_the_server(installation: Installation) -> None:
    users = [installation.user("SELECT 1", "wait") for _ in range(3)]
    for user in users:
        assert user.stdout is not None
        assert user.stdout.readline() == "1\n"
    pid = installation.pid()
    for user in users[:2]:
        go_on(user)
        assert installation.server.process() == pid
    go_on(users[2])
    assert installation.server.process() is None


def test_four_first_starts_at_once_make_one_database(empty: Installation) -> None:
    question = "SELECT system_identifier FROM pg_control_system()"
    users = [empty.user(question, "wait") for _ in range(4)]
    identifiers = set()
    for user in users:
        assert user.stdout is not None
        identifiers.add(user.stdout.readline())
    assert len(identifiers) == 1
    assert identifiers != {""}
    for user in users:
        go_on(user)
    assert empty.server.process() is None


def test_a_forked_child_does_not_stop_the_server(installation: Installation) -> None:
    before = "SELECT pg_postmaster_start_time()::text"
    user = installation.user(before, "fork", before)
    first, forked, last = user.communicate(timeout=30)[0].splitlines()
    assert forked == "forked"
    assert first == last


def test_a_killed_user_does_not_keep_the_server_for_ever(installation: Installation) -> None:
    user = installation.user("SELECT 1", "wait")
    assert user.stdout is not None
    user.stdout.readline()
    kill(user.pid)
    user.wait(timeout=30)
    pid = installation.pid()
    other = installation.user("SELECT 2", "wait")
    assert other.stdout is not None
    assert other.stdout.readline() == "2\n"
    assert installation.pid() == pid
    go_on(other)
    eventually(lambda: installation.server.process() is None)


def test_the_folder_can_be_moved(installation: Installation) -> None:
    installation.ask("CREATE TABLE moved AS SELECT 7 AS answer")
    target = installation.folder.with_name("elsewhere")
    installation.folder.rename(target)
    installation.folder = target
    assert installation.ask("SELECT answer FROM moved") == ["7"]


def test_a_deep_folder_gets_a_short_socket_path(installation: Installation) -> None:
    deep = installation.folder.parent / ("d" * 60) / ("e" * 60)
    deep.mkdir(parents=True)
    installation.folder.rename(deep / "postgres")
    installation.folder = deep / "postgres"
    assert installation.ask("SELECT 1") == ["1"]
    assert not installation.server.socket_folder.is_relative_to(deep)
    installation.server.socket_folder.rmdir()
