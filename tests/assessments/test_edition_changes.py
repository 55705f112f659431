"""What changed from one edition to another, in words."""

import pytest

from assessments.actions import assessments as opening
from assessments.editions import content as contents
from assessments.editions.changes import changes, withdrawn_of
from tests.assessments.edition_pair import Pair
from tests.factories import AT, EngagementFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def pair() -> Pair:
    return Pair()


def test_what_changed_is_said_in_words(pair: Pair) -> None:
    first = pair.freeze()
    pair.assess({"P1.1": 1, "P1.2": 1}, released_to_all=True)
    engagement = EngagementFactory(dyad=pair.dyad)
    pair.assess({"F1.1": 5, "F1.2": "insufficient_evidence"}, engagement=engagement, released_to_all=True)
    opening.withdraw(assessment=pair.released, by=pair.released.assessor, at=AT)
    second = pair.freeze()
    found = changes(first.content, second.content, withdrawn_of(pair.person, first.content, second.content))
    scores = {
        name: [contents.figures(edition.content)[name]["score"] for edition in (first, second)]
        for name in ("political", "P1.1", "F1.1")
    }
    old, new = scores["political"]
    assert f"Political level fell from {old:.2f} to {new:.2f}." in found.levels
    old, new = scores["P1.1"]
    assert f"P1.1 Indicator P1.1 fell from {old:.2f} to {new:.2f}." in found.indicators
    assert f"F1.1 Indicator F1.1 is new, with {scores['F1.1'][1]:.2f}." in found.indicators
    assert found.basis[:2] == ("2 assessments were added.", "1 assessment was withdrawn.")
    back = changes(second.content, first.content)
    assert f"F1.1 Indicator F1.1 has no score any longer; it was {scores['F1.1'][1]:.2f}." in back.indicators
    assert back.basis[:2] == ("1 assessment was added.", "2 assessments are not included any longer.")
    assert changes(first.content, first.content).all == ()


def test_another_framework_method_and_finding_are_changes(pair: Pair) -> None:
    content = pair.freeze().content
    other = content | {
        "framework": {"name": "small@9", "title": "Small framework 9"},
        "method_version": "99",
        "calibration": {"number": 1, "sha256": "a" * 64, "record": {}},
        "marking": "RED",
        "findings": [{"text": "Something else."}],
    }
    found = changes(content, other)
    assert found.basis == (
        f"The framework changed from {pair.framework} to Small framework 9.",
        f"The method changed from version {content['method_version']} to 99.",
        "The calibration changed.",
        "The handling marking changed from TLP:AMBER to TLP:RED.",
    )
    assert found.findings == (
        "New finding: Something else.",
        "No longer found: OWN-OTHER: P1.1 Indicator P1.1 was assessed.",
    )
