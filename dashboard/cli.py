"""The command-line program `leadcal`.

Everything a page shows can be had here as a table, CSV or JSON, from the same
function. The exit code says whether it worked: 0 yes, 1 a check failed, 2 the
input was wrong. An error is one line that says what to do.
"""

from __future__ import annotations

import importlib
import os
import sys
from pathlib import Path
from typing import Any, Final

import click

from data.errors import LeadcalError
from data.workspace import Workspace

_COMMANDS: Final = {
    "demo": ("demo", "Build the synthetic company and open the dashboard."),
    "serve": ("demo", "Open the dashboard on this workspace."),
    "import": ("imports", "Bring files into the history."),
    "suggest": ("imports", "Write a mapping for a file that leadcal does not know."),
    "undo": ("imports", "Take the last import back."),
    "check": ("check", "Does the history contradict itself?"),
    "overview": ("overview", "Is the funnel healthy?"),
    "funnel": ("funnel", "Where does it leak?"),
    "compare": ("compare", "Why did it change, and where is most to be gained?"),
    "sources": ("sources", "Which tactics are worth it?"),
    "targets": ("targets", "Are we where we should be today?"),
    "calibrate": ("calibrate", "Do high scores win?"),
    "segments": ("segments", "Does the score work in every segment?"),
    "drift": ("drift", "Which rule moved, when, and did the past foretell what came?"),
    "versus": ("versus", "Which of two scores ranks better?"),
    "explore": ("explore", "What would it cost to know how low scorers do?"),
    "routing": ("routing", "Who takes care of which lead, and who is nobody's?"),
    "tune": ("tune", "What should each rule be worth?"),
    "threshold": ("threshold", "From how many points should sales take over?"),
    "handoff": ("handoff", "Do both departments keep their word?"),
    "why-lost": ("why_lost", "Why did high scores fail to close?"),
    "definitions": ("definitions", "Do marketing and sales mean the same by MQL?"),
    "alignment": ("alignment", "Where does each department's belief differ from the deals?"),
    "lead": ("lead", "What happened with this lead?"),
    "report": ("report", "Everything the meeting needs, as one file to print or to edit."),
    "decide": ("decide", "Store a decision with what it promises, and release its points."),
    "decisions": ("decide", "Were the promises kept?"),
    "meeting": ("meeting", "Prepare a meeting, note what was said, and see how to run it."),
    "tripwires": ("meeting", "Is it time to talk again about what was agreed?"),
    "ruleset": ("rulesets", "List, check and release the points."),
}
"""Name of each command, the module in `dashboard.commands` it lives in, and its line in the help."""


class _Commands(click.Group):
    """Loads a command when it is asked for, so that `--help` answers at once."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in _COMMANDS:
            return None
        module = importlib.import_module(f"dashboard.commands.{_COMMANDS[cmd_name][0]}")
        command: click.Command = getattr(module, f"{cmd_name.replace('-', '_')}_command")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl([(name, about) for name, (_, about) in _COMMANDS.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in _COMMANDS:
            ctx.fail(f"There is no command {args[0]!r}; there are {', '.join(_COMMANDS)}.")
        return super().resolve_command(ctx, args)


@click.command(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--workspace",
    "-w",
    envvar="LEADCAL_WORKSPACE",
    default="workspace",
    show_default=True,
    type=click.Path(path_type=Path),
    help="Folder that holds the history, the rulesets and the decisions [env: LEADCAL_WORKSPACE].",
)
@click.version_option(package_name="leadcal", prog_name="leadcal")
@click.pass_context
def cli(ctx: click.Context, workspace: Path) -> None:
    """Funnel and scoring calibration for B2B leads: do the points tell the truth?

    \b
    Start here:
      leadcal demo                      the synthetic company, in the browser
      leadcal import leads.csv ...      your own history
      leadcal funnel                    where does it leak?
      leadcal calibrate                 do high scores win?
    """
    ctx.obj = Workspace(workspace)


def main(argv: list[str] | None = None) -> int:
    """Run the program and return its exit code; never shows a traceback, unless LEADCAL_DEBUG asks for it."""
    try:
        result: Any = cli.main(args=argv, prog_name="leadcal", standalone_mode=False)
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.Abort:
        _complain("stopped; nothing was changed")
        return 130
    except click.ClickException as error:
        _complain(error.format_message())
        return 2
    except LeadcalError as error:
        _complain(str(error))
        return 2
    except BrokenPipeError:
        # The reader of our output (`| head`) has seen enough.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        _complain(f"{error.filename or 'the system'}: {error.strerror or error}; nothing more was done")
        return 2
    except Exception as error:
        if os.environ.get("LEADCAL_DEBUG"):
            raise
        what = next(iter(str(error).splitlines()), "")
        _complain(
            f"a defect of leadcal, not of your data ({type(error).__name__}: {what}); please report it with the "
            "command. LEADCAL_DEBUG=1 shows where it happened"
        )
        return 70
    return result if isinstance(result, int) else 0


def _complain(message: str) -> None:
    click.echo(f"leadcal: {message}", err=True)


if __name__ == "__main__":
    sys.exit(main())
