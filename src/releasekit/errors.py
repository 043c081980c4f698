"""Every problem a user can meet: how it is described, collected and printed."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong, said so that a person can put it right.

    Parameters
    ----------
    message
        What is wrong and what was expected.
    key
        Name of the quantity, table or option concerned, as it stands in the file.
    file, line
        Where it stands; ``line`` counts from 1, 0 where no line can be named.
    suggestion
        What to write instead, e.g. the nearest known name.
    """

    message: str
    key: str = ""
    file: str = ""
    line: int = 0
    suggestion: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}: " if self.file and self.line else ""
        if self.file and not self.line:
            place = f"{self.file}: "
        key = f"{self.key}: " if self.key else ""
        hint = f" ({self.suggestion})" if self.suggestion else ""
        return f"{place}{key}{self.message}{hint}"


class ReleasekitError(Exception):
    """Base of all errors raised on purpose."""


class InputError(ReleasekitError):
    """Input that cannot be used, with every problem found at once.

    >>> str(InputError([Problem("must be positive", key="thickness", file="a.toml", line=7)]))
    'a.toml:7: thickness: must be positive'
    """

    def __init__(self, problems: Iterable[Problem] | Problem | str) -> None:
        if isinstance(problems, str):
            problems = Problem(problems)
        if isinstance(problems, Problem):
            problems = [problems]
        self.problems: tuple[Problem, ...] = tuple(problems)
        super().__init__(self.problems)  # one argument, so that it can be pickled

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self.problems)


class WorkError(ReleasekitError):
    """Work that could not be finished, for want of disk space or of a machine; not the input."""


class ReleasekitWarning(UserWarning):
    """Base of all warnings."""


class RangeWarning(ReleasekitWarning):
    """A value is possible but outside the range usually met."""


class ConditionWarning(ReleasekitWarning):
    """A fact is used outside the conditions under which it was obtained."""


class ComparisonWarning(ReleasekitWarning):
    """Designs are compared that do not carry the same dose per wound area."""


def nearest(word: str, known: Iterable[str]) -> str:
    """Suggest the known name nearest to a misspelt one.

    >>> nearest("thicknes", ["thickness", "area"])
    'did you mean thickness?'
    >>> nearest("zzz", ["thickness"])
    ''
    """
    close: Sequence[str] = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f"did you mean {close[0]}?" if close else ""
