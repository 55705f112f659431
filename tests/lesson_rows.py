"""Rows of the permission table about lessons: private ones of OWN, one shared with everybody."""

OBSERVATION = {"pk": "lesson_observation"}
IDENTIFIED = {"pk": "lesson_identified"}
ENDORSED = {"pk": "lesson_endorsed"}
SHARED = {"pk": "lesson_shared"}
ACTION = {"pk": "action_shared"}
PARTNERS = {"pk": "action_partner"}
REASON = {"reason": "It is not ours."}
ACCEPTS = {"do": "accept", "owner": "partner_id", "due": "2099-01-01"}
TASK = {"do": "task", "organisation": "other_organisation", "task": "Write the plan."}
INTO = {"other": "lesson_endorsed"}
UNFINISHED = {"other": "lesson_identified"}
#             anonym. suspend nobody  reader  analyst colleag review  coordin partner p.coord outsid. admin
WRITERS = "   login   login   404     404     200     200     200     away    404     404     404     404"
WRITE = "     login   login   404     404     done    done    done    refused 404     404     404     404"
ALL_OWN = "   login   login   404     404     done    done    done    done    404     404     404     404"
COORD = "     login   login   404     404     refused refused refused done    404     404     404     404"
OF_OTHERS = " login   login   404     refused refused refused refused done    refused refused refused 404"
BY_OWNER = "  login   login   404     refused done    refused refused done    refused refused refused 404"
PARTNER = "   login   login   404     refused refused refused refused refused refused done    refused 404"
WRITERS_LINK = OF_OTHERS.replace("refused", "done   ", 4).replace("done   ", "refused", 1)
NOBODY = "    login   login   404     refused refused refused refused refused refused refused refused 404"


def lesson_rows(
    signed_in: str, with_role: str, own_work: str
) -> list[tuple[str, str, dict[str, str], str, dict[str, str]]]:
    """As ``permission_table.Row`` takes them; the outcomes of whole columns are given."""
    refused = signed_in.replace("200", "422")
    texts = {"version": "1", "title": "Another title", "kind": "lesson", "marking": "AMBER"}
    private = ("lesson_observation", "lesson_identified", "lesson_endorsed", "lesson_closed")
    return [
        ("GET", "assessments:lessons", {}, signed_in, {}),
        ("GET", "assessments:actions", {}, signed_in, {}),
        ("GET", "assessments:lesson-board", {}, signed_in, {}),
        ("GET", "assessments:lesson-figures", {}, signed_in, {}),
        ("GET", "assessments:write-lesson", {}, signed_in, {}),
        ("POST", "assessments:write-lesson", {}, refused, {"title": "No subject"}),
        *(("GET", "assessments:lesson", {"pk": name}, own_work, {}) for name in private),
        ("GET", "assessments:lesson", SHARED, with_role, {}),
        ("GET", "assessments:edit-lesson", OBSERVATION, WRITERS, {}),
        ("POST", "assessments:edit-lesson", OBSERVATION, WRITE, texts),
        ("POST", "assessments:lesson", OBSERVATION, WRITE, {"do": "identify", "version": "1"}),
        ("POST", "assessments:lesson", IDENTIFIED, COORD, {"do": "endorse", "version": "2"}),
        ("POST", "assessments:lesson", IDENTIFIED, ALL_OWN, {"do": "return", **REASON}),
        ("POST", "assessments:lesson", ENDORSED, COORD, {"do": "release", "released_to_all": "on"}),
        ("POST", "assessments:lesson", ENDORSED, COORD, TASK),
        ("POST", "assessments:lesson", ENDORSED, COORD, {"do": "prioritise", "priority": "1", **REASON}),
        ("POST", "assessments:lesson", SHARED, OF_OTHERS, {"do": "close", **REASON}),
        ("POST", "assessments:lesson", SHARED, OF_OTHERS, {"do": "reopen", **REASON}),
        ("POST", "assessments:lesson", SHARED, NOBODY, {"do": "endorse", "version": "1"}),
        ("GET", "assessments:alike-lessons", {}, signed_in, {}),
        ("POST", "assessments:relate-lesson", OBSERVATION, ALL_OWN, {"do": "link", "other": "lesson_shared"}),
        ("POST", "assessments:relate-lesson", SHARED, ALL_OWN, {"do": "link", "other": "lesson_closed"}),
        ("POST", "assessments:relate-lesson", SHARED, WRITERS_LINK, {"do": "link", "other": "lesson_joint"}),
        ("POST", "assessments:relate-lesson", SHARED, ALL_OWN, {"do": "part", "other": "lesson_identified"}),
        ("POST", "assessments:relate-lesson", OBSERVATION, COORD, {"do": "merge", **INTO}),
        ("POST", "assessments:relate-lesson", OBSERVATION, ALL_OWN, {"do": "merge", **UNFINISHED}),
        ("POST", "assessments:relate-lesson", IDENTIFIED, COORD, {"do": "merge", **INTO}),
        ("GET", "assessments:action", ACTION, with_role, {}),
        ("POST", "assessments:action", ACTION, BY_OWNER, {"do": "note", "text": "Half of it."}),
        ("POST", "assessments:action", ACTION, NOBODY, {"do": "validate"}),
        ("GET", "assessments:action", PARTNERS, with_role, {}),
        ("POST", "assessments:action", PARTNERS, PARTNER, ACCEPTS),
    ]
