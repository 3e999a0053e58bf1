"""What `trialproof doctor` looks at: each check answers with a sentence, whatever the others find."""

import shutil
import stat
from collections.abc import Callable, Iterator
from datetime import timedelta
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Final, Literal, NamedTuple

from adapters.chance import system_clock
from adapters.cli.errors import told
from adapters.cli.run import Run
from adapters.wiring import last_recorded
from compliance.contexts import environment_of
from domain.errors import TrialproofError
from domain.times import zone

ROOMS: Final = ("domain", "projections", "compliance", "adapters")
OWNERS: Final = frozenset({"trialproof"})
FREE_BYTES: Final = 1 << 30
FOR_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO
DRIFT: Final = timedelta(minutes=1)
MOMENT: Final = "%Y-%m-%d %H:%M:%SZ"


class Check(NamedTuple):
    """One look: at what, how it is, and what was found."""

    check: str
    state: Literal["ok", "note", "WRONG"]
    detail: str


def all_checks(run: Run) -> Iterator[Check]:
    """Look at one thing after the other; a check that fails says why and hinders no other."""
    looks: tuple[tuple[str, Callable[[Run], Check]], ...] = (
        ("packages", _packages),
        ("time zones", _zones),
        ("store folder", _folder),
        ("free space", _space),
        ("key file", _key_file),
        ("session file", _session_file),
        ("ledgers", _ledgers),
        ("environment", _environment),
        ("trials", _trials),
        ("key store log", _key_log),
        ("clock", _clock),
    )
    for name, look in looks:
        try:
            found = look(run)
        except (TrialproofError, OSError) as error:
            why = told(error)
            found = Check(name, "WRONG", f"{why['message']} {why['next_step']}")
        yield found


def _packages(_: Run) -> Check:
    """Our four names are plain ones: another distribution that brings one of them would overwrite ours."""
    owners = packages_distributions()
    foreign = {owner for room in ROOMS for owner in owners.get(room, ())} - OWNERS
    if foreign:
        what = f"{', '.join(sorted(foreign))} brings a package of one of our names; use an environment of our own."
        return Check("packages", "WRONG", what)
    return Check("packages", "ok", "Nobody else owns one of the four package names.")


def _zones(_: Run) -> Check:
    try:
        zone("Asia/Shanghai")
    except ValueError as error:
        return Check("time zones", "WRONG", f"{error}. Install the package tzdata.")
    return Check("time zones", "ok", "The IANA time zones are at hand.")


def _folder(run: Run) -> Check:
    return _private("store folder", run.settings.folder)


def _key_file(run: Run) -> Check:
    return _private("key file", run.settings.secret)


def _session_file(run: Run) -> Check:
    path = run.settings.session_file
    if not path.exists():
        return Check("session file", "ok", "Nobody is logged in here.")
    return _private("session file", path)


def _private(name: str, path: Path) -> Check:
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & FOR_OTHERS:
        return Check(name, "WRONG", f"{path} has mode {mode:04o}: others can reach it. chmod go-rwx it.")
    return Check(name, "ok", f"{path}, for its owner alone.")


def _space(run: Run) -> Check:
    free = shutil.disk_usage(run.settings.folder).free
    state: Literal["ok", "WRONG"] = "ok" if free >= FREE_BYTES else "WRONG"
    return Check("free space", state, f"{free >> 20} MiB free on the disk of the store.")


def _ledgers(run: Run) -> Check:
    count = len(run.store.ledger.ledgers())
    return Check("ledgers", "ok", f"{count} open; heads and last entries agree. To check all entries: `ledger verify`.")


def _environment(run: Run) -> Check:
    return Check("environment", "ok", environment_of(run.store.ledger))


def _trials(run: Run) -> Check:
    trials = run.trials()
    return Check("trials", "ok" if trials else "note", ", ".join(trials) or "None yet.")


def _key_log(run: Run) -> Check:
    run.store.keys.verify_log()
    return Check("key store log", "ok", "The log of opened allocation keys is an unbroken chain.")


def _clock(run: Run) -> Check:
    now, last = system_clock(), last_recorded(run.store)
    if last is None or last - now <= DRIFT:
        return Check("clock", "ok", f"{now:{MOMENT}}, not behind the last recorded time.")
    if environment_of(run.store.ledger) == "demonstration":
        return Check("clock", "note", f"The demonstration was recorded ahead of this clock, up to {last:{MOMENT}}.")
    return Check("clock", "WRONG", f"The clock shows {now:{MOMENT}}, behind the last recorded time {last:{MOMENT}}.")
