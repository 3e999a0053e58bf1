"""How long, how often, how strong: the limits of sessions and credentials, as data that a report can print."""

from datetime import timedelta
from typing import Final, NamedTuple


class Limits(NamedTuple):
    """The settings of a deployment; the defaults follow 21 CFR 11.300 and NIST SP 800-63B."""

    idle: timedelta = timedelta(minutes=15)
    absolute: timedelta = timedelta(hours=12)
    service_session: timedelta = timedelta(hours=1)
    emergency_session: timedelta = timedelta(minutes=15)
    failures_before_lock: int = 5
    first_lock: timedelta = timedelta(minutes=1)
    longest_lock: timedelta = timedelta(hours=1)
    password_length: int = 12
    password_strength: int = 3
    """The least score of zxcvbn, 0 to 4."""
    password_history: int = 10
    password_age: timedelta | None = timedelta(days=365)
    invitation: timedelta = timedelta(hours=72)
    emergencies_an_hour: int = 5
    review_every: timedelta = timedelta(days=180)
    """How often a grant is reviewed (ICH E6(R3) 4.3.8(b))."""

    def lock_after(self, failures: int) -> timedelta | None:
        """How long an account stays locked after so many failures in a row; None while it does not."""
        beyond = failures - self.failures_before_lock
        if beyond < 0:
            return None
        return min(self.first_lock * (1 << min(beyond, 16)), self.longest_lock)


USUAL: Final = Limits()
"""What holds where a deployment says nothing else."""
