"""Stream ids: they carry their ledger, and tell no arm, site or stratum of a list."""

import pytest

from domain import streams


@pytest.mark.parametrize(
    ("stream", "written"),
    [
        (streams.person("u12"), "system/person/u12"),
        (streams.trial("T1"), "trial:T1/trial"),
        (streams.protocol("T1"), "trial:T1/protocol"),
        (streams.site("T1", "01"), "trial:T1/site/01"),
        (streams.participant("T1", "007"), "trial:T1/participant/007"),
        (streams.screening_numbers("T1"), "trial:T1/screening-numbers"),
        (streams.adverse_event("T1", "AE-1"), "trial:T1/adverse-event/AE-1"),
        (streams.unblinding("T1", "r1"), "trial:T1/unblinding/r1"),
        (streams.deviation("T1", "d1"), "trial:T1/deviation/d1"),
        (streams.randomisation("T1"), "trial:T1/randomisation"),
        (streams.stratum("T1", "SLE"), "trial:T1/stratum/SLE"),
        (streams.sealed_list("T1", "q7k2m9"), "vault:T1/list/q7k2m9"),
        (streams.administration("T1", "007"), "vault:T1/administration/007"),
        (streams.disclosure("T1", "r1"), "vault:T1/disclosure/r1"),
        (streams.opening("access:T1"), "access:T1/ledger"),
        (streams.refusal("access:T1", "e1"), "access:T1/refusal/e1"),
        (streams.report("T1", "r1"), "access:T1/report/r1"),
        (streams.reading("T1", "e1"), "access:T1/reading/e1"),
    ],
)
def test_a_stream_id_starts_with_its_ledger_and_says_its_kind_and_name(stream: str, written: str) -> None:
    assert stream == written
    ledger, kind, *_ = written.split("/")
    assert streams.ledger_of(stream) == ledger
    assert streams.kind_of(stream) == kind
    assert streams.name_of(stream) == written.rsplit("/", maxsplit=1)[-1]


def test_a_trial_has_three_ledgers_of_its_own() -> None:
    ledgers = {streams.trial_ledger("T1"), streams.vault_ledger("T1"), streams.access_ledger("T1")}

    assert ledgers == {"trial:T1", "vault:T1", "access:T1"}
    assert streams.SYSTEM_LEDGER not in ledgers
