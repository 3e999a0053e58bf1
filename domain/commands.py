"""Every command of the product: importing this module fills the register of commands."""

from domain.adverse_event import commands as adverse_event
from domain.adverse_event import narrative
from domain.allocation import commands as allocation
from domain.command import COMMANDS
from domain.credentials import commands as credentials
from domain.deviation import commands as deviation
from domain.escrow import commands as escrow
from domain.kits import commands as kits
from domain.ledger import commands as ledger
from domain.participant import allocation_error, conduct, eligibility, enrolment, screening
from domain.people import commands as people
from domain.people import grant_commands, provider_commands, service_commands, standing_commands
from domain.protocol import commands as protocol
from domain.release import commands as release
from domain.session import commands as session
from domain.signature import commands as signature
from domain.site import commands as site
from domain.trial import commands as trial
from domain.trial import lock_commands
from domain.unblinding import commands as unblinding

__all__ = [
    "COMMANDS",
    "adverse_event",
    "allocation",
    "allocation_error",
    "conduct",
    "credentials",
    "deviation",
    "eligibility",
    "enrolment",
    "escrow",
    "grant_commands",
    "kits",
    "ledger",
    "lock_commands",
    "narrative",
    "people",
    "protocol",
    "provider_commands",
    "release",
    "screening",
    "service_commands",
    "session",
    "signature",
    "site",
    "standing_commands",
    "trial",
    "unblinding",
]
