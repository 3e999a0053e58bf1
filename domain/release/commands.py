"""Every command about planned unblinding and interim analyses: importing this module registers them."""

from domain.release.analysis import ExcludeFromAnalysisSet, FixAnalysisSets, RecordAnalysisPlan
from domain.release.interim import ApproveInterim, DeliverInterimPackage, RequestInterim
from domain.release.reveal import ConfirmReveal, DecidePublication, DeliverReleasePackage, RequestReveal

__all__ = [
    "ApproveInterim",
    "ConfirmReveal",
    "DecidePublication",
    "DeliverInterimPackage",
    "DeliverReleasePackage",
    "ExcludeFromAnalysisSet",
    "FixAnalysisSets",
    "RecordAnalysisPlan",
    "RequestInterim",
    "RequestReveal",
]
