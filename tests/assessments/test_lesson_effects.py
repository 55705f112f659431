"""Whether lessons have worked: before and after, coming up again, and what of it who sees."""

import pytest
from django.test import Client

from assessments import lesson_effects
from assessments.actions import assessments as assessing
from assessments.actions import lesson_decisions, recurrence
from assessments.models import Assessment, Lesson, Notice
from organisations.models import Dyad, Organisation
from tests.factories import (
    AT,
    DyadFactory,
    EngagementFactory,
    FrameworkFactory,
    OrganisationFactory,
    analyst,
    coordinator,
    make_assessment,
)
from tests.jobs import do_jobs
from tests.lesson_work import advance_action, bring, endorse, make_lesson, propose, tasked

pytestmark = pytest.mark.django_db
WEAK = {
    "code": "weak-F5.1",
    "kind": "weakness",
    "priority": 1,
    "scope": ["dyad"],
    "addresses": "F5.1",
    "when": {"of": "F5.1", "measure": "p_below_3", "at_least": 0.7},
    "finding": "{target} is weak.",
    "because": "judgement",
}


class Setting:
    """A dyad whose F5.1 was scored 2 until 2007, and what follows."""

    def __init__(self) -> None:
        self.dyad: Dyad = DyadFactory()
        self.framework = FrameworkFactory(rules=[WEAK])
        self.third: Organisation = OrganisationFactory()
        self.assess(2, (2003, 2007))

    def assess(
        self, score: int, period: tuple[int, int], *, to_all: bool = True, by: Organisation | None = None
    ) -> Assessment:
        engagement = EngagementFactory(dyad=self.dyad, arrangement="sequential")
        return make_assessment(
            "approved",
            engagement=engagement,
            framework=self.framework,
            on_behalf_of=by or self.third,
            answers={"F5.1": score},
            period=period,
            released_to_all=to_all,
        )

    def lesson(self, state: str = "validated", *, rule: bool = False) -> Lesson:
        found = self.framework.rules.get() if rule else None
        return make_lesson(state, dyad=self.dyad, framework=self.framework, joint=True, rule=found)


def state_of(lesson: Lesson) -> tuple[str, int, int]:
    lesson.refresh_from_db()
    return lesson.state, lesson.round, lesson.recurrences


def told(lesson: Lesson, kind: str) -> set[int]:
    return set(Notice.objects.filter(lesson=lesson, kind=kind).values_list("recipient", flat=True))


def test_what_is_known_is_kept_when_it_is_endorsed() -> None:
    lesson = Setting().lesson("endorsed")
    assert lesson.measured is not None
    assert lesson.measured["last_year"] == 2007
    assert lesson.measured["figure"]["n_ratings"] == 1
    assert lesson.measured["figure"]["lower"] < lesson.measured["figure"]["score"] < 3
    assert lesson.priority == lesson.proposed_priority == 3


def test_another_priority_needs_a_reason() -> None:
    lesson = Setting().lesson("endorsed")
    by = coordinator(lesson.organisation)
    with pytest.raises(Exception, match="say why it is another"):
        lesson_decisions.prioritise(lesson=lesson, priority=1, reason=" ", by=by, at=AT)
    lesson_decisions.prioritise(lesson=lesson, priority=1, reason="A mandate is due.", by=by, at=AT)
    lesson.refresh_from_db()
    assert (lesson.priority, lesson.proposed_priority) == (1, 3)


def test_the_same_finding_from_later_answers_reopens_it_and_owners_of_both_are_told() -> None:
    setting = Setting()
    lesson = setting.lesson(rule=True)
    owners = set(lesson.actions.values_list("owner", flat=True))
    assert len(owners) == 2
    setting.assess(1, (2009, 2010))
    do_jobs()
    assert state_of(lesson) == ("identified", 2, 1)
    assert owners <= told(lesson, "lesson_recurred")
    assert lesson.steps.get(move="recur").recurrence == "found_again"
    assert set(lesson.actions.values_list("state", flat=True)) == {"validated"}


def test_answers_clearly_worse_than_what_validated_it_reopen_it() -> None:
    setting = Setting()
    lesson = setting.lesson("endorsed")
    for year in (2009, 2010, 2011):
        setting.assess(5, (year, year))
    for organisation in tasked(lesson):
        advance_action(propose(lesson, organisation), "validated")
    lesson.refresh_from_db()
    assert (lesson.state, lesson.confirmed_year) == ("validated", 2011)
    for year in (2013, 2014, 2015):
        setting.assess(2, (year, year))
    do_jobs()
    assert state_of(lesson) == ("identified", 2, 1)
    assert lesson.steps.get(move="recur").recurrence == "worse"


@pytest.mark.parametrize(("score", "period"), [(4, (2009, 2010)), (1, (2000, 2001))])
def test_what_is_better_or_about_an_earlier_time_reopens_nothing(score: int, period: tuple[int, int]) -> None:
    setting = Setting()
    lesson = setting.lesson(rule=True)
    setting.assess(score, period)
    do_jobs()
    assert state_of(lesson) == ("validated", 1, 0)


def test_what_only_its_own_organisation_sees_only_warns_it() -> None:
    """The state of a lesson that others see would tell them what is hidden."""
    setting = Setting()
    lesson = setting.lesson(rule=True)
    judge = coordinator(lesson.organisation)
    hidden = setting.assess(1, (2009, 2010), to_all=False, by=lesson.organisation)
    do_jobs()
    assert state_of(lesson) == ("validated", 1, 0)
    assert judge.pk in told(lesson, "lesson_worse")
    assert told(lesson, "lesson_recurred") == set()
    others = {user.pk for user in (coordinator(setting.dyad.second), analyst(setting.dyad.second))}
    assert not others & told(lesson, "lesson_worse")
    assessing.release(assessment=hidden, to=[], to_all=True, by=judge, at=AT)
    do_jobs()
    assert state_of(lesson) == ("identified", 2, 1)


def test_a_reopened_lesson_is_compared_with_what_is_known_when_it_is_endorsed_again() -> None:
    setting = Setting()
    lesson = setting.lesson(rule=True)
    setting.assess(1, (2009, 2010))
    do_jobs()
    endorse(lesson)
    lesson.refresh_from_db()
    assert lesson.measured is not None
    assert lesson.measured["last_year"] == 2010
    for organisation in tasked(lesson):
        advance_action(propose(lesson, organisation), "implemented")
    assert recurrence.look_for_recurrences(dyad=lesson.dyad_id, at=AT) == 0
    assert state_of(lesson) == ("implemented", 2, 1)


def test_before_and_after_are_what_the_viewer_may_see(client: Client) -> None:
    setting = Setting()
    lesson = setting.lesson()
    setting.assess(5, (2009, 2010), to_all=False, by=setting.dyad.first)
    own, partner = analyst(setting.dyad.first), analyst(setting.dyad.second)
    seen = lesson_effects.before_and_after(lesson, own)
    assert seen is not None
    assert seen.before is not None
    assert seen.after is not None
    assert seen.difference is not None
    assert seen.difference > 0
    less = lesson_effects.before_and_after(lesson, partner)
    assert less is not None
    assert (less.after, less.p_fall) == (None, None)
    client.force_login(own)
    assert b"The later answers are +" in client.get(lesson.get_absolute_url()).content
    client.force_login(partner)
    page = client.get(lesson.get_absolute_url()).content
    assert b"no answers that you may see" in page
    assert b"The later answers" not in page


def test_who_does_not_see_what_was_measured_sees_no_figure_of_it(client: Client) -> None:
    """Endorsed on an assessment of its own alone: the priority is told to others, what it rests on is not."""
    setting = Setting()
    setting.assess(1, (2005, 2006), to_all=False, by=setting.dyad.first)
    lesson = setting.lesson()
    for person, shown in ((analyst(setting.dyad.first), True), (analyst(setting.dyad.second), False)):
        client.force_login(person)
        page = client.get(lesson.get_absolute_url()).content.decode()
        assert ("Why priority" in page) is shown
        assert f"priority {lesson.priority}" in page


def test_a_lesson_being_rewritten_is_hidden_from_others() -> None:
    lesson = Setting().lesson("tasked")
    partner = analyst(lesson.dyad.second)
    assert Lesson.objects.visible_to(partner).filter(pk=lesson.pk).exists()
    judge = coordinator(lesson.organisation)
    lesson_decisions.reopen_lesson(lesson=lesson, reason="Again.", by=judge, at=AT)
    assert Lesson.objects.visible_to(partner).filter(pk=lesson.pk).exists()
    lesson_decisions.return_to_authors(lesson=lesson, reason="Say more.", by=judge, at=AT)
    assert not Lesson.objects.visible_to(partner).filter(pk=lesson.pk).exists()
    lesson.refresh_from_db()
    bring(lesson, "endorsed")
    assert Lesson.objects.visible_to(partner).filter(pk=lesson.pk).exists()
