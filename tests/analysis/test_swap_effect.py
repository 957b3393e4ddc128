"""What a change would bring: known wins as counted, unknown ones between their bounds, amounts as in the deals."""

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit
from scipy.stats import t as student

from analysis.patterns import COUNTS
from analysis.swap_effect import CHANGES, swap_effect

COLUMNS = ["change", "score_before", "score_after", *COUNTS]
MOVES = pd.DataFrame(
    [
        ("swapped_in", 4, 6, 40, 10, 5, 1, 30),
        ("swapped_in", 3, 5, 10, 2, 0, 0, 11),
        ("swapped_out", 6, 4, 60, 3, 8, 0, 20),
        ("stays_in", 7, 8, 200, 50, 20, 3, 9),
        ("stays_in", 9, 9, 100, 40, 10, 2, 0),
    ],
    columns=COLUMNS,
)


def test_sets_add_up():
    found = swap_effect(MOVES, 6.0)
    sets = found.sets.set_index("change")
    assert list(sets.index) == list(CHANGES)
    for change, own in MOVES.groupby("change"):
        row = sets.loc[change]
        assert row["n_leads"] == own[["n_mature", "n_immature", "n_standing"]].to_numpy().sum()
        assert (row["n_mature"], row["n_won"], row["n_unknown"]) == tuple(
            own[["n_mature", "n_won", "n_standing"]].sum()
        )
        assert row["win_rate"] == pytest.approx(own["n_won"].sum() / own["n_mature"].sum())
        assert row["n_won"] <= row["wins_worst"] <= row["wins"] <= row["wins_best"]
        assert row["wins_best"] - row["wins_worst"] == pytest.approx(row["n_unknown"])
    assert (found.n_untried, found.n_in) == (41, 96)
    assert found.is_enough


def test_the_net_effect_is_per_quarter():
    found = swap_effect(MOVES, 6.0)
    sets = found.sets.set_index("change")
    assert found.wins == pytest.approx((sets.loc["swapped_in", "wins"] - sets.loc["swapped_out", "wins"]) / 2)
    assert found.wins_worst == pytest.approx(
        (sets.loc["swapped_in", "wins_worst"] - sets.loc["swapped_out", "wins_best"]) / 2
    )
    assert found.handoffs == (96 - 88) / 2
    assert found.wins_worst < found.wins_from < found.wins < found.wins_to < found.wins_best
    assert swap_effect(MOVES, 12.0).wins == pytest.approx(found.wins / 2)


def test_a_change_the_other_way_round_has_the_opposite_effect():
    names = {"swapped_in": "swapped_out", "swapped_out": "swapped_in", "stays_in": "stays_in"}
    back = MOVES.assign(change=MOVES["change"].map(names))
    back = back.rename(columns={"score_before": "score_after", "score_after": "score_before"})[COLUMNS]
    first, second = swap_effect(MOVES, 6.0), swap_effect(back, 6.0)
    assert second.wins == pytest.approx(-first.wins)
    assert second.wins_best == pytest.approx(-first.wins_worst)


def test_nothing_changes_nothing():
    found = swap_effect(MOVES[MOVES["change"] == "stays_in"], 6.0)
    assert (found.wins, found.wins_from, found.wins_to, found.n_in) == (0, 0, 0, 0)
    empty = swap_effect(MOVES.head(0), 6.0)
    assert empty.sets["n_leads"].tolist() == [0, 0, 0]
    assert not empty.is_enough


def test_amounts_are_those_of_the_won_deals():
    rng = np.random.default_rng(3)
    yen = rng.lognormal(13, 1, 52)
    amounts = pd.DataFrame(
        {"change": ["swapped_in"] * 12 + ["stays_in"] * 40, "amount": [*yen[:11], np.nan, *yen[12:]]}
    )
    sets = swap_effect(MOVES, 6.0, amounts).sets.set_index("change")
    stays = yen[12:]
    assert sets.loc["stays_in", "n_amounts"] == 40
    assert sets.loc["stays_in", "amount"] == pytest.approx(stays.sum())
    low, high = student.interval(0.95, 39, stays.mean(), stays.std(ddof=1) / np.sqrt(40))
    assert sets.loc["stays_in", ["mean_from", "mean_to"]].tolist() == pytest.approx([low, high])
    assert sets.loc["stays_in", "amount_from"] < stays.sum() < sets.loc["stays_in", "amount_to"]
    # Eleven known amounts are added up, but are too few for a mean.
    assert sets.loc["swapped_in", "n_amounts"] == 11
    assert sets.loc["swapped_in", "amount"] == pytest.approx(yen[:11].sum())
    assert np.isnan(sets.loc["swapped_in", "amount_mean"])
    assert sets.loc["swapped_out", "n_amounts"] == 0


def test_the_interval_holds_the_truth_in_95_of_100_companies():
    rng = np.random.default_rng(11)
    cells = [(before, after) for before in range(2, 9) for after in range(2, 9) if max(before, after) >= 5]
    before, after = np.array(cells).T
    change = np.where((before >= 5) & (after >= 5), "stays_in", np.where(after >= 5, "swapped_in", "swapped_out"))
    chance = expit(-4.5 + 0.15 * before + 0.35 * after)
    handed, standing = np.full(len(cells), 40.0), 12.0
    sign = np.select([change == "swapped_in", change == "swapped_out"], [1, -1], 0)
    truth = ((handed + standing) * chance * sign).sum() / 2
    hits, n_runs = 0, 150
    for _ in range(n_runs):
        n_won = rng.poisson(0.8 * handed * chance)
        moves = pd.DataFrame(
            {
                "change": change,
                "score_before": before,
                "score_after": after,
                "n_mature": n_won + rng.poisson(0.8 * handed * (1 - chance)),
                "n_won": n_won,
                "n_immature": rng.poisson(0.2 * handed),
                "n_already_decided": 0,
                "n_standing": rng.poisson(standing, len(cells)),
            }
        )
        found = swap_effect(moves, 6.0)
        hits += found.wins_from <= truth <= found.wins_to
    assert hits / n_runs >= 0.9
