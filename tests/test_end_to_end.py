"""From a file to a number on the terminal, held against pandas computations that share no code with it."""

import itertools
import json
import tomllib
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest
from scipy.stats import binomtest
from sklearn.metrics import roc_auc_score

from dashboard.cli import main
from data.workspace import Workspace
from tests.conftest import PROJECT

OLIST = PROJECT / "docs" / "examples" / "olist"
HORIZON = pd.Timedelta(days=180)


@pytest.fixture
def leadcal_json(capsys):
    """Run a command with `--format json` and return what it says."""

    def run(workspace: Path, *arguments: str):
        code = main(["--workspace", str(workspace), *arguments, "--format", "json"])
        captured = capsys.readouterr()
        assert code == 0, captured.err
        return json.loads(captured.out)

    return run


def expected_bands(scores: pd.DataFrame, thresholds: list[int]) -> list[dict]:
    """Counts, rate and interval of each band, from one row per mature handoff (`score`, `won`)."""
    edges = [-np.inf, *sorted(thresholds)[1:], np.inf]
    bands = []
    for low, high in itertools.pairwise(edges):
        won = scores.loc[(scores["score"] >= low) & (scores["score"] < high), "won"]
        interval = binomtest(int(won.sum()), len(won)).proportion_ci(0.95, method="wilson") if len(won) else None
        bands.append({"n_mature": len(won), "n_won": int(won.sum()), "interval": interval})
    return bands


def assert_same_bands(actual: list[dict], expected: list[dict]) -> None:
    assert len(actual) == len(expected)
    for ours, theirs in zip(actual, expected, strict=True):
        assert (ours["n_mature"], ours["n_won"]) == (theirs["n_mature"], theirs["n_won"])
        if theirs["n_mature"]:
            assert ours["win_rate"] == pytest.approx(theirs["n_won"] / theirs["n_mature"])
            assert (ours["win_low"], ours["win_high"]) == pytest.approx(tuple(theirs["interval"]))


# --- Olist ----------------------------------------------------------------------------


@pytest.fixture
def olist(shared_data, tmp_path, capsys):
    """A workspace with the Olist files, imported from the command line."""
    workspace = tmp_path / "olist"
    code = main(["-w", str(workspace), "import", "--map", str(OLIST / "olist.toml"), str(shared_data / "olist")])
    assert code == 0
    assert "1 row won before the lead was created: olist_closed_deals_dataset.csv line 669" in capsys.readouterr().out
    return workspace


@pytest.fixture
def olist_leads(shared_data) -> pd.DataFrame:
    """The same files, read and joined by pandas alone."""
    leads = pd.read_csv(shared_data / "olist" / "olist_marketing_qualified_leads_dataset.csv")
    deals = pd.read_csv(shared_data / "olist" / "olist_closed_deals_dataset.csv")[["mql_id", "won_date"]]
    joined = leads.merge(deals, on="mql_id", how="left", validate="one_to_one")
    return joined.assign(at=pd.to_datetime(joined["first_contact_date"]), won_at=pd.to_datetime(joined["won_date"]))


def test_olist_funnel(olist, olist_leads, leadcal_json):
    steps = {step["stage"]: step for step in leadcal_json(olist, "funnel")["steps"]}
    assert (len(olist_leads), olist_leads["won_at"].notna().sum()) == (8000, 842)
    assert steps["lead"]["n_leads"] == steps["mql"]["n_leads"] == 8000
    assert list(steps) == ["lead", "mql", "won"], "stages that Olist does not record are no part of its funnel"
    assert steps["won"]["step_rate"] == pytest.approx(842 / 8000)
    assert steps["won"]["n_leads"] == steps["won"]["n_recorded"] == 842
    interval = binomtest(842, 8000).proportion_ci(0.95, method="wilson")
    assert (steps["won"]["total_low"], steps["won"]["total_high"]) == pytest.approx(tuple(interval))

    social = olist_leads[
        (olist_leads["origin"] == "social") & (olist_leads["at"] >= "2018-01-01") & (olist_leads["at"] < "2018-04-01")
    ]
    steps = leadcal_json(olist, "funnel", "--source", "social", "--start", "2018-01-01", "--end", "2018-04-01")["steps"]
    assert steps[0]["n_leads"] == len(social)
    assert steps[-1]["n_leads"] == social["won_at"].notna().sum()


def test_olist_calibration(olist, olist_leads, leadcal_json):
    rules = tomllib.loads((OLIST / "ruleset.toml").read_text(encoding="utf-8"))
    score = np.zeros(len(olist_leads), dtype=int)
    for rule in rules["rule"]:
        values = olist_leads[{"source": "origin", "campaign": "landing_page_id"}[rule["field"]]]
        hit = values.isna() if rule.get("is_unknown") else values.isin(rule["in"])
        score += hit.to_numpy() * rule["points"]
    as_of = olist_leads["won_at"].max()
    leads = olist_leads.assign(score=score)
    undecided = leads[~(leads["won_at"] <= leads["at"])]
    mature = undecided[undecided["at"] + HORIZON <= as_of]
    mature = mature.assign(won=(mature["won_at"] <= mature["at"] + HORIZON).astype(int))

    result = leadcal_json(olist, "calibrate", "--ruleset", str(OLIST / "ruleset.toml"))

    assert result["n_already_decided"] == len(leads) - len(undecided) == 1
    assert (result["n_mature"], result["n_immature"]) == (len(mature), len(undecided) - len(mature))
    assert_same_bands(result["bands"], expected_bands(mature, [band.get("threshold", -99) for band in rules["band"]]))
    assert result["ranking"]["auc"] == pytest.approx(roc_auc_score(mature["won"], mature["score"]))
    assert sum(row["n_mature"] for row in result["scores"]) == len(mature)


# --- the synthetic company ------------------------------------------------------------


@pytest.fixture(scope="module")
def company(tmp_path_factory) -> Path:
    """A synthetic company of 3,000 leads."""
    workspace = tmp_path_factory.mktemp("company")
    assert main(["-w", str(workspace), "demo", "--no-serve", "--leads", "3000", "--seed", "5"]) == 0
    return workspace


@pytest.fixture(scope="module")
def tables(company) -> dict[str, pd.DataFrame]:
    """The contract's tables, without the prepared ones."""
    path = Workspace(company).snapshot_path(1)
    with duckdb.connect(str(path), read_only=True) as connection:
        names = ["leads", "lead_facts", "touches", "stage_events", "handoffs", "deals", "stages", "meta"]
        return {name: connection.table(name).df() for name in names}


def first_entries(tables) -> pd.DataFrame:
    """When each lead first entered each stage; one column per position."""
    deals, positions = tables["deals"], tables["stages"].set_index("stage")["position"]
    won = deals[deals["outcome"] == "won"]
    entries = pd.concat(
        [
            tables["leads"][["lead_id", "created_at"]].set_axis(["lead_id", "at"], axis=1).assign(stage="lead"),
            tables["stage_events"][["lead_id", "stage", "entered_at"]].rename(columns={"entered_at": "at"}),
            deals[["lead_id", "opened_at"]].set_axis(["lead_id", "at"], axis=1).assign(stage="opportunity"),
            won[["lead_id", "closed_at"]].set_axis(["lead_id", "at"], axis=1).assign(stage="won"),
        ]
    ).dropna(subset="at")
    return (
        entries.assign(position=entries["stage"].map(positions)).groupby(["lead_id", "position"])["at"].min().unstack()
    )


def test_company_funnel(company, tables, leadcal_json):
    furthest = first_entries(tables).notna().apply(lambda reached: reached[reached].index.max(), axis=1)
    steps = leadcal_json(company, "funnel")["steps"]
    assert [step["n_leads"] for step in steps] == [int((furthest >= step["position"]).sum()) for step in steps]
    assert [step["n_recorded"] for step in steps] == first_entries(tables).notna().sum().tolist()


def point_in_time(tables, decisions: pd.DataFrame, field: str) -> pd.Series:
    """The attribute as it was known at each decision."""
    values = tables["leads"].set_index("lead_id")[field].astype(object)
    facts = tables["lead_facts"].query("field == @field").sort_values("known_at")
    known = []
    for decision in decisions.itertuples():
        history = facts[facts["lead_id"] == decision.lead_id]
        if history.empty:
            known.append(values[decision.lead_id])
        else:
            past = history[history["known_at"] <= decision.handed_off_at]
            known.append(past["value"].iloc[-1] if len(past) else None)
    return pd.Series(known, index=decisions.index, dtype=object)


def multiplicity(rule: dict, tables, decisions: pd.DataFrame) -> pd.Series:
    """How often a rule fired at each decision, by its definition."""
    if rule["kind"] == "attribute":
        values = point_in_time(tables, decisions, rule["field"])
        if "in" in rule:
            return values.isin(rule["in"]).astype(int)
        numbers = pd.to_numeric(values)
        return ((numbers >= rule.get("min", -np.inf)) & (numbers <= rule.get("max", np.inf))).astype(int)
    touches = tables["touches"]
    wanted = rule["touch"] if isinstance(rule["touch"], list) else [rule["touch"]]
    touches = touches[touches["kind"].isin(wanted)]
    if "content" in rule:
        touches = touches[touches["content"] == rule["content"]]
    pairs = decisions.reset_index().merge(touches[["lead_id", "at"]], on="lead_id")
    age = pairs["handed_off_at"] - pairs["at"]
    pairs = pairs[(age >= pd.Timedelta(0)) & (age <= pd.Timedelta(days=rule["within_days"]))]
    counts = pairs.groupby("index").size().reindex(decisions.index, fill_value=0)
    return counts.clip(upper=1 if rule["repeat"] == "once" else rule["cap"])


def test_company_calibration(company, tables, leadcal_json):
    rules = tomllib.loads((company / "rulesets" / "today" / "1.toml").read_text(encoding="utf-8"))
    decisions = tables["handoffs"].sort_values(["lead_id", "handed_off_at"]).reset_index(drop=True)
    score = sum(multiplicity(rule, tables, decisions) * rule["points"] for rule in rules["rule"])
    won_at = decisions["lead_id"].map(first_entries(tables)[7])
    next_at = decisions.groupby("lead_id")["handed_off_at"].shift(-1)
    meta = tables["meta"].set_index("key")["value"]
    decided_before = won_at <= decisions["handed_off_at"]
    is_mature = ~decided_before & (decisions["handed_off_at"] + HORIZON <= pd.Timestamp(meta["data_end"]))
    won = (won_at <= decisions["handed_off_at"] + HORIZON) & ~(won_at > next_at)
    mature = pd.DataFrame({"score": score, "won": won.astype(int)})[is_mature]

    result = leadcal_json(company, "calibrate")

    assert result["n_decisions"] == len(decisions)
    assert (result["n_mature"], result["n_won"]) == (len(mature), int(mature["won"].sum()))
    by_score = {row["score"]: (row["n_mature"], row["n_won"]) for row in result["scores"] if row["n_mature"]}
    assert by_score == {int(value): (len(group), int(group["won"].sum())) for value, group in mature.groupby("score")}
    assert_same_bands(result["bands"], expected_bands(mature, [band.get("threshold", -99) for band in rules["band"]]))
    assert result["ranking"]["auc"] == pytest.approx(roc_auc_score(mature["won"], mature["score"]))
    never = set(tables["leads"]["lead_id"]) - set(decisions["lead_id"])
    assert result["n_standing"] == len(never)
