"""Offline forms as people have them: downloaded through the page, changed and saved by a program."""

import io
import re
import zipfile
from collections.abc import Callable, Mapping
from io import BytesIO
from typing import Any

from django.test import Client
from django.utils import timezone
from openpyxl import Workbook, load_workbook

from assessments.actions import recording
from assessments.models import Assessment
from organisations.models import User


def downloaded(draft: Assessment, person: User | None = None) -> bytes:
    client = Client()
    client.force_login(person or draft.assessor)
    response = client.get(f"/assessments/{draft.pk}/offline/form.xlsx")
    assert response.status_code == 200
    return response.content


def opened(content: bytes) -> Workbook:
    return load_workbook(BytesIO(content))


def packed(book: Workbook) -> bytes:
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def filled_in(content: bytes, cells: Mapping[str, Any]) -> bytes:
    """The form with values in cells that are named like ``F1!D6``."""
    book = opened(content)
    for place, value in cells.items():
        sheet, cell = place.rsplit("!", 1)
        book[sheet][cell] = value
    return packed(book)


def say(draft: Assessment, person: User, code: str = "F1.1", **fields: Any) -> None:
    """Somebody writes an answer on the page."""
    rating = draft.ratings.get(indicator__code=code)
    now = {
        name: getattr(rating, name) for name in ("score", "non_score", "rationale", "confidence", "version")
    }
    written = recording.AnswerInput(rating.indicator, **(now | fields))
    recording.save_ratings(assessment=draft, answers=[written], by=person, at=timezone.now())


def fields(draft: Assessment, code: str) -> tuple[Any, ...]:
    rating = draft.ratings.get(indicator__code=code)
    return rating.score, rating.non_score, rating.rationale, rating.confidence


def repacked(
    content: bytes,
    parts: Mapping[str, bytes | Callable[[bytes], bytes] | None],
    compression: int = zipfile.ZIP_DEFLATED,
) -> bytes:
    """The file with parts replaced, changed, added, or (None) left out."""
    file, done = io.BytesIO(), set()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(file, "w", compression) as new:
        for name in old.namelist():
            part = parts.get(name, old.read(name))
            done.add(name)
            if part is not None:
                new.writestr(name, part(old.read(name)) if callable(part) else part)
        for name in parts.keys() - done:
            part = parts[name]
            assert isinstance(part, bytes)
            new.writestr(name, part)
    return file.getvalue()


def replaced(old: bytes, new: bytes) -> Callable[[bytes], bytes]:
    def change(part: bytes) -> bytes:
        assert re.search(old, part)
        return re.sub(old, lambda _found: new, part, count=1)

    return change


def names_in(content: bytes) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        return file.namelist()
