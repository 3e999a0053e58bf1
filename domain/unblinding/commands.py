"""Every command about unblinding: importing this module registers them."""

from domain.unblinding.aftermath import (
    AcknowledgeDisclosure,
    AssessUnblindingImpact,
    CloseUnblinding,
    RecordUnblindingNarrative,
    ReportAccidentalUnblinding,
)
from domain.unblinding.drill import RunUnblindingDrill
from domain.unblinding.emergency import BreakBlind
from domain.unblinding.routine import (
    ApproveUnblinding,
    DiscloseArm,
    RejectUnblinding,
    RequestUnblinding,
    WithdrawUnblinding,
)
from domain.unblinding.susar import RecordRegulatorySubmission, TriggerSusarUnblinding

__all__ = [
    "AcknowledgeDisclosure",
    "ApproveUnblinding",
    "AssessUnblindingImpact",
    "BreakBlind",
    "CloseUnblinding",
    "DiscloseArm",
    "RecordRegulatorySubmission",
    "RecordUnblindingNarrative",
    "RejectUnblinding",
    "ReportAccidentalUnblinding",
    "RequestUnblinding",
    "RunUnblindingDrill",
    "TriggerSusarUnblinding",
    "WithdrawUnblinding",
]
