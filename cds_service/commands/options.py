"""Options, exit codes and printing, shared by the commands.

Exit codes: 0 done, 1 the answer is bad, 2 wrong use or configuration.
"""

import errno
import getpass
import json
import os
import re
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime
from functools import wraps
from pathlib import Path
from typing import Any, NoReturn, ParamSpec, TextIO, TypeVar

import click

from cds_service.core.anatomy import SPINE
from cds_service.errors import CdsError, DataFileError
from cds_service.fhir.site_calendar import SiteCalendar
from cds_service.outgoing.address import parse_base
from cds_service.protocol.messages import TOKEN, is_fhir_id
from cds_service.settings import read_settings
from cds_service.site.clients import EVERYTHING, Capabilities
from cds_service.site.folder import SiteFolder, load_site


# It is generic in newer versions of click alone.
class ReadBy(click.ParamType):  # type: ignore[type-arg]
    """An argument whose text a function reads.

    The text of the function's ValueError says what is wrong, and never repeats a
    secret.
    """

    def __init__(self, name: str, read: Callable[[str], Any]) -> None:
        self.name = name
        self._read = read

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Any:
        try:
            return self._read(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


# Python's form of an argument's bytes that are no UTF-8.
LONE_SURROGATE = re.compile("[\ud800-\udfff]")
# First bytes of files that are never overwritten: SQLite's file and its write-ahead log
# (either byte order), keys as PEM, checkpoints.
NEVER_OVERWRITTEN = (
    b"SQLite format 3\0",
    b"\x37\x7f\x06\x82",
    b"\x37\x7f\x06\x83",
    b"-----BEGIN ",
    b"kyphoplasty-cds/",
)
# What SQLite keeps next to a log: its newest entries, and how to read them.
SQLITE_SUFFIXES = ("-wal", "-shm", "-journal")
# Errors of a standard output that takes no more.
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EBADF)
CLOSED = (
    "standard output was closed before all was written: read it to its end, or write it"
    " into a file"
)
NO_OUTPUT = "standard output is closed: leave it open, or send it to /dev/null"
# Paths that the shell has opened already, as for `<(...)`.
OPENED = ("/dev/fd/", "/dev/stdin", "/proc/self/fd/")


def fault_of(path: Path) -> str:
    """Say why a command does not open this path; empty for a file, a folder or nothing.

    Opening a named pipe may wait for ever, and a device may never end.
    """
    mode = _mode_of(path)
    is_plain = mode is None or stat.S_ISREG(mode) or stat.S_ISDIR(mode)
    is_opened = str(path).startswith(OPENED)
    return "" if is_plain or is_opened else f"{path} is a pipe or a device, no file"


def _fault_of_new(path: Path) -> str:
    """Say why a command does not write to this path; empty if it may.

    It holds a log, a key or a checkpoint, or it is a pipe or a device.
    """
    with suppress(OSError, RuntimeError):
        if path.resolve().name.endswith(SQLITE_SUFFIXES):
            return f"{path} has a name that SQLite gives to parts of a log"
    mode = _mode_of(path)
    if mode is not None and stat.S_ISREG(mode):
        with suppress(OSError), path.open("rb") as file:
            if file.read(16).startswith(NEVER_OVERWRITTEN):
                return f"{path} is a database or a key, or a checkpoint; name another"
    return fault_of(path)


def _mode_of(path: Path) -> int | None:
    with suppress(OSError, ValueError):
        return path.stat().st_mode
    return None


class _Place(click.Path):
    """A file or folder, never a pipe or a device."""

    fault_of = staticmethod(fault_of)

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Any:
        path = Path(os.fsdecode(super().convert(value, param, ctx)))
        if fault := self.fault_of(path):
            self.fail(fault, param, ctx)
        return path


class _NewPlace(_Place):
    """A path to write to, but not over a log or a key, which a slip would destroy."""

    fault_of = staticmethod(_fault_of_new)


class Stream(click.File):
    """A file that click opens, never a pipe or a device; `-` is a standard stream."""

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Any:
        if isinstance(value, str) and value != "-":
            path = Path(value)
            mode = _mode_of(path)
            if mode is not None and stat.S_ISDIR(mode):
                self.fail(f"{value} is a folder", param, ctx)
            fault = _fault_of_new(path) if "w" in self.mode else fault_of(path)
            if fault:
                self.fail(fault, param, ctx)
        return super().convert(value, param, ctx)


def _fhir_id(value: str) -> str:
    patient_id = value.removeprefix("Patient/")
    if not is_fhir_id(patient_id):
        raise ValueError("not a FHIR id")
    return patient_id


def _levels(value: str) -> tuple[str, ...]:
    named = value.upper().replace(",", " ").split()
    if unknown := sorted({*named} - {*SPINE}):
        raise ValueError(f"{', '.join(unknown)} is not one of T1 to T12, L1 to L5")
    return tuple(named)


def _token(file: str) -> str:
    if fault := fault_of(Path(file)):
        raise ValueError(fault)
    try:
        token = Path(file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"cannot be read ({type(error).__name__})") from None
    if TOKEN.fullmatch(token) is None:
        raise ValueError("does not hold a bearer token")
    return token


BASE = ReadBy("URL", lambda url: parse_base(url).url)
FHIR_ID = ReadBy("ID", _fhir_id)
VERTEBRAE = ReadBy("L1", _levels)
OLD_FILE = _Place(path_type=Path, exists=True, dir_okay=False)
NEW_FILE = _NewPlace(path_type=Path, dir_okay=False)
NEW_PATH = _NewPlace(path_type=Path)  # a file, or the folder in which it is made
NEW_FOLDER = _Place(path_type=Path, file_okay=False)
KEPT_FILE = _Place(path_type=Path, dir_okay=False)  # made at first need
OLD_PATH = _Place(path_type=Path, exists=True)  # a file, or a folder of such files
MOMENT = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%SZ"])
TOKEN_FILE = click.option(
    "--token-file",
    "token",
    type=ReadBy("FILE", _token),
    help="file with a bearer token",
)
AS_JSON = click.option("--json", "as_json", is_flag=True, help="print JSON")
AS_OF = click.option(
    "--as-of",
    type=ReadBy("DAY", date.fromisoformat),
    help="the day that counts as today",
)
SINCE = click.option(
    "--from", "since", type=MOMENT, metavar="DAY", help="UTC; at this moment or later"
)
UNTIL = click.option(
    "--to", "until", type=MOMENT, metavar="DAY", help="UTC; before this moment"
)
OF_MODEL = click.option(
    "--model", metavar="ID", help="entries in which a card gave this model's figure"
)
OF_VERSION = click.option(
    "--model-version", metavar="V", help="this version of --model alone"
)
OF_DIGEST = click.option(
    "--digest",
    "model_digest",
    metavar="SHA256",
    help="entries in which a card gave a figure of the model with this digest",
)
CLIENT = click.option(
    "--client",
    metavar="ISSUER",
    help="for this EHR: with its own folder, and only what it can apply",
)
OUT = click.option(
    "--out",
    type=Stream("w", encoding="utf-8"),
    default="-",
    help="default: standard output",
)
SITE = click.option(
    "--site",
    type=_Place(path_type=Path, exists=True, file_okay=False),
    help="a site folder; default: KYPHOPLASTY_CDS_SITE",
)
FHIR_SERVERS = click.option(
    "--fhir-server",
    "fhir_servers",
    multiple=True,
    metavar="URL",
    help="a server that open mode may call besides loopback",
)


def port(help_text: str) -> Callable[[Any], Any]:
    """Make the option `--port` of a command that listens."""
    return click.option(
        "--port",
        default=8080,
        show_default=True,
        type=click.IntRange(0, 65535),
        help=help_text,
    )


def levels(help_text: str) -> Callable[[Any], Any]:
    """Make the option `--level`, which may be given for each vertebra."""
    return click.option(
        "--level",
        "levels",
        multiple=True,
        type=VERTEBRAE,
        metavar="L1 …",
        help=help_text,
    )


P = ParamSpec("P")
R = TypeVar("R")


def check_text(command: Callable[P, R]) -> Callable[P, R]:
    """Refuse an argument with bytes that are no UTF-8; a path may have such a name."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        for name, value in kwargs.items():
            words = value if isinstance(value, tuple) else (value,)
            for word in words:
                if isinstance(word, str) and LONE_SURROGATE.search(word):
                    raise click.UsageError(f"{name} is not text in UTF-8")
        return command(*args, **kwargs)

    return run


@contextmanager
def one_sentence() -> Iterator[None]:
    """Print in one sentence what ends a command, and exit.

    Every command runs in it (`cli.py`). The status is 2 for wrong configuration, 1 for
    a bad answer.
    """
    try:
        try:
            yield
        finally:
            if sys.stdout is not None:
                sys.stdout.flush()
    except CdsError as error:
        print_note(f"error: {error}")
        sys.exit(2 if isinstance(error, DataFileError) else 1)
    except OSError as error:
        _end_with(error)


def _end_with(error: OSError) -> NoReturn:
    """Say which file a command could not use, or that its output had no end.

    Raises:
        OSError: the error is of something else.
    """
    if error.filename is not None:
        path = os.fsdecode(error.filename)
        print_note(f"error: {path} cannot be used ({error.strerror}): name another")
        sys.exit(2)
    if error.errno not in (*FULL, errno.EPIPE):
        raise error
    full = f"standard output takes no more ({error.strerror})"
    print_note(f"error: {CLOSED if error.errno == errno.EPIPE else full}")
    # What is left in the buffer would fail once more at the end.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    sys.exit(1)


def check_output() -> None:
    """Refuse to begin without a standard output.

    The next file that is opened would take its number, the log's own perhaps.
    """
    if sys.stdout is None:
        print_note(f"error: {NO_OUTPUT}")
        sys.exit(2)


@contextmanager
def writing_to(out: Path | None) -> Iterator[TextIO]:
    """Open standard output, or a new file that only the caller may read.

    Raises:
        DataFileError: the file cannot be written.
    """
    if out is None:
        yield sys.stdout
        return
    try:
        handle = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            yield file
    except OSError as error:
        raise DataFileError(
            "--out", str(out), f"cannot be written ({error.strerror})"
        ) from None


def print_note(line: str) -> None:
    """Print a line on standard error, without control characters."""
    # Rich is loaded where it is needed.
    from cds_service.commands.terminal import clean  # noqa: PLC0415

    click.echo(clean(line), err=True)


def now_or_noon(day: date | None, calendar: SiteCalendar) -> datetime:
    """Return noon at the site of the day that counts as today; without one, now."""
    return datetime.now(UTC) if day is None else calendar.noon(day)


def today_at(calendar: SiteCalendar, as_of: date | None = None) -> date:
    """Return the day that counts as today: the given one, else that at the site."""
    return as_of or calendar.day_of(datetime.now(UTC))


def machine_user() -> str:
    """Return `os:` and the account's name, or its number if it has none."""
    with suppress(KeyError, OSError):
        return f"os:{getpass.getuser()}"
    return f"os:{os.getuid()}"


def print_json(document: Any) -> None:
    click.echo(json.dumps(document, ensure_ascii=False, indent=2))


def chosen_site(
    path: Path | None = None, issuer: str | None = None
) -> tuple[SiteFolder | None, Capabilities]:
    """Return the site folder as it is for this client, and what the client can apply.

    Without a client, return the site's own folder and every capability.
    """
    path = path or read_settings().site
    folder = load_site(path) if path else None
    if issuer is None:
        return folder, EVERYTHING
    listed = folder.site.clients if folder else ()
    clients = {client.issuer: client for client in listed}
    if folder is None or issuer not in clients:
        known = ", ".join(clients) or "none"
        raise click.BadParameter(
            f"no client {issuer}; there are: {known}", param_hint="--client"
        )
    capabilities = clients[issuer].capabilities or EVERYTHING
    return folder.clients.get(issuer, folder), capabilities
