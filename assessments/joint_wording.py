"""Words for severities of assessors and for the bias of a conflict of interest."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments.models import Severity
from assessments.scoring.intervals import NORMAL_95

SMALL = 0.1
SIZES = (
    (0.29, gettext_lazy("about a quarter of a point")),
    (0.42, gettext_lazy("about a third of a point")),
    (0.58, gettext_lazy("about half a point")),
    (0.71, gettext_lazy("about two thirds of a point")),
    (0.88, gettext_lazy("about three quarters of a point")),
    (1.25, gettext_lazy("about a point")),
)


@dataclass(frozen=True, slots=True)
class Difference:
    """A difference on the scale of scores with its 90% interval; ``clear`` if that holds no 0."""

    value: float
    standard_error: float

    @property
    def lower(self) -> float:
        return self.value - NORMAL_95 * self.standard_error

    @property
    def upper(self) -> float:
        return self.value + NORMAL_95 * self.standard_error

    @property
    def clear(self) -> bool:
        return self.lower > 0 or self.upper < 0

    @property
    def small(self) -> bool:
        return abs(self.value) < SMALL

    @property
    def size(self) -> str:
        """How much it is, whichever way, such as ``about a third of a point``."""
        if abs(self.value) < 0.2:
            return _("less than a quarter of a point")
        found = next((words for most, words in SIZES if abs(self.value) < most), None)
        return str(found or _("more than a point"))


def severity_difference(severity: Severity) -> Difference | None:
    """How an assessor differs from an average one; none where nothing connects them to others."""
    if severity.value is None or severity.standard_error is None:
        return None
    return Difference(severity.value, severity.standard_error)


def severity_words(difference: Difference) -> str:
    if difference.small:
        return _("You rate about as the average assessor does.")
    if difference.value < 0:
        return _("You rate %(size)s stricter than the average assessor.") % {"size": difference.size}
    return _("You rate %(size)s milder than the average assessor.") % {"size": difference.size}


def bias_words(bias: Difference | None) -> str:
    """What acting for one of the two organisations does to ratings."""
    if bias is None:
        return _("Nobody has rated an organisation of their own here, so nothing can be said about bias.")
    if not bias.clear:
        return _("Assessors of the two organisations do not clearly rate higher or lower than others.")
    if bias.value > 0:
        return _("Assessors of the two organisations rate %(size)s higher than others.") % {"size": bias.size}
    return _("Assessors of the two organisations rate %(size)s lower than others.") % {"size": bias.size}
