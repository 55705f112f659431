"""Offline forms as people have them: downloaded through the page, changed and saved by a program."""

from collections.abc import Mapping
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
