"""Deviations that the product finds by itself: one code per broken rule, each with its sentence."""

from collections.abc import Mapping
from typing import Literal
from uuid import UUID

from domain import streams
from domain.command import Decided, Given
from domain.deviation.facts import DeviationRecorded

RuleCode = Literal[
    "screening-before-opening",
    "site-not-active",
    "site-held",
    "site-closed",
    "trial-paused",
    "trial-closed",
    "fact-after-lock",
    "safety-fact-after-lock",
    "occurred-in-the-future",
    "consent-version-not-approved",
    "consent-order-unknown",
    "renewed-consent-missing",
    "informed-without-delegation",
    "performer-not-delegated",
    "performer-unknown-to-system",
    "act-before-consent",
    "act-after-withdrawal",
    "act-after-death",
    "act-after-leaving-follow-up",
    "result-too-old-to-reuse",
    "screening-ended-after-enrolment",
    "treatment-before-allocation",
    "treatment-after-stop",
    "visit-outside-window",
    "visit-not-planned",
    "onset-after-death",
    "unknown-participant",
    "unknown-site",
    "allocation-error",
    "accidental-unblinding",
    "death-without-case",
    "alive-after-death",
    "narrative-late",
    "eligibility-affected-by-correction",
]
IMPORTANT: frozenset[str] = frozenset(
    {
        "act-before-consent",
        "act-after-withdrawal",
        "consent-version-not-approved",
        "renewed-consent-missing",
        "treatment-before-allocation",
        "allocation-error",
        "accidental-unblinding",
        "eligibility-affected-by-correction",
    }
)
"""Rules whose breach touches rights, safety or the reliability of results (ICH E6(R3) 3.9.3); a person may regrade."""

SENTENCES: Mapping[str, str] = {
    "screening-before-opening": "A screening number was issued before the trial opened to screening.",
    "site-not-active": "Something was done at a site that was not active on that day.",
    "site-held": "Something was done at a site on hold.",
    "site-closed": "Something was done at a closed site.",
    "trial-paused": "A screening number was issued while the trial was paused.",
    "trial-closed": "A screening number was issued after the trial was closed.",
    "fact-after-lock": "A fact was recorded after the lock; it stays outside the locked data.",
    "safety-fact-after-lock": "A safety fact was recorded after the lock.",
    "occurred-in-the-future": "The claimed time lies after the time of recording.",
    "consent-version-not-approved": "Consent was given on a version that was not the approved one on that day.",
    "consent-order-unknown": "It is not known whether consent came before the act.",
    "renewed-consent-missing": "A trial act was done without the renewed consent that a new version asks for.",
    "informed-without-delegation": "The person who informed was not delegated to take consent on that day.",
    "performer-not-delegated": "The performer was not delegated this task on that day.",
    "performer-unknown-to-system": "The performer is not known.",
    "act-before-consent": "A trial act was done before consent.",
    "act-after-withdrawal": "A trial act was done after consent for it was withdrawn.",
    "act-after-death": "Something was recorded as done after the participant's death.",
    "act-after-leaving-follow-up": "A visit took place after the participant left follow-up.",
    "result-too-old-to-reuse": "A result from before a re-screening is older than the protocol lets it be used again.",
    "screening-ended-after-enrolment": "An end of screening was recorded for a participant who is enrolled.",
    "treatment-before-allocation": "Study treatment was given before allocation.",
    "treatment-after-stop": "Study treatment was given after it had been stopped.",
    "visit-outside-window": "A visit took place outside its window.",
    "visit-not-planned": "A visit took place that the protocol does not plan.",
    "onset-after-death": "An adverse event's onset lies after the participant's death.",
    "unknown-participant": "A fact names a participant who was never screened here.",
    "unknown-site": "A fact names a site that was never registered.",
    "allocation-error": "An error around the allocation came to light.",
    "accidental-unblinding": "Somebody learned, or may have learned, an arm by accident.",
    "death-without-case": "A death has neither a fatal case nor an explanation.",
    "alive-after-death": "One record says alive as of a day that lies after the death in another.",
    "narrative-late": "An emergency code-break was explained later than 24 hours after the disclosure.",
    "eligibility-affected-by-correction": "A correction changed a fact that an eligibility decision rested on.",
}


def found(
    given: Given, rule: RuleCode, *, participant: str | None, site: str | None, about: tuple[UUID, ...] = ()
) -> Decided:
    """The deviation that a rule opens."""
    deviation = given.token()
    fact = DeviationRecorded(
        about=about,
        description=None,
        deviation=deviation,
        found="rule",
        important=rule in IMPORTANT,
        participant=participant,
        rule=rule,
        site=site,
    )
    return given.fact(streams.deviation(given.trial, deviation), fact, derived=True)
