"""What comes first for what people would type, in the reference cases."""

import pytest

from assessments.choices import SearchKind as K
from assessments.models import Engagement, Framework
from assessments.search.query import parsed
from assessments.search.results import find
from organisations.models import User
from tests.factories import explain, make_assessment

pytestmark = pytest.mark.django_db

FRENCH = "Le mandat a été défini par le Conseil de sécurité, et les opérations furent transférées à temps."
REHATTED = "European troops refused rehatting when the Interim Force left."

# What is typed, the kind of the first result, and words of its title or text.
EXPECTED = [
    ("Artemis", K.MISSION, "Operation Artemis"),
    ("Opération ARTÉMIS", K.MISSION, "Operation Artemis"),
    ("S/RES/1484", K.MISSION, "Operation Artemis"),
    ("s/res/1769", K.MISSION, "UNAMID"),
    ("EUPM", K.MISSION, "EU Police Mission"),
    ("Bosnia police", K.MISSION, "EU Police Mission"),
    ("MONUC-Artemis", K.ENGAGEMENT, "MONUC-Artemis"),
    ('"joint declaration"', K.INSTRUMENT, "Joint Declaration on UN-EU"),
    ("“ten-year capacity building”", K.INSTRUMENT, "Framework for the ten-year"),
    ("crisis management cooperation 2007", K.INSTRUMENT, "Joint Statement on UN-EU"),
    ("resolution 1031", K.SOURCE, "Resolution 1031"),
    ("Tardy peacekeeping", K.SOURCE, "EU-UN cooperation in peacekeeping"),
    ("Best Practices Unit", K.SOURCE, "The lessons of the Interim Emergency"),
    ("smooth transition", K.RATIONALE, "excellent example of smooth transition"),
    ("handovers of commissioners", K.RATIONALE, "One police commissioner led both"),
    ("collocat", K.RATIONALE, "collocated"),
    ("double-hatting liability", K.RATIONALE, "apportionment of liability"),
    ("chain of command established", K.RATIONALE, "single effective chain"),
    ("Darfur hybrid planned", K.RATIONALE, "planned the hybrid mission"),
    ("Congo separate identity", K.RATIONALE, "A separate force with its own command"),
    ("Kosovo", K.RATIONALE, "disputed over Kosovo"),
    ("F5.2 artemis", K.FINDING, "People and assets that the successor needed"),
    ('"exit timing" cover', K.FINDING, "its legal cover was short"),
    ("spokesperson insignia", K.RECOMMENDATION, "its own name, insignia"),
    ("liaison office calendar", K.RECOMMENDATION, "Set up a standing joint body"),
    ("rehat", K.RATIONALE, "refused rehatting"),
    ("rehatting artemis -commissioner", K.RATIONALE, "refused rehatting"),
    ("operation transferee mandats", K.RATIONALE, "opérations furent transférées"),
    ('"conseil de securite" mandat', K.RATIONALE, "opérations furent transférées"),
]


@pytest.fixture
def person(reference: None) -> User:
    """An analyst who sees the reference cases, and an own draft in English and French."""
    draft = make_assessment(
        engagement=Engagement.objects.get(name="MONUC-Artemis"), framework=Framework.objects.latest()
    )
    for code, text in (("F5.2", REHATTED), ("F2.1", FRENCH)):
        explain(draft, code, text)
    return draft.assessor


def test_what_is_looked_for_comes_first(person: User) -> None:
    wrong = []
    for text, kind, words in EXPECTED:
        hits = find(parsed(text), user=person, chosen={}, number=1).hits
        first = f"{hits[0].entry.kind}: {hits[0].entry.title} {hits[0].entry.body}" if hits else "nothing"
        if not (first.startswith(f"{kind}:") and words in first):
            wrong.append(f"{text} finds {first}")
    assert not wrong, "\n".join(wrong)
