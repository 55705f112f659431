"""Rows of the permission table for what programs read of, and do to, assessments and lessons."""

from typing import Any

Rows = list[tuple[str, str, dict[str, str], str, dict[str, Any]]]

#               anonym. suspend nobody  reader  analyst colleag review  coordin partner p.coord outsid. admin
ALL = "          401     401     200     200     200     200     200     200     200     200     200     200"
OWN = "          401     401     404     404     200     200     200     200     404     404     404     404"
SHARED = "       401     401     404     200     200     200     200     200     200     200     200     404"
ASSESSOR = "     401     401     404     404     200     403     403     403     404     404     404     404"
ANALYSTS = "     401     401     404     404     200     200     403     403     404     404     404     404"
REVIEWER = "     401     401     404     404     403     403     200     403     404     404     404     404"
COORDINATOR = "  401     401     404     404     403     403     403     200     404     404     404     404"
WRITERS = "      401     401     404     404     200     200     200     403     404     404     404     404"
TALKING = "      401     401     404     404     200     403     200     403     404     404     404     404"
REFUSED = "      401     401     404     404     403     403     403     403     404     404     404     404"
OPENING_IT = "   401     401     403     403     201     201     403     403     403     403     403     403"
BEGINNING = "    401     401     403     403     201     201     201     403     403     403     403     403"
PARTNER = "      401     401     404     403     403     403     403     403     403     200     403     404"
OWNER = "        401     401     404     403     200     403     403     200     403     403     403     404"
JUDGES = "       401     401     404     403     403     403     200     200     403     200     403     404"
NOBODY_NOW = "   401     401     404     403     403     403     403     403     403     403     403     404"
DECIDERS = "     401     401     404     403     403     403     403     200     403     200     403     404"
PERIOD = {"period_start": 2003, "period_end": 2007, "basis": "Interviews"}
OPENING = {"on_behalf_of": "OWN", "dyad": "OWN-OTHER", "framework": "framework_name", **PERIOD}
SOURCE = {"organisation": "OWN", "author": "UN", "title": "Report", "kind": "report"}
LESSON = {
    "organisation": "OWN",
    "dyad": "OWN-OTHER",
    "framework": "framework_name",
    "subject": "P1.1",
    "title": "Agree first",
}
ADJUDICATED = {"score": 3, "reason": "The report of 2006.", "read": 0}
WHY = {"reason": "Because."}
DONE = {"text": "It is done."}
ANSWER = {"pk": "draft", "code": "P1.1"}
RELEASE = {"released_to_all": True}
LATER = PERIOD | {"period_start": 2008, "period_end": 2012}
THIS = {"sha256": "digest_in_review"}
SEEN = {"basis": "exercise", "text": "Seen."}
NO = {"accept": False, **WHY}


def api_rows() -> Rows:
    return [
        ("GET", "api:answers", {"pk": "draft"}, OWN, {}),
        ("GET", "api:answers", {"pk": "shared"}, OWN, {}),
        ("GET", "api:answer", ANSWER, OWN, {}),
        ("GET", "api:comments", {"pk": "draft"}, OWN, {}),
        ("POST", "api:assessment-list", {}, OPENING_IT, OPENING),
        ("PATCH", "api:assessment-detail", {"pk": "draft"}, ASSESSOR, {"basis": "Archives"}),
        ("PATCH", "api:assessment-detail", {"pk": "submitted"}, REFUSED, {"basis": "Archives"}),
        ("PUT", "api:answer", ANSWER, ASSESSOR, {"score": 5}),
        ("PUT", "api:answer", {**ANSWER, "pk": "submitted"}, REFUSED, {"score": 5}),
        ("POST", "api:answer-evidence", ANSWER, ASSESSOR.replace("200", "201"), {"source": "source"}),
        (
            "DELETE",
            "api:evidence",
            {"pk": "draft", "evidence": "evidence"},
            ASSESSOR.replace("200", "204"),
            {},
        ),
        ("POST", "api:comments", {"pk": "draft"}, TALKING.replace("200", "201"), {"text": "Why?"}),
        ("POST", "api:comments", {"pk": "submitted"}, TALKING.replace("200", "201"), {"text": "Why?"}),
        ("POST", "api:settle", {"pk": "draft", "comment": "comment"}, TALKING, {"resolved": True}),
        ("POST", "api:assessment-submit", {"pk": "draft"}, ASSESSOR, WHY),
        ("POST", "api:assessment-submit", {"pk": "approved"}, REFUSED, WHY),
        ("POST", "api:assessment-revise", {"pk": "returned"}, ASSESSOR, {}),
        ("POST", "api:assessment-withdraw", {"pk": "draft"}, ASSESSOR, {}),
        ("POST", "api:assessment-amend", {"pk": "approved"}, ANALYSTS.replace("200", "201"), {}),
        (
            "POST",
            "api:assessment-next-cycle",
            {"pk": "approved"},
            ANALYSTS.replace("200", "201"),
            LATER,
        ),
        ("POST", "api:assessment-start-review", {"pk": "submitted"}, REVIEWER, {}),
        ("POST", "api:assessment-approve", {"pk": "in_review"}, REVIEWER, THIS),
        ("POST", "api:assessment-approve", {"pk": "submitted"}, REFUSED, {"sha256": "digest_submitted"}),
        (
            "POST",
            "api:assessment-return-for-changes",
            {"pk": "in_review"},
            REVIEWER,
            THIS | WHY,
        ),
        ("POST", "api:assessment-release", {"pk": "approved"}, COORDINATOR, RELEASE),
        ("GET", "api:source-list", {}, ALL, {}),
        ("GET", "api:source-detail", {"pk": "source"}, OWN, {}),
        ("POST", "api:source-list", {}, OPENING_IT, SOURCE),
        ("PATCH", "api:source-detail", {"pk": "source"}, ANALYSTS, {"title": "Report of 2003"}),
        ("GET", "api:panel-list", {}, ALL, {}),
        ("GET", "api:panel-detail", {"pk": "panel"}, OWN, {}),
        ("GET", "api:panel-detail", {"pk": "open_panel"}, OWN, {}),
        ("GET", "api:panel-items", {"pk": "open_panel"}, OWN, {}),
        ("POST", "api:panel-adjudicate", {"pk": "open_panel", "code": "P1.2"}, COORDINATOR, ADJUDICATED),
        ("POST", "api:panel-open", {"pk": "openable_panel"}, COORDINATOR, WHY),
        ("POST", "api:panel-cancel", {"pk": "panel"}, COORDINATOR, WHY),
        ("POST", "api:panel-leave", {"pk": "panel"}, ANALYSTS, WHY),
        ("POST", "api:panel-conclude", {"pk": "settled_panel"}, COORDINATOR, {}),
        ("GET", "api:lesson-list", {}, ALL, {}),
        ("GET", "api:lesson-detail", {"pk": "lesson_observation"}, OWN, {}),
        ("GET", "api:lesson-detail", {"pk": "lesson_shared"}, SHARED, {}),
        ("POST", "api:lesson-list", {}, BEGINNING, LESSON),
        ("PATCH", "api:lesson-detail", {"pk": "lesson_observation"}, WRITERS, {"title": "Agree"}),
        ("POST", "api:lesson-identify", {"pk": "lesson_observation"}, WRITERS, {}),
        ("POST", "api:lesson-return-to-authors", {"pk": "lesson_identified"}, OWN, WHY),
        ("POST", "api:lesson-endorse", {"pk": "lesson_identified"}, COORDINATOR, {}),
        ("POST", "api:lesson-prioritise", {"pk": "lesson_endorsed"}, COORDINATOR, {"priority": 2, **WHY}),
        ("POST", "api:lesson-release", {"pk": "lesson_endorsed"}, COORDINATOR, RELEASE),
        (
            "POST",
            "api:lesson-task",
            {"pk": "lesson_endorsed"},
            COORDINATOR,
            {"organisation": "OWN", "task": "Agree."},
        ),
        ("POST", "api:lesson-close", {"pk": "lesson_observation"}, OWN, WHY),
        ("POST", "api:lesson-reopen", {"pk": "lesson_closed"}, COORDINATOR, WHY),
        ("GET", "api:lesson-action-list", {}, ALL, {}),
        ("GET", "api:lesson-action-detail", {"pk": "action_shared"}, SHARED, {}),
        ("POST", "api:lesson-action-accept", {"pk": "action_partner"}, PARTNER, {"due": "2099-01-01"}),
        ("POST", "api:lesson-action-decline", {"pk": "action_partner"}, PARTNER, WHY),
        ("POST", "api:lesson-action-start", {"pk": "action_shared"}, OWNER, DONE),
        ("POST", "api:lesson-action-note", {"pk": "action_shared"}, OWNER, DONE),
        ("POST", "api:lesson-action-implement", {"pk": "action_shared"}, NOBODY_NOW, DONE),
        ("POST", "api:lesson-action-send-back", {"pk": "action_shared"}, NOBODY_NOW, WHY),
        (
            "POST",
            "api:lesson-action-validate",
            {"pk": "action_shared"},
            NOBODY_NOW,
            SEEN,
        ),
        ("POST", "api:lesson-action-implement", {"pk": "action_under_way"}, OWNER, DONE),
        ("POST", "api:lesson-action-send-back", {"pk": "action_implemented"}, JUDGES, WHY),
        ("POST", "api:lesson-action-validate", {"pk": "action_implemented"}, JUDGES, SEEN),
        ("POST", "api:recommendation-decide", {"pk": "recommendation"}, COORDINATOR, NO),
        ("POST", "api:recommendation-decide", {"pk": "shared_recommendation"}, DECIDERS, NO),
    ]
