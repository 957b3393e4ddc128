"""Small matrix products are slower on many threads than on one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

from threadpoolctl import ThreadpoolController, threadpool_limits  # type: ignore[import-untyped]  # comes with scikit-learn


@lru_cache(maxsize=1)
def _controller() -> ThreadpoolController:
    return ThreadpoolController()


@contextmanager
def one_thread() -> Iterator[None]:
    """Let BLAS use one thread: waking others costs more than tables of points take to multiply.

    Measured on two shared cores, a search is ten times faster this way.
    """
    with _controller().limit(limits=1, user_api="blas"):
        yield


@contextmanager
def one_thread_for_trees() -> Iterator[None]:
    """Let scikit-learn's trees use one thread; its pool is known only once it is loaded."""
    with threadpool_limits(limits=1):
        yield
