"""What assessors recorded: ratings, assessments, and their answers with evidence."""

from typing import Any

from django.db.models import Exists, F, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _

from assessments.choices import Confidence, Credibility, NonScore, Reliability, Stance, State, Wording
from assessments.exports.columns import (
    AssessorCode,
    Column,
    Kind,
    dyad_column,
    engagement_column,
    framework_column,
    level_column,
    marking_column,
)
from assessments.exports.dataset import Dataset, themselves
from assessments.exports.filters import AssessmentExport, RatingExport
from assessments.models import ApprovedRating, Assessment
from organisations.models import User

TEXT, CODE, INTEGER, TRUTH, MOMENT = Kind.TEXT, Kind.CODE, Kind.INTEGER, Kind.TRUTH, Kind.MOMENT
CONFIDENCES, NON_SCORES = tuple(Confidence.values), tuple(NonScore.values)

DYAD, LEVEL, ENGAGEMENT, FRAMEWORK = dyad_column(), level_column(), engagement_column(), framework_column()
ASSESSOR = Column(
    "assessor",
    CODE,
    _("A code for the assessor: the same for one organisation and dyad, telling nothing elsewhere."),
    "#contact+code",
    AssessorCode(),
)
BEHALF = Column(
    "on_behalf_of",
    CODE,
    _("The organisation that assessed."),
    "#org+assessing",
    F("on_behalf_of__acronym"),
)


OF_THE_ASSESSMENT = _("Handling marking (Traffic Light Protocol 2.0) of the assessment that the row is from.")


def rated(user: User) -> QuerySet[Any]:
    return ApprovedRating.objects.visible_to(user)


def assessments_rated(user: User, rows: QuerySet[Any]) -> QuerySet[Any]:
    of_it = rows.order_by().filter(assessment=OuterRef("pk"))
    return Assessment.objects.visible_to(user).approved().filter(Exists(of_it))


RATINGS = Dataset(
    name="ratings",
    label=_("Approved ratings"),
    about=_("One row for each answer of an approved assessment."),
    rows=rated,
    order=("rating_id",),
    filters=RatingExport,
    basis=assessments_rated,
    approved_only=True,
    columns=(
        Column("id", INTEGER, _("The answer; revisions and findings name it."), "#meta+id", F("rating_id")),
        Column("assessment", INTEGER, _("The assessment."), "#meta+id+assessment", F("assessment_id")),
        Column("revision", INTEGER, _("The approved revision."), "#meta+id+revision", F("revision_id")),
        DYAD,
        LEVEL,
        ENGAGEMENT,
        Column(
            "case",
            CODE,
            _("What several assessors rated: an engagement, or a period."),
            "#meta+case",
            F("case"),
        ),
        FRAMEWORK,
        Column(
            "dimension",
            TEXT,
            _("Code of the dimension."),
            "#indicator+dimension",
            F("indicator__dimension__code"),
        ),
        Column("indicator", TEXT, _("Code of the indicator."), "#indicator+code", F("indicator__code")),
        Column("year", INTEGER, _("The year that the answer counts for."), "#date+year", F("year")),
        BEHALF,
        ASSESSOR,
        Column(
            "conflict",
            TRUTH,
            _("Whether the assessor acts for one of the two organisations assessed."),
            "#meta+conflict",
            F("conflict"),
        ),
        Column(
            "score",
            INTEGER,
            _("1 to 5; empty where there is a non-score."),
            "#indicator+value+num",
            F("score"),
        ),
        Column(
            "non_score",
            CODE,
            _("Why there is no score."),
            "#indicator+value+none",
            F("non_score"),
            values=NON_SCORES,
        ),
        Column(
            "confidence",
            CODE,
            _("How sure the assessor was."),
            "#indicator+confidence",
            F("confidence"),
            values=CONFIDENCES,
        ),
        Column("has_evidence", TRUTH, _("Whether evidence is cited."), "#meta+evidence", F("has_evidence")),
        Column(
            "rationale", TEXT, _("Why this answer, in Markdown."), "#description+rationale", F("rationale")
        ),
        marking_column(OF_THE_ASSESSMENT, "assessment__marking"),
    ),
)


def assessed(user: User) -> QuerySet[Any]:
    return Assessment.objects.visible_to(user).with_own_reference(user)


def answered(user: User) -> QuerySet[Any]:
    """Those with answers that were submitted: a draft's are still being written."""
    return assessed(user).exclude(state=State.DRAFT).filter(current_revision__isnull=False)


PERIOD = (
    Column("period_start", INTEGER, _("First year assessed."), "#date+start+year", F("period_start")),
    Column("period_end", INTEGER, _("Last year assessed."), "#date+end+year", F("period_end")),
)
STATE = Column(
    "state", CODE, _("State in the workflow."), "#status+assessment", F("state"), values=tuple(State.values)
)

ASSESSMENTS = Dataset(
    name="assessments",
    label=_("Assessments"),
    about=_("One row for each assessment that you may see, in every state, without its answers."),
    rows=assessed,
    order=("pk",),
    filters=AssessmentExport,
    basis=themselves,
    columns=(
        Column("id", INTEGER, _("The assessment."), "#meta+id", F("pk")),
        DYAD,
        LEVEL,
        ENGAGEMENT,
        FRAMEWORK,
        *PERIOD,
        ASSESSOR,
        BEHALF,
        Column("basis", TEXT, _("What the answers rest on."), "#description+basis", F("basis")),
        Column(
            "reference",
            TEXT,
            _("The organisation's own name for it; empty for other organisations."),
            "#meta+reference",
            F("own_reference"),
        ),
        STATE,
        Column(
            "released_to_all",
            TRUTH,
            _("Whether every organisation may see it."),
            "#status+released",
            F("released_to_all"),
        ),
        Column("version", INTEGER, _("How often it was changed."), "#meta+version", F("version")),
        Column(
            "revision", INTEGER, _("Its current revision."), "#meta+id+revision", F("current_revision_id")
        ),
        Column(
            "revision_number",
            INTEGER,
            _("Number of that revision."),
            "#meta+revision+num",
            F("current_revision__number"),
        ),
        Column(
            "revision_sha256",
            CODE,
            _("Digest of that revision's content."),
            "#meta+revision+sha256",
            F("current_revision__sha256"),
        ),
        Column(
            "submitted_at",
            MOMENT,
            _("When that revision was submitted."),
            "#date+submitted",
            F("current_revision__submitted_at"),
        ),
        Column("created_at", MOMENT, _("When it was opened."), "#date+created", F("created_at")),
        Column("updated_at", MOMENT, _("When it was last changed."), "#date+updated", F("updated_at")),
        marking_column(OF_THE_ASSESSMENT),
    ),
)


def _of_answer(name: str, kind: Kind, about: Any, hxl: str, values: tuple[str, ...] = ()) -> Column:
    sql = f"(a.answer ->> '{name}')"
    return Column(
        name, kind, about, hxl, unfolded=f"{sql}::bigint" if kind == INTEGER else sql, values=values
    )


def _of_place(name: str, kind: Kind, about: Any, hxl: str, values: tuple[str, ...] = ()) -> Column:
    return Column(name, kind, about, hxl, unfolded=f"(e.place ->> '{name}')", values=values)


def _of_source(name: str, kind: Kind, about: Any, tag: str = "") -> Column:
    sql = f"(e.place -> 'source' ->> '{name}')"
    unfolded = f"{sql}::bigint" if kind == INTEGER else sql
    return Column(f"source_{name}", kind, about, f"#meta+source+{tag or name}", unfolded=unfolded)


ANSWERS = Dataset(
    name="answers",
    label=_("Answers with evidence"),
    about=_(
        "The answers of the current revision of each assessment that was submitted: one row for each place "
        "in a source that is cited, and one for an answer that cites nothing."
    ),
    rows=answered,
    order=("pk",),
    filters=AssessmentExport,
    basis=themselves,
    hidden={"ratings": F("current_revision__content__ratings")},
    unfold=(
        "CROSS JOIN LATERAL jsonb_array_elements(t.ratings) WITH ORDINALITY AS a (answer, place_of_answer) "
        "LEFT JOIN LATERAL jsonb_array_elements(a.answer -> 'evidence') WITH ORDINALITY "
        "AS e (place, place_of_evidence) ON true "
        "ORDER BY t.assessment, a.place_of_answer, e.place_of_evidence"
    ),
    columns=(
        Column("assessment", INTEGER, _("The assessment."), "#meta+id+assessment", F("pk")),
        Column(
            "revision", INTEGER, _("Its current revision."), "#meta+id+revision", F("current_revision_id")
        ),
        DYAD,
        LEVEL,
        ENGAGEMENT,
        FRAMEWORK,
        *PERIOD,
        BEHALF,
        ASSESSOR,
        STATE,
        _of_answer("rating", INTEGER, _("The answer; the same id as in the ratings."), "#meta+id"),
        _of_answer("indicator", TEXT, _("Code of the indicator."), "#indicator+code"),
        _of_answer("score", INTEGER, _("1 to 5; empty where there is a non-score."), "#indicator+value+num"),
        _of_answer("non_score", CODE, _("Why there is no score."), "#indicator+value+none", NON_SCORES),
        _of_answer("confidence", CODE, _("How sure the assessor was."), "#indicator+confidence", CONFIDENCES),
        _of_answer("rationale", TEXT, _("Why this answer, in Markdown."), "#description+rationale"),
        _of_source("key", TEXT, _("Key of the source cited.")),
        _of_source("author", TEXT, _("Author of the source.")),
        _of_source("title", TEXT, _("Title of the source.")),
        _of_source("year", INTEGER, _("Year of publication.")),
        _of_source("url", TEXT, _("Address of the source.")),
        _of_source("reliability", TEXT, _("Reliability of the source in general (Admiralty code)."), "usual"),
        _of_place("locator", TEXT, _("Place in the source."), "#meta+source+place"),
        _of_place("excerpt", TEXT, _("What it says there, in short."), "#meta+source+excerpt"),
        _of_place(
            "wording",
            CODE,
            _("Whether that is quoted or paraphrased."),
            "#meta+source+wording",
            tuple(Wording.values),
        ),
        _of_place(
            "stance", CODE, _("Whether it supports the answer."), "#meta+source+stance", tuple(Stance.values)
        ),
        _of_place(
            "reliability",
            CODE,
            _("Reliability of the source (Admiralty code)."),
            "#meta+source+reliability",
            tuple(Reliability.values),
        ),
        _of_place(
            "reliability_reason",
            TEXT,
            _("Why it is another than that of the source in general."),
            "#meta+source+reliability+reason",
        ),
        _of_place(
            "credibility",
            CODE,
            _("Credibility of what it says there (Admiralty code)."),
            "#meta+source+credibility",
            tuple(Credibility.values),
        ),
        marking_column(OF_THE_ASSESSMENT),
    ),
)
