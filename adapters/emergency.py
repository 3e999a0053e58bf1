"""The code-break put together: the ordinary way within two seconds, else the key store's own record.

The fallback works with connections of its own: what the first way still waits for, it does not wait for.
"""

from collections.abc import Callable
from time import monotonic_ns

from adapters.keys.emergency_log import EmergencyLog
from adapters.keys.recorded import DrillEnvelopes, RecordedBreaks
from adapters.wiring import Store
from adapters.within import in_time
from compliance.drills import Drills
from compliance.emergency import SECONDS, FallbackWay, OpensRecorded, OrdinaryWay, Shown, shown_whatever
from compliance.emergency_record import Cause
from compliance.envelope import Envelope
from compliance.gate import Identity
from compliance.inquire import Inquire
from compliance.late_entries import LateEntries

Enter = Callable[[Store], Identity]
"""Who sends, proved at this store."""


def emergency_log(store: Store) -> EmergencyLog:
    """The emergency log beside the key store."""
    return EmergencyLog(store.folder / "keys", store.keys)


def recorded_breaks(store: Store) -> RecordedBreaks:
    """Its records, and what they open."""
    return RecordedBreaks(emergency_log(store), store.keys)


def break_blind(
    store: Store,
    envelope: Envelope,
    trial: str,
    *,
    enter: Enter,
    prove: Enter,
    apart: Callable[[], Store],
    opens: OpensRecorded | None = None,
    seconds: float = SECONDS,
) -> Shown:
    """One participant's arm for its recipient, recorded before it is given.

    `enter` may write to the ledger, `prove` does not; `apart` gives the store over connections of its own.
    """

    def ordinary() -> Shown:
        return OrdinaryWay(store.conduct, Inquire(store.ports))(envelope, enter(store), trial)

    def fallback(cause: Cause) -> Shown:
        own = apart()
        breaks = recorded_breaks(own)
        way = FallbackWay(own.ports, breaks, opens or breaks.opens)
        return way(envelope, prove(own), trial, cause)

    return shown_whatever(lambda: in_time(ordinary, seconds), fallback)


def late_entries(store: Store) -> LateEntries:
    """Enters late what the ledger missed; a service calls its `catch_up` each minute."""
    return LateEntries(store.ports, recorded_breaks(store))


def drills(store: Store) -> Drills:
    """Tries the code-break out."""
    return Drills(
        Inquire(store.ports),
        recorded_breaks(store),
        DrillEnvelopes(store.keys, store.sources.randomness),
        lambda: monotonic_ns() // 1_000_000,
    )
