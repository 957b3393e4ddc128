from datetime import date, datetime
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from analysis.calibration import calibrate
from analysis.ranking import USEFUL_AUC
from analysis.selection import Selection
from analysis.verdict import Reason, verdict, win_pace, wins_needed

BANDS = tuple(
    SimpleNamespace(name_ja=name, name_en=name, threshold=start)
    for name, start in (("cold", 0), ("warm", 10), ("hot", 20))
)
RULESET = SimpleNamespace(bands=BANDS, threshold=10)
SELECTION = Selection(as_of=datetime(2026, 3, 31))


def calibration(*rows):
    names = ["score", "n_mature", "n_won", "n_immature", "n_standing"]
    return calibrate(pd.DataFrame(rows, columns=names).assign(n_already_decided=0), RULESET)


GOOD = calibration((0, 300, 6, 50, 100), (12, 400, 40, 60, 30), (25, 300, 90, 50, 5))
FLAT = calibration((0, 800, 80, 50, 0), (12, 800, 80, 50, 0), (25, 800, 80, 50, 0))
REVERSED = calibration((0, 300, 90, 50, 0), (12, 400, 40, 60, 0), (25, 300, 6, 50, 0))
SMALL = calibration((0, 30, 1, 20, 0), (12, 30, 3, 30, 0), (25, 20, 5, 10, 0))


def codes(found):
    return [reason.code for reason in found.reasons]


@pytest.mark.parametrize(
    ("result", "state", "signal", "remedies"),
    [
        (GOOD, "ready", "strong", []),
        (FLAT, "caution", "no_signal", ["review_points", "check_bands", "check_threshold"]),
        (REVERSED, "caution", "reversed", ["turn_round", "check_bands", "check_threshold"]),
        (SMALL, "cannot_say", "too_few", ["wait"]),
    ],
)
def test_verdict(result, state, signal, remedies):
    found = verdict(result, SELECTION)
    assert (found.state, found.signal) == (state, signal)
    assert [remedy.code for remedy in found.remedies] == remedies


def test_reasons_of_a_good_score():
    found = verdict(GOOD, SELECTION)
    assert codes(found) == ["strong", "bands_rise", "threshold_parts", "coverage_fine"]
    assert {reason.level for reason in found.reasons} == {"good"}
    threshold = found.reasons[2].values
    assert (threshold["n_above"], threshold["n_won_above"], threshold["n_below"]) == (700, 130, 300)


def test_leads_below_the_threshold_that_nobody_worked_are_a_note_and_no_fault():
    found = verdict(calibration((0, 5, 0, 0, 5000), (12, 400, 40, 60, 30), (25, 300, 90, 50, 5)), SELECTION)
    assert found.state == "ready"
    assert {"threshold_untested", "blind_below"} <= set(codes(found))


def test_leads_above_the_threshold_that_nobody_worked_are_a_fault():
    found = verdict(calibration((0, 300, 6, 50, 100), (12, 400, 40, 60, 30), (25, 300, 90, 50, 5000)), SELECTION)
    assert found.state == "caution"
    assert "coverage_thin" in codes(found)
    assert [remedy.code for remedy in found.remedies] == ["explore"]


def test_a_finding_from_elsewhere_counts():
    drift = Reason(code="drift", level="caution", values={})
    assert verdict(GOOD, SELECTION, [drift]).state == "caution"
    assert verdict(GOOD, SELECTION, [Reason(code="drift", level="note", values={})]).state == "ready"


def test_bands_in_the_wrong_order_are_named():
    found = verdict(calibration((0, 300, 3, 50, 0), (12, 400, 120, 60, 0), (25, 300, 40, 50, 0)), SELECTION)
    reason = found.reasons[1]
    assert (reason.code, reason.values["lower"], reason.values["upper"]) == ("bands_reversed", 1, 2)
    assert found.state == "caution"


def test_waiting_is_given_a_month_at_todays_pace():
    found = verdict(SMALL, SELECTION)
    pace = win_pace(SMALL, SELECTION)
    assert pace.per_day == pytest.approx(60 * 9.5 / 81 / 180)
    values = found.remedies[0].values
    assert values["n_more"] == 11  # 20 wins are needed, 9 there are
    assert pace.begins_on == date(2026, 3, 31)
    assert values["month"] == date(2027, 1, 1)  # 11 wins at 1.19 a month
    assert values["n_per_month"] == pytest.approx(1.19, abs=0.01)


def test_a_young_period_begins_to_ripen_later():
    selection = Selection(as_of=datetime(2026, 3, 31), start=date(2026, 1, 1))
    assert win_pace(SMALL, selection).begins_on == date(2026, 6, 30)


def test_a_period_that_is_over_does_not_grow():
    selection = Selection(as_of=datetime(2026, 3, 31), start=date(2025, 9, 1), end=date(2025, 12, 1))
    found = verdict(SMALL, selection)
    assert [remedy.code for remedy in found.remedies] == ["longer_period"]
    assert verdict(calibration((0, 30, 1, 0, 0), (25, 20, 5, 0, 0)), SELECTION).remedies[0].code == "longer_period"


def test_wins_needed_show_a_useful_score():
    """A score of the ranking power asked for is told from chance in about 80 % of draws."""
    rng = np.random.default_rng(1)
    rate = 0.1
    n_won = wins_needed(rate)
    assert 50 <= n_won <= 60
    shift = 0.507  # of normal scores, for an area of 0.64
    found = []
    for _ in range(100):
        scores = np.concatenate([rng.normal(shift, 1, n_won), rng.normal(0, 1, round(n_won * (1 - rate) / rate))])
        won = np.arange(len(scores)) < n_won
        table = pd.DataFrame({"score": np.round(scores * 8).astype(int), "n_mature": 1, "n_won": won.astype(int)})
        table = table.assign(n_immature=0, n_standing=0, n_already_decided=0)
        found.append(verdict(calibrate(table, RULESET), SELECTION).signal in ("weak", "useful", "strong"))
    assert 0.68 <= np.mean(found) <= 0.92
    assert USEFUL_AUC == 0.64


@pytest.mark.parametrize(("n_leads", "rate"), [(300, 0.2), (3000, 0.1), (1_000_000, 0.05)])
def test_shuffled_outcomes_carry_no_signal(n_leads, rate):
    """Whatever the score was, once outcomes are shuffled the verdict says so, in at least 95 % of draws."""
    rng = np.random.default_rng(n_leads)
    n_mature = rng.multinomial(n_leads, np.full(40, 1 / 40))
    found = []
    for _ in range(100):
        n_won = rng.multivariate_hypergeometric(n_mature, round(n_leads * rate), method="marginals")
        table = pd.DataFrame({"score": np.arange(40), "n_mature": n_mature, "n_won": n_won})
        table = table.assign(n_immature=10, n_standing=0, n_already_decided=0)
        found.append(verdict(calibrate(table, RULESET), SELECTION))
    assert np.mean([each.signal in ("no_signal", "no_signal_yet") for each in found]) >= 0.95
    assert all(each.state != "ready" for each in found if each.signal.startswith("no_signal"))


def test_no_signal_yet_is_not_no_signal():
    found = verdict(calibration((0, 30, 7, 50, 0), (12, 30, 6, 50, 0), (25, 30, 9, 50, 0)), SELECTION)
    assert (found.state, found.signal) == ("cannot_say", "no_signal_yet")
    assert found.remedies[0].code == "wait"
    assert found.remedies[0].values["n_more"] >= 10


def test_few_losses_are_too_few_as_well():
    found = verdict(calibration((0, 100, 95, 50, 0), (25, 100, 95, 50, 0)), SELECTION)
    assert found.signal == "too_few"
    assert found.remedies[0].values["n_more"] > 100
