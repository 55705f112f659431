"""Who: people and their roles, organisations, dyads, missions and instruments."""

from organisations.models.dyad import Dyad
from organisations.models.instrument import Instrument
from organisations.models.kept_answer import KeptAnswer
from organisations.models.membership import Membership
from organisations.models.mission import Mission, MissionLead
from organisations.models.organisation import Organisation
from organisations.models.rate_count import RateCount
from organisations.models.token import ApiToken, Scope
from organisations.models.user import User

__all__ = [
    "ApiToken",
    "Dyad",
    "Instrument",
    "KeptAnswer",
    "Membership",
    "Mission",
    "MissionLead",
    "Organisation",
    "RateCount",
    "Scope",
    "User",
]
