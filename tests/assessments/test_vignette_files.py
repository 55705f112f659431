"""Files of vignettes: checked as a whole, loaded once, never changed."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from assessments.actions.vignettes import load_vignettes
from assessments.exchange.documents import InvalidFile
from assessments.models import Vignette
from assessments.policy import Refused
from tests.factories import AdministratorFactory, FrameworkFactory, UserFactory

pytestmark = pytest.mark.django_db

GOOD = """
framework: small@1.0
vignettes:
  - code: one
    level: field
    title: One case
    indicators: [F1.1, F5.1]
    text: |
      Something happened.

      Then it ended.
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    FrameworkFactory(version="1.0")
    path = tmp_path / "vignettes.yaml"
    path.write_text(GOOD)
    return path


def load(path: Path) -> list[str]:
    """The problems with a file, each as its place and message; none when it was loaded."""
    try:
        load_vignettes(path=path, by=AdministratorFactory())
    except InvalidFile as invalid:
        return [str(problem) for problem in invalid.problems]
    return []


def test_a_file_is_loaded_once(file: Path) -> None:
    administrator = AdministratorFactory()
    first, again = (load_vignettes(path=file, by=administrator) for _ in range(2))
    assert (dict(first.created), dict(again.created)) == ({"vignette": 1}, {})
    assert dict(again.unchanged) == {"vignette": 1}
    vignette = Vignette.objects.get()
    assert [indicator.code for indicator in vignette.asked()] == ["F1.1", "F5.1"]
    assert vignette.paragraphs == ["Something happened.", "Then it ended."]


@pytest.mark.parametrize(
    ("good", "bad", "said"),
    [
        ("[F1.1, F5.1]", "[F1.1, P1.1]", '"P1.1", expected an evaluative indicator of the vignette\'s level'),
        ("[F1.1, F5.1]", "[F1.1, F1.1]", '"F1.1" again'),
        ("[F1.1, F5.1]", "[]", "an empty list"),
        ("level: field", "level: moon", '"moon"'),
        ("small@1.0", "small@2.0", '"small@2.0"'),
        ("title: One case", "titel: One case", "an unknown key"),
        ("code: one", "code: one two", "letters, digits and hyphens"),
    ],
)
def test_faults_are_found_at_their_place(file: Path, good: str, bad: str, said: str) -> None:
    file.write_text(GOOD.replace(good, bad))
    problems = load(file)
    assert any(said in problem and problem.startswith("line ") for problem in problems), problems
    assert not Vignette.objects.exists()


def test_what_is_loaded_does_not_change(file: Path) -> None:
    assert load(file) == []
    file.write_text(GOOD.replace("Something", "Another thing"))
    (problem,) = load(file)
    assert "found other content than the stored one" in problem
    assert "Something happened." in Vignette.objects.get().text


def test_only_administrators_load(file: Path) -> None:
    with pytest.raises(Refused):
        load_vignettes(path=file, by=UserFactory())


def test_the_command_loads_and_reports(file: Path) -> None:
    AdministratorFactory()
    out = StringIO()
    call_command("load_vignettes", file, stdout=out)
    assert "vignette: 1 created, 0 unchanged" in out.getvalue()
    file.write_text(GOOD.replace("small@1.0", "small@2.0"))
    with pytest.raises(CommandError, match="Nothing was loaded"):
        call_command("load_vignettes", file)
