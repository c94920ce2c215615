"""An HTTP client for one FHIR server with one token and one deadline; no request leaves the server's base URL.

Every answer is checked before it is used; failures raise `FhirReadError` with a message for people.
"""

from __future__ import annotations

import random
import time
from functools import partial
from http import HTTPStatus
from typing import Any
from urllib.parse import urljoin

from requests import RequestException, Response

from cds_service.errors import CallFailed, FhirReadError, Redirected
from cds_service.fhir.gathering.reading import Fetched
from cds_service.fhir.server.judging import judge, wait_asked_for
from cds_service.fhir.server.searches import (
    CategoryReads,
    PageWalk,
    form_of,
    having,
    is_search,
    plainer_queries,
    value_of,
    with_base,
)
from cds_service.outgoing.address import parse_address, parse_base
from cds_service.outgoing.connections import Connections, late
from cds_service.outgoing.deadline import Deadline

MAX_REDIRECTS = 3
LEAST_SHARE_FOR_RETRY = 0.4  # of the time
JITTER_SECONDS = 0.2
RETRIED = frozenset({"unreachable", "reset", "http-429", "http-500", "http-502", "http-503", "http-504"})
# Failures that show a server in trouble; a refusal shows that it works.
FAILURES = (RETRIED - {"http-429"}) | {"timeout", "dns", "tls", "truncated"}
# Parameters that servers require besides the patient, with every value, so that nothing is left out. athenahealth
# requires the intent of MedicationRequests, Epic the category of Conditions.
DEMANDED = {
    "MedicationRequest": (("intent", "order,plan,original-order,reflex-order,filler-order,instance-order"),),
    "Condition": (("category", "problem-list-item,encounter-diagnosis,health-concern"),),
    "ServiceRequest": (("intent", "order,plan,original-order,filler-order,instance-order"),),
    "DeviceRequest": (("intent", "order,plan,original-order,filler-order,instance-order"),),
}
HEADERS = {"Accept": "application/fhir+json, application/json;q=0.9"}


Form = list[tuple[str, str]]  # of a search by POST


class FhirClient:
    """Reads one FHIR server on behalf of one request; its time starts when it is created.

    The token is only sent to the origin of the base URL, and never over plain http except on this machine.
    """

    def __init__(self, base: str, token: str | None = None, *, connections: Connections | None = None) -> None:
        """Create a client for the server at this base URL.

        Args:
            base: the server's base URL, already allowed for this caller.
            token: bearer token of this request; None for a server that needs none.
            connections: shared between requests; None makes its own.

        Raises:
            FhirReadError: the base is not a URL.
        """
        try:
            self._base = parse_base(base)
        except ValueError:
            raise FhirReadError("address", "the server's address is not valid") from None
        self._began = time.monotonic()
        connections = connections or Connections()
        self._session = connections.session(max_total_bytes=connections.max_record_bytes)
        self._breaker = connections.breaker(self._base)
        self._session.headers.update(HEADERS)
        if token is not None and self._base.may_carry_tokens:
            self._session.headers["Authorization"] = f"Bearer {token}"
        self._by_category = CategoryReads(self._search_plainly)

    def fetch(self, query: str, *, until: float) -> Fetched:
        """Fetch `Type/id` or `Type?parameters`, with all further pages of a search.

        Args:
            query: relative to the base, with tokens replaced and percent-encoded.
            until: monotonic time by which this read must have ended.

        Raises:
            FhirReadError: the first answer cannot be used. A page that fails later leaves `Fetched.note`.
        """
        deadline = Deadline(self._began, until)
        if not is_search(query):
            return Fetched((self._read(query, deadline),))
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
        """Like `fetch`, but only the first page, for a person who is looking around.

        Raises:
            FhirReadError: the answer cannot be used.
        """
        return Fetched((self._first_page(query, Deadline(self._began, until)),))

    def follow(self, page: Any, *, until: float) -> Fetched:
        """Fetch all pages after this first page of a search, which came with the request.

        Never raises FhirReadError: `Fetched.note` says what could not be read.
        """
        ask = partial(self._page, until=Deadline(self._began, until))
        return PageWalk(self._base, ask).after(page, self._base.url + "/")

    def _read(self, query: str, until: Deadline) -> Any:
        """Read one resource. For a merged patient a server may return the replacement: we do not follow it."""
        document, url = self._document(with_base(self._base, query), until)
        asked = query.rpartition("/")[2]
        if url != with_base(self._base, query) and document.get("id") != asked:
            raise FhirReadError("merged", "the server leads to another record, as after a merge")
        return document

    def _search_plainly(self, query: str, until: Deadline) -> Fetched:
        """Search, and search again with fewer parameters if the server refuses one."""
        for plainer in plainer_queries(query)[1:]:
            try:
                return self._search(query, until)
            except FhirReadError as error:
                if not _may_be_about_parameters(error, query):
                    raise
            query = plainer
        return self._search(query, until)

    def _search_as_demanded(self, query: str, refusal: FhirReadError, until: Deadline) -> Fetched:
        """Repeat a search that the server refused, with the parameters that servers require for this type."""
        for name, value in DEMANDED.get(query.partition("?")[0], ()):
            query = having(query, name, value)
            try:
                return self._search_plainly(query, until)
            except FhirReadError as error:
                if error.reason != "category-required":
                    raise
        raise refusal

    def _search(self, query: str, until: Deadline) -> Fetched:
        first = self._first_page(query, until)
        walk = PageWalk(self._base, partial(self._page, until=until))
        return walk.after(first, with_base(self._base, query), is_query=True)

    def _first_page(self, query: str, until: Deadline) -> Any:
        try:
            return self._document(with_base(self._base, query), until)[0]
        except FhirReadError as error:
            if error.reason != "http-414":
                raise
        path, form = form_of(query)  # the one case for POST: a URL that is too long
        return self._document(with_base(self._base, path), until, form)[0]

    def _page(self, url: str, *, until: Deadline) -> Any:
        document, _ = self._document(url, until)
        if document["resourceType"] != "Bundle":
            raise FhirReadError("not-a-page", "the server sent no list")
        return document

    def _document(self, url: str, until: Deadline, form: Form | None = None) -> tuple[dict[str, Any], str]:
        """The resource in the answer, and the URL that it came from; redirects are followed only below the base.

        Raises:
            FhirReadError: no answer in time, a refusal, not FHIR JSON, or an OperationOutcome that says error.
        """
        for _ in range(MAX_REDIRECTS + 1):
            try:
                answer = self._answer(url, until, form)
                return judge(answer, has_token="Authorization" in self._session.headers), url
            except Redirected as elsewhere:
                url, form = self._redirect_target(url, elsewhere), None
            except CallFailed as error:
                raise FhirReadError(error.reason, str(error)) from None
        raise FhirReadError("redirect", "the server redirects in a circle")

    def _redirect_target(self, url: str, elsewhere: Redirected) -> str:
        try:
            target = parse_address(urljoin(url, elsewhere.location))
        except ValueError:
            target = None
        if target is None or not target.is_under(self._base):
            raise FhirReadError(elsewhere.reason, str(elsewhere))
        return target.url

    def _answer(self, url: str, until: Deadline, form: Form | None = None) -> Response:
        """Send one request, with one retry if that is likely to help and does no harm.

        Raises:
            CallFailed: there was no answer, or the circuit breaker is open.
        """
        if until.left <= 0:
            raise late()
        if not self._breaker.admits():
            raise CallFailed("breaker", "the server failed too often just now and is given a rest")
        outcome = self._try(url, until, form)
        wait = None if _may_be_about_order(outcome, url) else _wait_before_retry(outcome, until)
        if wait is not None:
            time.sleep(wait)
            outcome = self._try(url, until, form)
        if not until.is_stale:  # else this process stalled, which says nothing about the server
            self._breaker.note(failed=_reason(outcome) in FAILURES)
        if isinstance(outcome, CallFailed):
            raise outcome
        return outcome

    def _try(self, url: str, until: Deadline, form: Form | None) -> Response | CallFailed:
        try:
            if until.left <= 0:
                raise late()
            return self._session.request("GET" if form is None else "POST", url, data=form, timeout=until.left)
        except CallFailed as error:
            return error
        except RequestException:  # a link from the server that cannot be requested
            return CallFailed("address", "the server's address is not valid")


def _wait_before_retry(outcome: Response | CallFailed, until: Deadline) -> float | None:
    """Seconds until the one retry; None if there should be none."""
    if _reason(outcome) not in RETRIED or until.share_left < LEAST_SHARE_FOR_RETRY:
        return None
    jitter = random.uniform(0, min(JITTER_SECONDS, until.left / 10))  # noqa: S311 - spreads load, hides nothing
    if isinstance(outcome, CallFailed):
        return jitter
    asked = wait_asked_for(outcome.headers)
    if asked is None:
        return None if outcome.status_code == HTTPStatus.TOO_MANY_REQUESTS else jitter
    return asked + jitter if asked + jitter < until.left / 2 else None


def _may_be_about_parameters(error: FhirReadError, query: str) -> bool:
    """Whether a simpler query may succeed: some servers refuse a parameter, some fail on sorting."""
    return error.reason == "http-400" or (error.reason == "http-500" and value_of(query, "_sort") is not None)


def _reason(outcome: Response | CallFailed) -> str:
    return outcome.reason if isinstance(outcome, CallFailed) else f"http-{outcome.status_code}"


def _may_be_about_order(outcome: Response | CallFailed, url: str) -> bool:
    return _reason(outcome) == "http-500" and value_of(url, "_sort") is not None
