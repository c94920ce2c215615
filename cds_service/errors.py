"""The tree of exceptions. No HTTP here: `web/errors.py` holds the table of statuses.

An exception that one module raises and its callers catch is defined in that module,
under `CdsError`: `JsonTextError`, `BrokenResource`, `NoKeySet`, `NothingToReplay`.
`audit/verification` shares no code, so it has its own.
"""

from collections.abc import Mapping, Sequence
from typing import Any


class CdsError(Exception):
    """Base of every error that this package raises on purpose."""


class MalformedRequest(CdsError):
    """Not JSON, not a hook request, or the hook differs from the service's."""


class TooMuchAsked(CdsError):
    """More orders, or feedback statements, in one request than are allowed."""


class AmbiguousFeedback(CdsError):
    """Feedback is about a card that was shown for several patients or signings.

    It counts for none of them.
    """


class PatientMismatch(CdsError):
    """The Patient, or the order, is of another patient than `context.patientId`."""


class NotAuthenticated(CdsError):
    """The caller did not prove who it is.

    Attributes:
        reason: a key for the log, for example `jwt.aud`; never sent to the caller.
        claimed: what the token says of `iss`, `aud`, `jku` and `kid`, shortened;
            unverified.
        expected: what the site has in their place.
    """

    def __init__(self, message: str, *, reason: str = "") -> None:
        super().__init__(message)
        self.reason = reason
        self.claimed: Mapping[str, Any] = {}
        self.expected: Mapping[str, Any] = {}


class LoginRefused(CdsError):
    """The issuer's answer proves no account that has a role here.

    Attributes:
        reason: a word for the log, for example `nonce`, `signature`, `role`; never a
            text of the issuer or of a token.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class NotAllowed(CdsError):
    """The caller may not do what it asks, for example name this FHIR server.

    Attributes:
        reason: a key for the log, for example `fhir.host_denied`.
    """

    def __init__(self, message: str, *, reason: str = "") -> None:
        super().__init__(message)
        self.reason = reason


class UnknownService(CdsError):
    """No service has this id."""


class EvidenceUnavailable(CdsError):
    """Nothing of the record could be read, by prefetch or from a FHIR server.

    Attributes:
        issue: code of FHIR's issue-type that says why, for example `transient`,
            `login`, `not-found`.
    """

    def __init__(self, message: str, issue: str = "processing") -> None:
        super().__init__(message)
        self.issue = issue


class TooBusy(CdsError):
    """Other calls have taken the places that this one needs (`places.py`).

    Attributes:
        places: name of the places, for example `words`.
        reason: a key for the log, for example `no-place.words`.
    """

    def __init__(self, places: str) -> None:
        super().__init__(
            "too much to do at the moment: call again, or go on without advice"
        )
        self.places, self.reason = places, f"no-place.{places}"


class DeadlinePassed(CdsError):
    """The time for this answer ran out before it was made."""


class AuditUnavailable(CdsError):
    """The audit log could not be written or read; nothing is shown.

    Attributes:
        reason: a key for the log.
    """

    reason = "audit"


class CallFailed(CdsError):
    """A call to another server gave no answer that can be used.

    Attributes:
        reason: short machine word, for example `timeout`, `unreachable`, `http-403`,
            `not-json`, `outcome`.
    """

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class FhirReadError(CallFailed):
    """One read or search of a FHIR server failed; `gather` makes a gap of it."""


class DataFileError(CdsError):
    """A file of studies, hooks, mappings or site is wrong. It stops the start.

    The message names file, table and key.
    """

    def __init__(self, file: str, key: str, message: str) -> None:
        super().__init__(f"{file}: {key}: {message}" if key else f"{file}: {message}")
        self.file = file
        self.key = key

    @property
    def faults(self) -> tuple["DataFileError", ...]:
        """Return every fault that was found: this one."""
        return (self,)


class DataFileErrors(DataFileError):
    """Several faults of our data, one a line."""

    def __init__(self, faults: Sequence[DataFileError]) -> None:
        """Keep the faults in order; file and key are those of the first."""
        CdsError.__init__(self, "\n".join(map(str, faults)))
        self.file = faults[0].file
        self.key = faults[0].key
        self._faults = tuple(faults)

    @property
    def faults(self) -> tuple[DataFileError, ...]:
        """Return every fault that was found."""
        return self._faults
