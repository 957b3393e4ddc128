"""Work beside the page: its result, its error, and how it is stopped."""

from __future__ import annotations

import threading

import pytest

from dashboard.importing.jobs import CancelledError, Job


def test_result_and_progress():
    job = Job(lambda tell: tell("half", 0.5) or "done")
    assert job.result() == "done"
    assert job.share == 0.5
    assert not job.is_running


def test_error_comes_out_where_it_is_asked_for():
    def fail(_tell):
        raise ValueError("no")

    job = Job(fail)
    assert job.wait()
    with pytest.raises(ValueError, match="no"):
        job.result()


def test_stopped_at_the_next_opportunity():
    started, go_on = threading.Event(), threading.Event()

    def work(tell):
        tell("begin", 0.0)
        started.set()
        go_on.wait()
        tell("never", 1.0)

    job = Job(work)
    started.wait()
    assert not job.wait(0)
    job.cancel()
    go_on.set()
    with pytest.raises(CancelledError):
        job.result()
    assert job.share == 0.0
