"""What is not a small file of plain YAML is refused, whatever it says."""

from pathlib import Path

import pytest

from assessments.actions.imports import load_cases, load_framework
from tests.assessments.test_import_files import Load, problems, written

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("load", [load_framework, load_cases])
@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"code: [1, 2\nversion: x\n", "line 2: column 8: this is not YAML"),
        (b"code: tiny\ntitle: caf\xe9\n", "line 2: found byte 0xe9 at offset 21, expected text in UTF-8"),
        (b"code: a\x00b\n", "line 1: found the control character U+0000"),
        (b"", "line 1: found an empty file"),
        (b"- one\n", "line 1: found a list, expected a mapping"),
        (
            b"a: 1\nb: 2\na: 3\n",
            "line 3, a: found the key “a” again (first on line 1)",
        ),
        (b"a: &x [1]\nb: *x\n", "line 2: found the alias *x"),
        (b"a: !!python/object/apply:os.system [ls]\n", "line 1, a: found a value of the kind"),
        (b"a: " + b"[" * 5000 + b"]" * 5000, "found more than 40 levels of nesting"),
        (b"a: .nan\n", "line 1, a: found a value of the kind"),
    ],
)
def test_what_is_not_plain_yaml_is_refused(load: Load, content: bytes, message: str, tmp_path: Path) -> None:
    assert message in problems(load, written(tmp_path, content))


@pytest.mark.parametrize("load", [load_framework, load_cases])
def test_50_megabytes_are_refused_before_reading(
    load: Load, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "large.yaml"
    with path.open("wb") as file:
        file.truncate(50 * 1024**2)
    monkeypatch.setattr(Path, "read_bytes", lambda path: pytest.fail("was read"))
    assert "found a file of 50.0 MB, expected at most 10 MB" in problems(load, path)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    assert "nowhere.yaml is not a file" in problems(load_cases, tmp_path / "nowhere.yaml")
