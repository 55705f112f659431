"""Who sees what a page rests on, as far as the person who reads the page may know."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from assessments.choices import State
from assessments.models import Assessment, AssessmentRelease
from organisations.access import permissions_of
from organisations.models import Organisation, User
from organisations.roles import Permission


@dataclass(frozen=True, slots=True)
class Audience:
    """``organisations`` are known to see all of the assessments; ``complete`` says that no other does.

    ``everybody``: every organisation sees all of them.
    """

    everybody: bool
    organisations: tuple[Organisation, ...]
    complete: bool


def audience(user: User, assessments: Sequence[Assessment]) -> Audience:
    """Of approved assessments that ``user`` sees: at most three queries.

    Releases are known to those who work for the organisation that released; of what others released, their
    own organisation is all that people know.
    """
    restricted = [assessment for assessment in assessments if not assessment.released_to_all]
    if not restricted:
        return Audience(bool(assessments), (), complete=bool(assessments))
    held = permissions_of(user)
    own = [a for a in restricted if Permission.READ_OWN_WORK in held.get(a.on_behalf_of_id, ())]
    seen_by = {a.pk: {a.on_behalf_of_id} for a in restricted}
    releases = AssessmentRelease.objects.filter(assessment__in=own)
    for pk, organisation in releases.values_list("assessment", "organisation"):
        seen_by[pk].add(organisation)
    if len(held) == 1:
        for assessment in restricted:
            if assessment not in own:
                seen_by[assessment.pk] |= held.keys()
    ids = set.intersection(*seen_by.values())
    organisations = tuple(Organisation.objects.visible_to(user).filter(pk__in=ids))
    return Audience(everybody=False, organisations=organisations, complete=len(own) == len(restricted))


def who_sees(assessment: Assessment, *, own_work: bool, releases: Iterable[AssessmentRelease]) -> str:
    """Who sees one assessment, in words; ``own_work``: the reader works for its organisation."""
    names = {"organisation": str(assessment.on_behalf_of)}
    if assessment.state == State.APPROVED and assessment.released_to_all:
        return _("Every organisation.")
    if assessment.partner_ids and assessment.state in {State.SUBMITTED, State.IN_REVIEW}:
        names["partners"] = " / ".join(map(str, assessment.partners))
        return (
            _(
                "Analysts, reviewers and coordinators of %(organisation)s; reviewers of %(partners)s, "
                "whose approval is needed."
            )
            % names
        )
    if not own_work:
        return (
            _("%(organisation)s, and yours by its release. Whether others see it, too, is not told.") % names
        )
    names["others"] = ", ".join(str(release) for release in releases)
    if assessment.state == State.APPROVED and names["others"]:
        return _("Analysts, reviewers and coordinators of %(organisation)s; everybody of %(others)s.") % names
    return _("Analysts, reviewers and coordinators of %(organisation)s; nobody else.") % names
