"""argon2id (RFC 9106), two at a time: more would take the memory and the processor from everybody else."""

import hmac
from base64 import b64encode
from collections.abc import Callable
from threading import BoundedSemaphore
from typing import Final

from argon2 import Parameters, PasswordHasher, Type
from argon2.exceptions import VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY

AT_ONCE: Final = 2
SALT_BYTES: Final = 16
LIGHT: Final = Parameters(
    type=Type.ID, version=19, salt_len=SALT_BYTES, hash_len=32, time_cost=3, memory_cost=2048, parallelism=1
)
"""About 3 ms, for demonstrations alone: their passwords are printed anyway."""
_AT_WORK: Final = BoundedSemaphore(AT_ONCE)
_PEPPER: Final = b"trialproof/password/1"


class Hashing:
    """Digests of passwords; its strength is no setting: full, or light for a seeded demonstration."""

    def __init__(self, randomness: Callable[[int], bytes], *, light: bool) -> None:
        parameters = LIGHT if light else RFC_9106_LOW_MEMORY
        self._hasher = PasswordHasher.from_parameters(parameters)
        self._randomness = randomness
        self._of_nobody = _digest_of_nobody(parameters)
        self.verified = 0
        """How many passwords were looked at: as many as attempts, whoever they were for."""

    def digest(self, password: str, key: bytes) -> str:
        """The digest of a normalised password, under a key of its owner that is kept elsewhere."""
        with _AT_WORK:
            return self._hasher.hash(_peppered(password, key), salt=self._randomness(SALT_BYTES))

    def is_right(self, digest: str | None, password: str, key: bytes) -> bool:
        """Whether it is the password; without a digest as much work is done, and it never is."""
        with _AT_WORK:
            self.verified += 1
            try:
                self._hasher.verify(digest or self._of_nobody, _peppered(password, key))
            except VerificationError:
                return False
        return digest is not None


def _digest_of_nobody(given: Parameters) -> str:
    """What no password has, at the same cost as a real one."""
    costs = f"m={given.memory_cost},t={given.time_cost},p={given.parallelism}"
    salt, digest = (b64encode(bytes(length)).rstrip(b"=").decode() for length in (given.salt_len, given.hash_len))
    return f"$argon2id$v={given.version}${costs}${salt}${digest}"


def _peppered(password: str, key: bytes) -> bytes:
    return hmac.digest(key, _PEPPER + password.encode(errors="surrogatepass"), "sha256")
