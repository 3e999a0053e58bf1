"""Every command of the product: importing this module fills the register of commands."""

from domain.adverse_event import commands as adverse_event
from domain.allocation import commands as allocation
from domain.command import COMMANDS
from domain.deviation import commands as deviation
from domain.ledger import commands as ledger
from domain.participant import allocation_error, conduct, eligibility, enrolment, screening
from domain.people import commands as people
from domain.protocol import commands as protocol
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
    "deviation",
    "eligibility",
    "enrolment",
    "ledger",
    "lock_commands",
    "people",
    "protocol",
    "screening",
    "site",
    "trial",
    "unblinding",
]
