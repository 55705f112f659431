"""Names of a simulation's scenarios, ways to score and kinds of figures, in their order."""

from django.utils.translation import gettext_lazy as _

from assessments.scoring.simulation.estimators import DIRICHLET, MEAN, TIER_A, TIER_B
from assessments.scoring.simulation.study import DIMENSION, INDICATOR, LEVEL

SCENARIO_NAMES = {
    "equal_severity": _("assessors of equal severity"),
    "severity": _("severity differs (SD .5)"),
    "conflict": _("a third in conflict of interest, +.8"),
    "missing_at_random": _("35 % missing at random"),
    "low_missing": _("low scores go missing"),
    "half_components": _("half of the default variances"),
    "double_components": _("double the default variances"),
}
ESTIMATOR_NAMES = {
    MEAN: _("mean, bootstrap"),
    DIRICHLET: _("Dirichlet-multinomial"),
    TIER_A: _("tier A"),
    TIER_B: _("tier B"),
}
KIND_NAMES = {INDICATOR: _("indicators"), DIMENSION: _("dimensions"), LEVEL: _("level")}
