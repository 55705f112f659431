"""Vignettes: loading them from a file, rating one, and completing that for good."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from assessments.actions.imports import ImportReport, enforce_administrator
from assessments.choices import NonScore
from assessments.exchange.documents import InvalidFile, Problem, read_document
from assessments.exchange.stored import known
from assessments.exchange.vignettes import VignetteFile, check_vignettes
from assessments.models import (
    Framework,
    Indicator,
    Vignette,
    VignetteAssessment,
    VignetteIndicator,
    VignetteRating,
)
from assessments.policy import Refused, may_rate_vignettes
from organisations.models import User

Answers = Mapping[Indicator, int | str]


@transaction.atomic
def load_vignettes(*, path: Path, by: User) -> ImportReport:
    """Store the vignettes in a file; those that are stored already must say the same."""
    enforce_administrator(by)
    given = check_vignettes(read_document(path), known().frameworks)
    code, _separator, version = given.framework.partition("@")
    framework = Framework.objects.get(code=code, version=version)
    there = Vignette.objects.filter(framework=framework).prefetch_related("indicators")
    stored = {vignette.code: vignette for vignette in there}
    report, problems = ImportReport(), []
    kind = str(Vignette._meta.verbose_name)
    for vignette in given.vignettes:
        if vignette.code not in stored:
            _create(framework, vignette, len(stored) + report.created[kind])
            report.created[kind] += 1
        elif _content(stored[vignette.code]) == vignette.content:
            report.unchanged[kind] += 1
        else:
            message = _("found other content than the stored %(code)s, expected the same or another code")
            problems.append(Problem(vignette.line, vignette.code, message % {"code": vignette.code}))
    if problems:
        raise InvalidFile(problems)
    return report


def _content(vignette: Vignette) -> tuple[str, str, str, frozenset[str]]:
    codes = frozenset(indicator.code for indicator in vignette.indicators.all())
    return vignette.level, vignette.title, vignette.text, codes


def _create(framework: Framework, given: VignetteFile, position: int) -> None:
    vignette = Vignette.objects.create(
        framework=framework,
        level=given.level,
        code=given.code,
        title=given.title,
        text=given.text,
        position=position,
    )
    asked = Indicator.objects.filter(dimension__framework=framework, code__in=given.indicators)
    VignetteIndicator.objects.bulk_create(
        VignetteIndicator(vignette=vignette, indicator=indicator) for indicator in asked
    )


@transaction.atomic
def save_vignette_ratings(*, vignette: Vignette, answers: Answers, by: User, at: datetime) -> None:
    """Save answers by indicator: a score, a non-score, or an empty text, which takes the answer back.

    Raises ``Refused`` for who may not and once the answers are completed, ``ValidationError`` for an
    indicator that the vignette does not ask and for what is no answer.
    """
    assessment = _open_assessment(vignette, by, at)
    asked = set(vignette.indicators.values_list("pk", flat=True))
    for indicator, answer in answers.items():
        if indicator.pk not in asked:
            raise ValidationError(_("%(indicator)s is not asked here.") % {"indicator": indicator})
        ratings = VignetteRating.objects.filter(assessment=assessment, indicator=indicator)
        if answer == "":
            ratings.delete()
            continue
        values = _values(answer)
        if not ratings.update(**values):
            VignetteRating.objects.create(assessment=assessment, indicator=indicator, **values)


def _values(answer: int | str) -> dict[str, int | str | None]:
    if isinstance(answer, int) and 1 <= answer <= 5:
        return {"score": answer, "non_score": ""}
    if answer in NonScore.values:
        return {"score": None, "non_score": answer}
    raise ValidationError(_("An answer is a whole number from 1 to 5, or a non-score."))


def _open_assessment(vignette: Vignette, by: User, at: datetime) -> VignetteAssessment:
    """The assessor's own, locked and not yet completed; a new one when there is none."""
    may_rate_vignettes(by).enforce()
    VignetteAssessment.objects.get_or_create(vignette=vignette, assessor=by, defaults={"started_at": at})
    assessment = VignetteAssessment.objects.select_for_update().get(vignette=vignette, assessor=by)
    if assessment.completed_at:
        raise Refused(_("You have completed this vignette: your answers are fixed."))
    return assessment


@transaction.atomic
def complete_vignette(*, vignette: Vignette, by: User, at: datetime) -> VignetteAssessment:
    """Fix the answers, which count from now on. Raises ``ValidationError`` while any is missing."""
    assessment = _open_assessment(vignette, by, at)
    if missing := _unanswered(vignette, by):
        names = ", ".join(str(indicator) for indicator in missing)
        raise ValidationError(_("Answer these as well: %(names)s.") % {"names": names})
    assessment.completed_at = at
    assessment.save()
    return assessment


def _unanswered(vignette: Vignette, assessor: User) -> list[Indicator]:
    answered = VignetteRating.objects.filter(
        assessment__vignette=vignette, assessment__assessor=assessor
    ).values("indicator")
    return list(vignette.asked().exclude(pk__in=answered))
