"""The frame of the command line: the program, how it fails, and what all commands share."""

from __future__ import annotations

import logging
import sys
from io import TextIOWrapper
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from releasekit import __version__, terminal
from releasekit.errors import InputError, WorkError


class Commands(TyperGroup):
    """Turns a user's mistake into a message and an exit code, never a traceback."""

    def invoke(self, ctx: Any) -> Any:
        with terminal.warnings_told():
            try:
                return super().invoke(ctx)
            except InputError as error:
                terminal.complain(error)
                raise typer.Exit(2) from None
            except WorkError as error:
                terminal.say(f"error: {error}")
                raise typer.Exit(1) from None
            except KeyboardInterrupt:
                terminal.say("stopped")
                raise typer.Exit(130) from None


app = typer.Typer(cls=Commands, no_args_is_help=True, rich_markup_mode=None,
                  pretty_exceptions_enable=False,
                  help="Release-kinetics design of exosome carriers for wounds.")

Json = Annotated[bool, typer.Option("--json", help="Print JSON on stdout, and nothing else.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No notes and no progress.")]


def main() -> None:
    """Run the command line."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # not every terminal can write what we say
            stream.reconfigure(errors="replace")
    app()


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"releasekit {__version__}")
        raise typer.Exit


@app.callback()
def _common(version: Annotated[bool, typer.Option(
        "--version", is_eager=True, callback=_show_version, help="Print the version.")] = False,
            ) -> None:
    pass


def print_json(value: Any) -> None:
    """Print JSON on stdout."""
    from releasekit.files import json_text

    sys.stdout.write(json_text(value) + "\n")


class _Said(logging.Handler):
    """Messages of the library, where somebody waits."""

    def emit(self, record: logging.LogRecord) -> None:
        terminal.say(record.getMessage())


def say_if_compiling(quiet: bool) -> None:
    """Let the solver say why the first runs on a machine take longer."""
    log = logging.getLogger("releasekit")
    log.handlers = [] if quiet else [_Said()]
    log.setLevel(logging.INFO)
