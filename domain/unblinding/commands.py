"""Every command about unblinding: importing this module registers them."""

from domain.unblinding.aftermath import (
    AcknowledgeDisclosure,
    AssessUnblindingImpact,
    CloseUnblinding,
    RecordUnblindingNarrative,
    ReportAccidentalUnblinding,
)
from domain.unblinding.emergency import BreakBlind
from domain.unblinding.routine import (
    ApproveUnblinding,
    DiscloseArm,
    RejectUnblinding,
    RequestUnblinding,
    WithdrawUnblinding,
)

__all__ = [
    "AcknowledgeDisclosure",
    "ApproveUnblinding",
    "AssessUnblindingImpact",
    "BreakBlind",
    "CloseUnblinding",
    "DiscloseArm",
    "RecordUnblindingNarrative",
    "RejectUnblinding",
    "ReportAccidentalUnblinding",
    "RequestUnblinding",
    "WithdrawUnblinding",
]
