"""What points cannot say: the same leads scored by models without points."""

from __future__ import annotations

from typing import Final

import numpy as np

from analysis.intervals import Floats
from analysis.tuning.counts import PatternCounts
from analysis.tuning.threads import one_thread_for_trees
from analysis.tuning.weights import fit_weights

RIDGE: Final = 1e-4
MIN_LEAF: Final = 20
MAX_LOGIT: Final = 12.0


def logistic_logits(train: PatternCounts, test: PatternCounts) -> Floats:
    """Return test logits of a logistic regression with real-valued weights, without base rate."""
    return test.multiplicity @ fit_weights(train, ridge=RIDGE).weights


def boosting_logits(train: PatternCounts, test: PatternCounts, seed: int = 0) -> Floats:
    """Return test logits of gradient-boosted trees on the multiplicities.

    Parameters
    ----------
    train, test : PatternCounts
        What is learned from, and what is scored.
    seed : int
        Of the trees.
    """
    from sklearn.ensemble import HistGradientBoostingClassifier

    n_lost = np.maximum(train.n_leads - train.n_won, 0)
    is_won, is_lost = train.n_won > 0, n_lost > 0
    rows = np.concatenate([train.multiplicity[is_won], train.multiplicity[is_lost]])
    outcome = np.concatenate([np.ones(int(is_won.sum())), np.zeros(int(is_lost.sum()))])
    weight = np.concatenate([train.n_won[is_won], n_lost[is_lost]])
    if len(np.unique(outcome)) < 2:
        return np.zeros(len(test.n_leads))
    model = HistGradientBoostingClassifier(
        learning_rate=0.06, max_iter=120, min_samples_leaf=MIN_LEAF, early_stopping=False, random_state=seed
    )
    with one_thread_for_trees():
        model.fit(rows.astype(np.float64), outcome, sample_weight=weight)
        logits: Floats = model.decision_function(test.multiplicity.astype(np.float64))
    return np.clip(logits, -MAX_LOGIT, MAX_LOGIT)
