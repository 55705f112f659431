"""Versions of a framework that differ in their rules only: from a file, and what publishing one brings."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from assessments.actions.scorecards import assessed_dyads, refresh_dyad
from assessments.exchange.rule_versions import RulesFile
from assessments.models import Framework, Rule
from organisations.models import User


def add_version(*, questions: Framework, version: str, note: str = "") -> Framework:
    """A version with other rules, not published yet and without any."""
    framework = Framework(
        code=questions.code,
        version=version,
        title=questions.title,
        scale=questions.scale,
        arrangements=questions.arrangements,
        approvals_required=questions.approvals_required,
        questions_of=questions,
        note=note,
    )
    framework.full_clean()
    framework.save()
    return framework


def add_rules(framework: Framework, definitions: Iterable[Mapping[str, Any]]) -> None:
    """Give a version that is not published yet its rules, in their order."""
    Rule.objects.bulk_create(
        Rule(
            framework=framework,
            code=definition["code"],
            kind=definition["kind"],
            priority=definition["priority"],
            definition=definition,
            position=position,
        )
        for position, definition in enumerate(definitions)
    )


@transaction.atomic
def store_rules_version(*, given: RulesFile, by: User, at: datetime) -> Framework:
    """Store and publish a version that a file describes."""
    questions = Framework.objects.asking().get(code=given.code, version=given.questions_of)
    framework = add_version(questions=questions, version=given.version, note=given.note)
    add_rules(framework, given.rules)
    put_in_force(framework, by=by, at=at)
    return framework


def put_in_force(framework: Framework, *, by: User, at: datetime) -> None:
    """Publish a version with other rules: from now on they draw the findings of its questions' scorecards.

    The version with the questions is locked, so that of two at once the later one sees the earlier. Approvals
    and this wait for each other at the row of their dyad.
    """
    questions = framework.questions
    Framework.objects.select_for_update(no_key=True).get(pk=questions.pk)
    framework.published_at, framework.published_by = at, by
    framework.save()
    for dyad in assessed_dyads(questions):
        refresh_dyad(dyad=dyad, framework=questions, at=at)
