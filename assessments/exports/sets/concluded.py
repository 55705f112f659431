"""What follows from approved assessments: scorecards, findings, recommendations."""

from typing import Any

from django.db.models import BigIntegerField, F, Func, OuterRef, QuerySet
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from assessments.choices import FindingKind, Level, RecommendationStatus
from assessments.exports.columns import (
    Column,
    Kind,
    dyad_column,
    engagement_column,
    framework_column,
    marking_column,
    rule_column,
    strictest_of,
    subject_column,
)
from assessments.exports.dataset import Dataset
from assessments.exports.filters import FindingExport, RecommendationExport, ScorecardExport
from assessments.models import Assessment, Finding, Recommendation, Scorecard
from organisations.models import User

TEXT, CODE, INTEGER, DECIMAL, MOMENT = Kind.TEXT, Kind.CODE, Kind.INTEGER, Kind.DECIMAL, Kind.MOMENT
KINDS = tuple(FindingKind.values)


class Unnest(Func):
    function = "unnest"
    set_returning = True
    output_field = BigIntegerField()


def behind(user: User, scorecards: QuerySet[Any], revisions: str = "revision_ids") -> QuerySet[Any]:
    """The assessments that scorecards rest on."""
    unnested = scorecards.order_by().annotate(resting_on=Unnest(revisions)).values("resting_on")
    return Assessment.objects.visible_to(user).approved().filter(current_revision__in=unnested)


def marked(user: User, dyad: str, framework: Any) -> Any:
    """The strictest marking of what the person sees of a dyad: exactly what their scorecard rests on."""
    return strictest_of(
        Assessment.objects.visible_to(user).approved().filter(dyad=OuterRef(dyad), framework=framework)
    )


def scored(user: User) -> QuerySet[Any]:
    visible = Scorecard.objects.visible_to(user)
    return visible.annotate(strictest=marked(user, "dyad", OuterRef("framework")))


def found(user: User) -> QuerySet[Any]:
    visible = Finding.objects.visible_to(user)
    return visible.annotate(strictest=marked(user, "scorecard__dyad", OuterRef("scorecard__framework")))


def recommended(user: User) -> QuerySet[Any]:
    visible = Recommendation.objects.visible_to(user)
    asked = Coalesce(OuterRef("rule__framework__questions_of"), OuterRef("rule__framework"))
    return visible.annotate(strictest=marked(user, "dyad", asked))


def of_findings(user: User, rows: QuerySet[Any]) -> QuerySet[Any]:
    return behind(user, rows, "scorecard__revision_ids")


def of_recommendations(user: User, rows: QuerySet[Any]) -> QuerySet[Any]:
    findings = Finding.objects.visible_to(user).filter(recommendation__in=rows.order_by().values("pk"))
    return behind(user, findings, "scorecard__revision_ids")


MARKING = marking_column(
    _("The strictest handling marking of the assessments that the row rests on."), "strictest"
)


def _figure(name: str, kind: Kind, about: Any, hxl: str, values: tuple[str, ...] = ()) -> Column:
    casts = {INTEGER: "::bigint", DECIMAL: "::double precision"}
    return Column(
        name, kind, about, hxl, unfolded=f"(p.figure ->> '{name}'){casts.get(kind, '')}", values=values
    )


# Levels, dimensions, indicators and the gap as rows, each with its place, in the order of the scorecard.
UNFOLD = """
CROSS JOIN LATERAL (
    SELECT l.figure ->> 'code', 'level', l.figure, ARRAY[l.place]
    FROM jsonb_array_elements(t.content -> 'levels') WITH ORDINALITY AS l (figure, place)
    UNION ALL
    SELECT l.figure ->> 'code', 'dimension', d.figure, ARRAY[l.place, d.place]
    FROM jsonb_array_elements(t.content -> 'levels') WITH ORDINALITY AS l (figure, place),
        jsonb_array_elements(l.figure -> 'dimensions') WITH ORDINALITY AS d (figure, place)
    UNION ALL
    SELECT l.figure ->> 'code', 'indicator', i.figure, ARRAY[l.place, d.place, i.place]
    FROM jsonb_array_elements(t.content -> 'levels') WITH ORDINALITY AS l (figure, place),
        jsonb_array_elements(l.figure -> 'dimensions') WITH ORDINALITY AS d (figure, place),
        jsonb_array_elements(d.figure -> 'indicators') WITH ORDINALITY AS i (figure, place)
    UNION ALL
    SELECT NULL, 'gap', jsonb_build_object(
        'code', 'gap',
        'status', CASE WHEN g.score IS NULL THEN 'insufficient_evidence' ELSE 'published' END,
        'score', g.score,
        'political_above_field', t.content -> 'political_above_field'
    ), ARRAY[9]
    FROM (
        SELECT count(l.figure ->> 'score') AS n, sum(
            (l.figure ->> 'score')::double precision
            * CASE l.figure ->> 'code' WHEN 'political' THEN 1 ELSE -1 END
        ) AS total
        FROM jsonb_array_elements(t.content -> 'levels') AS l (figure)
    ) s, LATERAL (SELECT CASE WHEN s.n = 2 THEN s.total END AS score) g
) AS p (level, part, figure, place)
ORDER BY t.scorecard, p.place
"""

SCORECARDS = Dataset(
    name="scorecards",
    label=_("Scorecards"),
    about=_("One row for each level, dimension, indicator and gap of your scorecards."),
    rows=scored,
    order=("pk",),
    filters=ScorecardExport,
    basis=behind,
    approved_only=True,
    computed=True,
    hidden={"content": F("content")},
    unfold=UNFOLD,
    columns=(
        Column("scorecard", INTEGER, _("The scorecard."), "#meta+id+scorecard", F("pk")),
        dyad_column(),
        framework_column(),
        Column("method_version", CODE, _("Version of the method."), "#meta+method", F("method_version")),
        Column(
            "level",
            CODE,
            _("Political or field level; empty for the gap."),
            "#indicator+level",
            unfolded="p.level",
            values=tuple(Level.values),
        ),
        Column(
            "part",
            CODE,
            _("What the row is about."),
            "#indicator+part",
            unfolded="p.part",
            values=("level", "dimension", "indicator", "gap"),
        ),
        _figure("code", TEXT, _("Code of the level, dimension or indicator."), "#indicator+code"),
        _figure("status", CODE, _("Whether there is enough evidence for a score."), "#status+score"),
        _figure(
            "score",
            DECIMAL,
            _("1 to 5; of the gap the political score less the field score."),
            "#indicator+value+num",
        ),
        _figure("lower", DECIMAL, _("Lower end of the interval."), "#indicator+value+min"),
        _figure("upper", DECIMAL, _("Upper end of the interval."), "#indicator+value+max"),
        _figure(
            "position",
            DECIMAL,
            _("Mean of a descriptive indicator, which is no score."),
            "#indicator+position",
        ),
        _figure(
            "coverage",
            DECIMAL,
            _("Share of the questions that have an answer, 0 to 1."),
            "#indicator+coverage",
        ),
        _figure(
            "political_above_field",
            DECIMAL,
            _("Of the gap: the probability that the political level is above the field level."),
            "#indicator+probability",
        ),
        _figure("n_ratings", INTEGER, _("Ratings that count."), "#meta+count+ratings"),
        _figure("n_engagements", INTEGER, _("Engagements that count."), "#meta+count+engagements"),
        _figure("n_assessors", INTEGER, _("Assessors that count."), "#meta+count+assessors"),
        Column(
            "badges",
            CODE,
            _("What to know before using the figure, separated by blanks."),
            "#meta+badges",
            unfolded="(SELECT string_agg(b, ' ') FROM jsonb_array_elements_text(p.figure -> 'badges') AS b)",
        ),
        MARKING,
    ),
)
FINDINGS = Dataset(
    name="findings",
    label=_("Findings"),
    about=_("One row for each rule that fired on your scorecards, with the values that it fired on."),
    rows=found,
    order=("pk",),
    filters=FindingExport,
    basis=of_findings,
    approved_only=True,
    computed=True,
    columns=(
        Column("id", INTEGER, _("The finding."), "#meta+id", F("pk")),
        Column("scorecard", INTEGER, _("The scorecard."), "#meta+id+scorecard", F("scorecard_id")),
        dyad_column("scorecard__dyad"),
        framework_column("scorecard__framework"),
        rule_column(),
        Column("kind", CODE, _("Kind of finding."), "#indicator+finding", F("kind"), values=KINDS),
        Column("priority", INTEGER, _("1 comes first."), "#priority+num", F("priority")),
        subject_column("target"),
        engagement_column(),
        Column("text", TEXT, _("The finding in words."), "#description+finding", F("text")),
        Column(
            "inputs", Kind.JSON, _("The measured values that the rule fired on."), "#meta+inputs", F("inputs")
        ),
        Column("rating_ids", Kind.IDS, _("The answers behind it."), "#meta+id+ratings", F("rating_ids")),
        Column(
            "recommendation",
            INTEGER,
            _("The recommendation it leads to."),
            "#meta+id+recommendation",
            F("recommendation_id"),
        ),
        MARKING,
    ),
)
RECOMMENDATIONS = Dataset(
    name="recommendations",
    label=_("Recommendations"),
    about=_("One row for each recommendation that follows from your findings, with what was decided."),
    rows=recommended,
    order=("pk",),
    filters=RecommendationExport,
    basis=of_recommendations,
    approved_only=True,
    computed=True,
    columns=(
        Column("id", INTEGER, _("The recommendation."), "#meta+id", F("pk")),
        dyad_column(),
        framework_column("rule__framework"),
        rule_column(),
        Column("kind", CODE, _("Kind of finding."), "#indicator+finding", F("rule__kind"), values=KINDS),
        Column("priority", INTEGER, _("1 comes first."), "#priority+num", F("priority")),
        subject_column("target"),
        engagement_column(),
        Column("text", TEXT, _("The recommendation."), "#description+recommendation", F("text")),
        Column(
            "status",
            CODE,
            _("What was decided."),
            "#status+recommendation",
            F("status"),
            values=tuple(RecommendationStatus.values),
        ),
        Column(
            "decided_for",
            CODE,
            _("The organisation that decided."),
            "#org+deciding",
            F("decided_for__acronym"),
        ),
        Column("decided_at", MOMENT, _("When it was decided."), "#date+decided", F("decided_at")),
        Column("reason", TEXT, _("Why."), "#description+reason", F("reason")),
        Column("created_at", MOMENT, _("When it was proposed."), "#date+created", F("created_at")),
        MARKING,
    ),
)
