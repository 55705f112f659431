"""Who: people and their roles, organisations, dyads, missions and instruments."""

from organisations.models.dyad import Dyad
from organisations.models.instrument import Instrument
from organisations.models.membership import Membership
from organisations.models.mission import Mission, MissionLead
from organisations.models.organisation import Organisation
from organisations.models.token import ApiToken
from organisations.models.user import User

__all__ = ["ApiToken", "Dyad", "Instrument", "Membership", "Mission", "MissionLead", "Organisation", "User"]
