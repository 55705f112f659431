"""The version mark of an offline form: what it was made from, signed, so that a change is noticed."""

from dataclasses import asdict, dataclass
from typing import Any

from django.core.signing import BadSignature, Signer
from django.utils.translation import gettext as _

from assessments import snapshot
from assessments.exchange.stored import stored_framework
from assessments.models import Framework

SALT = "concord.offline-form.1"  # another number when a mark gets other fields


class InvalidForm(Exception):
    """A file that is no offline form, or none that can be taken; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Mark:
    """``versions`` are those of the ratings by indicator, 0 where there was none.

    ``digest`` is that of the framework's content, ``left_out`` are the indicators whose rationale is too
    long for a cell.
    """

    assessment: int
    framework: str
    digest: str
    versions: dict[str, int]
    left_out: list[str]

    def signed(self) -> str:
        """As text, with an HMAC-SHA-256 of the installation's secret key over it."""
        return Signer(salt=SALT).sign_object(asdict(self), compress=True)


def read_mark(text: Any) -> Mark:
    """Raises :class:`InvalidForm` for anything that :meth:`Mark.signed` has not made in this installation."""
    try:
        content = Signer(salt=SALT).unsign_object(text if isinstance(text, str) else "")
    except BadSignature:
        raise InvalidForm(
            _(
                "The mark of this form has been changed, or the form is of another installation: "
                "download the form again and copy your answers into it."
            )
        ) from None
    return Mark(**content)


def framework_digest(framework: Framework) -> str:
    """SHA-256 of the framework's whole content: five queries."""
    whole = Framework.objects.prefetch_related("rules", "dimensions__indicators__anchors").get(
        pk=framework.pk
    )
    return snapshot.digest(asdict(stored_framework(whole)))
