"""The file of assumptions: read strictly, written so that it reads back the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.assumptions import (
    WEEKS_PER_MONTH,
    Assumptions,
    AssumptionsError,
    load_assumptions,
    parse_assumptions,
    write_assumptions,
)
from tests.conftest import PROJECT

TEXT = """
n_reps = 5
handoffs_per_rep_per_week = 12.5
cost_per_handoff_yen = 18000
margin_share = 0.25
opt_out_cost_yen = 9000
"""


def test_a_file_is_read_and_what_it_leaves_out_comes_from_the_history():
    found = parse_assumptions(TEXT, "assumptions.toml")
    assert found == Assumptions(
        n_reps=5,
        handoffs_per_rep_per_week=12.5,
        cost_per_handoff_yen=18000,
        margin_share=0.25,
        opt_out_cost_yen=9000,
    )
    assert found.margin_per_win_yen is None
    assert found.capacity_per_month == pytest.approx(5 * 12.5 * WEEKS_PER_MONTH)
    assert Assumptions(n_reps=5).capacity_per_month is None


def test_without_a_file_the_usual_assumptions_hold(tmp_path):
    assert load_assumptions(tmp_path / "assumptions.toml") == Assumptions()


def test_the_example_of_the_documentation_is_read():
    text = (PROJECT / "docs" / "value.md").read_text(encoding="utf-8")
    example = text.partition("```toml\n")[2].partition("```")[0]
    assert parse_assumptions(example, "docs").capacity_per_month == pytest.approx(60 * WEEKS_PER_MONTH)
    for name in Assumptions.__dataclass_fields__:
        assert name in example


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("n_reps = 0", "line 2: n_reps = 0 is too small; write 1 or more"),
        ("n_reps = 2.5", "line 2: n_reps = 2.5 must be a whole number"),
        ("margin_share = 30", "line 2: margin_share = 30 is too large; write a share between 0 and 1"),
        ("cost_per_handoff_yen = -1", "line 2: cost_per_handoff_yen = -1 is too small"),
        ('opt_out_rate = "often"', 'line 2: opt_out_rate = "often" must be a number'),
        ("margin_per_win = 3", "line 2: unknown key margin_per_win = 3; did you mean margin_per_win_yen?"),
        ("n_reps =", "line 2: is not valid TOML"),
    ],
)
def test_an_error_names_the_file_and_the_line_and_what_to_do(line, words, tmp_path):
    path = tmp_path / "assumptions.toml"
    path.write_text(f"# ours\n{line}\n", encoding="utf-8")
    with pytest.raises(AssumptionsError) as caught:
        load_assumptions(path)
    assert str(caught.value).startswith(f"{path}, ")
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_no_text_is_an_error(tmp_path):
    path = tmp_path / "assumptions.toml"
    path.write_bytes(b"\xff\xfe\xff")
    with pytest.raises(AssumptionsError, match="save it as UTF-8"):
        load_assumptions(path)


def test_a_value_that_cannot_be_is_refused_wherever_it_comes_from():
    with pytest.raises(AssumptionsError, match="opt_out_rate = 2 is too large"):
        Assumptions().with_values(opt_out_rate=2)
    assert Assumptions().with_values(n_reps=None) == Assumptions()


@given(
    st.builds(
        Assumptions,
        n_reps=st.none() | st.integers(1, 10_000),
        handoffs_per_rep_per_week=st.none() | st.floats(0.1, 1e4),
        cost_per_handoff_yen=st.floats(0, 1e9),
        margin_per_win_yen=st.none() | st.floats(0, 1e12),
        margin_share=st.floats(0, 1),
        opt_out_cost_yen=st.floats(0, 1e9),
        opt_out_rate=st.none() | st.floats(0, 1),
    )
)
def test_what_is_written_reads_back_the_same(assumptions):
    assert parse_assumptions(write_assumptions(assumptions), "x") == assumptions
