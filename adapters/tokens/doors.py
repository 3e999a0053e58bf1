"""All doors of a store at which tokens are checked, to be closed together."""

from collections.abc import Mapping
from dataclasses import dataclass

from adapters.tokens.assertions import ServiceLogins
from adapters.tokens.provider import ProviderLogins
from adapters.tokens.taken import TakenTokens


@dataclass(frozen=True, slots=True)
class TokenDoors:
    """One for services, and one for each identity provider by its issuer."""

    services: ServiceLogins
    providers: Mapping[str, ProviderLogins]
    taken: TakenTokens

    def close(self) -> None:
        """Close the table of tokens that were taken."""
        self.taken.close()
