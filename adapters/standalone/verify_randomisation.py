"""Verify the randomisation of a trial from its release package, on any machine with Python 3.11 and nothing else.

    python3 verify_randomisation.py PACKAGE.json [--root HEX] [--seed-commitment HEX] [--commitment HEX]

It makes seed and lists again, opens every envelope, and compares slot by slot. It shares no code with the
product: it was written from the description of `rand/v1`. Exit status: 0 all PASS, 1 a FAIL, 2 not readable.
"""

import argparse
import hmac
import json
import sys
from base64 import b64decode
from collections.abc import Callable, Iterator, Sequence
from decimal import Context, Decimal, localcontext
from fractions import Fraction
from hashlib import sha256
from itertools import count
from math import gcd, lcm
from pathlib import Path
from typing import Any, Final

Json = dict[str, Any]
FORMAT: Final = "trialproof.release.v1"
ENVELOPE: Final = "trialproof.sealed-arm.v1"
DIGITS: Final = "0123456789abcdefghijklmnopqrstuvwxyz"
METHODS: Final = {
    *("permuted_blocks", "shuffled_block_sizes", "random_allocation_rule", "simple", "block_urn", "big_stick"),
    *("biased_coin", "biased_coin_with_tolerance", "wei_urn", "minimisation"),
}
NOT_PROVED: Final = (
    "that enrolment was honest: who was enrolled when, and by whose wish",
    "that the officers drew their shares of the seed at random and told them to nobody",
    "that the ledger was not replaced as a whole, unless you gave a root that you held (--root)",
    "that the package leaves out no allocation after the last slot it shows of a list",
    "that the levels a minimised draw used were the participants' true ones",
    "that people did not talk, look, weigh, smell or guess",
)


# --- AES-256-GCM (FIPS 197, SP 800-38D): only what opening needs; slow, and not for use with secrets worth hiding


def _sbox() -> bytes:
    box, p, q = bytearray(256), 1, 1
    for _ in range(255):
        p ^= (p << 1) & 0xFF ^ (0x1B if p & 0x80 else 0)
        for shift in (1, 2, 4):
            q = (q ^ q << shift) & 0xFF
        q ^= 0x09 if q & 0x80 else 0
        turned = q ^ (q << 1 | q >> 7) ^ (q << 2 | q >> 6) ^ (q << 3 | q >> 5) ^ (q << 4 | q >> 4)
        box[p] = turned & 0xFF ^ 0x63
    box[0] = 0x63
    return bytes(box)


SBOX: Final = _sbox()
DOUBLE: Final = bytes((x << 1) & 0xFF ^ (0x1B if x & 0x80 else 0) for x in range(256))


def round_keys(key: bytes) -> list[bytes]:
    words, power = [key[at : at + 4] for at in range(0, 32, 4)], 1
    for at in range(8, 60):
        word = words[-1]
        if at % 8 == 0:
            word = bytes((SBOX[word[1]] ^ power, SBOX[word[2]], SBOX[word[3]], SBOX[word[0]]))
            power = DOUBLE[power]
        elif at % 4 == 0:
            word = bytes(SBOX[byte] for byte in word)
        words.append(_xor(words[-8], word))
    return [b"".join(words[at : at + 4]) for at in range(0, 60, 4)]


def one_block(keys: Sequence[bytes], block: bytes) -> bytes:
    state = _xor(block, keys[0])
    for key in keys[1:-1]:
        moved = [SBOX[state[(5 * at) % 16]] for at in range(16)]
        mixed = bytearray()
        for at in range(0, 16, 4):
            column, every = moved[at : at + 4], moved[at] ^ moved[at + 1] ^ moved[at + 2] ^ moved[at + 3]
            mixed += bytes(column[i] ^ every ^ DOUBLE[column[i] ^ column[(i + 1) % 4]] for i in range(4))
        state = _xor(mixed, key)
    return _xor(bytes(SBOX[state[(5 * at) % 16]] for at in range(16)), keys[-1])


def _times(x: int, y: int) -> int:
    product = 0
    for bit in range(127, -1, -1):
        product ^= x if y >> bit & 1 else 0
        x = x >> 1 ^ (0xE1 << 120 if x & 1 else 0)
    return product


def _ghash(secret: int, *parts: bytes) -> int:
    lengths = b"".join((8 * len(part)).to_bytes(8, "big") for part in parts)
    data = b"".join(part + bytes(-len(part) % 16) for part in parts) + lengths
    total = 0
    for at in range(0, len(data), 16):
        total = _times(total ^ int.from_bytes(data[at : at + 16], "big"), secret)
    return total


def gcm_open(key: bytes, nonce: bytes, sealed: bytes, bound_to: bytes) -> bytes:
    """Give the plain bytes; ValueError where key, nonce, ciphertext or what it is bound to is not the right one."""
    keys, body, tag = round_keys(key), sealed[:-16], sealed[-16:]
    secret = int.from_bytes(one_block(keys, bytes(16)), "big")
    mask = one_block(keys, nonce + (1).to_bytes(4, "big"))
    if not hmac.compare_digest(_xor(_ghash(secret, bound_to, body).to_bytes(16, "big"), mask), tag):
        raise ValueError("it does not open with this key in this place")
    stream = b"".join(one_block(keys, nonce + at.to_bytes(4, "big")) for at in range(2, 3 + len(body) // 16))
    return _xor(body, stream)


def _xor(one: bytes | bytearray, other: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(one, other, strict=False))


# --- rand/v1


def lp(*parts: str | bytes) -> bytes:
    """Join parts, each behind its length in four bytes."""
    texts = [part.encode() if isinstance(part, str) else part for part in parts]
    return b"".join(len(text).to_bytes(4, "big") + text for text in texts)


class Draws:
    """Numbers of 48 bits, drawn from the seed under a label."""

    def __init__(self, seed: bytes, trial: str, *label: str) -> None:
        self._seed, self._label, self._next = seed, lp("rand/v1", trial, *label), count()

    def digest(self, number: int) -> bytes:
        return hmac.digest(self._seed, self._label + number.to_bytes(8, "big"), "sha256")

    def below(self, bound: int) -> int:
        while True:
            word = int.from_bytes(self.digest(next(self._next))[:6], "big")
            if word < 2**48 - 2**48 % bound:
                return word % bound

    def pick(self, chances: Sequence[int]) -> int:
        """The arm that chance falls on; what is certain draws nothing."""
        certain = [arm for arm, chance in enumerate(chances) if chance]
        return certain[0] if len(certain) == 1 else self.fall(chances)

    def fall(self, chances: Sequence[int]) -> int:
        word = self.below(sum(chances))
        return next(arm for arm in range(len(chances)) if word < sum(chances[: arm + 1]))


# --- the methods whose lists are drawn beforehand; arms are numbers here, in their declared order


def _blocks(draws: Draws, sizes: Sequence[int], ratio: Sequence[int], length: int) -> list[int]:
    slots: list[int] = []
    while len(slots) < length:
        size = sizes[draws.below(len(sizes))] if len(sizes) > 1 else sizes[0]
        block = [arm for arm, share in enumerate(ratio) for _ in range(share * size // sum(ratio))]
        for last in range(size - 1, 0, -1):
            other = draws.below(last + 1)
            block[last], block[other] = block[other], block[last]
        slots += block
    return slots[:length]


def _blocks_of_shuffled_sizes(draws: Draws, sizes: Sequence[int], ratio: Sequence[int], length: int) -> list[int]:
    slots, waiting = list[int](), list[int]()
    while len(slots) < length:
        waiting = waiting or sorted(sizes)
        kinds = sorted(set(waiting))
        size = kinds[draws.pick([waiting.count(kind) for kind in kinds])]
        waiting.remove(size)
        left = [share * size // sum(ratio) for share in ratio]
        while any(left):
            slots.append(draws.pick(left))
            left[slots[-1]] -= 1
    return slots[:length]


def _coin(lead: int, p: Fraction) -> tuple[int, int]:
    behind, ahead = p.numerator, p.denominator - p.numerator
    return (1, 1) if lead == 0 else (ahead, behind) if lead > 0 else (behind, ahead)


def _urn(counts: Sequence[int], ratio: Sequence[int], sets: int) -> list[int]:
    back = min(drawn // share for drawn, share in zip(counts, ratio, strict=True))
    return [(sets + back) * share - drawn for drawn, share in zip(counts, ratio, strict=True)]


def _wei(counts: Sequence[int], alpha: int, beta: int) -> list[int]:
    balls = [alpha + beta * (sum(counts) - drawn) for drawn in counts]
    return balls if any(balls) else [1] * len(counts)


def _stick(lead: int, tolerance: int, p: Fraction) -> tuple[int, int]:
    return _coin(lead, p if abs(lead) < tolerance else Fraction(1))


def _chances_by(method: str, of: Callable[[str], Fraction], ratio: Sequence[int]) -> Callable[[list[int]], Any]:
    """The chances of each arm after so many draws of each."""
    known: dict[str, Callable[[list[int]], Any]] = {
        "simple": lambda _: ratio,
        "block_urn": lambda drawn: _urn(drawn, ratio, int(of("lambda"))),
        "big_stick": lambda drawn: _stick(drawn[0] - drawn[1], int(of("tolerance")), Fraction(1, 2)),
        "biased_coin": lambda drawn: _coin(drawn[0] - drawn[1], of("p")),
        "biased_coin_with_tolerance": lambda drawn: _stick(drawn[0] - drawn[1], int(of("tolerance")), of("p")),
        "wei_urn": lambda drawn: _wei(drawn, int(of("alpha")), int(of("beta"))),
    }
    return known[method]


def drawn_list(design: Json, draws: Draws, length: int) -> list[int]:
    """The arms of a list, as its method draws them."""
    parameters, ratio = design["parameters"], design["ratio"]
    sizes = [int(size) for size in parameters.get("sizes") or parameters.get("total") or ()]
    if sizes:
        blocks = _blocks_of_shuffled_sizes if design["method"] == "shuffled_block_sizes" else _blocks
        return blocks(draws, sizes, ratio, length)
    chances = _chances_by(design["method"], lambda name: Fraction(parameters[name][0]), ratio)
    slots, drawn = list[int](), [0] * len(ratio)
    for _ in range(length):
        slots.append(draws.pick(chances(drawn)))
        drawn[slots[-1]] += 1
    return slots


# --- minimisation: each allocation is drawn from its recorded inputs and those before it


class Minimised:
    """Pocock and Simon's method, in its plain form and with fake arms."""

    def __init__(self, design: Json) -> None:
        parameters, ratio = design["parameters"], design["ratio"]
        shares, fake = [share // gcd(*ratio) for share in ratio], "form" in parameters
        self.arms = [arm for arm, share in enumerate(shares) for _ in range(share if fake else 1)]
        self._shares = [1] * len(self.arms) if fake else shares
        self._weights = [Fraction(weight) for weight in parameters.get("weights", ["1"] * len(parameters["factors"]))]
        self._measure, self._p = parameters["measure"][0], Fraction(parameters["p"][0])

    def weighed(self, earlier: Sequence[Json], levels: Sequence[str]) -> tuple[list[str], list[int]]:
        """Scores and chances of all places for somebody with these levels."""
        scores = [self._score(earlier, levels, place) for place in range(len(self.arms))]
        best = [score == min(scores) for score in scores]
        share = max(self._p, Fraction(sum(best), len(best)))
        rest = (1 - share) / (len(best) - sum(best)) if not all(best) else Fraction()
        each = share / sum(best)
        unit = lcm(each.denominator, rest.denominator)
        chances = [int((each if favoured else rest) * unit) for favoured in best]
        return [str(score) for score in scores], [chance // gcd(*chances) for chance in chances]

    def _score(self, earlier: Sequence[Json], levels: Sequence[str], joined: int) -> Fraction | Decimal:
        rows: list[tuple[Fraction, list[Fraction]]] = []
        for factor, level in enumerate(levels):
            there = [one["place"] for one in earlier if one["levels"][factor]["level"] == level] + [joined]
            totals = [Fraction(there.count(place), share) for place, share in enumerate(self._shares)]
            rows.append((self._weights[factor], totals))
        if self._measure == "range":
            return sum((weight * (max(totals) - min(totals)) for weight, totals in rows), Fraction())
        if self._measure == "variance":
            return sum((weight * _variance(totals) for weight, totals in rows), Fraction())
        with localcontext(Context(prec=60)):
            squares = [weight * weight * _variance(totals) for weight, totals in rows]
            roots = ((Decimal(one.numerator) / Decimal(one.denominator)).sqrt() for one in squares)
            return sum(roots, Decimal()).quantize(Decimal(1).scaleb(-40))


def _variance(totals: Sequence[Fraction]) -> Fraction:
    mean = sum(totals, Fraction()) / len(totals)
    return sum(((total - mean) ** 2 for total in totals), Fraction()) / (len(totals) - 1)


# --- RFC 6962


def tree_roots(leaves: Sequence[bytes]) -> Iterator[bytes]:
    """The root after each leaf."""
    subtrees: list[bytes] = []
    for size, leaf in enumerate(leaves):
        node, full = leaf, size
        while full & 1:
            node, full = sha256(b"\x01" + subtrees.pop() + node).digest(), full >> 1
        subtrees.append(node)
        root = subtrees[-1]
        for left in subtrees[-2::-1]:
            root = sha256(b"\x01" + left + root).digest()
        yield root


def tree_root(leaves: Sequence[bytes]) -> str:
    return list(tree_roots(leaves))[-1].hex() if leaves else sha256().hexdigest()


# --- the package


class Verifier:
    """Checks a package from the ledger up to every slot."""

    def __init__(self, package: Json, tell: Callable[[str], None]) -> None:
        self._package, self._tell = package, tell
        self._trial: str = package["trial"]
        self._leaves = [bytes.fromhex(leaf) for leaf in package["ledger"]["leaves"]]
        self._entries = {int(row["position"]): json.loads(row["entry"]) for row in package["entries"]}
        self.passed = self.failed = 0

    def check(self, what: str, why_not: str | None) -> None:
        """Say PASS, or FAIL and why."""
        self._tell(f"PASS  {what}" if why_not is None else f"FAIL  {what}: {why_not}")
        self.passed, self.failed = self.passed + (why_not is None), self.failed + (why_not is not None)

    def run(self) -> None:
        self._ledger()
        for version in self._package["versions"]:
            self._version(version)
        self._in_order()
        lists = {one["list"] for version in self._package["versions"] for one in version["lists"]}
        shown = {entry["frame"]["position"] for entry in self._of("participant.allocated")}
        known = {row["position"] for row in self._package["allocations"] if row["list"] in lists}
        for position in sorted(shown ^ known):
            self.check(f"entry {position}", "an allocation without a slot, or a slot without an allocation")

    def _in_order(self) -> None:
        """Nobody could choose a list: each version was committed to before its first allocation."""
        for entry in self._of("randomisation.committed"):
            fact, at = entry["body"]["payload"], entry["frame"]["position"]
            allocated = (one for one in self._of("participant.allocated") if one["frame"]["position"] < at)
            early = any(one["body"]["payload"]["list_root"] == fact["root"] for one in allocated)
            what = f"version {_numbered(fact)}: committed to before its first allocation"
            self.check(what, "an allocation stands before it" if early else None)

    def held(self, root: str | None, seed_commitment: str | None, package: tuple[str, str] | None) -> None:
        """Compare with what somebody held, or wrote down, before."""
        roots = {known.hex() for known in tree_roots(self._leaves)}
        roots |= {fact["root"] for fact in self._facts("randomisation.committed")}
        commitments = {fact["seed_commitment"] for fact in self._facts("randomisation.committed")}
        if root:
            self.check("the root that you hold", None if root in roots else "the package's ledger never had it")
        if seed_commitment:
            known = seed_commitment in commitments
            self.check("the seed commitment that you hold", None if known else "no version of the lists has it")
        if package:
            same = package[0] == package[1]
            self.check("the commitment to this package", None if same else "the ledger's is of another package")

    def _ledger(self) -> None:
        ledger = self._package["ledger"]
        same = tree_root(self._leaves) == ledger["root"] and len(self._leaves) == ledger["size"]
        self.check(f"root of {ledger['name']} at {ledger['size']} entries", None if same else "other leaves")
        for row in self._package["entries"]:
            at, frame = row["position"], self._entries[row["position"]]["frame"]
            framed = (frame["position"], frame["ledger"]) == (at, ledger["name"]) and 0 < at <= len(self._leaves)
            if not framed or sha256(b"\x00" + row["entry"].encode()).digest() != self._leaves[at - 1]:
                self.check(f"entry {at}", "its bytes are not those of this position of the ledger")

    def _of(self, kind: str) -> list[Json]:
        ordered = (self._entries[at] for at in sorted(self._entries))
        return [entry for entry in ordered if entry["frame"]["type"].rpartition(".")[0] == kind]

    def _facts(self, kind: str) -> list[Json]:
        return [entry["body"]["payload"] for entry in self._of(kind)]

    def _version(self, version: Json) -> None:
        entry, seed = self._entries.get(version["committed"], {}), bytes.fromhex(version["seed"])
        if entry not in self._of("randomisation.committed"):
            self.check(f"version {version['version']}", "the ledger holds no commitment to its lists")
            return
        committed = entry["body"]["payload"]
        number = _numbered(committed)
        unknown = {one["method"] for one in version["lists"] if one["slots"] is None} - METHODS
        if unknown:
            self.check(f"version {number}", f"this program does not know the method {', '.join(sorted(unknown))}")
            return
        same = sha256(lp("seed-commit/v1", self._trial, seed)).hexdigest() == committed["seed_commitment"]
        self.check(f"version {number}: seed", None if same else "it is not the seed that was committed to")
        self._design(version, committed, seed)
        contents = [self._contents(one, seed) for one in version["lists"]]
        leaves = [
            self._leaf(one, index, slot, seed)
            for one, slots in zip(version["lists"], contents, strict=True)
            for index, slot in enumerate(slots)
        ]
        rooted = tree_root(leaves) == committed["root"]
        why_not = None if rooted else "other slots were committed to"
        self.check(f"version {number}: root over {len(leaves)} slots", why_not)
        listed = [one["list"] for one in version["lists"]] == [row["list_id"] for row in committed["strata"]]
        self.check(f"version {number}: lists", None if listed else "not those that were committed to")
        for one, slots in zip(version["lists"], contents, strict=True):
            self._slots(one, slots, committed, seed, rooted=rooted)

    def _design(self, version: Json, committed: Json, seed: bytes) -> None:
        number, text = version["version"], version["design"]
        if text is None:
            self._tell(f"NOT CHECKED  version {number}: design and shares of the seed; no commitment to them was made")
            return
        salted = sha256(lp("design-commit/v1", bytes.fromhex(version["design_salt"]), text)).hexdigest()
        known = [
            fact["commitment"] for fact in self._facts("randomisation.design_declared") if fact["version"] == number
        ]
        self.check(f"version {number}: design", None if salted in known else "it is not the design committed to")
        shares = {one["officer"]: bytes.fromhex(one["share"]) for one in version["shares"]}
        joined = b""
        for entry in self._of("randomisation.share_committed"):
            fact, officer = entry["body"]["payload"], entry["body"]["actor"]
            if fact["version"] == number:
                share = shares.get(officer, b"")
                bound = sha256(lp("share-commit/v1", self._trial, str(number), officer, share)).hexdigest()
                why_not = None if bound == fact["commitment"] else "it is not the one committed to"
                self.check(f"version {number}: share of {officer}", why_not)
                joined += share
        beacon = committed.get("beacon_value") or ""
        made = hmac.digest(joined, lp("seed/v1", self._trial, str(number), beacon), "sha256")
        self.check(f"version {number}: joint seed", None if made == seed else "the shares do not make this seed")
        design = json.loads(text)
        asked = ([arm["arm"] for arm in design["arms"]], design["method"], design["ratio"])
        asked_for = {row["name"]: row["values"] for row in design["parameters"]}
        for one in version["lists"]:
            same = (one["arms"], one["method"], one["ratio"]) == asked and one["parameters"] == asked_for
            if not same:
                self.check(f"list {one['list']}", "it was not made from the design")

    def _contents(self, one: Json, seed: bytes) -> list[str]:
        """What each slot was committed to: its arm, or the word that a minimised draw uses."""
        if one["slots"] is not None:
            self._tell(
                f"NOT CHECKED  list {one['list']}: how it was drawn; it was made outside, only its root is checked"
            )
            return [one["arms"][DIGITS.index(digit)] for digit in one["slots"]]
        if one["method"] == "minimisation":
            draws = (Draws(seed, self._trial, "min", _label(one), str(index)) for index in range(one["length"]))
            return [draw.digest(0)[:6].hex() for draw in draws]
        return [
            one["arms"][arm] for arm in drawn_list(one, Draws(seed, self._trial, "list", _label(one)), one["length"])
        ]

    def _leaf(self, one: Json, index: int, content: str, seed: bytes) -> bytes:
        nonce = Draws(seed, self._trial, "nonce", _label(one)).digest(index)
        return sha256(b"\x00" + lp("slot/v1", self._trial, _label(one), str(index), content, nonce)).digest()

    def _slots(self, one: Json, contents: Sequence[str], committed: Json, seed: bytes, *, rooted: bool) -> None:
        rows = [row for row in self._package["allocations"] if row["list"] == one["list"]]
        used = {int(row["index"]): row for row in rows}
        minimised = Minimised(one) if one["method"] == "minimisation" else None
        if len(used) < len(rows):
            self.check(f"list {one['list']}", "a slot was used twice")
        for index in range(1, max(used, default=0) + 1):
            name = f"list {one['list']} ({_label(one)}) slot {index}"
            try:
                row, arm = used[index], contents[index - 1]
                if minimised:
                    before = [used[earlier]["inputs"] for earlier in range(1, index)]
                    draws = Draws(seed, self._trial, "min", _label(one), str(index - 1))
                    arm = _drawn_again(minimised, one, before, row["inputs"], draws, arm)
                self._opened(row, one, arm, committed)
                self._of_its_list(rooted=rooted)
            except (ValueError, LookupError) as error:
                missing = isinstance(error, LookupError)
                self.check(name, f"slot {error} is missing, or its entry" if missing else str(error))
            else:
                fact = self._entries[row["position"]]["body"]["payload"]
                self.check(f"{name}: participant {row['participant']}, {fact['randomisation_number']}, {arm}", None)

    def _of_its_list(self, *, rooted: bool) -> None:
        if not rooted:
            raise ValueError("envelope and list agree, but this is not the list that was committed to")

    def _opened(self, row: Json, one: Json, arm: str, committed: Json) -> None:
        """Raise ValueError where envelope, key, slot and leaf do not agree."""
        entry = self._entries[row["position"]]
        frame, body, fact = entry["frame"], entry["body"], entry["body"]["payload"]
        own = (f"trial:{self._trial}/participant/{row['participant']}", row["event"], committed["root"], one["stratum"])
        if own != (frame["stream"], body["event_id"], fact["list_root"], fact["stratum"]):
            raise ValueError(f"entry {row['position']} is not this participant's allocation from this list")
        key, sealed = bytes.fromhex(row["key"]), {name: b64decode(text) for name, text in fact["envelope"].items()}
        if not hmac.compare_digest(hmac.digest(key, ENVELOPE.encode(), "sha256"), sealed["commitment"]):
            raise ValueError("the envelope is committed to another key")
        names = (self._trial, body["event_id"], row["participant"], fact["list_root"])
        plain = gcm_open(
            key, sealed["nonce"], sealed["ciphertext"], lp(ENVELOPE, *names, sealed["key"], sealed["commitment"])
        )
        inside = plain[4 : 4 + int.from_bytes(plain[:4], "big")].decode()
        if not inside == arm == row["arm"]:
            raise ValueError(f"the envelope holds {inside}, the list {arm}, the package says {row['arm']}")


def _drawn_again(method: Minimised, one: Json, before: Sequence[Json], inputs: Json, draws: Draws, word: str) -> str:
    scores, chances = method.weighed(before, [level["level"] for level in inputs["levels"]])
    place = draws.fall(chances)
    if (inputs["scores"], inputs["chances"], inputs["place"], inputs["word"]) != (scores, chances, place, word):
        raise ValueError("its recorded inputs do not give this draw")
    return str(one["arms"][method.arms[place]])


def _numbered(committed: Json) -> str:
    """The version of the lists; where each site has its own, of which site."""
    sites = {row.get("site") for row in committed["strata"]} - {None}
    return f"{committed.get('version', 1)}{''.join(f' at site {site}' for site in sites)}"


def _label(one: Json) -> str:
    return f"{one['stratum']}/{one['site']}" if one["site"] else str(one["stratum"])


def _read(raw: bytes) -> Json:
    package: Json = json.loads(raw)
    if package["format"] != FORMAT or package["kind"] != "planned":
        raise ValueError("it is no release package of a planned reveal")
    return package


def main() -> int:
    """Verify one package and say what was found."""
    parser = argparse.ArgumentParser(description="Verify the randomisation of a trial from its release package.")
    parser.add_argument("package", type=Path)
    parser.add_argument("--root", metavar="HEX", help="a root of the trial's ledger, or of its lists, that you hold")
    parser.add_argument("--seed-commitment", metavar="HEX", help="a commitment to the seed that you hold")
    parser.add_argument("--commitment", metavar="HEX", help="the ledger's commitment to this package")
    asked = parser.parse_args()
    try:
        raw = asked.package.read_bytes()
        package = _read(raw)
        verifier = Verifier(package, print)
        bound = sha256(lp("design-commit/v1", bytes.fromhex(package["salt"]), lp("package/v1", sha256(raw).digest())))
        verifier.run()
        verifier.held(asked.root, asked.seed_commitment, asked.commitment and (asked.commitment, bound.hexdigest()))
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        sys.stderr.write(f"The package cannot be read: {type(error).__name__}: {error}\n")
        return 2
    outcome = "PASS" if not verifier.failed else "FAIL"
    sys.stdout.write(
        f"\n{outcome}: {verifier.passed} passed, {verifier.failed} failed ({package['environment']} data)\n"
    )
    sys.stdout.write("This does not prove:\n" + "".join(f"- {line};\n" for line in NOT_PROVED))
    return 0 if not verifier.failed else 1


if __name__ == "__main__":
    sys.exit(main())
