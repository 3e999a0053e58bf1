"""A forger's tools: change an entry of a package and make the ledger around it fit again."""

import hmac
import json
from base64 import b64decode, b64encode
from collections.abc import Callable
from copy import deepcopy
from hashlib import sha256
from typing import Any

from adapters.standalone.verify_randomisation import ENVELOPE, tree_root
from domain.plain import canonical

Json = dict[str, Any]


def read(data: bytes) -> Json:
    package: Json = json.loads(data)
    return package


def copy(package: Json) -> Json:
    return deepcopy(package)


def entry_of(package: Json, row: Json) -> Json:
    """The entry of an allocation, as its row names it."""
    (found,) = [one["entry"] for one in package["entries"] if one["position"] == row["position"]]
    entry: Json = json.loads(found)
    return entry


def forge(package: Json, row: Json, change: Callable[[Json], None]) -> None:
    """Change the entry of an allocation; leaves and root are made again over the forged bytes."""
    entry = entry_of(package, row)
    change(entry)
    text = canonical(entry)
    for one in package["entries"]:
        if one["position"] == row["position"]:
            one["entry"] = text
    leaves = package["ledger"]["leaves"]
    leaves[row["position"] - 1] = sha256(b"\x00" + text.encode()).hexdigest()
    package["ledger"]["root"] = tree_root([bytes.fromhex(leaf) for leaf in leaves])


def with_key(entry: Json, key: bytes) -> None:
    """Put the commitment to another key into the envelope."""
    commitment = hmac.digest(key, ENVELOPE.encode(), "sha256")
    entry["body"]["payload"]["envelope"]["commitment"] = b64encode(commitment).decode()


def envelope(entry: Json) -> Json:
    found: Json = entry["body"]["payload"]["envelope"]
    return found


def flipped(text: str) -> str:
    """The same bytes but for one bit."""
    data = bytearray(b64decode(text))
    data[0] ^= 1
    return b64encode(bytes(data)).decode()
