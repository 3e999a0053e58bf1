"""D1: who may come into which group. Where groups are named by disease, six readings stand side by side."""

from compliance.registry import paths
from compliance.registry.labels import named_by_disease, with_the_same_product
from compliance.registry.open_question import OpenQuestion, quoted
from compliance.registry.record import RegistryRecord

_PLAIN = (
    "Every enrolled participant may be allocated to every group.",
    "Some groups are open only to participants with a stated fact; a map says which.",
)
_WITHOUT_CHANCE = (
    "A stated fact of the participant decides the group.",
    "The groups are filled one after the other.",
    "The investigator chooses the group.",
)
# In these every participant receives everything, in sequence or together: the groups divide nobody by disease.
_UNDIVIDED = ("CROSSOVER", "SINGLE_GROUP")


def reading_question(record: RegistryRecord) -> OpenQuestion:
    labels = tuple(arm.label for arm in record.arm_groups)
    return OpenQuestion(
        code="D1",
        title="Reading of the groups",
        question=_question(record),
        record_says=quoted(record.allocation, record.intervention_model, *labels),
        field=paths.ARMS,
        options=_options(record),
    )


def _question(record: RegistryRecord) -> str:
    if _by_disease(record):
        return (
            "Groups are named by a disease or receive the same kind of product: which participants may be"
            " allocated to which group, and what is then compared?"
        )
    return "Which participants may come into which group, and by what rule?"


def _options(record: RegistryRecord) -> tuple[str, ...]:
    divided = _by_disease(record)
    if divided:
        return _six_readings(record, divided)
    return _WITHOUT_CHANCE if record.allocation in ("NON_RANDOMIZED", "NA") else _PLAIN


def _by_disease(record: RegistryRecord) -> tuple[str, ...]:
    """Labels of the groups that only a disease seems to part; empty where the question does not arise."""
    if record.allocation in ("NON_RANDOMIZED", "NA") or record.intervention_model in _UNDIVIDED:
        return ()
    suspects = {arm.label for arm in (*named_by_disease(record), *with_the_same_product(record))}
    return tuple(arm.label for arm in record.arm_groups if arm.label in suspects)


def _six_readings(record: RegistryRecord, divided: tuple[str, ...]) -> tuple[str, ...]:
    named = [arm.label for arm in named_by_disease(record)]
    one = named[0] if named else divided[-1]
    others = tuple(label for label in divided if label != one)
    undivided = tuple(arm.label for arm in record.arm_groups if arm.label not in divided)
    this, that, rest = _listed(one), _listed(*others), _listed(*undivided)
    condition = _listed(*record.conditions)
    return (
        (
            "R1: literally: every participant may be allocated to every group, even to one named by a disease"
            " that they do not have."
        ),
        (
            f"R2: everyone enrolled has {condition}, so every group is open to all; groups that receive the same"
            " product then compare nothing."
        ),
        (
            f"R3: the disease is a stratum: those of {this} are allocated to it or to {rest}, those of {that} to"
            f" theirs or to {rest}."
        ),
        f"R4: {rest} is open only to those of {this}: {that} is filled by disease, without chance.",
        f"R5: {rest} is open only to those of {that}: {this} is filled by disease, without chance.",
        f"R6: those of {this} may be allocated to every group, all others to {that} or {rest}.",
    )


def _listed(*labels: str) -> str:
    return ", ".join(f'"{label}"' for label in labels) or "a group that the record does not name"
