"""What a page about a dyad says of its editions."""

from typing import Any

from assessments.models import Edition
from assessments.policy import freezable
from organisations.http import SignedInRequest
from organisations.models import Dyad


def edition_box(request: SignedInRequest, dyad: Dyad) -> dict[str, Any]:
    """The latest edition that the viewer reads, and whether they may freeze one: three queries at most."""
    readable = Edition.objects.visible_to(request.user).filter(dyad=dyad).for_list()
    latest = readable.defer("content").order_by("-frozen_at", "-pk").first()
    return {"latest": latest, "may_freeze": bool(freezable(request.user, dyad))}
