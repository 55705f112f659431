"""Who does well what is weak elsewhere: which dyads and answers are shown, to whom, compared with whom."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from assessments.actions.lesson_decisions import release_lesson
from assessments.models import ApprovedRating, Assessment, Finding
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
    reader,
)
from tests.lesson_work import make_lesson

pytestmark = pytest.mark.django_db
F51 = "/learning/F5.1/"


class Setting:
    """A dyad that is weak in F5.1, one that is good in it, and an outsider who reads what is released."""

    def __init__(self, client: Client) -> None:
        self.weak, self.good = DyadFactory(), DyadFactory()
        self.framework = FrameworkFactory(version="1.0")
        self.third: Organisation = OrganisationFactory()
        self.client = client
        client.force_login(reader(OrganisationFactory()))

    def assess(self, dyad: Dyad, score: int, n: int = 4, *, to_all: bool = True) -> list[Assessment]:
        return [
            make_assessment(
                "approved",
                engagement=EngagementFactory(dyad=dyad, arrangement="sequential"),
                framework=self.framework,
                on_behalf_of=self.third,
                answers={"F5.1": score},
                released_to_all=to_all,
            )
            for _ in range(n)
        ]

    def page(self, path: str = F51, **query: Any) -> Any:
        return self.client.get(path, query)


@pytest.fixture
def setting(client: Client) -> Setting:
    return Setting(client)


def test_without_a_framework_there_is_nothing(client: Client) -> None:
    client.force_login(reader(OrganisationFactory()))
    assert client.get(F51).status_code == 404


@pytest.mark.parametrize("code", ["F9.9", "field"])
def test_what_is_not_asked_cannot_be_learned(setting: Setting, code: str) -> None:
    assert setting.page(f"/learning/{code}/").status_code == 404


@pytest.mark.parametrize("code", ["PX.1", "PX"])
def test_what_is_not_scored_has_no_best(setting: Setting, code: str) -> None:
    setting.assess(setting.good, 5, n=1)
    page = setting.page(f"/learning/{code}/")
    assert (page.context["examples"], page.context["cases"]) == ([], [])
    assert "nobody does it best" in page.content.decode()


def test_the_page_is_marked_as_strictly_as_what_its_figures_rest_on(setting: Setting) -> None:
    for assessment in setting.assess(setting.weak, 1, n=1):
        Assessment.objects.filter(pk=assessment.pk).update(marking="RED")
    setting.assess(setting.good, 5)
    assert setting.page().context["marking"] == "TLP:AMBER"
    assert setting.page(dyad=setting.weak.slug).context["marking"] == "TLP:RED"


def test_only_dyads_more_probably_good_than_not_best_first(setting: Setting) -> None:
    best = DyadFactory()
    setting.assess(setting.weak, 1)
    setting.assess(setting.good, 4)
    setting.assess(best, 5)
    context = setting.page().context
    assert [example.dyad for example in context["examples"]] == [best, setting.good]
    assert [example.above for example in context["examples"]] == [None, None]
    assert context["own"] is None


def test_the_learner_is_compared_and_not_its_own_example(setting: Setting) -> None:
    setting.assess(setting.weak, 1)
    setting.assess(setting.good, 5)
    page = setting.page(dyad=setting.weak.slug)
    (example,) = page.context["examples"]
    assert (example.dyad, example.above.words) == (setting.good, "above")
    assert example.above.share > 0.9
    assert page.context["own"].score < 3
    of_the_good = setting.page(dyad=setting.good.slug).context
    assert (of_the_good["examples"], of_the_good["cases"]) == ([], [])


def test_cases_are_good_answers_with_what_shows_them(setting: Setting) -> None:
    setting.assess(setting.weak, 2)
    (four,) = setting.assess(setting.good, 4, n=1)
    (five,) = setting.assess(setting.good, 5, n=1)
    cases = setting.page().context["cases"]
    assert [case.engagement for case in cases] == [five.engagement, four.engagement]
    answers = [answer for case in cases for _rating, answer in case.answers]
    assert [answer["score"] for answer in answers] == [5, 4]
    assert all(answer["evidence"] for answer in answers)
    assert setting.page(dyad=setting.good.slug).context["cases"] == []


def test_a_dimension_is_learned_from_all_its_indicators(setting: Setting) -> None:
    setting.assess(setting.good, 5, n=2)
    context = setting.page("/learning/F5/").context
    assert [example.dyad for example in context["examples"]] == [setting.good]
    assert {rating.indicator.code for case in context["cases"] for rating, _ in case.answers} == {"F5.1"}


def test_what_is_not_released_teaches_nobody_else(setting: Setting) -> None:
    setting.assess(setting.good, 5, to_all=False)
    page = setting.page()
    assert (page.context["examples"], page.context["cases"], page.context["marking"]) == ([], [], "")
    setting.client.force_login(analyst(setting.third))
    assert len(setting.page().context["cases"]) == 4


def test_lessons_learned_and_best_practices_are_told(setting: Setting) -> None:
    setting.assess(setting.good, 5, n=1)
    given: Any = {"dyad": setting.good, "framework": setting.framework}
    shown = make_lesson("validated", title="Learned", **given)
    practice = make_lesson("endorsed", title="Practice", kind="best_practice", subject="F5", **given)
    make_lesson("tasked", title="Not yet", **given)
    make_lesson("validated", title="Of something else", **(given | {"subject": "P1.1"}))
    hidden = make_lesson("validated", title="Hidden", **given)
    for lesson in (shown, practice):
        by = coordinator(lesson.organisation)
        release_lesson(lesson=lesson, to=[], to_all=True, by=by, at=AT)
    assert {str(lesson) for lesson in setting.page().context["lessons"]} == {"Learned", "Practice"}
    of_its_own = setting.page(dyad=setting.good.slug).context["lessons"]
    assert of_its_own == [], "what one has learned oneself is not learned from others"
    setting.client.force_login(analyst(hidden.organisation))
    assert "Hidden" in {str(lesson) for lesson in setting.page().context["lessons"]}


def test_the_answers_of_a_figure_and_a_finding_lead_there(setting: Setting, client: Client) -> None:
    rule = {
        "code": "weak",
        "kind": "weakness",
        "priority": 1,
        "scope": ["dyad"],
        "addresses": "F5.1",
        "when": {"of": "F5.1", "measure": "p_below_3", "at_least": 0.7},
        "finding": "{target} is weak.",
        "because": "judgement",
    }
    setting.framework = FrameworkFactory(version="1.1", rules=[rule])
    setting.assess(setting.weak, 1)
    slug = setting.weak.slug
    path = f"/learning/F5.1/?dyad={slug}"
    version = f"&amp;framework={setting.framework.name}"
    answers = client.get(f"/dyads/{slug}/field/", {"of": "F5.1"}).content.decode()
    assert f'href="{path}&amp;framework=' in answers
    assert "/learning/" not in client.get(f"/dyads/{slug}/field/").content.decode()
    finding = Finding.objects.filter(engagement=None).latest("pk")
    assert f'href="{path}{version}"' in client.get(finding.get_absolute_url()).content.decode()
    assert client.get(path).status_code == 200


def test_more_examples_take_no_more_queries(setting: Setting) -> None:
    def count() -> int:
        setting.page(dyad=setting.weak.slug)
        with CaptureQueriesContext(connection) as captured:
            assert setting.page(dyad=setting.weak.slug).status_code == 200
        return len(captured)

    setting.assess(setting.weak, 1, n=1)
    setting.assess(setting.good, 5, n=1)
    once = count()
    for dyad in (DyadFactory(), DyadFactory()):
        setting.assess(dyad, 5, n=2)
    assert ApprovedRating.objects.filter(score=5).count() == 5
    assert (count(), once) == (19, 19)
