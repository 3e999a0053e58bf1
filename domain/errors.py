"""One family of errors: each says what happened, why, and what to do next.

`code` is stable: programs may rely on it; sentences may be improved.
A *refusal* is a decision of the product on a well-formed command and is recorded; the other
kinds change nothing and are not.
"""


class TrialproofError(Exception):
    """The root of the family.

    `what` says what happened and why; `next_step` what a person can do about it.
    """

    code: str = "internal"

    def __init__(self, what: str, *, next_step: str) -> None:
        super().__init__(what)
        self.what = what
        self.next_step = next_step

    def __str__(self) -> str:
        return f"{self.what} {self.next_step}"


class InvalidInputError(TrialproofError):
    """The input cannot be read as a command or a record; nothing was written.

    `code` is set per case (for example `unknown_field`, `naive_time`); `field` is the path to the place.
    """

    def __init__(self, code: str, what: str, *, field: str = "", next_step: str) -> None:
        super().__init__(what, next_step=next_step)
        self.code = code
        self.field = field


class Refusal(TrialproofError):  # noqa: N818 (a refusal is the field's word, not a fault)
    """A well-formed command was refused by authority, order, signature or blinding; `rule` names which."""

    def __init__(self, code: str, what: str, *, rule: str, next_step: str) -> None:
        super().__init__(what, next_step=next_step)
        self.code = code
        self.rule = rule


class ConflictError(TrialproofError):
    """Another command changed the stream first; nothing was written and the command may be sent again."""

    code = "conflict"


class InDoubtError(TrialproofError):
    """The outcome of a write is unknown; repeat the same command id to learn it."""

    code = "in_doubt"


class NotFoundError(TrialproofError):
    """No such trial, participant, entry or file."""

    code = "not_found"


class DamagedLedgerError(TrialproofError):
    """The ledger file cannot be read as it was written; it is never repaired."""

    code = "damaged_ledger"


class StorageFullError(TrialproofError):
    """The disk would not take the entry; nothing was acknowledged."""

    code = "storage_full"


class StorageUnavailableError(TrialproofError):
    """The ledger could not be opened or written in time; nothing was acknowledged."""

    code = "storage_unavailable"


class LoginError(TrialproofError):
    """Somebody did not prove who they are; the same words whatever the cause: to an attacker they tell nothing."""

    code = "login_failed"

    def __init__(
        self,
        what: str = "That did not prove who you are.",
        *,
        next_step: str = "Try again with a new code; after several attempts wait an hour, or ask an administrator.",
    ) -> None:
        super().__init__(what, next_step=next_step)


class SessionEndedError(LoginError):
    """The token opens no session any more, or never did."""

    code = "session_ended"

    def __init__(self) -> None:
        super().__init__("The session is over, or was never opened.", next_step="Log in again.")


class KeyRetainedError(TrialproofError):
    """A key that proofs or allocations rest on is kept as long as its records are."""

    code = "key_retained"
