"""What is found, kind by kind: how rows become entries of the search, who sees them, where they lead.

Triggers keep the entries, in the transaction that changes a row. To add a kind: a member of ``SearchKind``, a
:class:`Kind` in ``KINDS``, a migration for its triggers.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pgtrigger
from django.db.models import Exists, Model, OuterRef, Q
from django.urls import reverse

from assessments.choices import SearchKind
from assessments.models.assessment import Assessment
from assessments.models.engagement import Engagement, EngagementMission
from assessments.models.lesson import TEXTS as LESSON_TEXTS
from assessments.models.lesson import Lesson
from assessments.models.rating import Rating
from assessments.models.recommendation import Recommendation
from assessments.models.scorecard import Finding
from assessments.models.source import Evidence, Source
from organisations.models import Instrument, Mission, User

if TYPE_CHECKING:
    from assessments.models.search import SearchEntry

ENTRIES = "assessments_searchentry"
COLUMNS = {
    "object_id": "o.id",
    "assessment_id": "NULL::bigint",
    "dyad_id": "NULL::bigint",
    "level": "''",
    "dimension": "''",
    "year": "NULL::smallint",
    "state": "''",
    "place": "''",
    "title": "''",
    "context": "''",
    "body": "''",
}
TEXTS = ("title", "context", "body")
DYAD = """
    JOIN organisations_dyad y ON y.id = {of}.dyad_id
    JOIN organisations_organisation y1 ON y1.id = y.first_id
    JOIN organisations_organisation y2 ON y2.id = y.second_id"""
THEATRES = """
    LEFT JOIN LATERAL (
        SELECT string_agg(DISTINCT m.theatre, '; ') AS names FROM assessments_engagementmission p
        JOIN organisations_mission m ON m.id = p.mission_id WHERE p.engagement_id = {engagement}
    ) h ON true"""
ENGAGEMENT = " LEFT JOIN assessments_engagement e ON e.id = {of}.engagement_id" + THEATRES.format(
    engagement="e.id"
)
OF_DYAD, OF_ENGAGEMENT = DYAD.format(of="o"), ENGAGEMENT.format(of="o")
ANSWER = f"""
    JOIN assessments_assessment a ON a.id = r.assessment_id
    JOIN assessments_indicator i ON i.id = r.indicator_id
    JOIN assessments_dimension d ON d.id = i.dimension_id
    {DYAD.format(of="a")} {ENGAGEMENT.format(of="a")}"""
OF_ANSWER = {
    "assessment_id": "a.id",
    "dyad_id": "a.dyad_id",
    "level": "a.level",
    "dimension": "d.code",
    "year": "a.period_end",
    "state": "a.state",
    "place": "i.code",
}
# What a finding or recommendation is about: the dimension and level of its target.
PLACE = """
    LEFT JOIN LATERAL (
        SELECT p.code, p.level, i.name FROM assessments_dimension p
        LEFT JOIN assessments_indicator i ON i.dimension_id = p.id AND i.code = {code}
        WHERE p.framework_id = {framework} AND (p.code = {code} OR i.code = {code}) LIMIT 1
    ) t ON true"""
TARGET = """
    JOIN assessments_rule u ON u.id = o.rule_id""" + PLACE.format(code="o.target", framework="u.framework_id")
OF_TARGET = {
    "level": "COALESCE(t.level, CASE WHEN o.target IN ('political', 'field') THEN o.target ELSE '' END)",
    "dimension": "COALESCE(t.code, '')",
}
Address = Callable[["SearchEntry"], str]


def _page(route: str) -> Address:
    return lambda entry: reverse(route, args=[entry.object_id])


def _answer(entry: "SearchEntry") -> str:
    return f"{reverse('assessments:assessment', args=[entry.assessment_id])}#indicator-{entry.place}"


def _dyad(entry: "SearchEntry") -> str:
    return entry.dyad.get_absolute_url() if entry.dyad else reverse("assessments:dyads")


@dataclass(frozen=True, slots=True)
class Kind:
    """``columns`` are SQL over the model's own table, named ``o``, and ``joins``; see ``COLUMNS``.

    Words of ``title`` weigh most, then those of ``context``, which nobody is shown, then those of ``body``.
    A change of one of ``watched``, columns of the own table, writes the entry anew.
    ``seen_with_assessment``: who sees the assessment sees it; otherwise ``visible_to`` of the
    model decides, or ``seen`` (which narrows further where the assessment decides).
    """

    code: SearchKind
    model: type[Model]
    address: Address
    watched: tuple[str, ...]
    columns: Mapping[str, str]
    joins: str = ""
    where: str = "true"
    seen_with_assessment: bool = False
    seen: Callable[[User], Any] | None = None

    def seen_besides(self, user: User) -> Q:
        """Which of the kind's entries ``user`` may know of, so far as the assessment does not decide."""
        if self.seen_with_assessment and not self.seen:
            return Q(kind=self.code)
        rows = self.seen(user) if self.seen else self.model._default_manager.visible_to(user)  # type: ignore[attr-defined]
        return Q(Exists(rows.filter(pk=OuterRef("object_id"))), kind=self.code)

    def insertion(self, condition: str) -> str:
        """SQL that writes the entries of the rows for which ``condition`` holds."""
        columns = COLUMNS | dict(self.columns)
        for text in TEXTS:
            columns[text] = f"COALESCE({columns[text]}, '')"
        selected = ", ".join(f"{sql} AS {name}" for name, sql in columns.items())
        return (
            f"INSERT INTO {ENTRIES} (kind, {', '.join(columns)}, language, words) "  # noqa: S608 - constants
            f"SELECT '{self.code.value}', {', '.join(f'x.{name}' for name in columns)}, w.language, w.words "
            f"FROM (SELECT {selected} FROM {self.model._meta.db_table} o {self.joins} "
            f"WHERE {self.where} AND {condition}) x, concord_words(x.title, x.context, x.body) w"
        )

    def triggers(self) -> Iterator[pgtrigger.Trigger]:
        of_this = f"kind = '{self.code.value}' AND object_id"
        yield pgtrigger.Trigger(
            name="search_written",
            when=pgtrigger.After,
            operation=pgtrigger.Insert | pgtrigger.UpdateOf(*self.watched),
            func=f"""
                IF TG_OP = 'UPDATE' THEN
                    IF ({_row("OLD", self.watched)}) IS NOT DISTINCT FROM ({_row("NEW", self.watched)}) THEN
                        RETURN NULL;
                    END IF;
                    DELETE FROM {ENTRIES} WHERE {of_this} = OLD.id;
                END IF;
                {self.insertion("o.id = NEW.id")};
                RETURN NULL;
            """,  # noqa: S608 - constants
        )
        yield pgtrigger.Trigger(
            name="search_deleted",
            when=pgtrigger.After,
            operation=pgtrigger.Delete,
            func=f"DELETE FROM {ENTRIES} WHERE {of_this} = OLD.id; RETURN NULL;",  # noqa: S608 - constants
        )


def _row(which: str, columns: tuple[str, ...]) -> str:
    return ", ".join(f"{which}.{column}" for column in columns)


KINDS = {
    kind.code: kind
    for kind in (
        Kind(
            SearchKind.ASSESSMENT,
            Assessment,
            _page("assessments:assessment"),
            ("dyad_id", "engagement_id", "level", "period_end", "state", "basis"),
            {
                "assessment_id": "o.id",
                "dyad_id": "o.dyad_id",
                "level": "o.level",
                "year": "o.period_end",
                "state": "o.state",
                "title": "concat_ws(' ', y1.acronym || '-' || y2.acronym, e.name)",
                "context": "h.names",
                "body": "o.basis",
            },
            joins=OF_DYAD + OF_ENGAGEMENT,
            seen_with_assessment=True,
        ),
        Kind(
            SearchKind.RATIONALE,
            Rating,
            _answer,
            ("rationale",),
            {
                **OF_ANSWER,
                "title": "i.code || ' ' || i.name",
                "context": "concat_ws(' ', y1.acronym, y2.acronym, e.name, h.names)",
                "body": "o.rationale",
            },
            joins=f"JOIN assessments_rating r ON r.id = o.id {ANSWER}",
            where="o.rationale <> ''",
            seen_with_assessment=True,
        ),
        Kind(
            SearchKind.EVIDENCE,
            Evidence,
            _answer,
            ("source_id", "locator", "excerpt"),
            {
                **OF_ANSWER,
                "title": "s.title",
                "context": "concat_ws(' ', s.author, s.symbol, i.code, i.name, e.name)",
                "body": "concat_ws(' ', o.locator, o.excerpt)",
            },
            joins=f"""
                JOIN assessments_rating r ON r.id = o.rating_id
                JOIN assessments_source s ON s.id = o.source_id {ANSWER}""",
            seen_with_assessment=True,
            seen=lambda user: Evidence.objects.filter(source__in=Source.objects.visible_to(user)),
        ),
        Kind(
            SearchKind.SOURCE,
            Source,
            _page("assessments:source"),
            ("author", "title", "year", "kind", "symbol"),
            {
                "year": "o.year",
                "title": "o.title",
                "context": "concat_ws(' ', o.symbol, o.year)",
                "body": "concat_ws(', ', o.author, o.kind, NULLIF(o.symbol, ''))",
            },
        ),
        Kind(
            SearchKind.FINDING,
            Finding,
            _page("assessments:finding"),
            ("text",),
            {
                **OF_TARGET,
                "dyad_id": "c.dyad_id",
                "title": "o.text",
            },
            joins="JOIN assessments_scorecard c ON c.id = o.scorecard_id"
            + ENGAGEMENT.format(of="o")
            + TARGET,
        ),
        Kind(
            SearchKind.RECOMMENDATION,
            Recommendation,
            _page("assessments:recommendation"),
            ("text", "status", "reason"),
            {
                **OF_TARGET,
                "dyad_id": "o.dyad_id",
                "state": "o.status",
                "title": "o.text",
                "context": "concat_ws(' ', t.name, e.name)",
                "body": "o.reason",
            },
            joins=OF_ENGAGEMENT + TARGET,
        ),
        Kind(
            SearchKind.LESSON,
            Lesson,
            _page("assessments:lesson"),
            ("title", *LESSON_TEXTS, "clause", "state", "engagement_id", "instrument_id"),
            {
                "dyad_id": "o.dyad_id",
                "level": "o.level",
                "dimension": "COALESCE(t.code, '')",
                "year": "date_part('year', o.created_at AT TIME ZONE 'UTC')::smallint",
                "state": "o.state",
                "title": "o.title",
                "context": "concat_ws(' ', y1.acronym, y2.acronym, o.subject, t.name, e.name, n.title)",
                "body": f"concat_ws(E'\\n', {', '.join(f'o.{text}' for text in LESSON_TEXTS)}, o.clause)",
            },
            joins=f"""{OF_DYAD} {OF_ENGAGEMENT}
                LEFT JOIN organisations_instrument n ON n.id = o.instrument_id
                {PLACE.format(code="o.subject", framework="o.framework_id")}""",
        ),
        Kind(
            SearchKind.MISSION,
            Mission,
            _page("organisations:mission"),
            ("acronym", "name", "theatre", "start", "mandates"),
            {
                "year": "left(o.start, 4)::smallint",
                "title": "o.acronym || ': ' || o.name",
                "context": "concat_ws(' ', array_to_string(o.mandates, ' '), left(o.start, 4))",
                "body": "concat_ws('. ', o.theatre, array_to_string(o.mandates, ', '))",
            },
        ),
        Kind(
            SearchKind.ENGAGEMENT,
            Engagement,
            _dyad,
            ("name", "arrangement", "dyad_id"),
            {
                "dyad_id": "o.dyad_id",
                "level": "'field'",
                "title": "o.name",
                "context": "concat_ws(' ', y1.acronym, y2.acronym, o.arrangement)",
                "body": "h.names",
            },
            joins=OF_DYAD + THEATRES.format(engagement="o.id"),
        ),
        Kind(
            SearchKind.INSTRUMENT,
            Instrument,
            _dyad,
            ("title", "symbol", "year", "kind", "dyad_id"),
            {
                "dyad_id": "o.dyad_id",
                "level": "'political'",
                "year": "o.year",
                "title": "o.title",
                "context": "concat_ws(' ', o.symbol, o.year, y1.acronym, y2.acronym)",
                "body": "o.symbol",
            },
            joins=OF_DYAD,
        ),
    )
}


def seen_by(user: User) -> Q:
    """Which entries ``user`` may know of, by the rights of this moment."""
    ours: dict[bool, Q] = {True: Q(), False: Q()}
    for kind in KINDS.values():
        ours[kind.seen_with_assessment] |= kind.seen_besides(user)
    assessments = Assessment.objects.visible_to(user).order_by()
    return ours[False] | ours[True] & Q(assessment__in=assessments.values("pk"))


class MissionFound(Mission):
    """Missions, with the triggers that the search needs."""

    class Meta:
        proxy = True
        triggers = list(KINDS[SearchKind.MISSION].triggers())


class InstrumentFound(Instrument):
    """Instruments, with the triggers that the search needs."""

    class Meta:
        proxy = True
        triggers = list(KINDS[SearchKind.INSTRUMENT].triggers())


for kind in KINDS.values():
    if kind.model._meta.app_label == "assessments":
        for trigger in kind.triggers():
            trigger.register(kind.model)
for part_of in ("NEW", "OLD"):
    pgtrigger.Trigger(
        name=f"search_parts_{part_of.lower()}",
        when=pgtrigger.After,
        operation=pgtrigger.Insert if part_of == "NEW" else pgtrigger.Delete,
        func=f"""
            DELETE FROM {ENTRIES}
                WHERE kind = '{SearchKind.ENGAGEMENT.value}' AND object_id = {part_of}.engagement_id;
            {KINDS[SearchKind.ENGAGEMENT].insertion(f"o.id = {part_of}.engagement_id")};
            RETURN NULL;
        """,  # noqa: S608 - constants
    ).register(EngagementMission)
pgtrigger.Trigger(
    name="search_state",
    when=pgtrigger.After,
    operation=pgtrigger.UpdateOf("state", "period_end"),
    condition=pgtrigger.AnyChange("state", "period_end"),
    func=f"""
        UPDATE {ENTRIES} SET state = NEW.state, year = NEW.period_end
        WHERE assessment_id = NEW.id AND kind <> '{SearchKind.ASSESSMENT.value}';
        RETURN NULL;
    """,  # noqa: S608 - constants
).register(Assessment)
pgtrigger.Trigger(
    name="search_evidence",
    when=pgtrigger.After,
    operation=pgtrigger.UpdateOf("author", "title", "symbol"),
    condition=pgtrigger.AnyChange("author", "title", "symbol"),
    func=f"""
        DELETE FROM {ENTRIES} WHERE kind = '{SearchKind.EVIDENCE.value}'
            AND object_id IN (SELECT id FROM assessments_evidence WHERE source_id = NEW.id);
        {KINDS[SearchKind.EVIDENCE].insertion("o.source_id = NEW.id")};
        RETURN NULL;
    """,  # noqa: S608 - constants
).register(Source)
