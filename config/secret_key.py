"""The secret key of a development installation: made once, kept in the data folder."""

import os
import secrets
from pathlib import Path


def persisted_secret_key(path: Path) -> str:
    """Return the key in ``path``, creating the file (readable by its owner only) on first use.

    Several processes may start at once: the first to create the file wins, the others read it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{path.name}.{os.getpid()}")
    temporary.touch(mode=0o600)
    temporary.write_text(secrets.token_urlsafe(50))
    try:
        os.link(temporary, path)
    except FileExistsError:
        pass
    finally:
        temporary.unlink()
    return path.read_text()
