"""What is said of a place in a source, and of the source itself."""

from typing import Any

import pgtrigger
import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.test import Client

from assessments.actions.assessments import amend
from assessments.actions.recording import add_evidence
from assessments.actions.sources import SourceChanged, add_source, change_source
from assessments.exchange.bibliography import read_bibliography
from assessments.models import Assessment, Evidence, Source
from assessments.policy import Refused
from organisations.models import Organisation
from tests.factories import AT, SourceFactory, advance, analyst, answer, make_assessment, reviewer

pytestmark = pytest.mark.django_db
FORM = {"published": "2003-06", "event_date": "", "author": "UN", "title": "Report", "kind": "report"}


def cite(draft: Assessment, source: Source, **place: str) -> Evidence:
    indicator = draft.applicable_indicators().get(code="P1.1")
    return add_evidence(
        assessment=draft, indicator=indicator, source=source, by=draft.assessor, at=AT, **place
    )


@pytest.mark.parametrize(
    ("usual", "here", "reason", "refused"),
    [
        ("B", "", "", False),
        ("B", "B", "", False),
        ("B", "D", "", True),
        ("B", "D", "  ", True),
        ("B", "D", "He was not there.", False),
        ("", "D", "", False),
    ],
)
def test_another_reliability_than_the_sources_own_needs_a_reason(
    usual: str, here: str, reason: str, refused: bool
) -> None:
    draft, source = make_assessment(), SourceFactory(reliability=usual)
    given = {"reliability": here, "reliability_reason": reason}
    if refused:
        with pytest.raises(ValidationError, match="The source is graded B: say why it is D here"):
            cite(draft, source, **given)
    else:
        assert cite(draft, source, **given).admiralty_code == (f"{here or usual}–" if here or usual else "")


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ({"excerpt": "They met."}, "a quotation or a paraphrase"),
        ({"wording": "quotation"}, "a quotation or a paraphrase"),
        ({"excerpt": "a" * 1_001, "wording": "quotation"}, "at most 1000 char"),
        ({"reliability_reason": "He was there."}, "which reliability"),
    ],
)
def test_what_does_not_fit_together_is_refused(place: dict[str, str], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        cite(make_assessment(), SourceFactory(), **place)


def test_the_form_says_what_is_missing_and_keeps_what_was_typed(client: Client) -> None:
    draft, source = make_assessment(), SourceFactory(reliability="B")
    client.force_login(draft.assessor)
    page = f"/assessments/{draft.pk}/cite/P1.1/"
    given = {
        "source": source.pk,
        "excerpt": "They <b>met</b> once.",
        "wording": "quotation",
        "stance": "supports",
        "reliability": "C",
    }
    refused = client.post(page, given)
    assert refused.status_code == 422
    assert "The source is graded B: say why it is C here." in refused.content.decode()
    assert "They &lt;b&gt;met&lt;/b&gt; once." in refused.content.decode()
    client.post(page, given | {"reliability_reason": "Hearsay."})
    assert Evidence.objects.get().place == {
        "locator": "",
        "excerpt": "They <b>met</b> once.",
        "wording": "quotation",
        "stance": "supports",
        "reliability": "C",
        "reliability_reason": "Hearsay.",
        "credibility": "",
    }


def test_without_words_of_the_source_nothing_is_said_of_the_wording(client: Client) -> None:
    draft, source = make_assessment(), SourceFactory()
    client.force_login(draft.assessor)
    given = {"source": source.pk, "wording": "paraphrase", "stance": "supports"}
    client.post(f"/assessments/{draft.pk}/cite/P1.1/", given)
    assert Evidence.objects.get().wording == ""


def test_words_of_the_source_are_read_on_the_desk_and_go_into_an_amendment(client: Client) -> None:
    draft = make_assessment()
    codes = ["P1.1", "P1.2", "PX.1"]
    answer(draft, dict.fromkeys(codes, 3))
    cite(draft, SourceFactory(reliability="B"), excerpt="They met once.", wording="quotation")
    client.force_login(draft.assessor)
    quoted = '<q class="excerpt">They met once.</q>'
    assert quoted in client.get(f"/assessments/{draft.pk}/edit/P1/").content.decode()
    advance(draft, "approved")
    client.force_login(reviewer(draft.on_behalf_of))
    page = client.get(draft.get_absolute_url()).content.decode()
    assert quoted in page
    assert "Admiralty code B–" in page
    amendment = amend(assessment=draft, by=draft.assessor, at=AT)
    copied = Evidence.objects.filter(rating__assessment=amendment, wording="quotation")
    assert copied.get().excerpt == "They met once."


def test_a_revision_from_before_excerpts_were_kept_is_shown(client: Client) -> None:
    approved = make_assessment("approved")
    assert approved.current_revision is not None
    content = approved.current_revision.content
    for rating in content["ratings"]:
        for one in rating["evidence"]:
            for name in ("excerpt", "wording", "reliability_reason"):
                del one[name]
            del one["source"]["reliability"]
    with pgtrigger.ignore("assessments.Revision:append_only"):
        type(approved.current_revision).objects.update(content=content)
    client.force_login(approved.assessor)
    assert client.get(approved.get_absolute_url()).status_code == 200
    answers = client.get(f"/api/v1/assessments/{approved.pk}/").json()["answers"]
    assert answers[0]["evidence"][0]["excerpt"] == ""
    assert answers[0]["evidence"][0]["source"]["reliability"] == ""


def corrected(source: Source, by: Any, version: int = 1, **changes: Any) -> Source:
    fields = {name: getattr(source, name) for name in Source.DESCRIPTION} | changes
    return change_source(source=source, version=version, by=by, **fields)


def own_source(organisation: Organisation) -> Source:
    made: Source = SourceFactory(organisation=organisation)
    return made


def test_a_source_is_corrected_and_what_was_submitted_keeps_what_was_said(client: Client) -> None:
    approved = make_assessment("approved")
    source = own_source(approved.on_behalf_of)
    client.force_login(approved.assessor)
    page = f"/sources/{source.pk}/change/"
    assert client.get(page).status_code == 200
    answered = client.post(page, FORM | {"version": "1"})
    assert answered.status_code == 302
    source.refresh_from_db()
    assert (source.title, source.year, source.publication_date, source.version) == (
        "Report",
        2003,
        "2003-06",
        2,
    )
    assert "2003-06" in client.get(source.get_absolute_url()).content.decode()


def test_two_who_correct_one_source_see_each_other(client: Client) -> None:
    approved = make_assessment("approved")
    source = own_source(approved.on_behalf_of)
    corrected(source, analyst(approved.on_behalf_of), title="Theirs")
    client.force_login(approved.assessor)
    stale = client.post(f"/sources/{source.pk}/change/", FORM | {"version": "1", "title": "Mine"})
    assert stale.status_code == 409
    page = stale.content.decode()
    assert "Theirs" in page
    assert 'value="Mine"' in page
    assert client.post(f"/sources/{source.pk}/change/", FORM | {"version": "2"}).status_code == 302
    with pytest.raises(SourceChanged):
        corrected(source, approved.assessor, title="Once more")


def test_only_who_records_for_its_organisation_corrects_a_source() -> None:
    draft = make_assessment()
    source = own_source(draft.on_behalf_of)
    with pytest.raises(Refused):
        corrected(source, reviewer(draft.on_behalf_of), title="Other")
    with pytest.raises(Refused, match="shared library"):
        corrected(SourceFactory(), draft.assessor, title="Other")


@pytest.mark.parametrize("published", ["June 2003", "2003-13", "0999", "2300", "03", "2003-06-12-01"])
def test_a_date_that_is_none_is_refused(client: Client, published: str) -> None:
    draft = make_assessment()
    source = own_source(draft.on_behalf_of)
    client.force_login(draft.assessor)
    given = FORM | {"version": "1", "published": published}
    assert client.post(f"/sources/{source.pk}/change/", given).status_code == 422
    source.refresh_from_db()
    assert source.version == 1


def test_the_year_is_that_of_the_publication_date() -> None:
    draft = make_assessment()
    given = {"author": "UN", "title": "Report", "kind": "report", "publication_date": "2003-06-12"}
    added = add_source(organisation=draft.on_behalf_of, by=draft.assessor, **given)
    assert (added.year, added.key) == (2003, "un-2003")
    with pytest.raises(IntegrityError):
        Source.objects.filter(pk=added.pk).update(year=2004)


def test_lists_say_when_exactly() -> None:
    ris = "TY  - RPRT\nTI  - A\nDA  - 2003/06/12/\nER  - \n\nTY  - RPRT\nTI  - B\nY1  - 2004/09/\nER  - \n"
    dates = [(one.year, one.publication_date) for one in read_bibliography(ris)]
    assert dates == [(2003, "2003-06-12"), (2004, "2004-09")]
    (one,) = read_bibliography("@misc{x, title = {A}, date = {2001-05-03}}")
    assert (one.year, one.publication_date) == (2001, "2001-05-03")
    (none,) = read_bibliography("@misc{x, title = {A}, year = {2002}, date = {2001-05-03}}")
    assert (none.year, none.publication_date) == (2002, "")
