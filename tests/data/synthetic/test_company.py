"""The synthetic company: the same each time, and a history as the contract wants it."""

import json
from datetime import datetime
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from data.contract import TABLES, Kind
from data.errors import WorkspaceError
from data.store import Reader, _create_tables, open_reader, writing
from data.synthetic import build_company
from data.synthetic.company import make_history
from data.synthetic.planted import read_planted
from data.workspace import Workspace

from .conftest import read_truth

COLUMNS = [(table.name, column) for table in TABLES.values() for column in table.columns]
TIMES = [(table, column.name) for table, column in COLUMNS if column.kind is Kind.TIMESTAMP]


def made(n_leads: int, seed: int, n_threads: int) -> dict[str, pd.DataFrame]:
    """Return the tables of a company that was made in memory, in the order of their rows."""
    with duckdb.connect(":memory:", config={"threads": n_threads}) as connection:
        _create_tables(connection)
        make_history(connection, read_planted(), n_leads, seed)
        return {name: connection.execute(f"FROM {name}").df() for name in TABLES}


@pytest.fixture(scope="module")
def one() -> dict[str, pd.DataFrame]:
    return made(300, seed=1, n_threads=1)


def test_the_same_company_is_made_on_any_number_of_threads(one: dict[str, pd.DataFrame]) -> None:
    two = made(300, seed=1, n_threads=2)
    for name, table in one.items():
        pd.testing.assert_frame_equal(table, two[name])


def test_another_seed_makes_another_company(one: dict[str, pd.DataFrame]) -> None:
    other = made(300, seed=2, n_threads=2)
    for name, table in one.items():
        assert not table.equals(other[name])


def test_parts_do_not_show(one: dict[str, pd.DataFrame], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("data.synthetic.company.PART_SIZE", 77)
    in_parts = made(300, seed=1, n_threads=2)
    for name, table in one.items():
        pd.testing.assert_frame_equal(table, in_parts[name])


@pytest.mark.parametrize("n_leads", [1, 2])
def test_a_company_of_almost_nobody(tmp_path: Path, n_leads: int) -> None:
    summary = build_company(Workspace(tmp_path), n_leads=n_leads)
    assert summary.n_leads == n_leads


def test_no_leads_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="at least 1 lead"):
        build_company(Workspace(tmp_path / "w"), n_leads=0)
    assert not (tmp_path / "w").exists()


def test_invented_leads_never_join_real_ones(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    with writing(workspace) as writer:
        writer.connection.execute("INSERT INTO leads (lead_id, created_at) VALUES ('a', '2025-01-01')")
        writer.commit()
    with pytest.raises(WorkspaceError, match="choose an empty folder"):
        build_company(workspace, n_leads=10)
    assert len(open_reader(workspace).query("SELECT * FROM leads")) == 1
    assert not workspace.rulesets.exists()


def test_a_foreign_ruleset_is_left_alone(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    path = workspace.rulesets / "today" / "1.toml"
    path.parent.mkdir(parents=True)
    path.write_text("id = 'today'", encoding="utf-8")
    with pytest.raises(WorkspaceError, match="another ruleset"):
        build_company(workspace, n_leads=10)
    assert path.read_text(encoding="utf-8") == "id = 'today'"
    assert workspace.current_number() is None


def test_a_synthetic_company_can_be_made_anew(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    assert build_company(workspace, n_leads=10).snapshot == 1
    words: list[str] = []
    summary = build_company(workspace, n_leads=20, progress=words.append)
    assert summary.snapshot == 2
    assert open_reader(workspace).query("SELECT count(*) AS n FROM leads")["n"].item() == 20
    assert words == ["20 of 20 leads", "preparing the history for questions"]
    assert read_truth(workspace)["n_leads"] == 20


@pytest.mark.parametrize(("table", "column"), COLUMNS, ids=lambda value: getattr(value, "name", value))
def test_every_column_keeps_the_contract(history: Reader, table: str, column: object) -> None:
    column = next(known for name, known in COLUMNS if name == table and known is column)
    values = history.query(f'SELECT "{column.name}" AS value FROM {table}')["value"]
    types = history.query(f"DESCRIBE {table}").set_index("column_name")["column_type"]
    assert types[column.name] == column.kind.value.replace(", ", ",")
    if column.required:
        assert values.notna().all()
    if column.choices:
        assert set(values.dropna()) <= set(column.choices)
    if column.minimum is not None:
        assert (values.dropna() >= column.minimum).all()
    if column.name != "note":
        assert values.notna().any()


@pytest.mark.parametrize("table", TABLES.values(), ids=lambda table: table.name)
def test_keys_are_unique(history: Reader, table: object) -> None:
    rows = history.query(f"SELECT {', '.join(f'{chr(34)}{name}{chr(34)}' for name in table.key)} FROM {table.name}")
    assert len(rows) > 0
    assert not rows.duplicated().any()


@pytest.mark.parametrize("table", [table.name for table in TABLES.values() if table.name not in ("leads", "costs")])
def test_every_row_is_about_a_known_lead(history: Reader, table: str) -> None:
    assert history.query(f"SELECT count(*) AS n FROM {table} ANTI JOIN leads USING (lead_id)")["n"].item() == 0


@pytest.mark.parametrize(("table", "column"), TIMES)
def test_nothing_happens_after_the_end_nor_before_the_lead(history: Reader, table: str, column: str) -> None:
    rows = history.query(
        f'SELECT "{column}" AS "at", leads.created_at AS created_at FROM {table} INNER JOIN leads USING (lead_id)'
        if table != "leads"
        else 'SELECT created_at AS "at", created_at AS created_at FROM leads'
    ).dropna()
    assert (rows["at"] <= history.data_end).all()
    assert (rows["at"] >= rows["created_at"]).all()


def test_the_history_reaches_to_the_end_of_its_calendar(history: Reader) -> None:
    assert history.data_end == datetime(2026, 3, 31, 9)


def test_stages_of_a_pass_come_in_order(history: Reader) -> None:
    rows = history.query(
        "SELECT lead_id, pass_no, position, entered_at FROM stage_events INNER JOIN stages USING (stage)"
    ).sort_values(["lead_id", "pass_no", "position"])
    step = rows.groupby(["lead_id", "pass_no"])["entered_at"].diff().dropna()
    assert (step >= pd.Timedelta(0)).all()


def test_a_pass_begins_after_the_one_before_has_ended(history: Reader) -> None:
    rows = history.query(
        """
        SELECT h.handed_off_at, later.handed_off_at AS next_at, d.closed_at, h.responded_at
        FROM handoffs AS h
        INNER JOIN handoffs AS later ON later.lead_id = h.lead_id AND later.pass_no = h.pass_no + 1
        LEFT JOIN deals AS d ON d.deal_id = 'D' || substr(h.handoff_id, 2)
        """
    )
    assert len(rows) > 0
    for column in ("handed_off_at", "closed_at", "responded_at"):
        assert (rows["next_at"] > rows[column])[rows[column].notna()].all()


def test_nobody_is_contacted_or_handed_over_after_opting_out(history: Reader) -> None:
    contacted = history.query(
        "SELECT t.touch_id FROM touches AS t INNER JOIN opt_outs AS o USING (lead_id) "
        """WHERE t."at" > o."at" AND t.direction = 'outbound'"""
    )
    handed = history.query(
        'SELECT h.handoff_id FROM handoffs AS h INNER JOIN opt_outs AS o USING (lead_id) WHERE h.handed_off_at > o."at"'
    )
    assert contacted.empty
    assert handed.empty


def test_sales_generated_leads_were_never_marketing_qualified(history: Reader) -> None:
    stages = history.query(
        "SELECT DISTINCT stage FROM stage_events INNER JOIN leads USING (lead_id) WHERE source = 'sales_generated'"
    )["stage"]
    assert "sales_qualified" in set(stages)
    assert not {"mql", "tql", "sal"} & set(stages)


def test_the_qualified_by_telephone_leave_by_two_exits(history: Reader) -> None:
    exits = history.query("SELECT reason, count(*) AS n FROM stage_events WHERE stage = 'tql' GROUP BY reason")
    assert set(exits["reason"]) == {"tql_passed", "tql_closed"}
    inside = history.query("SELECT closed_by, count(*) AS n FROM deals WHERE outcome = 'won' GROUP BY closed_by")
    assert set(inside["closed_by"]) == {"inside_sales", "field_sales"}


def test_companies_are_of_all_sizes(history: Reader) -> None:
    employees = history.query("SELECT employees FROM leads WHERE employees IS NOT NULL")["employees"]
    shares = pd.cut(employees, [0, 99, 999, 10**7]).value_counts(normalize=True)
    assert (shares > 0.1).all()


def test_an_earlier_end_shows_the_same_company_as_it_was(company: Workspace, tmp_path: Path) -> None:
    end = datetime(2025, 9, 30, 9)
    workspace = Workspace(tmp_path)
    build_company(workspace, n_leads=2_000, seed=1, as_of=end)
    earlier, later = open_reader(workspace), open_reader(company)
    assert earlier.data_end == end
    for table, column in [("leads", "created_at"), ("lead_facts", "known_at"), ("handoffs", "handed_off_at")]:
        key = ", ".join(TABLES[table].key)
        select = f"SELECT {key} FROM {table} WHERE {column} <= $end ORDER BY {key}"
        pd.testing.assert_frame_equal(earlier.query(select, {"end": end}), later.query(select, {"end": end}))


def test_an_end_outside_of_the_calendar_is_refused() -> None:
    with pytest.raises(ValueError, match="choose a time after"):
        read_planted(as_of=datetime(2027, 1, 1))


def test_an_unknown_truth_cannot_be_changed() -> None:
    with pytest.raises(KeyError, match="no 'lateness_effect'"):
        read_planted({"handling.lateness_effect": 0})
    with pytest.raises(KeyError, match="no source 'tv'"):
        read_planted({"source.tv.effect": 0})


def lost_reasons(folder: Path, **changes: float) -> pd.Series:
    workspace = Workspace(folder)
    build_company(workspace, n_leads=3_000, changes=changes)
    deals = open_reader(workspace).query("SELECT lost_reason FROM deals WHERE outcome = 'lost'")
    return deals["lost_reason"].value_counts()


def test_a_rival_wins_deals_only_when_it_is_planted(tmp_path: Path) -> None:
    usual = lost_reasons(tmp_path / "usual")
    with_rival = lost_reasons(tmp_path / "rival", **{"market.effect": -1.5})
    assert with_rival["competitor"] > 1.3 * usual["competitor"]
    assert with_rival.drop("competitor").sum() <= usual.drop("competitor").sum()
    truth = json.loads((tmp_path / "rival" / "truth.json").read_text(encoding="utf-8"))
    assert truth["market"]["effect"] == -1.5
    assert truth["counts"]["won_but_for_market"] > 0
    assert (
        json.loads((tmp_path / "usual" / "truth.json").read_text(encoding="utf-8"))["counts"]["won_but_for_market"] == 0
    )


def test_one_person_loses_more_only_when_it_is_planted(tmp_path: Path) -> None:
    rates = {}
    for effect in (0.0, -2.5):
        workspace = Workspace(tmp_path / str(effect))
        build_company(workspace, n_leads=3_000, changes={"rep.effect": effect})
        table = open_reader(workspace).query(
            """
            SELECT l.owner = '山田' AS is_rep, avg(CAST(h.handoff_id IN (
                SELECT 'H' || substr(deal_id, 2) FROM deals WHERE outcome = 'won'
            ) AS INTEGER)) AS win_rate
            FROM handoffs AS h INNER JOIN leads AS l ON h.lead_id = l.lead_id GROUP BY 1 ORDER BY 1
            """
        )
        rates[effect] = table["win_rate"].to_numpy()
    assert rates[-2.5][1] < 0.5 * rates[0.0][1]
    assert rates[-2.5][0] == pytest.approx(rates[0.0][0], abs=0.01)
