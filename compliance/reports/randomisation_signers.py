"""Who has to sign the unblinded form, and whether a signature on the randomisation stands (regulation 3.7)."""

from typing import Final, NamedTuple

from compliance.reports.filled import Filled, shown, table_of
from compliance.reports.model import Code, Table
from compliance.reports.signature_known import STATUSES, OneSigned, Signed, signature_words
from compliance.reports.wording import spaced
from domain.people.roles import Role
from domain.signature.meanings import Meaning

SIGNERS: Final = "signers"
NOT_SIGNED: Final = "not signed"
_STATES: Final = (
    *STATUSES,
    Code(code=NOT_SIGNED, meaning="no signature of this role on the randomisation", tone="watch"),
)


class Expected(NamedTuple):
    """Who is expected to sign, for what, with which meaning."""

    role: Role
    what: str
    meanings: tuple[Meaning, ...]


EXPECTED: Final = (
    Expected("randomisation_statistician", "authorship of the lists", ("authorship", "responsibility", "review")),
    Expected(
        "unblinded_pharmacist", "reconciliation with what was handed out", ("review", "responsibility", "approval")
    ),
)


def _made(signed: Signed, expected: Expected) -> OneSigned | None:
    """The last such signature on the randomisation."""
    found = [
        one
        for one in signed.made
        if one.row.record_type == "randomisation" and (one.row.by.role, one.row.meaning) in _fitting(expected)
    ]
    return found[-1] if found else None


def _fitting(expected: Expected) -> set[tuple[str, str]]:
    return {(expected.role, meaning) for meaning in expected.meanings}


def state(signed: Signed, expected: Expected) -> str:
    """How the signature stands."""
    one = _made(signed, expected)
    return NOT_SIGNED if one is None else one.status


def signers_table(signed: Signed) -> Table:
    """One row per signature that is expected."""
    filled: tuple[Filled[Expected], ...] = (
        shown("role", "Role", "text", "Who is expected to sign", lambda e: spaced(e.role)),
        shown("what", "For", "text", "What the signature stands for", lambda e: e.what),
        shown("state", "State", "status", "How it stands", lambda e: state(signed, e), codes=_STATES),
        shown("signature", "Signature", "text", "By whom, when, as what", lambda e: _words(signed, e)),
    )
    return table_of(
        SIGNERS,
        "Signatures expected",
        "Authorship of the lists, and the reconciliation: people's own decisions. A signature is found on the record "
        "of the randomisation; one given on paper is not known here.",
        filled,
        EXPECTED,
        row_word="signature",
    )


def _words(signed: Signed, expected: Expected) -> str | None:
    one = _made(signed, expected)
    return None if one is None else signature_words(one)
