"""What the owner of an account has to be told at a log-in."""

from adapters.identity.means import Account, Means
from compliance.gate import Identity
from compliance.proofs.entry import recorded_at_text
from domain import streams
from domain.credentials.facts import RecoveryApproved


class Notices:
    """Tells of a recovery once, and of an old password every time."""

    def __init__(self, means: Means) -> None:
        self._means = means

    def at_log_in(self, account: Account, identity: Identity) -> tuple[str, ...]:
        """The notices; that a recovery was told is recorded."""
        return (*self._recovery(account, identity), *self._age(account))

    def _recovery(self, account: Account, identity: Identity) -> tuple[str, ...]:
        version = account.credentials.unnoticed
        if not version:
            return ()
        entry = self._means.recorded.ports.ledger.stream(streams.credentials(account.id), after=version - 1)[0]
        assert isinstance(entry.fact, RecoveryApproved)
        self._means.recorded.recovery_noticed(identity)
        when = recorded_at_text(entry.frame.recorded_at)
        told = (
            f"Your credentials were replaced: {entry.fact.requested_by} asked, {entry.body.actor} approved on {when}."
        )
        return (f"{told} If you did not want this, tell your sponsor at once.",)

    def _age(self, account: Account) -> tuple[str, ...]:
        password, limit = account.credentials.last("password"), self._means.limits.password_age
        if password is None or limit is None:
            return ()
        age = self._means.now() - password.since
        return (f"Your password is {age.days} days old; change it.",) if age >= limit else ()
