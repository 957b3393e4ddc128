"""Files of verdicts: nothing is lost, nothing is overwritten unseen, and errors name file and line."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.losses.verdicts import (
    DEPARTMENTS,
    Verdict,
    VerdictError,
    folder,
    give_verdict,
    read_case,
    read_verdicts,
)
from data.workspace import Workspace

NOW = datetime(2026, 4, 17, 5, 30)


def said(handoff_id="H1", department="sales", verdict="handling", by="Suzuki", note=""):
    return Verdict(handoff_id=handoff_id, department=department, verdict=verdict, by=by, given_at=NOW, note=note)


@given(
    handoff_id=st.text(st.characters(codec="utf-8"), min_size=1, max_size=300).filter(str.strip),
    note=st.text(st.characters(codec="utf-8"), max_size=50).filter(lambda text: not text or text.strip()),
)
@settings(max_examples=60)
def test_what_is_written_is_read_whatever_the_id(tmp_path_factory, handoff_id, note):
    workspace = Workspace(tmp_path_factory.mktemp("court"))
    given_now = give_verdict(workspace, said(handoff_id, note=note))
    assert read_case(workspace, handoff_id) == {"sales": given_now}
    assert read_verdicts(workspace) == ((given_now,), ())
    assert [path.parent for path in workspace.root.rglob("*.toml")] == [folder(workspace)]


def test_two_departments_at_once_lose_nothing(tmp_path):
    workspace = Workspace(tmp_path)
    jobs = [said(f"H{number}", department) for number in range(30) for department in DEPARTMENTS]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda job: give_verdict(workspace, job), jobs))
    found, problems = read_verdicts(workspace)
    assert {(each.handoff_id, each.department) for each in found} == {(job.handoff_id, job.department) for job in jobs}
    assert not problems


def test_two_of_one_department_do_not_overwrite_each_other(tmp_path):
    workspace = Workspace(tmp_path)
    words = ("handling", "score", "data", "market", "chance")
    kept, refused = [], []

    def judge(word):
        try:
            kept.append(give_verdict(workspace, said(verdict=word, by=word)))
        except VerdictError as error:
            refused.append(str(error))

    with ThreadPoolExecutor(5) as pool:
        list(pool.map(judge, words))
    assert len(kept) == 1
    assert len(refused) == 4
    assert all(kept[0].by in text and "in the meantime" in text for text in refused)
    assert read_verdicts(workspace)[0] == tuple(kept)


def test_who_changes_a_verdict_must_have_seen_it(tmp_path):
    workspace = Workspace(tmp_path)
    first = give_verdict(workspace, said(verdict="chance"))
    second = give_verdict(workspace, said(verdict="score"), replaces=first)
    with pytest.raises(VerdictError, match="in the meantime"):
        give_verdict(workspace, said(verdict="data"), replaces=first)
    assert read_case(workspace, "H1")["sales"] == second


def test_the_first_word_stays_once_the_other_was_seen(tmp_path):
    workspace = Workspace(tmp_path)
    sales = give_verdict(workspace, said(verdict="chance"))
    sales = give_verdict(workspace, said(verdict="score"), replaces=sales)
    assert sales.first == "score"  # nobody else had spoken
    give_verdict(workspace, said(department="marketing", verdict="handling"))
    sales = give_verdict(workspace, said(verdict="handling"), replaces=sales)
    assert (sales.first, sales.verdict) == ("score", "handling")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('department = "sales"\nverdict = "luck"', "line 2: verdict"),
        ('handoff_id = "H1"\ndepartment = "sales"\nverdict = "data"\nby = "A"\ngiven_at = 1', "line 5: given_at"),
        ('department = "ales"\nverdict = "data"\nhandoff_id = "H1"', "line 1: department"),
        ("verdict = ", "not valid TOML"),
        ('handoff_id = "H1"\ndepartment = "marketing"\nverdict = "data"\nby = "A"\ngiven_at = 2026-04-17T05:30:00', "line 2"),
        ('handoff_id = "H1"\ndepartment = "sales"\nverdict = "data"\nby = "A"\ngiven_at = 2026-04-17T05:30:00\nx = 1', "line 6"),
    ],
)  # fmt: skip
def test_a_damaged_file_says_where_and_hides_no_other(tmp_path, text, says):
    workspace = Workspace(tmp_path)
    kept = give_verdict(workspace, said("H2"))
    path = folder(workspace) / "H1.sales.toml"
    path.write_text(text, encoding="utf-8")
    found, problems = read_verdicts(workspace)
    assert found == (kept,)
    assert len(problems) == 1
    assert str(path) in problems[0]
    assert says in problems[0]
    assert "\n" not in problems[0]


def test_a_verdict_needs_a_name_and_a_word(tmp_path):
    workspace = Workspace(tmp_path)
    for bad in (said(by=" "), said(verdict="luck"), said(department="it"), said(handoff_id="")):
        with pytest.raises(VerdictError):
            give_verdict(workspace, bad)
    assert read_verdicts(workspace) == ((), ())
