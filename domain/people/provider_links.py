"""Which person stands behind which subject of one identity provider: one stream per provider.

The provider's name for a person (`sub`) may be an address or a staff number of another organisation's
directory, and this ledger keeps what it holds for decades. So a link holds its SHA-256 under a random salt of
the provider's stream: equal subjects are found, no table made elsewhere fits, and an auditor to whom the
provider names a subject can check the link without any key of ours. Who can read the system ledger and
guesses a subject can confirm the guess; the person's printed name stands beside it in the open.
"""

from collections.abc import Mapping
from hashlib import sha256
from typing import Self

import msgspec

from domain.aggregate import Aggregate
from domain.people.facts import ProviderIdentityLinked, ProviderIdentityUnlinked
from domain.randomisation.rand_v1 import lp
from domain.record import Entry

LABEL = "provider-subject/v1"


def subject_digest(salt: bytes, issuer: str, subject: str) -> str:
    """What is kept of a subject, in hex."""
    return sha256(lp(LABEL, salt, issuer, subject)).hexdigest()


class ProviderLinks(Aggregate):
    """Whom each subject ever stood for, and which subject counts for each person now."""

    issuer: str
    salt: bytes
    owners: Mapping[str, str]
    linked: Mapping[str, str]

    @classmethod
    def start(cls) -> Self:
        """Nobody is linked yet."""
        return cls(version=0, issuer="", salt=b"", owners={}, linked={})

    def after(self, entry: Entry) -> Self:
        """The links after one more entry."""
        new = msgspec.structs.replace(self, version=entry.frame.version)
        match entry.fact:
            case ProviderIdentityLinked() as fact:
                return msgspec.structs.replace(
                    new,
                    issuer=fact.issuer,
                    salt=fact.salt,
                    owners={**self.owners, fact.subject_digest: fact.person},
                    linked={**self.linked, fact.person: fact.subject_digest},
                )
            case ProviderIdentityUnlinked(person=person):
                linked = {other: digest for other, digest in self.linked.items() if other != person}
                return msgspec.structs.replace(new, linked=linked)
            case _:
                return new

    def person_of(self, subject: str) -> str | None:
        """The person for whom a subject counts now."""
        digest = subject_digest(self.salt, self.issuer, subject)
        owner = self.owners.get(digest)
        return owner if owner is not None and self.linked.get(owner) == digest else None
