"""Answers that are files."""

from django.http import StreamingHttpResponse

from assessments.choices import Marking
from assessments.exports.making import MEDIA_TYPES, Download, Wish


def download(wish: Wish, manifest_at: str) -> StreamingHttpResponse:
    """The file, streamed. ``manifest_at`` is a pattern of an address that takes the number of the export."""
    made = Download(wish)
    marking = made.facts.marking
    headers = {
        "Content-Disposition": f'attachment; filename="{made.export.filename}"',
        "Link": f'<{manifest_at.replace("/0/", f"/{made.export.pk}/")}>; rel="describedby"',
    }
    if marking:
        headers["X-Handling-Marking"] = Marking(marking).label
    return StreamingHttpResponse(made, content_type=MEDIA_TYPES[wish.format], headers=headers)
