"""Lessons, and what organisations undertake so that they are learned."""

from typing import Any

from django.db.models import F, QuerySet
from django.utils.translation import gettext_lazy as _

from assessments.choices import (
    ActionState,
    LessonKind,
    LessonOrigin,
    LessonState,
    ValidationBasis,
)
from assessments.exports.columns import (
    Column,
    Kind,
    dyad_column,
    engagement_column,
    framework_column,
    level_column,
    marking_column,
    rule_column,
    subject_column,
)
from assessments.exports.dataset import Dataset, themselves
from assessments.exports.filters import ActionExport, LessonExport
from assessments.models import Lesson, LessonAction
from organisations.models import User

TEXT, CODE, INTEGER, TRUTH, MOMENT = Kind.TEXT, Kind.CODE, Kind.INTEGER, Kind.TRUTH, Kind.MOMENT


def written(user: User) -> QuerySet[Any]:
    return Lesson.objects.visible_to(user)


def undertaken(user: User) -> QuerySet[Any]:
    return LessonAction.objects.visible_to(user)


def lessons_of(user: User, rows: QuerySet[Any]) -> QuerySet[Any]:
    return Lesson.objects.visible_to(user).filter(pk__in=rows.order_by().values("lesson"))


OF_THE_LESSON = _("Handling marking (Traffic Light Protocol 2.0) of the lesson.")

LESSONS = Dataset(
    name="lessons",
    label=_("Lessons"),
    about=_("One row for each lesson that you may see, with its four texts."),
    rows=written,
    order=("pk",),
    filters=LessonExport,
    basis=themselves,
    columns=(
        Column("id", INTEGER, _("The lesson."), "#meta+id", F("pk")),
        Column(
            "organisation",
            CODE,
            _("The organisation that wrote it."),
            "#org+author",
            F("organisation__acronym"),
        ),
        dyad_column(),
        engagement_column(),
        framework_column(),
        level_column(),
        subject_column("subject"),
        Column(
            "kind",
            CODE,
            _("Lesson or best practice."),
            "#meta+kind",
            F("kind"),
            values=tuple(LessonKind.values),
        ),
        Column("title", TEXT, _("Its title."), "#description+title", F("title")),
        Column("observation", TEXT, _("What was observed."), "#description+observation", F("observation")),
        Column("discussion", TEXT, _("Why it was so."), "#description+discussion", F("discussion")),
        Column("conclusion", TEXT, _("What follows."), "#description+conclusion", F("conclusion")),
        Column("recommendation", TEXT, _("What to do."), "#description+recommendation", F("recommendation")),
        Column("joint", TRUTH, _("Whether both organisations must validate it."), "#meta+joint", F("joint")),
        Column(
            "origin",
            CODE,
            _("What it was begun from."),
            "#meta+origin",
            F("origin"),
            values=tuple(LessonOrigin.values),
        ),
        rule_column(),
        Column(
            "commitment",
            TEXT,
            _("The instrument that it serves."),
            "#meta+instrument",
            F("instrument__title"),
        ),
        Column("clause", TEXT, _("Where in that instrument."), "#meta+clause", F("clause")),
        Column(
            "state",
            CODE,
            _("How far it has come."),
            "#status+lesson",
            F("state"),
            values=tuple(LessonState.values),
        ),
        Column("priority", INTEGER, _("1 comes first."), "#priority+num", F("priority")),
        Column("round", INTEGER, _("How often it was begun."), "#meta+round", F("round")),
        Column(
            "recurrences", INTEGER, _("Times it came up again."), "#meta+count+recurrences", F("recurrences")
        ),
        Column(
            "released_to_all",
            TRUTH,
            _("Whether every organisation may see it."),
            "#status+released",
            F("released_to_all"),
        ),
        Column("version", INTEGER, _("How often it was changed."), "#meta+version", F("version")),
        Column("endorsed_at", MOMENT, _("When it was endorsed."), "#date+endorsed", F("endorsed_at")),
        Column("created_at", MOMENT, _("When it was begun."), "#date+created", F("created_at")),
        Column("updated_at", MOMENT, _("When it was last changed."), "#date+updated", F("updated_at")),
        marking_column(OF_THE_LESSON),
    ),
)
ACTIONS = Dataset(
    name="actions",
    label=_("Actions"),
    about=_(
        "One row for each action of the lessons that you may see. The people who own them are not named."
    ),
    rows=undertaken,
    order=("pk",),
    filters=ActionExport,
    basis=lessons_of,
    columns=(
        Column("id", INTEGER, _("The action."), "#meta+id", F("pk")),
        Column("lesson", INTEGER, _("The lesson."), "#meta+id+lesson", F("lesson_id")),
        Column("lesson_title", TEXT, _("Title of the lesson."), "#description+title", F("lesson__title")),
        dyad_column("lesson__dyad"),
        Column(
            "organisation", CODE, _("The organisation that acts."), "#org+acting", F("organisation__acronym")
        ),
        Column("round", INTEGER, _("The round of the lesson that it belongs to."), "#meta+round", F("round")),
        Column("task", TEXT, _("What is to be done."), "#description+task", F("task")),
        Column("body", TEXT, _("The action body."), "#org+body", F("body")),
        Column(
            "state",
            CODE,
            _("How far it has come."),
            "#status+action",
            F("state"),
            values=tuple(ActionState.values),
        ),
        Column("due", Kind.DAY, _("The day by which it is due."), "#date+due", F("due")),
        Column("proposed_at", MOMENT, _("When it was proposed."), "#date+proposed", F("proposed_at")),
        Column(
            "decided_at", MOMENT, _("When it was accepted or declined."), "#date+decided", F("decided_at")
        ),
        Column("decline_reason", TEXT, _("Why it was declined."), "#description+reason", F("decline_reason")),
        Column(
            "implemented_at",
            MOMENT,
            _("When it was reported as implemented."),
            "#date+implemented",
            F("implemented_at"),
        ),
        Column("validated_at", MOMENT, _("When it was validated."), "#date+validated", F("validated_at")),
        Column(
            "validation_basis",
            CODE,
            _("What validated it."),
            "#meta+validation",
            F("validation_basis"),
            values=tuple(ValidationBasis.values),
        ),
        Column(
            "validation_text", TEXT, _("What that shows."), "#description+validation", F("validation_text")
        ),
        marking_column(OF_THE_LESSON, "lesson__marking"),
    ),
)
