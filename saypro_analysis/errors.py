"""The few kinds of error that a user can meet; each carries the exit code that the CLI returns."""

import unicodedata
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One thing that is wrong with the user's input.

    ``where`` names the file (and line or row), ``key`` the setting or column, ``found`` what is there,
    and ``hint`` what is allowed or what to do.

    >>> print(Fault(where="params/company.yml:3", key="currency", found="'dollar'", hint="use a code such as USD"))
    params/company.yml:3: currency: 'dollar'; use a code such as USD
    """

    where: str
    key: str = ""
    found: str = ""
    hint: str = ""

    def __str__(self) -> str:
        parts = [part for part in (self.where, self.key, self.found) if part]
        return visible(": ".join(parts) + (f"; {self.hint}" if self.hint else ""))


def visible(text: str) -> str:
    """The text with control and direction characters as escapes: names and labels come from anywhere.

    >>> print(visible("no column " + chr(27) + "[31mday"))
    no column \\x1b[31mday
    """
    return "".join(repr(sign)[1:-1] if unicodedata.category(sign) in ("Cc", "Cf") else sign for sign in text)


class SayproError(Exception):
    """Something a user can mend. ``faults`` lists everything found, not only the first."""

    exit_code = 1

    def __init__(self, message: str, faults: tuple[Fault, ...] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.faults = faults

    def __str__(self) -> str:
        return "\n".join([visible(self.message), *(f"  {fault}" for fault in self.faults)])


class ReportError(SayproError):
    """A report could not be made or published; the others are not touched by it."""

    exit_code = 1


class ParamsError(SayproError):
    """Params or usage are wrong; nothing was run."""

    exit_code = 2


class DataError(SayproError):
    """A data contract is broken, so that a number would be wrong; nothing was run."""

    exit_code = 3


class LockedError(SayproError):
    """Another run is writing to the same folder; nothing was run, and trying again later may do."""

    exit_code = 4
