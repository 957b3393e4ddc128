"""A form that is sent is stored once: a run that is cut short by the next may be repeated with the same click."""

from __future__ import annotations

import secrets
from threading import Lock
from typing import Final

from dashboard import state

_LOCK: Final = Lock()
_DONE: Final[set[str]] = set()


def token(form: str) -> str:
    """Return the name of this session's filling-in of a form; a new one after `renew`."""
    name = state.kept(f"once-{form}") or secrets.token_hex(8)
    state.keep(f"once-{form}", name)
    return str(name)


def claim(name: str) -> bool:
    """Say whether this is the first run that stores the form."""
    with _LOCK:
        is_first = name not in _DONE
        _DONE.add(name)
    return is_first


def release(name: str) -> None:
    """Let the form be sent again, because it was refused."""
    with _LOCK:
        _DONE.discard(name)


def renew(form: str) -> None:
    """Begin the next filling-in of a form."""
    state.drop(f"once-{form}")
