"""Stream ids: they carry their ledger, and tell no arm, site or stratum of a list.

trial:NCT03458156/participant/007      vault:NCT03458156/list/q7k2m9      system/person/u12
"""

from hashlib import sha256


def trial_ledger(trial: str) -> str:
    """The ledger of a trial's own events."""
    return f"trial:{trial}"


def vault_ledger(trial: str) -> str:
    """The restricted ledger of a trial."""
    return f"vault:{trial}"


def access_ledger(trial: str) -> str:
    """The ledger of reads, exports and refusals of a trial."""
    return f"access:{trial}"


SYSTEM_LEDGER = "system"


def ledger_of(stream: str) -> str:
    """The ledger that a stream belongs to."""
    return stream.partition("/")[0]


def kind_of(stream: str) -> str:
    """What a stream is about: the part after its ledger."""
    return stream.split("/", 2)[1]


def name_of(stream: str) -> str:
    """The last part of a stream id: the number or code of what it is about."""
    return stream.rpartition("/")[2]


def opening(ledger: str) -> str:
    """The stream that holds a ledger's first entry."""
    return f"{ledger}/ledger"


def person(person_id: str) -> str:
    """A person or service account, with its grants."""
    return f"{SYSTEM_LEDGER}/person/{person_id}"


def session(session_id: str) -> str:
    """One session of a person or service account, from its start to its end."""
    return f"{SYSTEM_LEDGER}/session/{session_id}"


def credentials(person_id: str) -> str:
    """Which credentials a person has and had; never the secrets."""
    return f"{SYSTEM_LEDGER}/credentials/{person_id}"


def authentication(event_id: str) -> str:
    """Failed log-ins, lock-outs and signals of unusual use: one stream each, so that no attacker causes conflicts."""
    return f"{SYSTEM_LEDGER}/authentication/{event_id}"


def officers(trial_id: str) -> str:
    """Who is unblinding officer of a trial: one stream for all, so that one version guards their number."""
    return f"{SYSTEM_LEDGER}/officers/{trial_id}"


def policy() -> str:
    """The written policy that makes people answerable for their signatures (21 CFR 11.10(j))."""
    return f"{SYSTEM_LEDGER}/policy"


def certification(organisation_key: str) -> str:
    """An organisation's letter to the agency that its signatures bind (21 CFR 11.100(c))."""
    return f"{SYSTEM_LEDGER}/certification/{organisation_key}"


def signer_key(key: str) -> str:
    """A key that seals signatures, by its public id."""
    return f"{SYSTEM_LEDGER}/signer-key/{key}"


def deployment(event_id: str) -> str:
    """What was found of, and named for, the deployment at one moment: live checks, evidence, procedures."""
    return f"{SYSTEM_LEDGER}/deployment/{event_id}"


def signatures(record: str, signer: str | None = None) -> str:
    """The signatures of a record, beside it in the same ledger; of one signer where many sign the same record."""
    ledger, _, rest = record.partition("/")
    return f"{ledger}/signature/{rest}{f'/{signer}' if signer else ''}"


def provider(issuer: str) -> str:
    """Who is who at one identity provider; its address is not fit for a stream id, its digest is."""
    return f"{SYSTEM_LEDGER}/provider/{sha256(issuer.encode()).hexdigest()}"


def about(stream: str) -> str:
    """The record that a stream of signatures belongs to; any other stream is about itself."""
    ledger, _, rest = stream.partition("/")
    kind, _, record = rest.partition("/")
    return f"{ledger}/{record}" if kind == "signature" else stream


def trial(trial_id: str) -> str:
    """The trial as a whole."""
    return f"trial:{trial_id}/trial"


def protocol(trial_id: str) -> str:
    """The protocol of a trial."""
    return f"trial:{trial_id}/protocol"


def site(trial_id: str, code: str) -> str:
    """A site."""
    return f"trial:{trial_id}/site/{code}"


def participant(trial_id: str, number: str) -> str:
    """A participant, under the first screening number."""
    return f"trial:{trial_id}/participant/{number}"


def screening_numbers(trial_id: str) -> str:
    """The trial-wide sequence of screening numbers."""
    return f"trial:{trial_id}/screening-numbers"


def adverse_event(trial_id: str, case: str) -> str:
    """An adverse event case."""
    return f"trial:{trial_id}/adverse-event/{case}"


def narrative_review(trial_id: str, event_id: str) -> str:
    """What the reviewer of a narrative found; named by the entry that holds it."""
    return f"vault:{trial_id}/narrative-review/{event_id}"


def unblinding(trial_id: str, request: str) -> str:
    """One unblinding, from request to closure."""
    return f"trial:{trial_id}/unblinding/{request}"


def deviation(trial_id: str, deviation_id: str) -> str:
    """One deviation."""
    return f"trial:{trial_id}/deviation/{deviation_id}"


def randomisation(trial_id: str) -> str:
    """The public commitment to the lists."""
    return f"trial:{trial_id}/randomisation"


def stratum(trial_id: str, code: str) -> str:
    """The places taken in a stratum."""
    return f"trial:{trial_id}/stratum/{code}"


def sealed_list(trial_id: str, list_id: str) -> str:
    """A stratum's list in the vault, under an opaque id."""
    return f"vault:{trial_id}/list/{list_id}"


def design(trial_id: str, version: int) -> str:
    """A declared design in the vault, with the shares of its seed."""
    return f"vault:{trial_id}/design/{version}"


def escrow(trial_id: str) -> str:
    """Who holds which part of the escrow key, and when it was put together."""
    return f"trial:{trial_id}/escrow"


def analysis_plan(trial_id: str) -> str:
    """The versions of the statistical analysis plan."""
    return f"trial:{trial_id}/analysis-plan"


def analysis_sets(trial_id: str) -> str:
    """Who belongs to which analysis set, decided blind."""
    return f"trial:{trial_id}/analysis-sets"


def reveal(trial_id: str) -> str:
    """The planned unblinding: asked for, confirmed, packages handed over."""
    return f"trial:{trial_id}/reveal"


def interim(trial_id: str, analysis: str) -> str:
    """One interim analysis: its closed package asked for, approved, handed over."""
    return f"trial:{trial_id}/interim/{analysis}"


def released_lists(trial_id: str) -> str:
    """What was released to whom at the planned unblinding or for an interim analysis."""
    return f"vault:{trial_id}/release"


def kits(trial_id: str, site: str) -> str:
    """The kits of a site: supplied, received, dispensed, returned; no arm."""
    return f"trial:{trial_id}/kits/{site}"


def kit_map(trial_id: str, site: str) -> str:
    """Which kit of a site holds what."""
    return f"vault:{trial_id}/kit-map/{site}"


def drill(trial_id: str, drill_id: str) -> str:
    """One drill of the code-break."""
    return f"trial:{trial_id}/unblinding-drill/{drill_id}"


def key_destruction(trial_id: str, number: str) -> str:
    """The end of a participant's key."""
    return f"trial:{trial_id}/key/{number}"


def administration(trial_id: str, number: str) -> str:
    """What a participant was really given."""
    return f"vault:{trial_id}/administration/{number}"


def disclosure(trial_id: str, request: str) -> str:
    """What was disclosed under an unblinding."""
    return f"vault:{trial_id}/disclosure/{request}"


def submission(trial_id: str, case: str) -> str:
    """What was sent to authorities about an unblinded case."""
    return f"vault:{trial_id}/submission/{case}"


def refusal(ledger: str, event_id: str) -> str:
    """One refusal."""
    return f"{ledger}/refusal/{event_id}"


def report(trial_id: str, report_id: str) -> str:
    """One run of a report."""
    return f"access:{trial_id}/report/{report_id}"


def reading(trial_id: str, event_id: str) -> str:
    """One read of restricted data."""
    return f"access:{trial_id}/reading/{event_id}"
