"""Every fact of the product: importing this module fills the register of event types."""

from domain.access import facts as access
from domain.adverse_event import facts as adverse_event
from domain.allocation import facts as allocation
from domain.credentials import facts as credentials
from domain.deviation import facts as deviation
from domain.escrow import facts as escrow
from domain.kits import facts as kits
from domain.ledger import facts as ledger
from domain.participant import conduct_facts
from domain.participant import facts as participant
from domain.people import facts as people
from domain.protocol import facts as protocol
from domain.release import facts as release
from domain.session import facts as session
from domain.signature import facts as signature
from domain.site import facts as site
from domain.trial import facts as trial
from domain.unblinding import facts as unblinding

__all__ = [
    "access",
    "adverse_event",
    "allocation",
    "conduct_facts",
    "credentials",
    "deviation",
    "escrow",
    "kits",
    "ledger",
    "participant",
    "people",
    "protocol",
    "release",
    "session",
    "signature",
    "site",
    "trial",
    "unblinding",
]
