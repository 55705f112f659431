"""Changes of assessments and of what follows from them by the API: what they share."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any, TypeVar

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from assessments.actions.adjudication import AdjudicatedMeanwhile
from assessments.actions.assessments import DescriptionChanged
from assessments.actions.lesson_actions import ActionChanged
from assessments.actions.lessons import LessonChanged
from assessments.actions.recording import Conflict
from assessments.actions.sources import SourceChanged
from assessments.actions.submission import Incomplete, Unconfirmed
from assessments.policy import Refused
from organisations.api.faults import Problem
from organisations.api.writing import Writing as WritingOnce
from organisations.models import Scope

F = TypeVar("F", bound=Callable[..., Any])

ONCE = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    pattern=r"^[!-~]{1,200}$",
    description="Names this change: sent again within a day it does nothing, and gives the first answer.",
)
IF_MATCH = OpenApiParameter(
    "If-Match",
    str,
    OpenApiParameter.HEADER,
    required=True,
    description="The `ETag` of what you have read; `*` for whatever is there.",
)
MEANWHILE = (
    ActionChanged,
    AdjudicatedMeanwhile,
    Conflict,
    DescriptionChanged,
    LessonChanged,
    SourceChanged,
)


class Writing(WritingOnce):
    """Turns what the actions raise into problems that say what a program can do about it."""

    def handle_exception(self, error: Exception) -> Response:
        return super().handle_exception(as_problem(error))  # type: ignore[misc,no-any-return]


def as_problem(error: Exception) -> Exception:
    if isinstance(error, Refused):
        return Problem(HTTPStatus.FORBIDDEN, str(error), "refused")
    if isinstance(error, MEANWHILE):
        return Problem(HTTPStatus.CONFLICT, str(error), "changed-meanwhile")
    if isinstance(error, Incomplete):
        missing = [
            {"field": f"{one.indicator.code}.{one.field}", "message": one.message} for one in error.missing
        ]
        return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, str(error), "incomplete", errors=missing)
    if isinstance(error, Unconfirmed):
        warnings = [
            {"field": one.indicator.code if one.indicator else "assessment", "message": one.message}
            for one in error.remarks
        ]
        return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, str(error), "warnings-unconfirmed", errors=warnings)
    return error


def now() -> dict[str, Any]:
    """When a change is made, as the actions take it."""
    return {"at": timezone.now()}


class Input(serializers.Serializer[Any]):
    """The body of a request. What it does not know is refused: a misspelt field must not be lost."""

    def to_internal_value(self, data: Any) -> Any:
        value = super().to_internal_value(data)
        unknown = sorted(set(data) - set(self.fields))
        if unknown:
            raise ValidationError({name: ["Unknown field."] for name in unknown})
        return value


class Nothing(Input):
    """A body without fields; it can be left out."""


def given(
    request: Request, expected: type[Input], *, over: dict[str, Any] | None = None, **kwargs: Any
) -> dict[str, Any]:
    """The validated body of a request; ``over`` is what stands where the body says nothing.

    Raises ``ValidationError`` by field.
    """
    data = request.data
    if over and isinstance(data, dict):
        data = over | data
    serializer = expected(data=data, **kwargs)
    serializer.is_valid(raise_exception=True)
    return dict(serializer.validated_data)


def changes(
    name: str,
    takes: type[Input] | None,
    gives: Any,
    *,
    status: int = 200,
    matched: bool = True,
    or_nothing: bool = False,
) -> Callable[[F], F]:
    """What the OpenAPI document says of an operation that changes something.

    ``matched``: it takes ``If-Match``. ``or_nothing``: the caller may see nothing of it afterwards.
    """
    parameters = [ONCE, IF_MATCH] if matched else [ONCE]
    described: Callable[[F], F] = extend_schema(
        operation_id=name,
        request=takes,
        responses={status: gives} | ({204: None} if or_nothing else {}),
        parameters=parameters,
    )
    return described


def deciding(handler: F) -> F:
    """Needs the scope to review, not the one to write."""
    handler.scope = Scope.REVIEW  # type: ignore[attr-defined]
    return handler
