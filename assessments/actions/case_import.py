"""Storing a checked file of cases, row by row, noting what the application refuses and where."""

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models, transaction
from django.utils.translation import gettext as _

from assessments.actions import assessments as opening
from assessments.actions import recording, review, submission
from assessments.actions.engagements import add_engagement
from assessments.actions.sources import add_shared_source
from assessments.choices import State
from assessments.exchange.case_assessments import AssessmentFile
from assessments.exchange.cases import CasesFile
from assessments.exchange.checking import Place, shown
from assessments.exchange.documents import Problem
from assessments.exchange.stored import differences
from assessments.models import Assessment, Engagement, Framework, Indicator, Source
from assessments.policy import Refused
from organisations.actions.organisations import add_dyad, add_instrument, add_mission, add_organisation
from organisations.actions.people import add_membership, add_person
from organisations.models import Dyad, Instrument, Mission, Organisation, User
from organisations.roles import Role

Row = TypeVar("Row", bound=models.Model)


class Unstored(Exception):
    """Something that an entry names was refused itself; the problem is told there."""


class _Rows(dict[str, Row]):
    def __missing__(self, key: str) -> Row:
        raise Unstored(key)


@dataclass(slots=True)
class CaseImport:
    """One run; to be called within a transaction that is rolled back when there are ``problems``."""

    by: User
    at: datetime
    reviewer: User | None = None
    coordinator: User | None = None
    problems: list[Problem] = field(default_factory=list)
    created: Counter[str] = field(default_factory=Counter)
    unchanged: Counter[str] = field(default_factory=Counter)
    organisations: dict[str, Organisation] = field(default_factory=_Rows)
    missions: dict[str, Mission] = field(default_factory=_Rows)
    sources: dict[str, Source] = field(default_factory=_Rows)

    def store(self, cases: CasesFile) -> None:
        self._organisations(cases)
        self._missions(cases)
        self._sources(cases)
        self._instruments(cases)
        framework = _framework_named(cases.framework)
        indicators = {i.code: i for i in Indicator.objects.filter(dimension__framework=framework)}
        for given in cases.assessments:
            with self._placed(given.place):
                self._assessment(given, framework, indicators)

    @contextmanager
    def _placed(self, place: Place) -> Iterator[None]:
        """Turn what the application refuses into a problem at ``place``; nothing of the entry is stored."""
        try:
            with transaction.atomic():
                yield
        except Unstored:
            pass
        except ValidationError as error:
            for message in error.messages:
                self.problems.append(Problem(place.line, place.path, message))
        except submission.Incomplete as error:
            for missing in error.missing:
                message = f"{missing.indicator.code}: {missing.message}"
                self.problems.append(Problem(place.line, place.path, message))
        except (Refused, PermissionDenied) as error:
            self.problems.append(Problem(place.line, place.path, str(error)))

    def _kept(self, row: models.Model, fields: Mapping[str, Any]) -> None:
        """Count a row that is stored; refuse when the file says otherwise."""
        for name, given in fields.items():
            stored = getattr(row, name)
            if stored != given:
                values = {"name": name, "given": shown(given), "row": row, "stored": shown(stored)}
                raise ValidationError(
                    _(
                        "found %(name)s %(given)s, expected %(stored)s as stored for %(row)s:"
                        " correct the file, or change it in the application first"
                    )
                    % values
                )
        self._count(self.unchanged, row)

    @staticmethod
    def _count(counter: Counter[str], row: models.Model) -> None:
        counter[str(row._meta.verbose_name)] += 1

    def _organisations(self, cases: CasesFile) -> None:
        self.organisations = _Rows({row.acronym: row for row in Organisation.objects.all()})
        for given in cases.organisations:
            fields: dict[str, Any] = {"name": given.name, "scope": given.scope, "founded": given.founded}
            with self._placed(given.place):
                row = self.organisations.get(given.acronym)
                if row:
                    self._kept(row, fields)
                    continue
                row = add_organisation(by=self.by, acronym=given.acronym, **fields)
                self.organisations[given.acronym] = row
                self._count(self.created, row)

    def _missions(self, cases: CasesFile) -> None:
        self.missions = _Rows({row.acronym: row for row in Mission.objects.prefetch_related("leads")})
        for given in cases.missions:
            fields: dict[str, Any] = {
                "name": given.name,
                "theatre": given.theatre,
                "start": given.start,
                "end": given.end,
                "strength": given.strength,
                "mandates": list(given.mandates),
            }
            with self._placed(given.place):
                row = self.missions.get(given.acronym)
                if row:
                    self._same_leads(row, given.leads)
                    self._kept(row, fields)
                    continue
                leads = [self.organisations[acronym] for acronym in given.leads]
                row = add_mission(by=self.by, acronym=given.acronym, leads=leads, **fields)
                self.missions[given.acronym] = row
                self._count(self.created, row)

    @staticmethod
    def _same_leads(mission: Mission, given: tuple[str, ...]) -> None:
        stored = sorted(lead.acronym for lead in mission.leads.all())
        if stored != sorted(given):
            values = {"given": ", ".join(given), "stored": ", ".join(stored), "mission": mission}
            raise ValidationError(
                _("found lead %(given)s, expected %(stored)s as stored for %(mission)s") % values
            )

    def _sources(self, cases: CasesFile) -> None:
        self.sources = _Rows({row.key: row for row in Source.objects.filter(organisation=None)})
        for given in cases.sources:
            fields = {name: getattr(given, name) for name in Source.DESCRIPTION}
            with self._placed(given.place):
                row = self.sources.get(given.key)
                if row:
                    self._kept(row, fields)
                    continue
                row = add_shared_source(by=self.by, key=given.key, **fields)
                self.sources[given.key] = row
                self._count(self.created, row)

    def _instruments(self, cases: CasesFile) -> None:
        for given in cases.instruments:
            with self._placed(given.place):
                dyad = self._dyad(given.dyad)
                row = Instrument.objects.filter(dyad=dyad, title=given.title, year=given.year).first()
                fields = {"kind": given.kind, "symbol": given.symbol}
                if row:
                    self._kept(row, fields)
                    continue
                row = add_instrument(by=self.by, dyad=dyad, title=given.title, year=given.year, **fields)
                self._count(self.created, row)

    def _dyad(self, acronyms: tuple[str, str]) -> Dyad:
        one, other = (self.organisations[acronym] for acronym in acronyms)
        dyad = Dyad.objects.of(one, other).with_organisations().first()
        if dyad is None:
            dyad = add_dyad(by=self.by, one=one, other=other)
            self._count(self.created, dyad)
        return dyad

    def _engagement(self, given: AssessmentFile, dyad: Dyad) -> Engagement | None:
        if given.engagement is None:
            return None
        row = Engagement.objects.filter(dyad=dyad, name=given.engagement.name).first()
        if row:
            stored = {(part.part, part.mission.acronym) for part in row.parts.select_related("mission")}
            if (row.arrangement, stored) != (given.engagement.arrangement, set(given.engagement.parts)):
                message = _("found %(name)s with another arrangement or parts than stored, expected the same")
                raise ValidationError(message % {"name": row})
            return row
        parts = [(self.missions[acronym], part) for part, acronym in given.engagement.parts]
        row = add_engagement(by=self.by, dyad=dyad, arrangement=given.engagement.arrangement, parts=parts)
        self._count(self.created, row)
        return row

    def _assessment(
        self, given: AssessmentFile, framework: Framework, indicators: Mapping[str, Indicator]
    ) -> None:
        on_behalf_of = self.organisations[given.on_behalf_of]
        stored = (
            Assessment.objects.filter(on_behalf_of=on_behalf_of, reference=given.reference)
            .exclude(state__in=[State.SUPERSEDED, State.WITHDRAWN])
            .for_list()
            .first()
        )
        if stored:
            changed = differences(stored, framework.name, given)
            if changed:
                values = {"reference": given.reference, "changed": ", ".join(changed)}
                raise ValidationError(
                    _(
                        "found other content than stored for %(reference)s (%(changed)s), expected the same:"
                        " amend the assessment in the application"
                    )
                    % values
                )
            self._count(self.unchanged, stored)
            assessment = stored
        else:
            assessment = self._open(given, on_behalf_of, framework)
            self._record(assessment, given, indicators)
            self._count(self.created, assessment)
        self._advance(assessment)

    def _open(self, given: AssessmentFile, on_behalf_of: Organisation, framework: Framework) -> Assessment:
        dyad = self._dyad(given.dyad)
        return opening.open_assessment(
            by=self._assessor(given.assessor, on_behalf_of),
            on_behalf_of=on_behalf_of,
            dyad=dyad,
            engagement=self._engagement(given, dyad),
            framework=framework,
            period=given.period,
            basis=given.basis,
            reference=given.reference,
            marking=given.marking,
            at=self.at,
        )

    def _assessor(self, email: str, organisation: Organisation) -> User:
        """The person of this address; a new one is an analyst who cannot sign in yet."""
        person = User.objects.filter(email__iexact=email).first()
        if person is None:
            person = add_person(by=self.by, email=email)
            add_membership(by=self.by, user=person, organisation=organisation, role=Role.ANALYST)
            self._count(self.created, person)
        return person

    def _record(
        self, assessment: Assessment, given: AssessmentFile, indicators: Mapping[str, Indicator]
    ) -> None:
        assessor = assessment.assessor
        answers = [
            recording.AnswerInput(
                indicator=indicators[rating.indicator],
                score=rating.score,
                non_score=rating.non_score,
                rationale=rating.rationale,
                confidence=rating.confidence,
            )
            for rating in given.ratings
        ]
        recording.save_ratings(assessment=assessment, answers=answers, by=assessor, at=self.at)
        for rating in given.ratings:
            for evidence in rating.evidence:
                recording.add_evidence(
                    assessment=assessment,
                    indicator=indicators[rating.indicator],
                    source=self.sources[evidence.source],
                    by=assessor,
                    at=self.at,
                    **evidence.place,
                )
        submission.submit(assessment=assessment, by=assessor, at=self.at, reason=_("Loaded from a file."))

    def _advance(self, assessment: Assessment) -> None:
        assessment.refresh_from_db(fields=["state", "released_to_all"])
        if self.reviewer and assessment.state in {State.SUBMITTED, State.IN_REVIEW}:
            revision = review.start_review(assessment=assessment, by=self.reviewer, at=self.at)
            review.approve(revision=revision, by=self.reviewer, at=self.at)
            assessment.refresh_from_db(fields=["state"])
        if self.coordinator and assessment.state == State.APPROVED and not assessment.released_to_all:
            opening.release(assessment=assessment, to=[], to_all=True, by=self.coordinator, at=self.at)


def _framework_named(name: str) -> Framework:
    code, _separator, version = name.partition("@")
    return Framework.objects.get(code=code, version=version)
