"""The real ciphers and commitments: one length, nothing twice, and nothing that guessing opens.

Tried on one demonstration, within seconds: about 300,000 hashes of arm or label with any two public words of an
allocation, in every order and three ways of joining; 60,000 careless keys against key commitment (a quarter of
them against the ciphertext as well); as many seeds against the seed's commitment; 100,000 nonces for a slot
whose leaf is known, as it would be from another slot's inclusion proof. Nothing may open; the same search does
open what is sealed carelessly, so it can.

What it does not show: that AES-256-GCM, SHA-256 and HMAC are sound, which nobody shows by trying; what happens
if the key file leaves the house; and what a host with bad randomness would make.
"""

from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import replace as replaced
from hashlib import sha256
from itertools import chain, count
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import msgspec
import pytest
from msgspec.structs import replace

from adapters.demo.director import TRIAL
from adapters.keys.sealing import Sealer, VaultSealing
from adapters.keys.store import Key, KeyStore
from adapters.storage.codec import encode_payload
from domain import randomisation, streams
from domain.allocation.facts import DisclosureRecorded, ListSealed, SlotDrawn, TreatmentDetailRecorded
from domain.fields import SealedArmEnvelope, SealedFact
from domain.participant.facts import Allocated
from domain.values import Number, Quantity
from tests.blinding.canaries import ARMS, REAL
from tests.blinding.conftest import tell_demonstration
from tests.blinding.guessing import (
    Public,
    opened_by_hashes,
    opened_by_keys,
    opened_by_nonces,
    opened_by_seeds,
    weak_keys,
)
from tests.blinding.twins import Twin
