"""Reports to look at and to test with: an audit trail of any length and a screening and enrolment log."""

from datetime import UTC, date, datetime, timedelta, timezone
from hashlib import sha256

from compliance.reports.model import (
    Attention,
    Body,
    Code,
    Column,
    Envelope,
    Figure,
    Person,
    Report,
    Row,
    RowRef,
    Scope,
    Source,
    Table,
)
from compliance.reports.pictures.consort import Flow, Stage, Tally, consort
from compliance.reports.pictures.enrolment import Curve, DayCount, enrolment_curve
from compliance.reports.pictures.lag import lag_bins, lag_histogram

TRIAL = "DEMO-NCT03458156"
START = datetime(2027, 1, 4, 1, 12, 44, 123456, tzinfo=UTC)
SHANGHAI = timezone(timedelta(hours=8))

_ACTIONS = ("create", "change", "sign", "view", "refuse")
_PEOPLE = (
    ("Investigator One", "principal investigator", "Site 01"),
    ("Coordinator Two", "site coordinator", "Site 01"),
    ("Monitor Three", "monitor", "Contract organisation"),
)
_REASONS = ("transcribed from the source, see page 4", "unit was wrong in the first entry", None)


def columns() -> tuple[Column, ...]:
    def folded(key: str, heading: str, kind: str = "text") -> Column:
        return Column.model_validate(
            {"key": key, "heading": heading, "kind": kind, "meaning": f"{heading} of the entry", "folded": True}
        )

    return (
        Column(key="entry", heading="Entry", kind="number", meaning="Position in the trial ledger"),
        Column(key="recorded_at", heading="Recorded (UTC)", kind="time", meaning="When the server recorded it"),
        Column(key="local", heading="Local", kind="time", meaning="The same at the site", beside="recorded_at"),
        Column(key="lag", heading="Lag", kind="number", unit="h", meaning="Recorded minus claimed time"),
        Column(key="participant", heading="Participant", kind="id", meaning="Screening number"),
        Column(key="person", heading="Who", kind="text", meaning="Printed name at that time"),
        Column(
            key="action",
            heading="Action",
            kind="status",
            meaning="What was done",
            codes=(
                Code(code="change", meaning="an earlier value was corrected", tone="watch"),
                Code(code="refuse", meaning="the command was refused", tone="bad"),
            ),
        ),
        Column(key="field", heading="Field", kind="text", meaning="Which field of the record"),
        Column(key="old", heading="Old value", kind="text", meaning="Value before", beside="new"),
        Column(key="new", heading="Value", kind="change", meaning="Value after, the earlier one struck through"),
        Column(key="reason", heading="Reason", kind="text", meaning="Why, in the words given"),
        Column(
            key="late",
            heading="Flag",
            kind="flag",
            meaning="Late beyond 24 h",
            codes=(Code(code="late", meaning="recorded more than 24 h after the act", tone="watch"),),
        ),
        folded("event_id", "Event id", "id"),
        folded("role", "Role"),
        folded("organisation", "Organisation"),
        folded("on_behalf_of", "On behalf of"),
        folded("originator", "Originator"),
        folded("session", "Session", "id"),
        folded("strength", "Authentication strength"),
        folded("command_id", "Command id", "id"),
        folded("caused_by", "Caused by"),
        folded("protocol", "Protocol version"),
        folded("software", "Software version"),
        folded("hash", "Leaf hash", "id"),
    )


def _opaque(*parts: object) -> str:
    return sha256("|".join(map(str, parts)).encode()).hexdigest()


def trail_row(position: int) -> Row:
    at = START + timedelta(minutes=37 * position)
    participant = f"{position // 14 + 1:03d}"
    name, role, organisation = _PEOPLE[position % 3]
    action = _ACTIONS[position * position % 5]
    changed = action == "change"
    lag = 31 if position % 17 == 3 else position % 5
    return Row(
        key=str(position),
        group=participant,
        cells=(
            str(position),
            at.isoformat().replace("+00:00", "Z"),
            at.astimezone(SHANGHAI).strftime("%H:%M+08:00"),
            str(lag),
            participant,
            name,
            action,
            ("systolic pressure", "creatinine, serum", "consent given")[position % 3],
            f"{100 + position % 40} mmHg" if changed else None,
            None if action == "view" else f"{110 + position % 40} mmHg",
            _REASONS[position % 3],
            "late" if lag > 24 else "in time",
            _opaque("event", position)[:32],
            role,
            organisation,
            None,
            "electronic capture of site 01",
            _opaque("session", position // 30)[:32],
            "password and second factor",
            _opaque("command", position)[:32],
            None,
            "3.0",
            "0.1.0",
            _opaque("leaf", position),
        ),
    )


def audit_trail(rows: int) -> Report:
    trail = tuple(trail_row(position) for position in range(1, rows + 1))
    entries = Table(
        id="entries",
        title="Entries",
        note="In ledger order. An earlier value stands struck through before the new one.",
        columns=columns(),
        rows=trail,
        row_word="entry",
    )
    picture, bins = lag_histogram(
        lag_bins((int(row.cells[3] or 0) * 3600 for row in trail), limit=24 * 3600), name="lag"
    )
    late = tuple(RowRef(table="entries", row=row.key) for row in trail if row.cells[11] == "late")
    body = Body(
        name="audit-trail",
        title="Audit trail, all participants, as known on 3 March 2027, Asia/Shanghai",
        answer=f"{rows:,} entries by 3 people; {len(late):,} late entries; every correction gives a reason.",
        figures=(
            Figure(label="Entries", value=f"{rows:,}", meaning="in the trial ledger, within the filters"),
            Figure(label="People", value="3", meaning="who recorded at least one of them"),
            Figure(label="Corrections", value="57", meaning="earlier value kept and shown"),
            Figure(
                label="Late", value=f"{len(late):,}", unit="entries", meaning="recorded more than 24 h after the act"
            ),
            Figure(label="Longest lag", value="31", unit="h", meaning="from the act to its entry"),
        ),
        attention=(
            Attention(severity="serious", sentence="One correction stands without a signature.", rows=late[:1]),
            Attention(
                severity="important",
                sentence=f"{len(late):,} entries were recorded more than 24 h after the act.",
                rows=late,
            ),
            Attention(severity="to note", sentence="One person recorded outside site hours."),
        )
        if late
        else (),
        tables=(entries, bins),
        pictures=(picture,),
        scope=scope(),
        sources=sources(max(1, rows)),
        entries_read=rows,
        blinding_class="BLINDED",
        environment="demonstration",
        approvals_note="recorded, not signed",
        strength_note="asserted",
        verification=VERIFICATION,
    )
    return Report(body=body, envelope=envelope())


def scope() -> Scope:
    return Scope(
        trial=TRIAL,
        protocol_versions=("2.0", "3.0"),
        filters=("site 01", "changes and views"),
        period="2027-01-01 to 2027-03-03, end of day",
        time_axis="as known",
        zone="Asia/Shanghai",
        template_version="audit-trail/1",
    )


def sources(size: int) -> tuple[Source, ...]:
    return (
        Source(
            ledger=f"trial:{TRIAL}", origin=f"trialproof/{TRIAL}/9f86d081884c7d65", size=size, root=_opaque("root", 1)
        ),
        Source(ledger="system", origin="trialproof/system/60303ae22b998861", size=212, root=_opaque("root", 2)),
    )


VERIFICATION = (
    "Compute the RFC 6962 root over the first entries of each ledger, up to the size given here, "
    "and compare it with the root beside it and with a checkpoint that you hold."
)


def envelope() -> Envelope:
    at = datetime(2027, 3, 4, 2, 5, 6, tzinfo=UTC)
    return Envelope(
        report_id="R-0042",
        requested_by=Person(name="Inspector Four", role="inspector", organisation="Health authority"),
        generated_at=at,
        generated_local=at.astimezone(SHANGHAI),
        zone="Asia/Shanghai",
        software_version="0.1.0 (commit 1a2b3c4)",
        purpose="routine inspection",
    )


def flow() -> Flow:
    return Flow(
        unit="screenings",
        stages=(
            Stage(
                label="Screened",
                count=61,
                aside=(
                    Tally(
                        label="Screen failed",
                        count=12,
                        parts=(
                            Tally(label="Inclusion 3: disease activity score below 8", count=7),
                            Tally(label="Exclusion 2: biological agent within six months", count=5),
                        ),
                    ),
                    Tally(label="Left before enrolment", count=2),
                    Tally(label="Decision pending", count=3),
                ),
            ),
            Stage(label="Enrolled", count=44, aside=(Tally(label="Enrolled, not allocated", count=1),)),
            Stage(label="Allocated", count=43),
            Stage(
                label="Follow-up, all groups together",
                count=43,
                standing=(
                    Tally(label="In follow-up", count=36),
                    Tally(label="Completed", count=4),
                    Tally(label="Left or lost", count=3),
                ),
            ),
        ),
    )


def curve() -> Curve:
    first = date(2027, 1, 4)
    return Curve(
        enrolled=tuple(DayCount(day=first + timedelta(days=5 * at), count=at * at // 3 + 1) for at in range(12)),
        target=(
            DayCount(day=first, count=0),
            DayCount(day=date(2027, 4, 1), count=30),
            DayCount(day=date(2027, 6, 30), count=60),
        ),
        until=date(2027, 3, 3),
    )


def screening_log(rows: int = 61) -> Report:
    flow_picture, flow_table = consort(flow())
    curve_picture, curve_table = enrolment_curve(curve())
    log = Table(
        id="screenings",
        title="Screenings",
        note="One row per screening, in order of screening number.",
        columns=(
            Column(key="screening", heading="Screening", kind="id", meaning="Screening number"),
            Column(key="site", heading="Site", kind="id", meaning="Site"),
            Column(key="screened", heading="Screened", kind="time", meaning="Claimed day of screening"),
            Column(key="consent", heading="Consent version", kind="text", meaning="Document signed"),
            Column(key="eligible", heading="Eligible", kind="status", meaning="Decision of the investigator"),
            Column(key="failure", heading="Failed criterion", kind="text", meaning="First criterion not met"),
            Column(key="enrolled", heading="Enrolled", kind="time", meaning="Claimed day of enrolment"),
            Column(key="now", heading="Status now", kind="status", meaning="Status at the end of the period"),
        ),
        rows=tuple(
            Row(
                key=f"{at:03d}",
                group=str(at // 10),
                cells=(
                    f"{at:03d}",
                    f"0{at % 3 + 1}",
                    (date(2027, 1, 4) + timedelta(days=at)).isoformat(),
                    "2.0 of 2026-11-02",
                    "no" if at % 5 == 0 else "yes",
                    "inclusion 3" if at % 5 == 0 else None,
                    None if at % 5 == 0 else (date(2027, 1, 6) + timedelta(days=at)).isoformat(),
                    "screen failed" if at % 5 == 0 else "in follow-up",
                ),
            )
            for at in range(1, rows + 1)
        ),
        row_word="screening",
    )
    trail = audit_trail(3)
    body = trail.body.model_copy(
        update={
            "name": "screening-log",
            "title": "Screening and enrolment log, all sites, as true on 3 March 2027",
            "answer": "61 screenings of 60 persons: 44 enrolled, 12 failed, 2 left before enrolment, 3 pending.",
            "tables": (log, flow_table, curve_table),
            "pictures": (flow_picture, curve_picture),
            "attention": (),
            "blinding_class": "NEUTRAL",
            "environment": "production",
        }
    )
    return Report(body=Body.model_validate(dict(body)), envelope=envelope())
