"""Editions: frozen for good, numbered in series of their own, read by those they are for, computed anew."""

import os
import subprocess
import sys
from typing import Any

import pgtrigger
import pytest
from django.conf import settings
from django.contrib.messages import get_messages
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.test import Client

from assessments.actions import assessments as opening
from assessments.actions.editions import Identical, NothingToFreeze
from assessments.choices import Arrangement, EditionBasis
from assessments.editions import content as contents
from assessments.editions import recompute as recomputing
from assessments.editions.recompute import recompute
from assessments.models import ApprovedRating, Edition, Revision
from assessments.policy import Refused
from organisations.models import Organisation, User
from tests.assessments.edition_pair import Pair
from tests.factories import (
    AT,
    EngagementFactory,
    OrganisationFactory,
    analyst,
    coordinator,
    member,
    reader,
)

pytestmark = pytest.mark.django_db
SEALED = "UPDATE assessments_edition SET "


@pytest.fixture
def pair() -> Pair:
    return Pair()


def path(edition: Edition, rest: str = "") -> str:
    return f"{edition.get_absolute_url()}{rest}"


def page(client: Client, person: User, address: str) -> str:
    client.force_login(person)
    response = client.get(address)
    assert (address, response.status_code) == (address, 200)
    return " ".join(response.content.decode().split())


def test_it_keeps_the_scorecard_with_all_it_rests_on(pair: Pair) -> None:
    edition = pair.freeze(title="Summit", note="For the summit.")
    edition.refresh_from_db()
    assert (edition.number, edition.name, edition.revision_ids) == (
        1,
        "1",
        [pair.released.current_revision_id],
    )
    content = edition.content
    assert contents.sha256(content) == edition.sha256
    assert content["scorecard_sha256"] == edition.scorecard_sha256
    assert content["names"]["P1.1"] == "Indicator P1.1"
    assert content["marking"] == "AMBER"
    assert [entry["sha256"] for entry in content["assessments"]] == [pair.released.current_revision.sha256]  # type: ignore[union-attr]
    assert [finding["text"] for finding in content["findings"]] == [
        "OWN-OTHER: P1.1 Indicator P1.1 was assessed."
    ]
    assert content["edition"]["title"] == "Summit"


def test_what_is_private_is_in_no_edition_for_everybody(pair: Pair) -> None:
    public = pair.freeze()
    pair.assess({"P1.1": 1})
    with pytest.raises(Identical, match="Edition 1 says exactly the same"):
        pair.freeze()
    private = pair.freeze(EditionBasis.ORGANISATION)
    assert len(private.content["assessments"]) == 2
    assert len(public.content["assessments"]) == 1
    assert private.scorecard_sha256 != public.scorecard_sha256


def test_each_series_counts_for_itself(pair: Pair) -> None:
    """Numbers of private editions leave no gap that others could see."""
    pair.freeze()
    pair.assess(released_to=[pair.other])
    names = [pair.freeze(EditionBasis.ORGANISATION).name]
    of_other: dict[str, Any] = {"by": coordinator(pair.other), "organisation": pair.other}
    names.append(pair.freeze(EditionBasis.ORGANISATION, **of_other).name)
    pair.assess({"P1.1": 5}, released_to_all=True)
    names += [pair.freeze(EditionBasis.ORGANISATION).name, pair.freeze(**of_other).name]
    assert names == ["OWN-1", "OTHER-1", "OWN-2", "2"]


def test_who_reads_what(pair: Pair) -> None:
    public, private = pair.freeze(), pair.freeze(EditionBasis.ORGANISATION)
    everything = {public, private}
    assert set(Edition.objects.visible_to(analyst(pair.own))) == everything
    assert set(Edition.objects.visible_to(pair.person)) == everything
    for other in (reader(pair.own), analyst(pair.other), coordinator(OrganisationFactory())):
        assert set(Edition.objects.visible_to(other)) == {public}
    member_of_none = User.objects.create_user(email="nobody@org.example")
    assert not Edition.objects.visible_to(member_of_none).exists()
    assert not Edition.objects.visible_to(coordinator(pair.own, is_active=False)).exists()


def test_others_find_no_trace_of_a_private_one(client: Client, pair: Pair) -> None:
    outsider = analyst(pair.other)
    listed = f"/dyads/{pair.dyad.slug}/editions/"
    pair.freeze()
    before = page(client, outsider, listed)
    pair.assess()
    private = pair.freeze(EditionBasis.ORGANISATION, title="Secret", note="Secret note")
    assert "Secret" in page(client, pair.person, listed)
    after = page(client, outsider, listed)
    assert without_tokens(after) == without_tokens(before)
    for rest in ("", "recompute/", "changes/1/", "edition.json", "edition.bib", "charts/levels.svg"):
        assert (rest, client.get(path(private, rest)).status_code) == (rest, 404)
    assert client.get(f"/dyads/{pair.dyad.slug}/editions/1/changes/OWN-1/").status_code == 404
    assert "OWN-1" not in page(client, outsider, f"/dyads/{pair.dyad.slug}/editions/1/")
    assert "OWN-1" not in page(client, outsider, f"/dyads/{pair.dyad.slug}/")


def without_tokens(text: str) -> str:
    return "".join(part for part in text.split('"') if len(part) != 64)


@pytest.mark.parametrize("role", ["analyst", "reviewer", "reader"])
def test_only_coordinators_freeze(pair: Pair, role: str) -> None:
    for basis in EditionBasis.values:
        with pytest.raises(Refused, match="not a coordinator of OWN"):
            pair.freeze(basis, by=member(pair.own, role))
    assert not Edition.objects.exists()


def test_what_everybody_reads_is_frozen_by_the_two_organisations_only(pair: Pair) -> None:
    third: Organisation = OrganisationFactory()
    who: dict[str, Any] = {"by": coordinator(third), "organisation": third}
    with pytest.raises(Refused, match="Only coordinators of OWN-OTHER"):
        pair.freeze(**who)
    assert pair.freeze(EditionBasis.ORGANISATION, **who).name == f"{third.acronym}-1"
    assert pair.freeze(by=coordinator(pair.other), organisation=pair.other).name == "1"


def test_nothing_is_frozen_of_nothing(pair: Pair) -> None:
    opening.withdraw(assessment=pair.released, by=pair.released.assessor, at=AT)
    with pytest.raises(NothingToFreeze):
        pair.freeze()


def test_who_looked_at_something_else_looks_again(pair: Pair) -> None:
    with pytest.raises(Refused, match="has changed since you looked"):
        pair.freeze(expected="0" * 64)


@pytest.mark.parametrize(
    "statement", ["DELETE FROM assessments_edition", SEALED + "title = 'x'", SEALED + "content = '{}'"]
)
def test_the_database_refuses_any_change(pair: Pair, statement: str) -> None:
    pair.freeze()
    with pytest.raises(DatabaseError, match="Cannot"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert Edition.objects.get().title == ""


def test_computed_anew_it_is_equal_whatever_happened_since(pair: Pair) -> None:
    engagement = EngagementFactory(dyad=pair.dyad)
    pair.assess({"F1.1": 2}, engagement=engagement, released_to_all=True)
    edition = pair.freeze()
    pair.assess({"P1.1": 1}, released_to_all=True)
    ApprovedRating.objects.update(score=5, non_score="")
    engagement.arrangement = Arrangement.PARALLEL
    engagement.save()
    opening.withdraw(assessment=pair.released, by=pair.released.assessor, at=AT)
    anew = recompute(edition)
    assert (anew.intact, anew.altered, anew.equal, anew.differences, anew.other_parts) == (
        True,
        [],
        True,
        [],
        [],
    )
    assert anew.sha256 == edition.scorecard_sha256


def test_after_a_rebuild_it_is_equal(pair: Pair) -> None:
    edition = pair.freeze()
    call_command("rebuild_scorecards", verbosity=0)
    assert recompute(edition).equal


def unsealed(statement: str) -> None:
    """Change an edition or revision behind the triggers, as only who owns the database can."""
    triggers = ("assessments.Edition:append_only", "assessments.Revision:append_only")
    with pgtrigger.ignore(*triggers), connection.cursor() as cursor:
        cursor.execute(statement)


def test_altered_content_is_found_out(client: Client, pair: Pair) -> None:
    edition = pair.freeze()
    unsealed(SEALED + "content = jsonb_set(content, '{scorecard,levels,0,dimensions,0,score}', '4.9')")
    edition.refresh_from_db()
    anew = recompute(edition)
    assert (anew.intact, anew.equal) == (False, True)
    assert [(each.code, each.measure, each.frozen) for each in anew.differences] == [("P1", "score", 4.9)]
    said = page(client, pair.person, path(edition, "recompute/"))
    assert "The stored edition was altered" in said
    assert "4.900000" in said


def test_an_altered_revision_is_found_out(pair: Pair) -> None:
    edition = pair.freeze()
    unsealed("UPDATE assessments_revision SET content = jsonb_set(content, '{ratings,0,score}', '1')")
    anew = recompute(edition)
    assert (anew.intact, anew.altered, anew.equal) == (True, [str(pair.released.current_revision_id)], False)
    assert ("P1.1", "score") in {(each.code, each.measure) for each in anew.differences}


def test_it_says_when_the_method_has_moved_on(
    client: Client, pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    edition = pair.freeze()
    assert "as when it was frozen" in page(client, pair.person, path(edition, "recompute/"))
    monkeypatch.setattr(recomputing, "METHOD_VERSION", "99")
    said = page(client, pair.person, path(edition, "recompute/"))
    assert f"frozen with version {edition.method_version}, computed anew with version 99" in said
    assert "Equal." in said


def test_an_edition_of_an_older_method_is_still_read(client: Client, pair: Pair) -> None:
    """Its figures lack what the older method did not have."""
    edition = pair.freeze()
    unsealed(
        SEALED + "content = content #- '{scorecard,agreements}' #- '{scorecard,contrasts}'"
        " #- '{scorecard,levels,0,dimensions,0,indicators,0,distribution}'"
    )
    assert "Indicator P1.1" in page(client, pair.person, path(edition))


def test_its_page_says_what_became_of_its_assessments(client: Client, pair: Pair) -> None:
    second = pair.assess(released_to_all=True)
    edition = pair.freeze()
    opening.withdraw(assessment=pair.released, by=pair.released.assessor, at=AT)
    opening.release(assessment=second, to=[], to_all=False, by=pair.person, at=AT)
    opening.withdraw(assessment=second, by=second.assessor, at=AT)
    assert page(client, pair.person, path(edition)).count("withdrawn since") == 2
    said = page(client, reader(pair.other), path(edition))
    assert said.count("withdrawn since") == 1
    assert said.count("not included today") == 1, "what was taken back before is told nothing of"
    assert edition.sha256 in said
    assert 'data-place="top" aria-label="Handling marking">TLP:AMBER' in said


def test_files_carry_digest_and_marking(client: Client, pair: Pair) -> None:
    edition = pair.freeze()
    client.force_login(reader(pair.other))
    whole = client.get(path(edition, "edition.json"))
    assert whole["Content-Disposition"] == 'attachment; filename="OWN-OTHER-edition-1.json"'
    assert contents.sha256(whole.json()["content"]) == whole.json()["sha256"] == edition.sha256
    bib = client.get(path(edition, "edition.bib"))
    assert bib["Content-Disposition"] == 'attachment; filename="OWN-OTHER-edition-1.bib"'
    assert "TLP:AMBER" in bib.content.decode()
    svg = client.get(path(edition, "charts/political-dimensions.svg"))
    assert b"TLP:AMBER" in svg.content
    assert client.get(path(edition, "edition.exe")).status_code == 404
    assert client.get(path(edition, "charts/nothing.svg")).status_code == 404
    for name in ("0", "99", "OWN", "OWN-x", "-1", "9" * 30, "²"):
        assert client.get(f"/dyads/{pair.dyad.slug}/editions/{name}/").status_code == 404


def test_freezing_by_the_page(client: Client, pair: Pair) -> None:
    address = f"/dyads/{pair.dyad.slug}/editions/freeze/"
    assert "Edition 1" in page(client, pair.person, address)
    fields = client.get(address).context["form"].initial
    response = client.post(address, {**fields, "title": "Yearly", "note": ""})
    edition = Edition.objects.get()
    assert (response.status_code, response["Location"]) == (302, edition.get_absolute_url())
    assert edition.title == "Yearly"
    assert "Nothing has changed since the latest edition" in page(client, pair.person, address)
    again = client.post(address, {**fields, "title": "Yearly", "note": ""})
    assert [str(message) for message in get_messages(again.wsgi_request)][-1:] == [
        "Edition 1 says exactly the same: cite that one."
    ]
    assert Edition.objects.count() == 1


def test_wrong_input_is_answered(client: Client, pair: Pair) -> None:
    address = f"/dyads/{pair.dyad.slug}/editions/freeze/"
    client.force_login(pair.person)
    asked = client.get(address, {"basis": "nonsense", "framework": "x"})
    assert "Please mend this first" in asked.content.decode()
    too_long = {"basis": "released", "framework": pair.framework.pk, "expected": "x", "title": "x" * 121}
    assert client.post(address, too_long).status_code == 422
    assert client.post(address, {"basis": "OTHER"}).status_code == 422
    opening.withdraw(assessment=pair.released, by=pair.released.assessor, at=AT)
    assert "There is no approved assessment to freeze" in page(client, pair.person, address)


@pytest.mark.django_db(transaction=True)
def test_another_process_computes_the_same() -> None:
    pair = Pair()
    edition = pair.freeze()
    code = (
        "import django; django.setup();"
        "from assessments.models import Edition; from assessments.editions.recompute import recompute;"
        f"anew = recompute(Edition.objects.get(pk={edition.pk})); print(anew.equal, anew.sha256)"
    )
    address = os.environ["DATABASE_URL"].rpartition("/")[0]
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={
            **os.environ,
            "DATABASE_URL": f"{address}/{connection.settings_dict['NAME']}",
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "PYTHONHASHSEED": "1" if os.environ.get("PYTHONHASHSEED") == "2" else "2",
        },
        cwd=settings.BASE_DIR, capture_output=True, timeout=120, check=True, text=True,
    )  # fmt: skip
    assert done.stdout == f"True {edition.scorecard_sha256}\n"


def test_revisions_are_read_and_not_ratings(pair: Pair) -> None:
    edition = pair.freeze()
    revision = Revision.objects.get(pk=edition.revision_ids[0])
    ApprovedRating.objects.all().delete()
    assert [answer.score for answer in recomputing.answers_of(revision)] == [4, 3, 3]
    assert recompute(edition).equal
