"""Lessons and a draft of rules for the pictures, made by the demonstration accounts."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from assessments.actions import lesson_actions, lesson_decisions, lessons, rule_versions
from assessments.models import Engagement, Framework, Lesson, LessonAction
from organisations.models import Dyad, Organisation, User

REHATTING = {
    "title": "Contributors are asked about rehatting before a bridging force deploys",
    "observation": "When the bridging operation in Bunia ended in September 2003, the personnel "
    "that were asked to stay on under the UN mission declined.",
    "discussion": "Contributors had offered their units for three months, and nobody asked about a longer "
    "stay because the planning staffs met only after the mandate was adopted.",
    "conclusion": "What is not asked for before deployment cannot be had at the handover.",
    "recommendation": "Both planning staffs ask contributors about rehatting before a mandate is adopted.",
}
OTHERS = (
    ("F5.1", "Handover files go to the successor a month before the transfer", "validated", False),
    ("F3.2", "Advisers to two headquarters have one reporting line in writing", "endorsed", False),
    ("F4.1", "Situation reports are exchanged every day by the two operation centres", "identified", False),
    ("F1.1", "Joint planning begins with the first assessment mission", "implemented", True),
    ("F8.2", "Support agreements name who pays for what", "observation", False),
)


def person(role: str, organisation: str) -> User:
    return User.objects.get(email=f"{role}@{organisation}.example")


def prepare_lessons() -> None:
    """A joint lesson that both organisations work on, and others of the UN in every state."""
    at = timezone.now() - timedelta(days=100)
    joint = written("F5.2", REHATTING, at, joint=True, engagement="MONUC-Artemis")
    for organisation in ("un", "eu"):
        action = tasked(endorsed(joint, at), organisation, at)
        due = (timezone.now() + timedelta(days=30 if organisation == "un" else -6)).date()
        accepted(action, organisation, due, at)
    for subject, title, state, both in OTHERS:
        lesson = written(subject, {**REHATTING, "title": title}, at, joint=both)
        bring(lesson, state, at, ("un", "eu") if both else ("un",))


def prepare_rules() -> None:
    """A draft of rules that differs from those in force in one threshold and one sentence."""
    framework = Framework.objects.latest()
    administrator = User.objects.filter(is_superuser=True)[0]
    if framework is None:
        raise RuntimeError("The reference framework is not loaded.")
    draft = rule_versions.begin_rules_version(
        questions=framework,
        version="1.2",
        note="Practice is held to be ahead of policy from a probability of 50% on.",
        by=administrator,
    )
    rule = draft.rules.get(code="practice-ahead-of-policy")
    definition = {**rule.definition, "when": {**rule.definition["when"], "at_least": 0.5}}
    rule_versions.write_rule(draft=draft, rule=rule, definition=definition, version=1, by=administrator)


def written(subject: str, texts: dict[str, str], at: Any, *, joint: bool, engagement: str = "") -> Lesson:
    un = Organisation.objects.get(acronym="UN")
    about = {
        "dyad": Dyad.objects.named("UN-EU").get(),
        "engagement": Engagement.objects.get(name=engagement) if engagement else None,
        "framework": Framework.objects.latest(),
        "subject": subject,
        "rule": None,
    }
    given: dict[str, Any] = {**texts, "joint": joint}
    by = person("analyst", "un")
    return lessons.begin_lesson(
        organisation=un, about=about, texts=lessons.LessonTexts(**given), by=by, at=at
    )


def endorsed(lesson: Lesson, at: Any) -> Lesson:
    lesson.refresh_from_db()
    if lesson.state == "observation":
        lessons.identify(lesson=lesson, version=lesson.version, by=person("analyst", "un"), at=at)
        lesson.refresh_from_db()
        judge = person("coordinator", "un")
        later = at + timedelta(days=12)
        lesson_decisions.endorse(lesson=lesson, version=lesson.version, by=judge, at=later)
        lesson.refresh_from_db()
    return lesson


def tasked(lesson: Lesson, organisation: str, at: Any) -> LessonAction:
    return lesson_actions.task_organisation(
        lesson=lesson,
        organisation=Organisation.objects.get(acronym=organisation.upper()),
        task="Ask contributors in every plan for a bridging operation, and keep their answers with the plan.",
        by=person("coordinator", "un"),
        at=at + timedelta(days=20),
    )


def accepted(action: LessonAction, organisation: str, due: Any, at: Any) -> None:
    owner, judge = person("analyst", organisation), person("coordinator", organisation)
    later = at + timedelta(days=25)
    lesson_actions.accept_action(action=action, owner=owner, due=due, by=judge, at=later)
    lesson_actions.start_action(
        action=action, by=owner, at=later, text="The planning guide is being rewritten."
    )


def bring(lesson: Lesson, state: str, at: Any, organisations: tuple[str, ...]) -> None:
    """From an observation as far as ``state``."""
    if state == "observation":
        return
    if state == "identified":
        lessons.identify(lesson=lesson, version=lesson.version, by=person("analyst", "un"), at=at)
        return
    endorsed(lesson, at)
    if state == "endorsed":
        return
    for organisation in organisations:
        action = tasked(lesson, organisation, at)
        accepted(action, organisation, (timezone.now() + timedelta(days=60)).date(), at)
        action.refresh_from_db()
        owner, later = person("analyst", organisation), at + timedelta(days=60)
        lesson_actions.implement_action(action=action, text="It is in the guide.", by=owner, at=later)
        action.refresh_from_db()
        if state == "validated":
            evidence = {"basis": "exercise", "text": "A staff exercise followed the guide from start to end."}
            judge = person("reviewer", organisation)
            lesson_actions.validate_action(
                action=action, version=action.version, evidence=evidence, by=judge, at=later
            )
