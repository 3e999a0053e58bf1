"""Functional unblinding: which features that blinded readers see separate the arms, so that they could guess.

For the unblinded monitor alone: counts per arm, an exact test and a plain flag for each feature. It joins the vault
with the trial ledger, is of the unblinded class, and no blinded reader gets any part of it (ICH E6(R3) 4.1.4).
"""

from collections.abc import Iterator
from fractions import Fraction
from functools import partial
from typing import Final, NamedTuple

from compliance.reports import frame, vaulted
from compliance.reports.exact_test import decimal_words, two_sided
from compliance.reports.filled import Filled, shown, table_of
from compliance.reports.functional_features import Feature, features
from compliance.reports.functional_known import Visible, visible
from compliance.reports.material import Material
from compliance.reports.model import Attention, Body, Code, Figure, Severity, Table
from compliance.reports.randomisation_findings import item
from compliance.reports.signature_known import signatures_note, signed_known
from compliance.reports.wording import counted

NAME: Final = "functional-unblinding"
TITLE: Final = "Functional unblinding"
TEMPLATE: Final = "functional-unblinding/1"
FEATURES: Final = "features"
LIMIT: Final = Fraction(1, 20)
"""Below this p-value a feature is flagged; it is a sign to look, not a verdict."""
FEWEST: Final = 2
LIMITS: Final = (
    "With few participants a feature can separate the arms and stay above the limit; with many looks about one in "
    "twenty falls below it by chance. No correction for that is made. The list shows what is recorded here, not what "
    "is seen, tasted or said."
)
_FLAGS: Final = (
    Code(code="tells", meaning="whoever has it is in one arm, and whoever has not is in the others", tone="bad"),
    Code(code="never allowed", meaning="somebody has what nobody may ever have", tone="bad"),
    Code(code="separates", meaning="p below 0.05: a blinded reader could guess from it", tone="watch"),
    Code(
        code="one arm only", meaning="all who have it, two or more, are in one arm; p is not below 0.05", tone="watch"
    ),
    Code(code="no sign", meaning="nothing of that"),
)


class Look(NamedTuple):
    """A feature with its counts per arm, the p-value and the flag."""

    feature: Feature
    counts: tuple[int, ...]
    sizes: tuple[int, ...]
    p: Fraction
    flag: str

    def __repr__(self) -> str:
        return "Look(concealed)"


def functional_unblinding(material: Material) -> Body:
    """The list on the axes asked for."""
    seen = visible(material)
    looks = looked_at(seen)
    return Body(
        name=NAME,
        title=frame.titled(f"{TITLE}, {frame.sites_words(material.sites)}", material),
        answer=_answer(seen, looks),
        figures=_figures(seen, looks),
        attention=frame.gravest_first(_attention(looks)),
        tables=(_features_table(seen, looks), _arms_table(seen)),
        pictures=(),
        scope=frame.scope(material, template=TEMPLATE),
        sources=vaulted.sources(material),
        entries_read=vaulted.entries_read(material),
        blinding_class="UNBLINDED",
        environment=material.environment,
        approvals_note=signatures_note(signed_known(material)),
        strength_note=frame.strength_note(material),
        verification=frame.VERIFICATION,
    )


def looked_at(seen: Visible) -> tuple[Look, ...]:
    """All features, the ones that separate most first."""
    looks = [_look(seen, feature) for feature in features(seen)]
    return tuple(sorted(looks, key=lambda look: (look.p, look.feature.group, look.feature.words)))


def _look(seen: Visible, feature: Feature) -> Look:
    counts, sizes = seen.sizes(feature.having), seen.sizes(feature.among)
    p = two_sided(counts, sizes)
    return Look(feature, counts, sizes, p, _flag(feature, counts, sizes, p))


def _flag(feature: Feature, counts: tuple[int, ...], sizes: tuple[int, ...], p: Fraction) -> str:
    arms = sum(count > 0 for count in counts)
    whole = all(count in (0, size) for count, size in zip(counts, sizes, strict=True))
    if feature.never and feature.having:
        return "never allowed"
    if arms == 1 and whole and len(feature.having) >= FEWEST and feature.having != feature.among:
        return "tells"
    if p < LIMIT:
        return "separates"
    return "one arm only" if arms == 1 and len(feature.having) >= FEWEST and len(sizes) > 1 else "no sign"


def _answer(seen: Visible, looks: tuple[Look, ...]) -> str:
    flagged = sum(look.flag != "no sign" for look in looks)
    return (
        f"{counted(len(looks), 'feature')} of {counted(len(seen.rows), 'allocated participant')} looked at; "
        f"{flagged:,} stand out between the arms. Few participants and many looks: see the limits."
    )


def _figures(seen: Visible, looks: tuple[Look, ...]) -> tuple[Figure, ...]:
    def flagged(*flags: str) -> str:
        return f"{sum(look.flag in flags for look in looks):,}"

    return (
        Figure(label="Allocated", value=f"{len(seen.rows):,}", meaning="participants with an arm in the vault"),
        Figure(label="Features", value=f"{len(looks):,}", meaning="looked at: what somebody has and somebody has not"),
        Figure(label="Tell the arm", value=flagged("tells", "never allowed"), meaning="alone, or may never be"),
        Figure(label="Separate", value=flagged("separates"), meaning="p below 0.05"),
        Figure(
            label="By chance",
            value=decimal_words(LIMIT * len(looks), 1),
            meaning="about so many below 0.05 if no feature told anything",
        ),
    )


def _features_table(seen: Visible, looks: tuple[Look, ...]) -> Table:
    filled: list[Filled[Look]] = [
        shown("feature", "Feature", "text", "What a blinded reader can see", lambda look: look.feature.words),
        shown("group", "Of", "text", "Kind of record", lambda look: look.feature.group),
        shown("flag", "Flag", "status", "What to make of it", lambda look: look.flag, codes=_FLAGS),
        shown("p", "p", "number", "Exact, two-sided; rounded, at least 0.0001", lambda look: decimal_words(look.p)),
    ]
    for at, arm in enumerate(seen.order):
        meaning = f"Have it, of those looked at, in arm {arm}: {seen.labels.get(arm, 'of no list')}"
        filled.append(shown(f"arm_{at + 1}", arm, "text", meaning, partial(_share, at)))
    return table_of(
        FEATURES,
        "Features by arm",
        LIMITS,
        filled,
        looks,
        row_word="feature",
    )


def _share(at: int, look: Look) -> str:
    return f"{look.counts[at]:,} of {look.sizes[at]:,}"


def _arms_table(seen: Visible) -> Table:
    filled: tuple[Filled[str], ...] = (
        shown("arm", "Arm", "id", "Its id", lambda arm: arm),
        shown("label", "Name", "text", "The list's words for it", seen.labels.get),
        shown(
            "allocated",
            "Allocated",
            "number",
            "Participants",
            lambda arm: str(seen.sizes(frozenset(seen.rows))[seen.order.index(arm)]),
        ),
    )
    return table_of("arms", "Arms", "As allocated; what was given may differ.", filled, seen.order, row_word="arm")


def _attention(looks: tuple[Look, ...]) -> Iterator[Attention]:
    for severity, flags, words in _GRAVE:
        rows = [number for number, look in enumerate(looks, 1) if look.flag in flags]
        yield from item(severity, FEATURES, rows, f"{counted(len(rows), 'feature')} {words}.")


_GRAVE: Final[tuple[tuple[Severity, tuple[str, ...], str], ...]] = (
    ("serious", ("tells", "never allowed"), "alone telling the arm, or never allowed"),
    ("important", ("separates",), "separating the arms (p below 0.05)"),
    ("to note", ("one arm only",), "found in one arm only"),
)
