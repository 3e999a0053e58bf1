"""Which passwords will do. Normalised to NFKC (NIST SP 800-63B, 3.1.1.2): one keyboard's `é` is another's."""

from typing import Final
from unicodedata import category, normalize

from domain.errors import InvalidInputError
from domain.people.person import Person
from domain.session.limits import Limits

LONGEST: Final = 128
JUDGED: Final = 72
"""Signs that zxcvbn looks at: its time grows steeply, and what is strong so far is not weaker with more."""
A_WORD: Final = 3
"""Signs that make a word about the owner, which adds no strength."""


def normalised(password: str) -> str:
    """The password as it is compared; one too long to be anybody's is cut, and so is nobody's."""
    return normalize("NFKC", password[: LONGEST + 1])


def check_strength(password: str, owner: Person, limits: Limits) -> None:
    """InvalidInputError where a normalised password is too short, too long or too easily guessed."""
    if not limits.password_length <= len(password) <= LONGEST:
        raise weak(f"It has to have {limits.password_length} to {LONGEST} characters.")
    if any(category(sign)[0] == "C" for sign in password):
        raise weak("It holds a character that cannot be typed everywhere.")
    from zxcvbn import zxcvbn  # noqa: PLC0415 (0.1 s of word lists, for setting a password alone)

    about_owner = {*f"{owner.person} {owner.printed_name} {owner.organisation}".casefold().split()}
    rest = password.casefold()
    for word in sorted(about_owner, key=len, reverse=True):
        rest = rest.replace(word, "") if len(word) >= A_WORD else rest
    for judged in (password, " ".join(rest.split())):
        if zxcvbn(judged[:JUDGED], user_inputs=[*about_owner])["score"] < limits.password_strength:
            raise weak("It is easily guessed, or says who you are and little else.")


def weak(why: str) -> InvalidInputError:
    """Say why a password will not do, without a sign of it."""
    return InvalidInputError(
        "weak_password",
        f"This password will not do. {why}",
        field="password",
        next_step="Take several words that have nothing to do with each other or with you.",
    )
