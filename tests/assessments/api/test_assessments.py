import pytest
from pytest_django.fixtures import DjangoAssertNumQueries

from assessments.choices import State
from organisations.models import Organisation, User
from tests.assessments.conftest import Get
from tests.factories import (
    DyadFactory,
    EngagementFactory,
    FrameworkFactory,
    OrganisationFactory,
    analyst,
    make_assessment,
)

QUERIES = 4  # session, person, count of requests, assessments


@pytest.fixture
def un(person: User) -> Organisation:
    return Organisation.objects.get(acronym="UN")


def references(get: Get, **parameters: object) -> list[str]:
    return [row["reference"] for row in get("assessments/", **parameters).json()["results"]]


def test_it_works(get: Get, un: Organisation) -> None:
    eu = OrganisationFactory(acronym="EU")
    engagement = EngagementFactory(name="MONUC-Artemis", dyad=DyadFactory(first=eu, second=un))
    assessment = make_assessment(State.APPROVED, engagement=engagement, on_behalf_of=un, answers={"F1.1": 4})
    row = get("assessments/").json()["results"][0]
    assert row["dyad"] == engagement.dyad.slug
    assert (row["engagement"], row["on_behalf_of"], row["state"]) == ("MONUC-Artemis", "UN", "approved")
    revision = assessment.current_revision
    assert revision
    assert row["revision"]["sha256"] == revision.sha256
    assert "answers" not in row
    answers = get(f"assessments/{assessment.pk}/").json()["answers"]
    assert {answer["indicator"]: answer["score"] for answer in answers} == {"F1.1": 4, "F1.2": 3, "F5.1": 3}
    assert answers[0]["rationale"] == "Why F1.1 is 4."
    assert answers[0]["evidence"][0]["locator"] == "p. 1"


def test_submitted_answers_are_shown_and_a_drafts_are_not(get: Get, un: Organisation) -> None:
    draft = make_assessment(on_behalf_of=un, answers={"P1.1": 5})
    submitted = make_assessment(State.SUBMITTED, on_behalf_of=un, answers={"P1.1": 5})
    assert get(f"assessments/{draft.pk}/").json()["answers"] is None
    assert get(f"assessments/{submitted.pk}/").json()["answers"][0]["score"] == 5


@pytest.mark.parametrize("state", [state for state in State if state != State.APPROVED])
def test_what_others_have_not_had_approved_does_not_exist(get: Get, state: State) -> None:
    foreign = make_assessment(state, on_behalf_of=OrganisationFactory(), answers={"P1.1": 5})
    assert foreign.pk not in [row["id"] for row in get("assessments/").json()["results"]]
    assert get(f"assessments/{foreign.pk}/").status_code == 404


def test_approved_ones_of_others_are_seen_when_released(get: Get, un: Organisation) -> None:
    hidden = make_assessment(State.APPROVED)
    shown = make_assessment(State.APPROVED, released_to=[un])
    assert [row["id"] for row in get("assessments/").json()["results"]] == [shown.pk]
    assert get(f"assessments/{shown.pk}/").status_code == 200
    assert get(f"assessments/{hidden.pk}/").status_code == 404


def test_a_reference_is_for_the_organisations_own_people(get: Get, un: Organisation) -> None:
    make_assessment(State.APPROVED, on_behalf_of=un, reference="ours")
    make_assessment(State.APPROVED, reference="theirs", released_to=[un])
    assert references(get) == ["ours", ""]


def test_an_assessor_has_a_code_that_is_the_same_within_a_dyad_only(get: Get, un: Organisation) -> None:
    dyad, person = DyadFactory(), analyst(un)
    for subject in (dyad, dyad, DyadFactory()):
        make_assessment(State.APPROVED, dyad=subject, assessor=person)
    make_assessment(State.APPROVED, dyad=dyad, on_behalf_of=un)
    rows = get("assessments/").json()["results"]
    one, again, elsewhere, other = (row["assessor"] for row in rows)
    assert one == again
    assert len({one, elsewhere, other, str(person.pk)}) == 4
    of_ratings = {row["assessment"]: row["assessor"] for row in get("ratings/").json()["results"]}
    assert of_ratings == {row["id"]: row["assessor"] for row in rows}


def test_filters(get: Get, un: Organisation) -> None:
    eu = OrganisationFactory(acronym="EU")
    person = analyst(un)
    dyad = DyadFactory(first=un, second=eu)
    framework = FrameworkFactory(version="9.0")
    engagement = EngagementFactory(name="Early", dyad=dyad)
    make_assessment(assessor=person, dyad=dyad, framework=framework, reference="early", period=(1999, 2002))
    make_assessment(State.SUBMITTED, assessor=person, dyad=dyad, reference="late", period=(2005, 2009))
    make_assessment(assessor=person, engagement=engagement, reference="field", period=(2003, 2003))
    make_assessment(State.APPROVED, period=(2003, 2003), released_to=[un])
    assert references(get, dyad="UN-EU") == references(get, dyad="eu-un") == ["early", "late", "field"]
    assert references(get, level="field") == ["field"]
    assert references(get, state="submitted") == ["late"]
    assert references(get, framework="small@9.0") == ["early"]
    assert references(get, engagement="early") == ["field"]
    assert references(get, organisation="UN") == ["early", "late", "field"]
    assert references(get, year_to=2002) == ["early"]
    assert references(get, year_from=2004) == ["late"]
    assert references(get, year_from=2002, year_to=2004, dyad="UN-EU") == ["early", "field"]


def test_queries_do_not_grow_with_rows(
    get: Get, un: Organisation, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    person = analyst(un)
    make_assessment(State.APPROVED, assessor=person)
    with django_assert_num_queries(QUERIES):
        get("assessments/")
    for _number in range(3):
        make_assessment(State.APPROVED, assessor=person, engagement=EngagementFactory())
    with django_assert_num_queries(QUERIES):
        assert len(get("assessments/").json()["results"]) == 4
