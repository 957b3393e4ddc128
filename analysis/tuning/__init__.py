"""Integer points that hold on later deals: search, proof and evidence, from counts alone."""

from analysis.tuning.adapter import counts_of_periods, structure_of
from analysis.tuning.backtesting import Backtest, backtest
from analysis.tuning.budget import Budget
from analysis.tuning.censoring import CensoringWeights, censoring_weights, propensity_weights
from analysis.tuning.certificate import Certificate
from analysis.tuning.counts import PatternCounts, pattern_counts
from analysis.tuning.evidence import rule_evidence
from analysis.tuning.limits import (
    Constraints,
    TuningError,
    Volume,
    constraints,
    keep_volume,
    violations,
    volume_share,
)
from analysis.tuning.loss import CardFit, ScoreHistogram, fit_card, fit_histogram, score_histogram
from analysis.tuning.prior import with_prior
from analysis.tuning.recommendation import Recommendation, nearest_to_today, recommend
from analysis.tuning.stability import rule_periods, rule_stability
from analysis.tuning.structure import Structure
from analysis.tuning.tuner import Proposal, tune, tune_path

__all__ = [
    "Backtest",
    "Budget",
    "CardFit",
    "CensoringWeights",
    "Certificate",
    "Constraints",
    "PatternCounts",
    "Proposal",
    "Recommendation",
    "ScoreHistogram",
    "Structure",
    "TuningError",
    "Volume",
    "backtest",
    "censoring_weights",
    "constraints",
    "counts_of_periods",
    "fit_card",
    "fit_histogram",
    "keep_volume",
    "nearest_to_today",
    "pattern_counts",
    "propensity_weights",
    "recommend",
    "rule_evidence",
    "rule_periods",
    "rule_stability",
    "score_histogram",
    "structure_of",
    "tune",
    "tune_path",
    "violations",
    "volume_share",
    "with_prior",
]
