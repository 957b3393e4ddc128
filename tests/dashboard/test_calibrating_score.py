"""The sections about the score itself, on the page of a small company."""

from __future__ import annotations

from dashboard import loading_score
from dashboard.calibrating import yardstick
from tests.dashboard.conftest import words


def test_the_score_tab_says_whether_to_rely_on_the_score(app):
    app.query_params["lang"] = "en"
    app.switch_page("app_pages/calibration.py").run()
    assert not app.exception
    text = words(app)
    for heading in (
        "May we rely on this score?",
        "What chance of winning",
        "Do wins come from the top",
        "the limit, or",
    ):
        assert heading in text
    # Every lead of this company has the same score: nothing can be told apart by it.
    assert "Do not decide by this score" in text or "Cannot say yet" in text
    assert "cannot be read as a chance" in text or "too few results" in text


def test_a_capacity_that_does_not_exist_is_the_usual_one(app):
    app.query_params["lang"] = "en"
    app.query_params["capacity"] = "999"
    app.switch_page("app_pages/calibration.py").run()
    assert not app.exception
    chosen = [group.value for group in app.button_group if str(group.key).startswith("capacity")]
    assert chosen == ["30"]


def test_models_of_many_decisions_are_fitted_only_when_asked_for(app, monkeypatch):
    asked, usual = [], loading_score.yardstick
    monkeypatch.setattr(loading_score, "yardstick", lambda *chosen: asked.append(chosen) or usual(*chosen))
    monkeypatch.setattr(yardstick, "MAX_UNASKED", 0)
    app.switch_page("app_pages/calibration.py").run()
    assert not app.exception
    assert asked == []
    app.toggle(key="yardstick-asked").set_value(True).run()
    assert not app.exception
    assert asked
