"""The enumerations of assessments, with the words that people see."""

from django.db import models
from django.utils.translation import gettext_lazy as _

# What pages and files alike accept.
RATIONALE_LIMIT = 20_000
EXCERPT_LIMIT = 1_000
EARLIEST_PERIOD = 1945
EARLIEST_PUBLICATION = 1000
LATEST_YEAR = 2200


class Level(models.TextChoices):
    POLITICAL = "political", _("Political level")
    FIELD = "field", _("Field level")


class Phase(models.TextChoices):
    PLANNING = "planning", _("Planning")
    DEPLOYMENT = "deployment", _("Deployment")
    CONDUCT = "conduct", _("Conduct")
    TRANSITION = "transition", _("Transition")


class Arrangement(models.TextChoices):
    SEQUENTIAL = "sequential", _("Sequential")
    BRIDGING = "bridging", _("Bridging")
    PARALLEL = "parallel", _("Parallel")
    SUPPORT = "support", _("Support")
    HYBRID = "hybrid", _("Hybrid")


class MissionPart(models.TextChoices):
    """The part that a mission plays in an engagement, in the order in which an engagement names them."""

    PREDECESSOR = "predecessor", _("Predecessor")
    SUPPORTED = "supported", _("Supported")
    PARALLEL = "parallel", _("Side by side")
    JOINT = "joint", _("Joint")
    SUCCESSOR = "successor", _("Successor")
    SUPPORTING = "supporting", _("Supporting")
    BRIDGING = "bridging", _("Bridging")


class IndicatorKind(models.TextChoices):
    EVALUATIVE = "evaluative", _("Evaluative")
    DESCRIPTIVE = "descriptive", _("Descriptive")


class NonScore(models.TextChoices):
    NOT_APPLICABLE = "not_applicable", _("Not applicable")
    INSUFFICIENT_EVIDENCE = "insufficient_evidence", _("Insufficient evidence")


class Confidence(models.TextChoices):
    LOW = "low", _("Low")
    MODERATE = "moderate", _("Moderate")
    HIGH = "high", _("High")


class State(models.TextChoices):
    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Submitted")
    IN_REVIEW = "in_review", _("In review")
    RETURNED = "returned", _("Returned")
    APPROVED = "approved", _("Approved")
    SUPERSEDED = "superseded", _("Superseded")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class PanelState(models.TextChoices):
    RATING = "rating", _("Rating, blind")
    COMPARING = "comparing", _("Answers open")
    CONCLUDED = "concluded", _("Concluded")
    CANCELLED = "cancelled", _("Cancelled")


class Decision(models.TextChoices):
    APPROVED = "approved", _("Approved")
    RETURNED = "returned", _("Returned")


class Stance(models.TextChoices):
    SUPPORTS = "supports", _("Supports the answer")
    CONTRADICTS = "contradicts", _("Speaks against the answer")


class Wording(models.TextChoices):
    QUOTATION = "quotation", _("Quotation: its own words")
    PARAPHRASE = "paraphrase", _("Paraphrase: in your words")


class Reliability(models.TextChoices):
    """Admiralty code of a source. F is not the worst grade: it cannot be judged."""

    A = "A", _("A: completely reliable")
    B = "B", _("B: usually reliable")
    C = "C", _("C: fairly reliable")
    D = "D", _("D: not usually reliable")
    E = "E", _("E: unreliable")
    F = "F", _("F: cannot be judged")


class Credibility(models.TextChoices):
    """Admiralty code of a piece of information. 6 is not the worst grade: it cannot be judged."""

    CONFIRMED = "1", _("1: confirmed by other sources")
    PROBABLE = "2", _("2: probably true")
    POSSIBLE = "3", _("3: possibly true")
    DOUBTFUL = "4", _("4: doubtful")
    IMPROBABLE = "5", _("5: improbable")
    UNJUDGED = "6", _("6: cannot be judged")


class Marking(models.TextChoices):
    """Handling markings of the Traffic Light Protocol 2.0 (FIRST)."""

    CLEAR = "CLEAR", "TLP:CLEAR"
    GREEN = "GREEN", "TLP:GREEN"
    AMBER = "AMBER", "TLP:AMBER"
    AMBER_STRICT = "AMBER+STRICT", "TLP:AMBER+STRICT"
    RED = "RED", "TLP:RED"


class FindingKind(models.TextChoices):
    WEAKNESS = "weakness", _("Weakness")
    STRENGTH = "strength", _("Strength")
    GAP = "gap", _("Gap")
    DISAGREEMENT = "disagreement", _("Disagreement")
    EVIDENCE = "evidence", _("Lack of evidence")
    OPPORTUNITY = "opportunity", _("Opportunity")


class RecommendationStatus(models.TextChoices):
    PROPOSED = "proposed", _("Proposed")
    ACCEPTED = "accepted", _("Accepted")
    DECLINED = "declined", _("Declined")


class LessonKind(models.TextChoices):
    LESSON = "lesson", _("Lesson")
    BEST_PRACTICE = "best_practice", _("Best practice")


class LessonOrigin(models.TextChoices):
    """What somebody looked at when the lesson was begun."""

    OWN = "own", _("Written on its own")
    RATING = "rating", _("An answer")
    FINDING = "finding", _("A finding")
    RECOMMENDATION = "recommendation", _("A recommendation")
    ADJUDICATION = "adjudication", _("An adjudication")


class LessonState(models.TextChoices):
    OBSERVATION = "observation", _("Observation")
    IDENTIFIED = "identified", _("Lesson identified")
    ENDORSED = "endorsed", _("Endorsed")
    TASKED = "tasked", _("Tasked")
    IMPLEMENTED = "implemented", _("Implemented")
    VALIDATED = "validated", _("Lesson learned")
    CLOSED = "closed", _("Closed without action")


class ActionState(models.TextChoices):
    PROPOSED = "proposed", _("Proposed")
    ACCEPTED = "accepted", _("Accepted")
    UNDER_WAY = "under_way", _("Under way")
    IMPLEMENTED = "implemented", _("Implemented")
    VALIDATED = "validated", _("Validated")
    DECLINED = "declined", _("Declined")


class ValidationBasis(models.TextChoices):
    """What shows that an action has worked."""

    ASSESSMENT = "assessment", _("A later assessment")
    EXERCISE = "exercise", _("An exercise")
    DOCUMENT = "document", _("A document")


class Recurrence(models.TextChoices):
    """Why a lesson was reopened by what later assessments say."""

    WORSE = "worse", _("Later answers are clearly worse")
    FOUND_AGAIN = "found_again", _("The same finding follows from later answers alone")


class CalibrationStatus(models.TextChoices):
    PROPOSED = "proposed", _("Proposed")
    IN_FORCE = "in_force", _("In force")
    REPLACED = "replaced", _("Replaced")
    REJECTED = "rejected", _("Rejected")


class JointFitState(models.TextChoices):
    QUEUED = "queued", _("Waiting")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")


class JointFitStage(models.TextChoices):
    READING = "reading", _("Reading the answers")
    FITTING_POLITICAL = "political", _("Fitting the political level")
    FITTING_FIELD = "field", _("Fitting the field level")
    STORING = "storing", _("Storing the results")


class EditionBasis(models.TextChoices):
    """What an edition was computed from, and so who reads it."""

    RELEASED = "released", _("What is released to every organisation")
    ORGANISATION = "organisation", _("What the people of one organisation may see")


class NoticeKind(models.TextChoices):
    """What people are told. :mod:`assessments.models.notice_kinds` says when there is something to do."""

    TO_REVIEW = "to_review", _("An assessment is submitted that I may review")
    ASSIGNED = "assigned", _("A review is assigned to me")
    DUE_SOON = "due_soon", _("A review that I have is due within three days")
    OVERDUE = "overdue", _("A review that I have, or coordinate, is overdue")
    CO_AUTHOR = "co_author", _("I am made a co-author")
    HANDED_OVER = "handed_over", _("An assessment is handed over to me")
    PANEL = "panel", _("I am to rate for a panel")
    PANEL_DUE = "panel_due", _("My answers for a panel are due within three days, or overdue")
    PANEL_OPEN = "panel_open", _("The answers of a panel that I rated for, or chair, are open")
    UPLOAD = "upload", _("An offline form that I uploaded waits for me to settle it")
    RETURNED = "returned", _("A reviewer returns an assessment to me")
    COMMENTED = "commented", _("Somebody comments on what I write or review")
    APPROVED = "approved", _("An assessment that I wrote is approved")
    TO_RELEASE = "to_release", _("An approved assessment can be released to partners")
    CHANGED = "changed", _("Somebody changes a section that I have open")
    LESSON_TO_ENDORSE = "lesson_to_endorse", _("A lesson waits for my endorsement")
    LESSON_RETURNED = "lesson_returned", _("A lesson that I wrote is returned")
    LESSON_RECURRED = "lesson_recurred", _("A lesson that I own or coordinate has come up again")
    LESSON_WORSE = "lesson_worse", _("What only my organisation sees speaks against a lesson")
    ACTION_PROPOSED = "action_proposed", _("An action is proposed to my organisation")
    ACTION_MINE = "action_mine", _("An action is mine to do")
    ACTION_DUE_SOON = "action_due_soon", _("An action of mine is due within a fortnight")
    ACTION_OVERDUE = "action_overdue", _("An action that I own, or coordinate, is overdue")
    ACTION_TO_VALIDATE = "action_to_validate", _("An action waits for somebody to validate it")


class Delivery(models.TextChoices):
    """How a notice is mailed; on pages it is shown in any case."""

    IMMEDIATE = "immediate", _("at once")
    DAILY = "daily", _("once a day")
    NONE = "none", _("not by mail")


class MailState(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    SENT = "sent", _("Sent")
    UNWANTED = "unwanted", _("Not wanted")
    POINTLESS = "pointless", _("Nothing to do any more")
    FAILED = "failed", _("Failed")


class SearchKind(models.TextChoices):
    ASSESSMENT = "assessment", _("Assessment")
    RATIONALE = "rationale", _("Rationale")
    EVIDENCE = "evidence", _("Evidence")
    SOURCE = "source", _("Source")
    FINDING = "finding", _("Finding")
    RECOMMENDATION = "recommendation", _("Recommendation")
    LESSON = "lesson", _("Lesson")
    MISSION = "mission", _("Mission")
    ENGAGEMENT = "engagement", _("Engagement")
    INSTRUMENT = "instrument", _("Instrument")


class SearchLanguage(models.TextChoices):
    """Languages whose words are reduced to their stems, by PostgreSQL's configurations of these names."""

    ENGLISH = "english", _("English")
    FRENCH = "french", _("French")


class ExportState(models.TextChoices):
    """``BROKEN``: whoever fetched it did not take it to the end."""

    RUNNING = "running", _("Being made")
    DONE = "done", _("Complete")
    BROKEN = "broken", _("Broken off")


class FileKind(models.TextChoices):
    """What may be attached to a source."""

    PDF = "pdf", "PDF"
    PNG = "png", _("picture (PNG)")
    JPEG = "jpeg", _("picture (JPEG)")
    TEXT = "text", _("plain text")
    CSV = "csv", _("table (CSV)")
    DOCX = "docx", _("document (DOCX)")
    XLSX = "xlsx", _("workbook (XLSX)")
    ODT = "odt", _("document (ODT)")
