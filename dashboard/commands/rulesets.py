"""`leadcal ruleset`: the point weights of this workspace."""

from __future__ import annotations

import click


@click.group(name="ruleset")
def ruleset_command() -> None:
    """List, check and release rulesets (the points)."""
