"""For whom a passkey holds."""

from typing import Final, NamedTuple


class RelyingParty(NamedTuple):
    """The domain of this deployment, and the origins from which answers of passkeys may come."""

    id: str = "localhost"
    origins: tuple[str, ...] = ("http://localhost",)


LOCAL: Final = RelyingParty()
"""This host alone."""
