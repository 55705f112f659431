import re
from typing import Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.request import Request

INTEGER = re.compile(r"\d{1,18}")


class KeysetPagination(CursorPagination):
    """Pages by the last row seen, never by counting rows: stable while rows are added, and fast at any depth.

    Orders by the view's ``ordering``: one unique integer field.
    """

    page_size = 50
    max_page_size = 500
    page_size_query_param = "page_size"

    def get_ordering(self, request: Request, queryset: Any, view: Any) -> tuple[str, ...]:
        return (view.ordering,)

    def get_page_size(self, request: Request) -> int:
        given = request.query_params.get("page_size")
        if given is None:
            return self.page_size
        if not INTEGER.fullmatch(given) or not 1 <= int(given) <= self.max_page_size:
            message = _("Give a whole number from 1 to %(maximum)d.") % {"maximum": self.max_page_size}
            raise ValidationError({"page_size": [message]})
        return int(given)

    def decode_cursor(self, request: Request) -> Cursor | None:
        """The place to go on from; what this server did not write itself is a fault of the request."""
        try:
            cursor: Cursor | None = super().decode_cursor(request)
        except NotFound:
            raise self._invalid_cursor() from None
        if cursor and cursor.position is not None and not INTEGER.fullmatch(str(cursor.position)):
            raise self._invalid_cursor()
        return cursor

    @staticmethod
    def _invalid_cursor() -> ValidationError:
        message = _("This is not a cursor of this list: follow “next” and “previous” as they are given.")
        return ValidationError({"cursor": [message]})
