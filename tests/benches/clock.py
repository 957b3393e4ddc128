"""What an action costs: CPU time of all threads, which holds on a busy machine."""

from __future__ import annotations

import time
from collections.abc import Callable


def cpu_seconds(action: Callable[[], object], n_times: int = 1) -> float:
    """Return the CPU seconds of an action; of several runs, those of the quickest."""
    seconds = []
    for _ in range(n_times):
        started = time.process_time()
        action()
        seconds.append(time.process_time() - started)
    return min(seconds)
