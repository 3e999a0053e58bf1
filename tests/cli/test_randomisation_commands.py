"""Design, seed and lists at the command line; a list from outside; and no secret on a screen or in a log."""

import json
import shutil
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey

from adapters.cli.share_file import SeedShareKept, read_share, write_share
from adapters.keys.list_import import SUITE
from adapters.wiring import Sources, Store, open_store
from domain import streams
from domain.allocation.facts import ListSealed, RandomisationCommitted
from domain.errors import InDoubtError, InvalidInputError, NotFoundError, StorageUnavailableError
from tests.cli.invoking import TRIAL, Cli
from tests.cli.people import Office

MAKERS: Final = ("maker-01", "maker-02")
STRATA: Final = [{"cap": 3, "code": code, "definition": "By class", "label": code} for code in ("SLE", "LN")]
SETTINGS: Final = json.dumps({"ratio": [2, 1], "strata": STRATA})
DESIGN: Final[dict[str, Any]] = {
    "arms": [{"arm": "qx81", "label": "Cells"}, {"arm": "qx82", "label": "Placebo"}],
    "method": "block_urn",
    "parameters": [{"name": "lambda", "values": ["2"]}],
}


@contextmanager
def opened(cli: Cli) -> Generator[Store]:
    store = open_store(cli.store, cli.key_file, Sources(seeded=True))
    try:
        yield store
    finally:
        store.close()


@pytest.fixture(scope="module")
def decided_once(made_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ratio and strata decided and signed; two list makers, logged in."""
    folder = tmp_path_factory.mktemp("decided") / "copy"
    shutil.copytree(made_once, folder)
    cli = Cli(folder)
    with opened(cli) as store:
        office = Office(store, cli.people)
        office.identities = {person: office.log_in(person).identity for person in ("admin-01", "admin-02")}
        for person in MAKERS:
            office.register(person)
            office.train(person)
            office.grant(person, "randomisation_statistician", requested_by="lead-01", trial=TRIAL)
            office.enter(person, office.invite(person))
            office.verify(person, "admin-02")
            office.acknowledge(person)
    proposal = ("--choice", "2:1", "--rationale", "For a test.", "--settings", SETTINGS)
    run(cli, "sponsor-01", "trial", "decide", "D2", *proposal)
    for person in ("sponsor-02", "monitor-01"):
        run(cli, person, "trial", "decide", "D2", "--approve")
        owed = cli.json("sign", "--mine", *cli.by(person))
        given = cli.people.lines(person)
        for row in owed:
            done = cli("sign", str(row["entry"]), *cli.by(person), "--secrets-from", "-", given=given)
            assert done.exit_code == 0, done.output
    return folder


@pytest.fixture
def cli(decided_once: Path, tmp_path: Path) -> Cli:
    shutil.copytree(decided_once, tmp_path, dirs_exist_ok=True)
    return Cli(tmp_path)


def run(cli: Cli, person: str, *words: str, given: str | bytes = b"") -> str:
    done = cli(*words, *cli.by(person), given=given)
    assert done.exit_code == 0, done.output
    return done.output


def refused(cli: Cli, person: str, *words: str, given: str | bytes = b"") -> str:
    done = cli("--json", *words, *cli.by(person), given=given)
    assert done.exit_code != 0, done.output
    return str(json.loads(done.stderr)["error"])


def declared(cli: Cli, **changes: Any) -> str:
    return run(cli, "maker-01", "randomisation", "declare", "-", given=json.dumps(DESIGN | changes))


def share_of(cli: Cli, person: str) -> Path:
    return cli.folder / f"{person}.share"


def shared(cli: Cli) -> str:
    return "".join(run(cli, one, "randomisation", "share", "--out", str(share_of(cli, one))) for one in MAKERS)


def revealed(cli: Cli) -> str:
    return "".join(run(cli, one, "randomisation", "reveal", "--share", str(share_of(cli, one))) for one in MAKERS)


def recorded(cli: Cli) -> list[RandomisationCommitted]:
    with opened(cli) as store:
        entries = store.ledger.stream(streams.randomisation(TRIAL))
    return [entry.fact for entry in entries if isinstance(entry.fact, RandomisationCommitted)]


def lists(cli: Cli) -> list[ListSealed]:
    with opened(cli) as store:
        rows = [row for committed in recorded(cli) for row in committed.strata]
        held = [entry.fact for row in rows for entry in store.ledger.stream(streams.sealed_list(TRIAL, row.list_id))]
    return [fact for fact in held if isinstance(fact, ListSealed)]


@pytest.mark.requirement("EMA-16")
def test_lists_come_from_a_declared_design_and_the_seed_of_two(cli: Cli) -> None:
    declared(cli)
    shared(cli)
    revealed(cli)

    told = run(cli, "maker-01", "randomisation", "seal")

    (committed,) = recorded(cli)
    assert "seal_lists done" in told
    assert (committed.scheme, [row.stratum for row in committed.strata]) == ("rand/v1", ["SLE", "LN"])
    assert [(held.method, held.label, held.length) for held in lists(cli)] == [
        ("block_urn", "SLE", 64),
        ("block_urn", "LN", 64),
    ]


def test_neither_share_nor_arm_nor_parameter_shows_on_a_screen_or_in_a_log(cli: Cli) -> None:
    log = cli.folder / "log"
    for words in (
        ("maker-01", "randomisation", "declare", "-"),
        *((one, "randomisation", "share", "--out", str(share_of(cli, one))) for one in MAKERS),
        *((one, "randomisation", "reveal", "--share", str(share_of(cli, one))) for one in MAKERS),
        ("maker-01", "randomisation", "seal"),
    ):
        person, *rest = words
        told = run(cli, person, *rest, "--log", str(log), given=json.dumps(DESIGN))
        assert not [secret for secret in secrets(cli) if secret in told]

    assert not [secret for secret in secrets(cli) if secret in log.read_text()]
    assert len(secrets(cli)) == 7


def secrets(cli: Cli) -> list[str]:
    known = ["qx81", "qx82", "Cells", "Placebo", "block_urn"]
    return known + [read_share(share_of(cli, one)).share.hex() for one in MAKERS if share_of(cli, one).exists()]


def test_a_share_is_kept_in_a_new_file_of_its_owner_alone(cli: Cli) -> None:
    declared(cli)
    shared(cli)

    first, second = (share_of(cli, one) for one in MAKERS)
    kept = read_share(first)
    assert first.stat().st_mode & 0o777 == 0o600
    assert (kept.trial, kept.version, kept.officer, len(kept.share)) == (TRIAL, 1, "maker-01", 32)
    assert kept.share != read_share(second).share
    assert repr(kept) == "SeedShareKept(concealed)"
    before = first.read_bytes()
    assert refused(cli, "maker-01", "randomisation", "share", "--out", str(first)) == "storage_unavailable"
    assert first.read_bytes() == before


def test_a_share_that_was_not_committed_leaves_no_file(cli: Cli) -> None:
    path = share_of(cli, "maker-01")

    assert refused(cli, "maker-01", "randomisation", "share", "--out", str(path)) == "no_design_declared"
    assert not path.exists()


def test_a_share_whose_commitment_is_in_doubt_is_kept(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    def lost(*_: object, **__: object) -> None:
        raise InDoubtError("The answer was lost.", next_step="Send the same command again, with the same id.")

    path = share_of(cli, "maker-01")
    with monkeypatch.context() as patched:
        patched.setattr("adapters.cli.sending.send", lost)
        done = cli("randomisation", "share", "--out", str(path), *cli.by("maker-01"))

    assert done.exit_code == 5
    assert f"Keep {path}" in done.stderr.replace("\n", "")
    assert read_share(path).officer == "maker-01"


def test_a_share_is_revealed_by_its_officer_for_its_trial_and_after_both_committed(cli: Cli) -> None:
    declared(cli)
    run(cli, "maker-01", "randomisation", "share", "--out", str(share_of(cli, "maker-01")))
    reveal = ("randomisation", "reveal", "--share")
    assert refused(cli, "maker-01", *reveal, str(share_of(cli, "maker-01"))) == "shares_incomplete"
    run(cli, "maker-02", "randomisation", "share", "--out", str(share_of(cli, "maker-02")))

    assert refused(cli, "maker-02", *reveal, str(share_of(cli, "maker-01"))) == "other_share"
    elsewhere, own = cli.folder / "elsewhere", read_share(share_of(cli, "maker-01"))
    write_share(elsewhere, own._replace(trial="T2"))
    assert refused(cli, "maker-01", *reveal, str(elsewhere)) == "other_share"
    changed = cli.folder / "changed"
    write_share(changed, own._replace(share=bytes(32)))
    assert refused(cli, "maker-01", *reveal, str(changed)) == "share_not_committed"


def test_lists_of_a_site_and_the_value_of_a_beacon_are_named(cli: Cli) -> None:
    declared(cli, per_site=True, beacon="a public beacon")
    shared(cli)
    revealed(cli)
    assert refused(cli, "maker-01", "randomisation", "seal", "--beacon-value", "1000") == "site_missing"

    run(cli, "maker-01", "randomisation", "seal", "--site", "01", "--beacon-value", "1000")
    run(cli, "maker-01", "randomisation", "seal", "--site", "02")

    assert [held.label for held in lists(cli)] == ["SLE/01", "LN/01", "SLE/02", "LN/02"]
    assert [committed.beacon_value for committed in recorded(cli)] == ["1000", "1000"]


@pytest.mark.parametrize(("text", "code"), [("[]", "no_design"), ("{", "not_json"), ('{"arms": []}', "missing_field")])
def test_what_is_no_design_declares_nothing(cli: Cli, text: str, code: str) -> None:
    before = cli.heads()

    assert refused(cli, "maker-01", "randomisation", "declare", "-", given=text) == code
    assert cli.heads() == before


def test_who_is_blinded_declares_seals_and_imports_nothing(cli: Cli) -> None:
    for words in (("declare", "-"), ("seal",), ("import", "-"), ("share", "--out", str(cli.folder / "x"))):
        done = cli("randomisation", *words, *cli.by("sponsor-01"), given=json.dumps(DESIGN))
        assert done.exit_code == 4, done.output
    assert not (cli.folder / "x").exists()


# --- a list that was made outside ---------------------------------------------------------------------------------


def outside(**changes: Any) -> bytes:
    slots = [{"arm": f"qx8{1 + (number % 3 == 0)}", "slot": number} for number in range(1, 13)]
    program = {"name": "blockrand", "sha256": "ab" * 32, "version": "1.5"}
    listed = [{"slots": slots, "stratum": code} for code in ("SLE", "LN")]
    file = {"arms": DESIGN["arms"], "format": "trialproof-list/1", "lists": listed, "program": program, "trial": TRIAL}
    return json.dumps(file | changes).encode()


def sealed(cli: Cli, plain: bytes) -> bytes:
    """As whoever made the list would seal it, with what the command prints and nothing else."""
    (told,) = cli.json("randomisation", "import-key", *cli.by("maker-01"))
    public = X25519PublicKey.from_public_bytes(bytes.fromhex(told["public_key"]))
    return SUITE.encrypt(plain, public, told["info"].encode())


def test_a_sealed_list_from_outside_is_taken_over(cli: Cli) -> None:
    file = cli.folder / "list.sealed"
    file.write_bytes(sealed(cli, outside()))

    told = run(cli, "maker-01", "randomisation", "import", str(file))

    (committed,) = recorded(cli)
    assert "import_lists done" in told
    assert committed.scheme == "import/v1"
    assert [(held.stratum, held.slots) for held in lists(cli)] == [("SLE", "001" * 4), ("LN", "001" * 4)]
    assert not [secret for secret in ("qx81", "Cells", "blockrand") if secret in told]


def test_a_list_that_is_not_as_decided_is_refused_in_the_same_words_whatever_it_is(cli: Cli) -> None:
    words = {
        cli("randomisation", "import", "-", *cli.by("maker-01"), given=given).stderr
        for given in (b"no list", outside(), sealed(cli, b"{}"), sealed(cli, outside(trial="T2")))
    }

    assert len(words) == 1
    assert "list_not_accepted" in words.pop()
    assert recorded(cli) == []


def test_the_import_key_is_the_same_for_everybody_and_for_one_trial(cli: Cli) -> None:
    first, again = (cli.json("randomisation", "import-key", *cli.by(person)) for person in ("maker-01", "sponsor-01"))

    assert first == again
    assert first[0]["info"] == f"trialproof list-import/1 {TRIAL}"
    assert cli("randomisation", "import-key").exit_code == 8


def test_a_file_that_fits_into_no_command_is_not_sent(cli: Cli) -> None:
    assert refused(cli, "maker-01", "randomisation", "import", "-", given=bytes(187_501)) == "too_large"


# --- the file of a share ------------------------------------------------------------------------------------------

KEPT: Final = SeedShareKept("T1", 1, "a", bytes(range(32)))


def test_a_share_file_that_others_can_reach_is_not_used(tmp_path: Path) -> None:
    write_share(tmp_path / "share", KEPT)
    assert read_share(tmp_path / "share") == KEPT
    (tmp_path / "share").chmod(0o640)

    with pytest.raises(InvalidInputError, match="reached by others"):
        read_share(tmp_path / "share")


@pytest.mark.parametrize("text", ["", "{}", "x", '{"format":"trialproof.seed-share.v2"}'])
def test_another_file_is_no_share(tmp_path: Path, text: str) -> None:
    path = tmp_path / "share"
    path.touch(mode=0o600)
    path.write_text(text)

    with pytest.raises(InvalidInputError, match="no share"):
        read_share(path)


def test_a_share_of_another_form_is_no_share(tmp_path: Path) -> None:
    write_share(tmp_path / "share", KEPT)
    written = json.loads((tmp_path / "share").read_text())

    for name, value in (("format", "other"), ("share", "xyz")):
        (tmp_path / "share").write_text(json.dumps({**written, name: value}))
        with pytest.raises(InvalidInputError, match="no share"):
            read_share(tmp_path / "share")


def test_a_share_that_is_not_there_or_cannot_be_written_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(NotFoundError, match="cannot be read"):
        read_share(tmp_path / "nowhere")
    with pytest.raises(StorageUnavailableError, match="could not be written"):
        write_share(tmp_path / "no" / "folder", KEPT)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(StorageUnavailableError, match="No space left"):
        write_share(tmp_path / "share", KEPT)
    assert not (tmp_path / "share").exists()
