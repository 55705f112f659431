"""Rules about the code that neither the import contracts nor ruff can say. Each is shown to find a fault."""

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path

import pghistory
import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.auth.models import Group
from django.db import connection, models

ROOT = Path(settings.BASE_DIR)
APPLICATIONS = ("organisations", "assessments")
WRITES = {
    "save",
    "create",
    "update",
    "delete",
    "bulk_create",
    "bulk_update",
    "get_or_create",
    "update_or_create",
}
WRITES |= {f"a{name}" for name in WRITES} | {"set", "aset", "cursor"}
WRITES_OF_RELATIONS = {"add", "remove", "clear"}
ALLOWED_WRITES = {
    ("assessments/exports/copying.py", "cursor"): "COPY out of the database has no other way",
    ("assessments/exports/copying.py", "update"): "of a digest",
    ("assessments/rating_arrays.py", "cursor"): "COPY out of the database has no other way",
    ("organisations/models/user.py", "save"): "Django asks the manager of people to create them",
}
HISTORY = ("insert_insert", "update_update")
WITHOUT_HISTORY = {
    "Export": "that a file was made; its own columns say when, of what, and what became of it",
    "KeptAnswer": "an answer that is given again for a day; what the request changed has its own history",
    "RateCount": "counts attempts for minutes; rewritten with each request",
    "Notice": "what somebody was told; its own columns say when it was written, seen and mailed",
    "OfflineUpload": "what a file says before anybody has saved it; the answers that come of it have theirs",
    "Presence": "says who has the editor open now, for two minutes",
    "SearchEntry": "what the rows say that it finds, as words; their histories are theirs",
    "User_groups": "no right follows from groups, and no form offers them",
    "User_user_permissions": "no right follows from Django's own permissions",
}
LONGEST_FILE = 400


def orm_writes(source: str) -> list[str]:
    """Names of methods called in ``source`` that write rows.

    ``add``, ``remove`` and ``clear`` count on an attribute of something else, as in
    ``assessment.released_to.add(...)``, and not on a local set or on one of ``self``.
    """
    calls = [node.func for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    return [
        call.attr
        for call in calls
        if isinstance(call, ast.Attribute)
        and (call.attr in WRITES or (call.attr in WRITES_OF_RELATIONS and _is_relation(call.value)))
    ]


def _is_relation(receiver: ast.expr) -> bool:
    if not isinstance(receiver, ast.Attribute):
        return False
    return not (isinstance(receiver.value, ast.Name) and receiver.value.id == "self")


def imports_transaction(source: str) -> bool:
    """Whether ``source`` gets at Django's transactions by an import."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom):
            names = {f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Import):
            names = {alias.name for alias in node.names}
        else:
            continue
        if any(f"{name}.".startswith("django.db.transaction.") for name in names):
            return True
    return False


def code_outside_actions() -> Iterator[tuple[str, str]]:
    """Path and source of every module that is to write nothing."""
    for application in APPLICATIONS:
        for path in sorted((ROOT / application).rglob("*.py")):
            name = path.relative_to(ROOT).as_posix()
            if not name.startswith((f"{application}/actions/", f"{application}/migrations/")):
                yield name, path.read_text()


def without_history(candidates: Iterable[type[models.Model]]) -> set[str]:
    """Names of the models whose rows can be made or changed without a trace in their event table.

    What counts are the triggers in the database. The event tables themselves are not looked at.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, string_agg(t.tgname, ' ') "
            "FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
            "WHERE NOT t.tgisinternal AND t.tgenabled <> 'D' GROUP BY c.relname"
        )
        triggers: dict[str, str] = dict(cursor.fetchall())
    return {
        model.__name__
        for model in candidates
        if not issubclass(model, pghistory.models.Event)
        and not all(f"pgtrigger_{kind}_" in triggers.get(model._meta.db_table, "") for kind in HISTORY)
    }


def too_long(files: Iterable[tuple[str, str]]) -> list[str]:
    return [name for name, text in files if len(text.splitlines()) > LONGEST_FILE]


def files_written_by_hand() -> Iterator[tuple[str, str]]:
    for folder in (*APPLICATIONS, "config", "tests", "templates", "static"):
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in {".py", ".html", ".css", ".js"} and "migrations" not in path.parts:
                yield path.relative_to(ROOT).as_posix(), path.read_text()


def test_only_actions_write() -> None:
    found = {(name, write) for name, source in code_outside_actions() for write in orm_writes(source)}
    assert found == set(ALLOWED_WRITES)


@pytest.mark.parametrize(
    "source",
    [
        "Rating.objects.filter(pk=1).update(score=5)",
        "assessment.save()",
        "form.save(commit=False)",
        "Rating.objects.bulk_create(rows)",
        "Rating.objects.get_or_create(pk=1)",
        "rating.delete()",
        "async def f(): await rating.asave()",
        "assessment.released_to.add(organisation)",
        "assessment.released_to.set([])",
        "connection.cursor()",
    ],
)
def test_a_write_is_found(source: str) -> None:
    assert orm_writes(source)


def test_a_read_is_no_write() -> None:
    assert not orm_writes("seen.add(1)\nself.seen.add(2)\nAssessment.objects.filter(pk=1).first()")


def test_only_actions_open_transactions() -> None:
    assert [name for name, source in code_outside_actions() if imports_transaction(source)] == []


@pytest.mark.parametrize(
    "source",
    [
        "from django.db import models, transaction",
        "from django.db import transaction as t",
        "from django.db.transaction import atomic",
        "import django.db.transaction",
        "def view():\n    from django.db import transaction",
    ],
)
def test_an_import_of_transactions_is_found(source: str) -> None:
    assert imports_transaction(source)


def test_other_imports_of_the_database_are_no_transactions() -> None:
    assert not imports_transaction("from django.db import models\nimport django.db.models")


@pytest.mark.django_db
def test_every_row_has_a_history() -> None:
    candidates = [
        model
        for application in APPLICATIONS
        for model in apps.get_app_config(application).get_models(include_auto_created=True)
    ]
    assert without_history(candidates) == set(WITHOUT_HISTORY)


@pytest.mark.django_db
def test_a_model_without_history_is_found() -> None:
    assert without_history([Group]) == {"Group"}


def test_no_file_is_too_long() -> None:
    assert too_long(files_written_by_hand()) == []


def test_a_file_that_is_too_long_is_found() -> None:
    assert too_long([("short.py", "x\n" * LONGEST_FILE), ("long.py", "x\n" * (LONGEST_FILE + 1))]) == [
        "long.py"
    ]


def test_the_rules_look_at_the_code() -> None:
    names = {name for name, _source in code_outside_actions()}
    assert {"assessments/views/review.py", "organisations/admin.py", "assessments/api/viewsets.py"} <= names
