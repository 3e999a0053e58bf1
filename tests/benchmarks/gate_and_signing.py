"""What deciding, signing and verifying cost, beside the append that each of them guards.

Run it as `python tests/benchmarks/gate_and_signing.py`. Every round does the same number of each, one kind after
the other, so that all meet the same neighbours; the figure is that of the best round. The decision of the gate's
table alone should stay under 10 microseconds.
"""

import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import process_time

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from adapters.chance import SetClock
from adapters.identity.hashing import Hashing
from adapters.wiring import Sources
from compliance import gate
from compliance.pages import all_entries
from compliance.proofs.signatures import check_signatures
from domain import streams
from domain.errors import Refusal
from domain.people.person import Person
from domain.session.session import Session
from domain.signature.facts import SignatureMade
from domain.signature.signed import signed_by
from tests.benchmarks.command_path import carry_out, lines
from tests.compliance.running_trial import enrolled, open_trial
from tests.compliance.stores import START, Desk, open_desk

PARTICIPANTS = 10
TIMES = 200
ROUNDS = 8
AIM = 10.0


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, open_desk(Path(folder), Sources(SetClock(START))) as desk:
        open_trial(desk, cap=PARTICIPANTS)
        numbers = [enrolled(desk) for _ in range(PARTICIPANTS)]
        acts = {
            "gate decision": deciding(desk),
            "refusal of the gate": refusing(desk),
            "Ed25519 seal": sealing(desk),
            "seal verified": verifying(desk),
            "signature verified": verifying_whole(desk),
            "whole command": commanding(desk, numbers),
        }
        measured: dict[str, list[float]] = {name: [] for name in acts}
        for _ in range(ROUNDS):
            for name, act in acts.items():
                measured[name].append(spent(act))
        append = min(measured["whole command"])
        for name, found in measured.items():
            best = min(found)
            line = f"{name:<20} {best:>9.2f} us CPU (median {median(found):.2f}), x{best / append:.4f} of a command\n"
            sys.stdout.write(line)
        hashing()
        sys.stdout.write(f"a gate decision is {'under' if min(measured['gate decision']) < AIM else 'OVER'} {AIM} us\n")


def spent(act: Callable[[int], object]) -> float:
    """Microseconds of CPU time for one, over many."""
    started = process_time()
    for n in range(TIMES):
        act(n)
    return (process_time() - started) / TIMES * 1_000_000


def deciding(desk: Desk, action: str = "record_fact") -> Callable[[int], object]:
    """A coordinator who may, decided as `conduct` asks for it."""
    identity = desk.identity("coo01")
    person = desk.store.conduct.histories.load(streams.person("coo01")).of(Person)
    session = desk.store.conduct.histories.load(streams.session(identity.session)).of(Session)
    now = desk.clock.shows

    def decide(_: int) -> object:
        return gate.decide(identity, person, session, action, trial="T1", site="01", now=now, system_position=1)

    return decide


def refusing(desk: Desk) -> Callable[[int], object]:
    """The same coordinator, who may not."""
    decide = deciding(desk, "decide_eligibility")

    def refuse(n: int) -> object:
        try:
            return decide(n)
        except Refusal:
            return None

    return refuse


def sealing(desk: Desk) -> Callable[[int], object]:
    signs, signed = desk.store.ports.signs, b"x" * 600
    return lambda _: signs(signed)


def verifying(desk: Desk) -> Callable[[int], object]:
    entries = all_entries(desk.store.ledger, "trial:T1")
    made = next(entry for entry in entries if isinstance(entry.fact, SignatureMade))
    verifies, public = desk.store.ports.verifies, desk.store.ports.signs.public
    signed = signed_by(made.fact, made.frame.ledger)
    return lambda _: verifies(public, signed, made.fact.seal)


def verifying_whole(desk: Desk) -> Callable[[int], object]:
    """Each signature of the trial with its seal, its record's root, its key and its name, per signature."""
    ports = desk.store.ports
    entries, system = (all_entries(ports.ledger, name) for name in ("trial:T1", "system"))
    leaves = ports.leaves("trial:T1", len(entries))
    signatures = sum(isinstance(entry.fact, SignatureMade) for entry in entries)

    def verify(n: int) -> object:
        return check_signatures(entries, system, leaves, ports.verifies) if n % signatures == 0 else None

    return verify


def commanding(desk: Desk, numbers: list[str]) -> Callable[[int], object]:
    """`record_fact` from its bytes to its durable entry: what the gate's decision guards."""
    sent: list[bytes] = []

    def command(n: int) -> None:
        if n == 0:
            sent[:] = lines(numbers)
        carry_out(desk, sent[n])

    return command


def hashing() -> None:
    """One password at full strength, for comparison; it is no part of a command."""
    started = process_time()
    Hashing(os.urandom, light=False).digest("correct horse battery staple", b"0" * 32)
    sys.stdout.write(f"{'argon2id, once':<20} {(process_time() - started) * 1000:>9.0f} ms CPU, all lanes\n")


if __name__ == "__main__":
    main()
