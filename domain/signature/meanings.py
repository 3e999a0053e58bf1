"""What a signature can mean (21 CFR 11.50(a)(3)), and the words that are shown before it is given."""

from collections.abc import Mapping
from typing import Final, Literal

Meaning = Literal["authorship", "review", "approval", "responsibility", "acknowledgement"]

ATTESTATIONS: Final[Mapping[Meaning, str]] = {
    "authorship": "I made this record, and it says what I did and found.",
    "review": "I have read this record as displayed, and my findings, if any, are recorded.",
    "approval": "I approve this as displayed, and what follows from it may go on.",
    "responsibility": "I take responsibility for this record as displayed: it is true and complete to my knowledge.",
    "acknowledgement": "I have read this and will act by it; my electronic signature binds me like a handwritten one.",
}
"""The attestation of each meaning; it is part of the signed bytes."""
