"""Environment variables `KYPHOPLASTY_CDS_*`; nothing else reads the environment."""

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from difflib import get_close_matches
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    DirectoryPath,
    Field,
    ValidationError,
    WrapValidator,
    field_validator,
)

from cds_service.errors import DataFileError, DataFileErrors
from cds_service.outgoing.address import parse_base
from cds_service.outgoing.deadline import LEAST_SECONDS, Deadline

PREFIX = "KYPHOPLASTY_CDS_"
PrefetchWish = Literal["full", "patient", "none"]
# Kubernetes sets these in each container for a Service named like this program.
LINK_NAME = re.compile(r"(?:.*_)?(?:SERVICE_HOST|SERVICE_PORT(?:_.+)?|PORT_\d+_.+)")
LINK_VALUE = re.compile(r"(?:tcp|udp|sctp)://")
TOO_SHORT = f"must be {LEAST_SECONDS:g} or more: in less nothing is answered in time"
BODY_BYTES = 4 * 1024 * 1024
RECORD_BYTES = 32 * 1024 * 1024
Network = IPv4Network | IPv6Network
Base = Annotated[str, AfterValidator(lambda url: parse_base(url).url)]


def _split(value: Any) -> Any:
    """Split a text at its commas; anything else stays."""
    if not isinstance(value, str):
        return value
    return [part.strip() for part in value.split(",")]


def _checked(value: Any, check: Callable[[Any], Any]) -> Any:
    """Check a path; a path that the system cannot read is a wrong value."""
    try:
        return check(value)
    except OSError as error:
        raise ValueError(f"cannot be read ({error.strerror})") from None


Folder = Annotated[DirectoryPath, WrapValidator(_checked)]


class Settings(BaseModel):
    """All settings of one process.

    Attributes:
        fhir_servers: bases that open mode may call in addition to loopback, from the
            command line.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    database_url: str = Field(
        default="sqlite:///kyphoplasty-cds.sqlite3",
        repr=False,  # it may hold a password
        description=(
            "database of the audit log: SQLite file or PostgreSQL, as a SQLAlchemy URL"
        ),
    )
    site: Folder | None = Field(
        default=None,
        description="site folder; without it the service is open and local only",
    )
    public_url: Base | None = Field(
        default=None,
        description="address that the EHR calls; without it the listening address",
    )
    deadline_seconds: float = Field(
        default=3.0,
        gt=0,
        le=120,
        allow_inf_nan=False,
        description="seconds for a whole answer",
    )
    prefetch: PrefetchWish = Field(
        default="full",
        description=(
            "what discovery asks for: full, patient or none (the rest is read from"
            " fhirServer)"
        ),
    )
    log_level: Annotated[
        Literal["DEBUG", "INFO", "WARNING", "ERROR"], BeforeValidator(str.upper)
    ] = Field(default="INFO", description="DEBUG, INFO, WARNING or ERROR")
    audit_key: Path | None = Field(
        default=None,
        description=(
            "file with the Ed25519 key that signs checkpoints (PEM, mode 0600), created"
            " at first need; without it next to the SQLite file, or in"
            " ~/.local/state/kyphoplasty-cds"
        ),
    )
    link_key: Path | None = Field(
        default=None,
        description=(
            "file with 32 random bytes or more that sign the links of cards, the same"
            " for all replicas, mode 0600; without it such a key is made at first need,"
            " in the database"
        ),
    )
    retention_days: int = Field(
        default=2192,
        ge=1,
        le=36525,  # a hundred years
        description=(
            "days before `audit purge` may delete what entries of the audit log say"
        ),
    )
    max_body_bytes: int = Field(
        default=BODY_BYTES,
        ge=64 * 1024,
        le=64 * 1024 * 1024,
        description="largest request body in bytes; a larger one gets 413",
    )
    max_record_bytes: int = Field(
        default=RECORD_BYTES,
        ge=1024 * 1024,
        le=1024 * 1024 * 1024,
        description=(
            "largest record of one call in bytes, with 64 more for each value; beyond"
            " it nothing more is read, and the card calls the record incomplete"
        ),
    )
    # With the replicas and workers of deploy/ an EHR whose servers hang holds 16 of the
    # 48 places that nginx gives (`max_conns`).
    reads_of_one_ehr: int = Field(
        default=4,
        ge=1,
        le=24,  # fewer than a worker has threads
        description=(
            "calls of one EHR that may wait for its FHIR servers at once, in each"
            " worker; the next is told that its record could not be read"
        ),
    )
    drain_seconds: float = Field(
        default=0.0,
        ge=0,
        le=300,
        allow_inf_nan=False,
        description=(
            "seconds for which a stopping server still answers while it reports that it"
            " is not ready"
        ),
    )
    trusted_proxies: Annotated[tuple[Network, ...], BeforeValidator(_split)] = Field(
        default=(),
        description=(
            "proxies whose X-Forwarded-For counts for login limits, and that hold"
            " bodies whole: addresses, networks"
        ),
    )
    fhir_servers: tuple[Base, ...] = ()

    @field_validator("database_url")
    @classmethod
    def _database_is_a_url(cls, value: str) -> str:
        if not value.startswith(("sqlite:", "postgresql:", "postgresql+")):
            raise ValueError("must be a sqlite: or postgresql: URL")
        return value

    @field_validator("link_key")
    @classmethod
    def _link_key_is_a_secret(cls, value: Path | None) -> Path | None:
        return value and _checked(value, _checked_secret)

    @property
    def gather_budget_seconds(self) -> float:
        """Return how many seconds of the deadline are for reading the record."""
        return Deadline.after(self.deadline_seconds, began=0.0).for_reading().ends


def read_settings(
    environ: Mapping[str, str] | None = None,
    *,
    fhir_servers: Iterable[str] = (),
    deadline_seconds: float | None = None,
) -> Settings:
    """Read the settings of this process; an empty variable counts as not set.

    Args:
        deadline_seconds: the command's own default, if the variable is not set
            (`assess`: 20).

    Raises:
        DataFileError: a value is wrong, or a variable with our prefix is unknown;
            it names the variable, never the value.
    """
    environ = os.environ if environ is None else environ
    faults = [*_unknown_variables(environ)]
    values: dict[str, Any] = {
        name: environ[PREFIX + name.upper()]
        for name in _variables()
        if environ.get(PREFIX + name.upper())
    }
    if deadline_seconds is not None:
        values.setdefault("deadline_seconds", deadline_seconds)
    try:
        settings = Settings(**values, fhir_servers=tuple(fhir_servers))
    except ValidationError as error:
        raise DataFileErrors([*faults, *_faults_of(error)]) from None
    if settings.deadline_seconds < LEAST_SECONDS:
        too_short = DataFileError("settings", f"{PREFIX}DEADLINE_SECONDS", TOO_SHORT)
        faults.append(too_short)
    if faults:
        raise DataFileErrors(faults)
    return settings


def _unknown_variables(environ: Mapping[str, str]) -> Iterator[DataFileError]:
    """Find the variables with our prefix that set nothing: they are mistyped."""
    known = [name.upper() for name in _variables()]
    for name, value in sorted(environ.items()):
        ours = name[len(PREFIX) :]
        is_ours = name.startswith(PREFIX) and ours in known
        if is_ours or not name.upper().startswith(PREFIX):
            continue
        if LINK_NAME.fullmatch(ours) or LINK_VALUE.match(value):
            continue
        near = get_close_matches(ours.upper(), known, n=1)
        meant = "`serve --help` lists them all"
        if near:
            meant = f"did you mean {PREFIX}{near[0]}?"
        yield DataFileError("settings", name, f"there is no such variable; {meant}")


def describe_settings() -> str:
    """Write one line for each environment variable, with its default.

    `serve --help` prints them.
    """
    fields = {name: Settings.model_fields[name] for name in _variables()}
    defaults = {
        name: f" [default: {field.default}]"
        for name, field in fields.items()
        if field.default not in (None, ())
    }
    return "\n".join(
        f"{PREFIX}{name.upper()}  {field.description}{defaults.get(name, '')}"
        for name, field in fields.items()
    )


def _checked_secret(file: Path) -> Path:
    if not file.is_file() or file.stat().st_mode & 0o037:
        raise ValueError(
            "must be a file that others cannot read, nor the group write: chmod 600"
        )
    if file.stat().st_size < 32:
        raise ValueError("holds fewer than 32 bytes")
    return file


def _variables() -> tuple[str, ...]:
    """List the settings that an environment variable may set."""
    return tuple(
        name for name, field in Settings.model_fields.items() if field.description
    )


def _faults_of(error: ValidationError) -> list[DataFileError]:
    """Name each variable with a fault once, with its first, without its value."""
    faults: dict[str, DataFileError] = {}
    for fault in error.errors(
        include_url=False, include_context=False, include_input=False
    ):
        name = str(fault["loc"][0])
        place = "--fhir-server" if name == "fhir_servers" else PREFIX + name.upper()
        words = fault["msg"].removeprefix("Value error, ")
        faults.setdefault(place, DataFileError("settings", place, words))
    return list(faults.values())
