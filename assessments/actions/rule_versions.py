"""Versions of a framework that differ in their rules only: from a file, or written rule by rule."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from assessments.actions.scorecards import assessed_dyads, refresh_dyad
from assessments.exchange.checking import shown
from assessments.exchange.rule_versions import RulesFile
from assessments.models import Framework, Rule
from assessments.policy import may_edit_rules
from assessments.scorecards import framework_shape
from assessments.scoring.rules import check_rules
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
        partner_approval=questions.partner_approval,
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


class RuleChanged(Exception):
    """Somebody changed the rule since it was read. ``theirs`` is the rule as it is now."""

    def __init__(self, theirs: Rule) -> None:
        super().__init__(_("Somebody has changed this rule since you opened it."))
        self.theirs = theirs


class InvalidRule(Exception):
    """Rules that cannot be fired. ``problems`` are pairs of a place inside the rule and what is wrong."""

    def __init__(self, problems: list[tuple[str, str]]) -> None:
        super().__init__("; ".join(f"{place}: {what}" if place else what for place, what in problems))
        self.problems = problems


@transaction.atomic
def begin_rules_version(*, questions: Framework, version: str, note: str, by: User) -> Framework:
    """Begin a version with other rules: a copy of those in force, which nobody else sees.

    Raises ``ValidationError`` where there is one already, or the version's number is taken.
    """
    may_edit_rules(by).enforce()
    Framework.objects.select_for_update(no_key=True).get(pk=questions.pk)
    if Framework.objects.drafts().filter(questions_of=questions).exists():
        raise ValidationError(_("A version with other rules is being written already."))
    draft = add_version(questions=questions, version=version.strip(), note=note.strip())
    rules = questions.rules_in_force().rules.order_by("position")
    add_rules(draft, [rule.definition for rule in rules])
    return draft


@transaction.atomic
def write_rule(
    *, draft: Framework, rule: Rule | None, definition: Mapping[str, Any], version: int, by: User
) -> Rule:
    """Change a rule of a draft, of which ``version`` was read; without a rule add one at the end.

    Raises :class:`InvalidRule` with everything that keeps it from being fired, and :class:`RuleChanged`.
    """
    locked = _locked_draft(draft, by)
    rules = list(locked.rules.order_by("position"))
    place = next((n for n, one in enumerate(rules) if rule and one.pk == rule.pk), len(rules))
    if rule is not None and (place == len(rules) or rules[place].version != version):
        raise RuleChanged(rules[place] if place < len(rules) else rule)
    definitions = [one.definition for one in rules]
    definitions[place : place + 1] = [dict(definition)]
    _check(locked, definitions, place)
    if place == len(rules):
        position = rules[-1].position + 1 if rules else 0
        written = Rule(framework=locked, position=position)
    else:
        written = rules[place]
        written.version += 1
    written.code, written.kind = definition["code"], definition["kind"]
    written.priority, written.definition = definition["priority"], dict(definition)
    written.save()
    return written


@transaction.atomic
def remove_rule(*, rule: Rule, by: User) -> None:
    """Take a rule out of a draft. Raises :class:`InvalidRule` while another one asks it."""
    locked = _locked_draft(rule.framework, by)
    rules = locked.rules.exclude(pk=rule.pk).order_by("position")
    _check(locked, [one.definition for one in rules])
    locked.rules.filter(pk=rule.pk).delete()


@transaction.atomic
def discard_rules_version(*, draft: Framework, by: User) -> None:
    """Throw a draft away with its rules; what is published stays."""
    _locked_draft(draft, by).delete()


@transaction.atomic
def publish_rules_version(*, draft: Framework, read: str, by: User, at: datetime) -> Framework:
    """Put the rules of a draft in force; ``read`` is what :func:`reading_of` gave when they were looked at.

    Raises ``ValidationError`` where something changed since, or where they are the rules in force already.
    """
    locked = _locked_draft(draft, by)
    if reading_of(locked) != read:
        raise ValidationError(
            _("The draft, or the rules in force, have changed since you looked: look and try again.")
        )
    own, in_force = (
        [rule.definition for rule in framework.rules.order_by("position")]
        for framework in (locked, locked.questions.rules_in_force())
    )
    _check(locked, own)
    if own == in_force:
        raise ValidationError(_("These are the rules in force: change one before you publish."))
    put_in_force(locked, by=by, at=at)
    return locked


def reading_of(draft: Framework) -> str:
    """A digest of the rules of a draft, and of which rules are in force. Two queries."""
    rules = list(draft.rules.order_by("position").values_list("pk", "version"))
    return hashlib.sha256(repr((draft.questions.rules_in_force().pk, rules)).encode()).hexdigest()


def _locked_draft(draft: Framework, by: User) -> Framework:
    locked = Framework.objects.select_for_update(of=("self",)).select_related("questions_of").get(pk=draft.pk)
    may_edit_rules(by, locked).enforce()
    return locked


def _check(draft: Framework, definitions: Sequence[Mapping[str, Any]], place: int | None = None) -> None:
    """Raise what is wrong with rules; faults of the one at ``place`` are named by their place in it."""
    found = []
    for problem in check_rules(framework_shape(draft.questions), list(definitions)):
        index, _separator, inside = problem.path.removeprefix("rules[").partition("]")
        what = _("found %(found)s, expected %(expected)s") % {
            "found": shown(problem.found),
            "expected": problem.expected,
        }
        if index != str(place):
            what = _("rule %(code)s: %(what)s") % {"code": definitions[int(index)].get("code"), "what": what}
        found.append((inside.removeprefix(".") if index == str(place) else "", what))
    if found:
        raise InvalidRule(found)


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
