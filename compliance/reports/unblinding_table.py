"""The columns of the unblinding log (regulation, unblinding log); the unblinded form prints the arm beside them."""

from collections.abc import Sequence
from typing import Any, Final

from compliance.reports.filled import Filled, table_of
from compliance.reports.model import Code, Column, Table
from compliance.reports.tables import Kind
from compliance.reports.unblinding_lines import Line

UNBLINDINGS: Final = "unblindings"
TYPES: Final = (
    Code(code="emergency", meaning="the code was broken at once, by an investigator or the desk", tone="watch"),
    Code(code="routine", meaning="asked for, approved by two others, disclosed to named persons"),
    Code(code="susar", meaning="for an expedited safety report, to one safety person"),
    Code(code="accident", meaning="somebody learned, or may have learned, an arm by accident", tone="bad"),
    Code(code="drill", meaning="tried out with a key that opens nothing of anybody's"),
)
STATES: Final = (
    *(
        Code(code=code, meaning=meaning)
        for code, meaning in (
            ("asked for", "waits for approvals or for its disclosure"),
            ("approved", "two others approved; nobody was told yet"),
            ("invoked", "the code break was recorded; nobody was told yet"),
            ("disclosed", "told, and not confirmed by everybody"),
            ("acknowledged", "everybody who was told confirmed it"),
            ("explained", "the explanation is given; the impact is not judged yet"),
            ("unknown", "what it began with is not visible here"),
        )
    ),
    *(Code(code=code, meaning=meaning, tone="good") for code, meaning in (
        ("assessed", "its impact is judged"), ("closed", "all that follows is done"),
        ("opened", "the drill opened its key"),
    )),
    *(Code(code=code, meaning=meaning, tone="watch") for code, meaning in (
        ("refused", "an approver refused"), ("withdrawn", "the requester took it back"),
        ("expired", "nobody was told within its time"), ("to be explained", "the explanation is awaited"),
    )),
    Code(code="reported", meaning="its impact is not judged yet", tone="bad"),
    Code(code="failed", meaning="the drill did not open its key", tone="bad"),
)  # fmt: skip
_NOWHERE: Final = "no entry holds this; the explanation may tell"


def _line(key: str, heading: str, kind: Kind, meaning: str, **more: Any) -> Filled[Line]:
    def cell(line: Line) -> str | None:
        return line.request if key == "request" else line.cell(key)

    return Filled(Column(key=key, heading=heading, kind=kind, meaning=meaning, **more), cell)


def _folded(key: str, heading: str, kind: Kind, meaning: str, **more: Any) -> Filled[Line]:
    return _line(key, heading, kind, meaning, folded=True, **more)


IN_LINE: Final = (
    _line("request", "Request", "id", "Id of the unblinding"),
    _line("type", "Type", "status", "Kind of unblinding", codes=TYPES),
    _line("participant", "Participant", "id", "Screening number"),
    _line("site", "Site", "id", "Site"),
    _line("state", "State", "status", "How it stands", codes=STATES),
    _line("requested", "Requested", "time", "When it was recorded"),
    _line("reason", "Reason", "text", "Coded reason, or purpose of the request"),
    _line("revealed", "Revealed", "time", "When the first recipient was told"),
    _line("seconds", "Took", "number", "From request to disclosure", unit="s"),
    _line("to", "Revealed to", "text", "Each person who was told, with role"),
)
MORE: Final = (
    _folded("by", "By", "text", "Who asked, broke the code, or reported"),
    _folded("impact", "Impact", "text", "On what, as judged last"),
    _folded("claimed", "Claimed", "text", "When it happened, as claimed"),
    _folded("reason_text", "In words", "text", "Code and words of the reason"),
    _folded("clause", "Protocol clause", "text", f"Clause that allows it: {_NOWHERE}"),
    _folded("urgency", "Medical urgency", "text", f"How urgent: {_NOWHERE}"),
    _folded("sponsor", "Sponsor contacted", "text", f"Never required beforehand: {_NOWHERE}"),
    _folded("channel", "Channel", "text", "Investigator, or the 24-hour code-break desk"),
    _folded("flags", "Out of order", "text", "What was out of order; flagged, never a refusal"),
    _folded("approved", "Approved by", "text", "Each approval, by whom and when"),
    _folded("refused", "Refused or cancelled", "text", "By whom and when; or when its time was over"),
    _folded("acknowledged", "Confirmed by", "number", "Recipients who confirmed having learned it"),
    _folded("again", "Asked again", "number", "How often who had been told asked again"),
    _folded("late", "Entered late", "number", "From the disclosure to its entry in this ledger", unit="s"),
    _folded("cause", "Why late", "text", "Why the ledger could not record it at that time"),
    _folded("others", "Others who learned", "text", "Who else knows or may know, and who handed it on"),
    _folded("blind", "Kept blind", "text", "Persons in blinded roles who know nothing of this participant"),
    _folded("case", "Safety case", "id", "Case of a safety report"),
    _folded("on_product", "Treatment now", "text", "Whether treatment goes on; follow-up is another matter"),
    _folded("impact_owner", "Impact owner", "text", "Nobody is named before it is judged"),
    _folded("impact_due", "Impact due", "text", "No time is set for it"),
    _folded("impact_by", "Impact judged by", "text", "Who judged it last"),
    _folded("notified", "Sponsor notified", "time", "When the notice to those who need to know was recorded"),
    _folded("explained", "Explained", "time", "When the explanation was recorded; its signature stands below"),
    _folded("explanation_due", "Explanation due", "time", "A day after the disclosure"),
    _folded("explanation_late", "Explanation late", "flag", "Whether it came, or is awaited, after its time"),
    _folded("explanation", "Explanation", "text", "Of an emergency; no arm is named in it"),
    _folded("closed", "Closed", "time", "When it was closed"),
    _folded("fallback", "By the fallback", "flag", "Of a drill: whether the way without a ledger was tried"),
    _folded("entry", "Entry", "text", "Entry that opened it"),
)


def unblindings_table(found: Sequence[Line], more: Sequence[Filled[Line]] = ()) -> Table:
    """The log; `more` are columns of the unblinded form."""
    return table_of(
        UNBLINDINGS,
        "Unblindings, requests and drills",
        "Everything asked for, whatever became of it: refused, withdrawn and expired requests, accidents and drills. "
        "A disclosure entered late says by how much.",
        (*IN_LINE, *more, *MORE),
        found,
        row_word="unblinding",
        group=lambda line: line.group,
    )
