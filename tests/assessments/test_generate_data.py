"""Generated data: the same from the same seed, consistent as what people make, never among theirs unasked."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from assessments import snapshot
from assessments.actions.generation import generate_data, holds_other_work
from assessments.actions.scorecards import rebuild
from assessments.choices import Decision, NonScore, State
from assessments.models import (
    ApprovedRating,
    Assessment,
    Framework,
    Rating,
    Review,
    Revision,
    Scorecard,
)
from organisations.models import Dyad, Organisation
from tests.factories import AT, FrameworkFactory, OrganisationFactory, make_assessment, reader

pytestmark = pytest.mark.django_db


@pytest.fixture
def framework() -> Framework:
    framework: Framework = FrameworkFactory(version="1.0")
    return framework


def answers() -> list[tuple[object, ...]]:
    columns = ("indicator__code", "score", "non_score", "confidence", "conflict", "case")
    return [row[:-1] for row in ApprovedRating.objects.order_by("rating_id").values_list(*columns)]


def test_about_as_many_as_asked_for_and_all_approved(framework: Framework) -> None:
    made = generate_data(framework=framework, ratings=1000, seed=1, at=AT)
    assert made.ratings == ApprovedRating.objects.count() > 100
    assert made.assessments == Assessment.objects.filter(state=State.APPROVED).count() > 40
    assert (made.dyads, made.organisations) == (Dyad.objects.count(), Organisation.objects.count())
    assert set(Assessment.objects.values_list("released_to_all", flat=True)) == {True}
    kinds = set(ApprovedRating.objects.values_list("non_score", flat=True))
    assert kinds == {"", *NonScore.values}
    assert set(ApprovedRating.objects.values_list("conflict", flat=True)) == {True, False}


def test_the_same_seed_draws_the_same(framework: Framework) -> None:
    generate_data(framework=framework, ratings=500, seed=7, at=AT)
    first = answers()
    generate_data(framework=framework, ratings=500, seed=7, at=AT)
    again = answers()[len(first) :]
    assert first == again
    generate_data(framework=framework, ratings=500, seed=8, at=AT)
    assert answers()[2 * len(first) :] != first


def test_revisions_reviews_and_answers_belong_together(framework: Framework) -> None:
    generate_data(framework=framework, ratings=300, seed=2, at=AT)
    for assessment in Assessment.objects.select_related("dyad", "engagement"):
        revision = assessment.current_revision
        assert revision is not None
        assert revision.sha256 == snapshot.digest(revision.content)
        assert revision.content["dyad"] == assessment.dyad.slug
        asked = [indicator.code for indicator in assessment.applicable_indicators()]
        assert [answer["indicator"] for answer in revision.content["ratings"]] == asked
        assert assessment.in_conflict == assessment.approved_ratings.all()[0].conflict
    assert {review.decision for review in Review.objects.all()} == {Decision.APPROVED}
    reviewed = Review.objects.values_list("reviewer", "revision__submitted_by")
    assert all(who != author for who, author in reviewed)
    history = Revision._meta.apps.get_model("assessments", "RevisionEvent")
    assert history.objects.count() == Revision.objects.count()
    assert not Rating.objects.exists()


def test_approved_answers_are_those_that_revisions_give(framework: Framework) -> None:
    generate_data(framework=framework, ratings=300, seed=3, at=AT)
    columns = [field.attname for field in ApprovedRating._meta.concrete_fields if not field.primary_key]
    before = list(ApprovedRating.objects.order_by("rating_id").values_list(*columns))
    rebuild(framework=framework, at=AT)
    assert list(ApprovedRating.objects.order_by("rating_id").values_list(*columns)) == before != []


def test_a_share_is_released(framework: Framework) -> None:
    generate_data(framework=framework, ratings=1000, seed=1, at=AT, released=0.5)
    total = Assessment.objects.count()
    assert 0.3 * total < Assessment.objects.filter(released_to_all=True).count() < 0.7 * total


def test_the_command_generates_with_scorecards_that_open(client: Client, framework: Framework) -> None:
    person = reader(OrganisationFactory())
    out = StringIO()
    call_command("generate_data", "--ratings", "300", "--seed", "4", stdout=out)
    assert "assessments" in out.getvalue()
    assert Scorecard.objects.exists()
    client.force_login(person)
    dyad = Dyad.objects.all()[0]
    assert "Generated organisation" in client.get(dyad.get_absolute_url()).text
    assert client.get(f"{dyad.get_absolute_url()}field/").status_code == 200


def test_nothing_is_generated_among_peoples_work(framework: Framework) -> None:
    make_assessment(State.APPROVED, framework=framework)
    assert holds_other_work()
    with pytest.raises(CommandError, match="assessments that people made"):
        call_command("generate_data", "--ratings", "300")
    assert Assessment.objects.count() == 1
    call_command("generate_data", "--ratings", "300", "--anyway", "--no-scorecards", stdout=StringIO())
    assert Assessment.objects.count() > 1


@pytest.mark.parametrize("options", [("--ratings", "0"), ("--released", "2"), ("--ratings", "99000000")])
def test_sizes_out_of_range_are_refused(framework: Framework, options: tuple[str, str]) -> None:
    with pytest.raises(CommandError, match="--ratings: from 1"):
        call_command("generate_data", *options)


def test_without_a_framework_it_says_what_to_do(db: None) -> None:
    with pytest.raises(CommandError, match="load_framework"):
        call_command("generate_data")
