"""The reference cases as loaded: arithmetic by hand, accounts, and loading them again."""

from collections import defaultdict
from io import StringIO
from statistics import fmean

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.test.utils import override_settings

from assessments.actions.reference import DEMO_PASSWORD
from assessments.choices import IndicatorKind, NonScore, State
from assessments.models import ApprovedRating, Assessment, Calibration, Engagement, Recommendation, Scorecard
from organisations.models import Instrument, Membership, User

pytestmark = pytest.mark.django_db


def scored(dyad: str, level: str) -> list[ApprovedRating]:
    first, second = dyad.split("-")
    return list(
        ApprovedRating.objects.filter(
            dyad__first__acronym=first,
            dyad__second__acronym=second,
            level=level,
            indicator__kind=IndicatorKind.EVALUATIVE,
        ).select_related("indicator__dimension")
    )


@pytest.mark.parametrize(
    ("dyad", "political", "field", "answered", "applicable"),
    [
        ("UN-EU", 4.42, 3.40, 45, 64),
        ("UN-NATO", 2.42, 3.14, 11, 22),
        ("UN-AU", 4.00, 3.00, 11, 42),
    ],
)
def test_plain_arithmetic_of_what_was_loaded(
    dyad: str, political: float, field: float, answered: int, applicable: int, reference: None
) -> None:
    for level, expected in (("political", political), ("field", field)):
        by_dimension = defaultdict(list)
        for rating in scored(dyad, level):
            if rating.score:
                by_dimension[rating.indicator.dimension.code].append(rating.score)
        assert round(fmean(fmean(scores) for scores in by_dimension.values()), 2) == expected
    ratings = [rating for rating in scored(dyad, "field") if rating.non_score != NonScore.NOT_APPLICABLE]
    assert (sum(1 for rating in ratings if rating.score), len(ratings)) == (answered, applicable)


def test_all_are_approved_released_and_scored(reference: None) -> None:
    assessments = Assessment.objects.all()
    assert {(a.state, a.released_to_all) for a in assessments} == {(State.APPROVED, True)}
    assert len(assessments) == 9
    assert set(Engagement.objects.values_list("name", flat=True)) == {
        "IPTF-EUPM",
        "MONUC-Artemis",
        "UNPROFOR-IFOR",
        "AMIS-UNMIS",
        "UNAMID",
    }
    assert Calibration.objects.count() == 1
    assert Scorecard.objects.count() == 3
    assert Instrument.objects.count() == 3
    for assessment in assessments:
        revision = assessment.current_revision
        assert revision is not None
        assert revision.reviews.get().reviewer_id not in revision.author_ids


def test_there_is_one_account_for_each_role_of_each_organisation(reference: None) -> None:
    held = set(Membership.objects.values_list("user__email", "organisation__acronym", "role"))
    assert ("analyst@un.example", "UN", "analyst") in held
    assert ("coordinator@nato.example", "NATO", "coordinator") in held
    assert ("independent-2@ind.example", "IND", "analyst") in held
    assert len(held) == 5 * 4 + 2
    assert User.objects.get(is_superuser=True).email == "administrator@concord.example"


def test_a_second_run_changes_nothing(reference: None, client: Client) -> None:
    before = list(Scorecard.objects.order_by("pk").values_list("pk", "sha256"))
    recommendations = set(Recommendation.objects.values_list("pk", flat=True))
    output = StringIO()
    call_command("load_reference", "--anyway", stdout=output)
    assert "assessment: 0 created, 9 unchanged" in output.getvalue()
    assert "framework: 0 created, 2 unchanged" in output.getvalue()
    assert "analyst@un.example" in output.getvalue()
    assert list(Scorecard.objects.order_by("pk").values_list("pk", "sha256")) == before
    assert set(Recommendation.objects.values_list("pk", flat=True)) == recommendations


def test_the_printed_password_opens_every_account(reference: None) -> None:
    assert User.objects.get(email="independent-1@ind.example").check_password(DEMO_PASSWORD)
    assert User.objects.get(email="reviewer@au.example").check_password(DEMO_PASSWORD)


@override_settings(DEVELOPMENT=False)
def test_it_is_refused_outside_development() -> None:
    with pytest.raises(CommandError, match="public"):
        call_command("load_reference")
    assert not User.objects.exists()


def test_rebuilding_gives_what_the_increments_gave(reference: None) -> None:
    before = {(card.dyad_id, tuple(card.revision_ids), card.sha256) for card in Scorecard.objects.all()}
    output = StringIO()
    call_command("rebuild_scorecards", stdout=output)
    after = {(card.dyad_id, tuple(card.revision_ids), card.sha256) for card in Scorecard.objects.all()}
    assert after == before
    assert "3 scorecards" in output.getvalue()


def test_calibrating_again_keeps_the_record(reference: None) -> None:
    call_command("calibrate", stdout=StringIO())
    assert Calibration.objects.count() == 1
