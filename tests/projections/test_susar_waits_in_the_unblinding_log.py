"""A SUSAR in the unblinding log before anybody was told: it waits for no approval, and ends with its time."""

from domain.unblinding import facts as unblinding
from projections.replay import replay
from projections.unblinding_log import UnblindingLog
from tests.projections import facts as told
from tests.projections.entries import START, Book


def test_a_susar_waits_for_its_disclosure_without_approvals_and_ends_with_its_time() -> None:
    book, expires = Book(), START.replace(year=2028)
    book.write(
        told.request("S1"),
        unblinding.SusarUnblindingTriggered(
            case="A1", expires=expires, participant="007", recipients=("unb",), request="S1"
        ),
    )

    (row,) = replay(UnblindingLog, book.entries).view().rows

    assert row.state == "TRIGGERED"
    assert row.unblinding.state_at(START) == "TRIGGERED"
    assert row.unblinding.state_at(expires) == "EXPIRED"
