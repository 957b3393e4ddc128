"""`leadcal demo` and `leadcal serve`: the dashboard, on the synthetic company or your own."""

from __future__ import annotations

import json
from typing import Any

import click

from data.workspace import Workspace

_port_option = click.option(
    "--port",
    type=click.IntRange(1, 65535),
    help="Port of the dashboard [default: 8501, or the next free one].",
)


@click.command(name="demo")
@click.option("--leads", "n_leads", type=click.IntRange(200, 10_000_000), default=20_000, show_default=True)
@click.option(
    "--seed", type=click.IntRange(0, 2**31 - 1), default=1, show_default=True, help="Same seed, same company."
)
@click.option("--serve/--no-serve", default=True, help="Open the dashboard afterwards, or only build the company.")
@_port_option
@click.pass_obj
def demo_command(workspace: Workspace, n_leads: int, seed: int, serve: bool, port: int | None) -> None:
    """Build the synthetic company, whose truth is known, and open the dashboard.

    A company that is already there, with the same size and seed, is used as it
    is. A workspace with a history of your own is never touched.
    """
    if _is_built(workspace, n_leads, seed):
        click.echo(f"The synthetic company is ready in {workspace.root} ({n_leads:,} leads, seed {seed}).")
    else:
        _refuse_own_history(workspace)
        _build(workspace, n_leads, seed)
    if serve:
        _serve(workspace, port)


@click.command(name="serve")
@_port_option
@click.pass_obj
def serve_command(workspace: Workspace, port: int | None) -> None:
    """Open the dashboard on this workspace."""
    _serve(workspace, port)


def _is_built(workspace: Workspace, n_leads: int, seed: int) -> bool:
    truth = _truth(workspace)
    return truth.get("n_leads") == n_leads and truth.get("seed") == seed and workspace.current_number() is not None


def _truth(workspace: Workspace) -> dict[str, Any]:
    try:
        truth: dict[str, Any] = json.loads(workspace.truth.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return truth


def _refuse_own_history(workspace: Workspace) -> None:
    if workspace.current_number() is not None and not workspace.truth.exists():
        raise click.ClickException(
            f"{workspace.root} holds a history of your own; choose another folder: leadcal --workspace demo-workspace demo"
        )


def _build(workspace: Workspace, n_leads: int, seed: int) -> None:
    from data.synthetic import build_company

    click.echo(f"Building the synthetic company in {workspace.root} ({n_leads:,} leads, seed {seed}) ...")
    build_company(workspace, n_leads=n_leads, seed=seed, progress=lambda step: click.echo(f"  {step}"))


def _serve(workspace: Workspace, port: int | None) -> None:
    from dashboard.serving import serve

    serve(workspace.root, port=port, open_browser=True)
