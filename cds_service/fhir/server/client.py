"""Read one FHIR server over HTTP, with one token and one deadline.

No request leaves the server's base URL. Every answer is checked before it is used.
Failures raise `FhirReadError` with a message for people.
"""

import math
import random
import re
import time
from collections.abc import Mapping
from functools import partial
from http import HTTPStatus
from typing import Any

from requests import RequestException, Response
from urllib3 import Retry
from urllib3.exceptions import InvalidHeader

from cds_service.errors import CallFailed, DeadlinePassed, FhirReadError
from cds_service.fhir.gathering.bundles import is_error_outcome
from cds_service.fhir.gathering.fhir_reader import Fetched
from cds_service.fhir.raw_json import member, objects, text
from cds_service.fhir.server.searches import (
    CategoryReads,
    form_of,
    plainer_queries,
    value_of,
    walk_pages,
    with_parameter,
)
from cds_service.outgoing.address import parse_base
from cds_service.outgoing.connections import Connections, late
from cds_service.outgoing.deadline import Deadline
from cds_service.protocol.json_text import JsonTextError, decode_record_json

LEAST_SHARE_FOR_RETRY = 0.4  # of the time
JITTER_SECONDS = 0.2
# A call that begins with less time left was late already: its timeout says nothing
# about the server.
FAIR_SECONDS = 0.5
RETRIED = frozenset(
    {"unreachable", "reset", "http-429", "http-500", "http-502", "http-503", "http-504"}
)
# Reasons of a call without an answer. An answer that is an error shows a live server.
UNREACHED = frozenset({"unreachable", "reset", "timeout", "dns", "tls", "truncated"})
# Parameters that servers demand besides the patient. Every value is listed, so that
# nothing is left out. athenahealth demands the intent of MedicationRequests, Epic the
# category of Conditions.
DEMANDED = {
    "MedicationRequest": (
        (
            "intent",
            "order,plan,original-order,reflex-order,filler-order,instance-order",
        ),
    ),
    "Condition": (
        ("category", "problem-list-item,encounter-diagnosis,health-concern"),
    ),
    "ServiceRequest": (
        ("intent", "order,plan,original-order,filler-order,instance-order"),
    ),
    "DeviceRequest": (
        ("intent", "order,plan,original-order,filler-order,instance-order"),
    ),
}
HEADERS = {"Accept": "application/fhir+json, application/json;q=0.9"}
Form = list[tuple[str, str]]  # of a search by POST


class FhirClient:
    """Reads one FHIR server on behalf of one request.

    Its time starts when it is created. The token is sent to the origin of the base URL
    alone, and never over plain http except on this machine.
    """

    def __init__(
        self,
        base: str,
        token: str | None = None,
        *,
        patient: str = "",
        connections: Connections | None = None,
        is_fresh: bool = False,
    ) -> None:
        """Create a client for the server at this base URL.

        Args:
            base: the server's base URL, already allowed for this caller.
            token: bearer token of this request; None for a server that needs none.
            patient: the patient of the request, for the breaker alone; empty if no
                clinician waits.
            connections: shared between requests; None makes its own.
            is_fresh: no answer may come from the server's cache: HAPI keeps the answer
                of a search for a minute.

        Raises:
            FhirReadError: the base is not a URL.
        """
        try:
            self._base = parse_base(base)
        except ValueError:
            raise FhirReadError(
                "address", "the server's address is not valid"
            ) from None
        self._began = time.monotonic()
        connections = connections or Connections()
        self._session = connections.session(
            max_total_bytes=connections.max_record_bytes
        )
        self._breaker = connections.breaker(self._base)
        self._patient = patient
        self._session.headers.update(HEADERS)
        if is_fresh:
            self._session.headers["Cache-Control"] = "no-cache"
        if token is not None and self._base.may_carry_tokens:
            self._session.headers["Authorization"] = f"Bearer {token}"
        self._by_category = CategoryReads(self._search_plainly)

    def fetch(self, query: str, *, until: float) -> Fetched:
        """Fetch `Type/id` or `Type?parameters`, with all further pages of a search.

        Args:
            query: relative to the base, with tokens replaced and percent-encoded.
            until: monotonic time by which this read must have ended.

        Raises:
            FhirReadError: the first answer cannot be used. A page that fails later
                leaves `Fetched.note`.
        """
        deadline = Deadline(self._began, until)
        if "?" not in query:
            return Fetched((self._document(self._url(query), deadline),))
        try:
            return self._search_plainly(query, deadline)
        except FhirReadError as error:
            if error.reason != "category-required":
                raise
            refusal = error
        if query.startswith("Observation?"):
            return self._by_category.search(query, deadline)
        return self._search_as_demanded(query, refusal, deadline)

    def first_page(self, query: str, *, until: float) -> Fetched:
        """Fetch the first page of a search alone, for a person who looks around.

        Raises:
            FhirReadError: the answer cannot be used.
        """
        return Fetched((self._first_page(query, Deadline(self._began, until)),))

    def follow(self, page: Any, *, until: float) -> Fetched:
        """Fetch all pages after this first page of a search, which the EHR has sent.

        Never raises FhirReadError: `Fetched.note` says what could not be read.
        """
        ask = partial(self._page, until=Deadline(self._began, until).for_more())
        return walk_pages(self._base, ask, page, self._base.url + "/")

    def _url(self, query: str) -> str:
        return f"{self._base.url}/{query}"

    def _search_plainly(self, query: str, until: Deadline) -> Fetched:
        """Search, and search again with fewer parameters if the server refuses one."""
        *earlier, plainest = plainer_queries(query)
        for attempt in earlier:
            try:
                return self._search(attempt, until)
            except FhirReadError as error:
                if not _may_be_about_parameters(error, attempt):
                    raise
        return self._search(plainest, until)

    def _search_as_demanded(
        self, query: str, refusal: FhirReadError, until: Deadline
    ) -> Fetched:
        """Repeat a refused search with the parameters that servers demand for it."""
        for name, value in DEMANDED.get(query.partition("?")[0], ()):
            query = with_parameter(query, name, value)
            try:
                return self._search_plainly(query, until)
            except FhirReadError as error:
                if error.reason != "category-required":
                    raise
        raise refusal

    def _search(self, query: str, until: Deadline) -> Fetched:
        first = self._first_page(query, until)
        ask = partial(self._page, until=until.for_more())
        return walk_pages(self._base, ask, first, self._url(query), is_query=True)

    def _first_page(self, query: str, until: Deadline) -> Any:
        try:
            return self._document(self._url(query), until)
        except FhirReadError as error:
            if error.reason != "http-414":
                raise
        # The URL is too long: the one case for POST.
        path, form = form_of(query)
        return self._document(self._url(path), until, form)

    def _page(self, url: str, *, until: Deadline) -> Any:
        document = self._document(url, until)
        if document["resourceType"] != "Bundle":
            raise FhirReadError("not-a-page", "the server sent no list")
        return document

    def _document(
        self, url: str, until: Deadline, form: Form | None = None
    ) -> dict[str, Any]:
        """Request this URL, and return the resource in the answer.

        No redirect is followed.

        Raises:
            FhirReadError: no answer in time, a refusal, a redirect, not FHIR JSON, or
                an OperationOutcome that says error.
        """
        try:
            answer = self._answer(url, until, form)
            has_token = "Authorization" in self._session.headers
            return judge(answer, has_token=has_token, until=until)
        except CallFailed as error:
            raise FhirReadError(error.reason, str(error)) from None
        except DeadlinePassed:
            raise FhirReadError(late().reason, str(late())) from None

    def _answer(self, url: str, until: Deadline, form: Form | None = None) -> Response:
        """Send one request, with one retry if that is likely to help and does no harm.

        Raises:
            CallFailed: there was no answer, or the circuit breaker is open.
        """
        if until.left <= 0:
            raise late()
        if not self._breaker.admits():
            raise CallFailed(
                "breaker", "the server failed too often just now and is given a rest"
            )
        is_fair = until.left >= FAIR_SECONDS
        outcome = self._try(url, until, form)
        # A search that failed on sorting is repeated without it, not as it is.
        is_about_sorting = _may_be_about_sorting(_reason(outcome), url)
        wait = None if is_about_sorting else _wait_before_retry(outcome, until)
        if wait is not None:
            time.sleep(wait)
            outcome = self._try(url, until, form)
        # If this process stalled, the outcome says nothing about the server.
        if not until.is_stale and (is_fair or _reason(outcome) != "timeout"):
            self._breaker.note(self._patient, failed=_reason(outcome) in UNREACHED)
        if isinstance(outcome, CallFailed):
            raise outcome
        return outcome

    def _try(
        self, url: str, until: Deadline, form: Form | None
    ) -> Response | CallFailed:
        try:
            if until.left <= 0:
                raise late()
            return self._session.request(
                "GET" if form is None else "POST", url, data=form, timeout=until.left
            )
        except CallFailed as error:
            return error
        except RequestException:  # a link from the server that cannot be requested
            return CallFailed("address", "the server's address is not valid")


def _wait_before_retry(outcome: Response | CallFailed, until: Deadline) -> float | None:
    """Return the seconds until the one retry; None if there should be none."""
    if _reason(outcome) not in RETRIED or until.share_left < LEAST_SHARE_FOR_RETRY:
        return None
    # Jitter spreads the load of many retries, and need not be hard to guess.
    jitter = random.uniform(0, min(JITTER_SECONDS, until.left / 10))  # noqa: S311
    if isinstance(outcome, CallFailed):
        return jitter
    asked = wait_asked_for(outcome.headers)
    if asked is None:
        return None if outcome.status_code == HTTPStatus.TOO_MANY_REQUESTS else jitter
    return asked + jitter if asked + jitter < until.left / 2 else None


def _may_be_about_parameters(error: FhirReadError, query: str) -> bool:
    """Tell if a query with fewer parameters may succeed."""
    return error.reason == "http-400" or _may_be_about_sorting(error.reason, query)


def _may_be_about_sorting(reason: str, query: str) -> bool:
    """Tell if a server may have failed because it was asked to sort."""
    return reason == "http-500" and value_of(query, "_sort") is not None


def _reason(outcome: Response | CallFailed) -> str:
    return (
        outcome.reason
        if isinstance(outcome, CallFailed)
        else f"http-{outcome.status_code}"
    )


# --- judging an answer

REFUSALS: Mapping[int, str] = {
    401: "the access token was refused or has expired (401)",
    403: "not permitted to read (403)",
    404: "not found on the server (404)",
    410: "deleted or no longer kept (410)",
    429: "the server has too many requests (429)",
}
TOKENLESS = "the server asks for an access token, and the request has none (401)"
MERGED_CODE = "4107"  # Epic: the patient was merged into another
# Words by which servers demand one of these parameters, without a code that says so.
DEMAND = re.compile(
    r"code or category|category or code"
    r"|(missing|required|must"
    r" (have|include|contain|specify))[^.]{0,60}\b(intent|category)\b"
    r"|\b(intent|category)\b[^.]{0,40}(is required|required|missing|must be)",
    re.IGNORECASE,
)


def judge(reply: Response, *, has_token: bool, until: Deadline) -> dict[str, Any]:
    """Return the resource in this answer.

    Args:
        reply: an answer of any status, except a redirect.
        has_token: the request carried a token; the wording of a refusal depends on it.
        until: the answer is read no longer than this.

    Raises:
        DeadlinePassed: the answer is too long to be read in time.
        FhirReadError: a refusal, not FHIR JSON, or an OperationOutcome that says error.
    """
    if reply.status_code != 200:
        raise _refusal(reply, has_token=has_token, until=until)
    document = _decoded(reply, until)
    if document["resourceType"] == "OperationOutcome" and is_error_outcome(document):
        known = _known_fault(document)
        raise known or FhirReadError("outcome", "the server answered with an error")
    return document


def _refusal(reply: Response, *, has_token: bool, until: Deadline) -> FhirReadError:
    status = reply.status_code
    known = _known_fault(_outcome_in(reply, until)) if status != 401 else None
    if known is not None:
        return known
    beginning = reply.content[:2000].decode("utf-8", "replace")
    if status < 500 and DEMAND.search(beginning):
        return _parameter_demanded()
    if status == 401 and not has_token:
        return FhirReadError("http-401", TOKENLESS)
    verb = "failed" if status >= 500 else "refused"
    note = REFUSALS.get(status, f"the server {verb} ({status})")
    return FhirReadError(f"http-{status}", note)


def _outcome_in(reply: Response, until: Deadline) -> Any:
    try:
        return decode_record_json(reply.content, until.check)
    except JsonTextError:
        return None


def _known_fault(outcome: Any) -> FhirReadError | None:
    """Return the error for an issue that we can act on, or name on a card.

    None for any other OperationOutcome.
    """
    issues = objects(member(outcome, "issue"))
    codes = {
        text(coding.get("code"))
        for issue in issues
        for coding in objects(member(issue, "details", "coding"))
    }
    if MERGED_CODE in codes:
        return FhirReadError("merged", "this patient's record was merged into another")
    if any(issue.get("code") == "required" for issue in issues):
        return _parameter_demanded()
    return None


def _parameter_demanded() -> FhirReadError:
    return FhirReadError(
        "category-required", "the server demands a parameter that was not sent"
    )


def _decoded(reply: Response, until: Deadline) -> dict[str, Any]:
    if not reply.content.strip():
        raise FhirReadError("empty", "the server's answer is empty")
    content_type = reply.headers.get("Content-Type", "").lower()
    if "html" in content_type or "xml" in content_type:
        raise FhirReadError("content-type", "the server sent no FHIR JSON")
    try:
        document = decode_record_json(reply.content, until.check)
    except JsonTextError:
        raise FhirReadError(
            "not-json", "the server sent no JSON that can be read"
        ) from None
    if not isinstance(document, dict) or not isinstance(
        document.get("resourceType"), str
    ):
        raise FhirReadError("not-fhir", "the server sent no FHIR resource")
    return document


def wait_asked_for(headers: Mapping[str, str]) -> float | None:
    """Return the seconds that the server asks us to wait (Retry-After).

    Infinite if they cannot be read; None if the server states none.
    """
    milliseconds = headers.get("x-ms-retry-after-ms", "")
    if milliseconds.isascii() and milliseconds.isdigit():
        return int(milliseconds[:9]) / 1000
    asked = headers.get("Retry-After")
    if asked is None:
        return None
    try:
        return Retry().parse_retry_after(asked.strip()[:40])
    except (InvalidHeader, ValueError, OverflowError):
        return math.inf
