from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from sklearn.isotonic import IsotonicRegression

from analysis.calibration import calibrate
from analysis.reliability import reliability

BANDS = tuple(SimpleNamespace(name_ja=name, name_en=name, threshold=start) for name, start in (("a", 0), ("b", 10)))
RULESET = SimpleNamespace(bands=BANDS, threshold=10)


def scores_of(scores, n_mature, n_won, n_standing=0):
    return pd.DataFrame(
        {
            "score": scores,
            "n_mature": n_mature,
            "n_won": n_won,
            "n_immature": 3,
            "n_already_decided": 0,
            "n_standing": n_standing,
        }
    )


def expected_counts(p, n=400):
    n_mature = np.full(len(p), n)
    return scores_of(np.arange(len(p)), n_mature, np.rint(n_mature * p).astype(int))


def logistic(scores, slope=0.15, level=-3.0):
    return 1 / (1 + np.exp(-(level + slope * scores)))


def result_of(table):
    return reliability(calibrate(table, RULESET))


def test_a_logistic_score_follows_its_curve():
    truth = logistic(np.arange(30))
    result = result_of(expected_counts(truth, 4000))
    assert result.shape == "rising"
    assert result.curve["p_smooth"].tolist() == pytest.approx(truth.tolist(), abs=2e-3)
    assert result.curve["p_steps"].tolist() == pytest.approx(truth.tolist(), abs=2e-3)
    assert result.misfit_chance > 0.5
    assert result.misfit < 0.002
    assert result.smooth.slope == pytest.approx(0.15, abs=0.002)


def test_a_plateau_is_named_with_its_scores():
    truth = logistic(np.arange(30))
    truth[12:22] = truth[16]
    result = result_of(expected_counts(truth, 500))
    assert result.shape == "plateau"
    assert result.plateaus[["score_low", "score_high"]].to_numpy().tolist() == [[12, 21]]
    row = result.plateaus.iloc[0]
    assert row["n_mature"] == 5000
    assert row["win_low"] < truth[16] < row["win_high"]
    assert row["share"] == pytest.approx(1 / 3)
    assert result.misfit_chance < 0.01


def test_steps_that_chance_makes_are_no_plateaus():
    rng = np.random.default_rng(2)
    scores = np.arange(25)
    shapes = []
    for _ in range(60):
        n_mature = rng.integers(20, 300, 25)
        table = scores_of(scores, n_mature, rng.binomial(n_mature, logistic(scores)))
        shapes.append(reliability(calibrate(table, RULESET), n_resamples=2).shape)
    assert np.mean([shape == "plateau" for shape in shapes]) <= 0.05


@pytest.mark.parametrize(
    ("p", "shape"),
    [
        (np.full(10, 0.2), "flat"),
        (np.linspace(0.4, 0.05, 10), "falling"),
        (np.linspace(0.05, 0.4, 10), "rising"),
        (np.full(10, 0.002), "too_few"),
    ],
)
def test_shape(p, shape):
    assert result_of(expected_counts(p)).shape == shape


def test_the_band_holds_the_steps_of_a_right_curve():
    rng = np.random.default_rng(4)
    scores, n_mature = np.arange(20), np.full(20, 150)
    inside, chances = [], []
    for _ in range(40):
        table = scores_of(scores, n_mature, rng.binomial(n_mature, logistic(scores)))
        result = reliability(calibrate(table, RULESET), n_resamples=100)
        curve = result.curve
        inside.append(curve["p_steps"].between(curve["consistent_low"] - 1e-9, curve["consistent_high"] + 1e-9).mean())
        chances.append(result.misfit_chance)
    assert np.mean(inside) >= 0.93
    assert np.mean(np.array(chances) < 0.05) <= 0.15


def test_unworked_leads_are_in_the_mass_and_nowhere_else():
    table = scores_of([0, 1, 2], [0, 50, 60], [0, 5, 20], n_standing=[900, 30, 0])
    result = result_of(table)
    assert result.curve["score"].tolist() == [1, 2]
    assert result.mass["n_standing"].tolist() == [900, 30, 0]
    assert result.mass["n_worked"].tolist() == [3, 53, 63]


def test_unscored_leads_have_no_probability():
    table = scores_of([0, 1, 2], [500, 50, 60], [400, 5, 20]).assign(is_scored=[False, True, True])
    assert result_of(table).curve["score"].tolist() == [1, 2]


def test_nothing_mature():
    result = result_of(scores_of([0, 1], [0, 0], [0, 0]))
    assert result.curve.empty
    assert result.smooth is None
    assert (result.shape, result.misfit, result.misfit_chance) == ("too_few", 0, 1)


def test_a_score_another_tool_gave(shared_data):
    """X Education: two axes that rank at 0.62 alone and 0.66 together, with a plateau in the middle."""
    rows = pd.read_csv(shared_data / "x_education" / "Leads.csv")
    axes = ["Asymmetrique Activity Score", "Asymmetrique Profile Score"]
    scored = rows.dropna(subset=axes)
    assert (len(scored), len(rows) - len(scored)) == (5022, 4218)
    areas = {}
    for name, score in [*((axis, scored[axis]) for axis in axes), ("sum", scored[axes].sum(axis=1))]:
        counts = scored.groupby(score.astype(int).rename("score"))["Converted"].agg(n_mature="size", n_won="sum")
        result = calibrate(scores_of(counts.index, counts["n_mature"].to_numpy(), counts["n_won"].to_numpy()), RULESET)
        areas[name] = round(result.ranking.auc, 2)
    assert areas == {axes[0]: 0.62, axes[1]: 0.62, "sum": 0.66}
    found = reliability(result)
    assert found.shape == "plateau"
    # 30 to 32; the scores of 33 win clearly more, and only a coarser band hides that.
    assert found.plateaus[["score_low", "score_high"]].to_numpy().tolist() == [[30, 32]]
    assert found.plateaus["n_won"].tolist() == [975]
    total = scored[axes].sum(axis=1)
    expected = IsotonicRegression().fit(total, scored["Converted"]).predict(found.curve["score"])
    assert found.curve["p_steps"].tolist() == pytest.approx(expected.tolist())
