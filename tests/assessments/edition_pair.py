"""A dyad of which editions are frozen."""

from typing import Any

from assessments.actions.editions import freeze_edition
from assessments.choices import EditionBasis
from assessments.models import Assessment, Edition, Framework
from organisations.models import Dyad, Organisation
from tests.factories import (
    AT,
    DyadFactory,
    FrameworkFactory,
    OrganisationFactory,
    coordinator,
    make_assessment,
)
from tests.world import RULES


class Pair:
    """A dyad with a coordinator of its first organisation and one assessment released to everybody."""

    def __init__(self) -> None:
        self.framework: Framework = FrameworkFactory(rules=RULES)
        self.own: Organisation = OrganisationFactory(acronym="OWN")
        self.other: Organisation = OrganisationFactory(acronym="OTHER")
        self.dyad: Dyad = DyadFactory(first=self.own, second=self.other)
        self.person = coordinator(self.own)
        self.released = self.assess({"P1.1": 4}, released_to_all=True)

    def assess(self, answers: Any = None, **kwargs: Any) -> Assessment:
        where = {"engagement": kwargs.pop("engagement")} if "engagement" in kwargs else {"dyad": self.dyad}
        behalf = {"on_behalf_of": self.own, **kwargs}
        return make_assessment("approved", framework=self.framework, answers=answers, **where, **behalf)

    def freeze(self, basis: str = EditionBasis.RELEASED, **kwargs: Any) -> Edition:
        given = {"by": self.person, "organisation": self.own, "framework": self.framework, **kwargs}
        return freeze_edition(dyad=self.dyad, basis=basis, at=AT, **given)
