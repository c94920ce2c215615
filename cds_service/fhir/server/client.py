"""Reading a FHIR server over HTTP: one address, one token, one deadline, and nothing that leaves the server's own base.

Every answer is judged before it counts; what fails raises `FhirReadError` with words for people.
"""

from __future__ import annotations

import random
import time
from functools import partial
from http import HTTPStatus
from typing import Any
from urllib.parse import urljoin

from requests import RequestException, Response

from cds_service.deadline import Deadline
from cds_service.errors import CallFailed, FhirReadError, Redirected
from cds_service.fhir.gathering.record import Fetched
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

MAX_REDIRECTS = 3
LEAST_SHARE_FOR_RETRY = 0.4  # of the time
JITTER_SECONDS = 0.2
RETRIED = frozenset({"unreachable", "reset", "http-429", "http-500", "http-502", "http-503", "http-504"})
# What says that the server is ill; a refusal says that it is well.
FAILURES = (RETRIED - {"http-429"}) | {"timeout", "dns", "tls", "truncated"}
# What servers demand of a search beside the patient: every value, so that nothing is left out. athenahealth wants the
# intent of MedicationRequests, Epic the category of Conditions.
DEMANDED = {
    "MedicationRequest": (("intent", "order,plan,original-order,reflex-order,filler-order,instance-order"),),
    "Condition": (("category", "problem-list-item,encounter-diagnosis,health-concern"),),
    "ServiceRequest": (("intent", "order,plan,original-order,filler-order,instance-order"),),
    "DeviceRequest": (("intent", "order,plan,original-order,filler-order,instance-order"),),
}
HEADERS = {"Accept": "application/fhir+json, application/json;q=0.9"}


Form = list[tuple[str, str]]  # of a search by POST


class FhirClient:
    """One FHIR server on behalf of one request: its time begins when it is made.

    The token goes to the base's own origin alone, and never over plain http but to the machine itself.
    """

    def __init__(self, base: str, token: str | None = None, *, connections: Connections | None = None) -> None:
        """A client of the server at this base.

        Args:
            base: the server's base address, already allowed for this caller.
            token: bearer token of this request; None for a server that asks for none.
            connections: shared between requests; its own when None.

        Raises:
            FhirReadError: the base is not an address.
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
        """What the server answers to `Type/id` or `Type?parameters`, with all further pages of a search.

        Args:
            query: relative to the base, tokens already put in and percent-encoded.
            until: monotonic time at which this read must have ended.

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
        """As `fetch`, but none of the pages after the first: for a person who looks around.

        Raises:
            FhirReadError: the answer cannot be used.
        """
        return Fetched((self._first_page(query, Deadline(self._began, until)),))

    def follow(self, page: Any, *, until: float) -> Fetched:
        """All pages after this first page of a search, which came with the request.

        Raises:
            FhirReadError: never; what could not be read is in `Fetched.note`.
        """
        ask = partial(self._page, until=Deadline(self._began, until))
        return PageWalk(self._base, ask).after(page, self._base.url + "/")

    def _read(self, query: str, until: Deadline) -> Any:
        """One resource. A server may answer for a merged patient with the one that took its place: we do not follow."""
        document, url = self._document(with_base(self._base, query), until)
        asked = query.rpartition("/")[2]
        if url != with_base(self._base, query) and document.get("id") != asked:
            raise FhirReadError("merged", "the server leads to another record, as after a merge")
        return document

    def _search_plainly(self, query: str, until: Deadline) -> Fetched:
        """A search, asked again with fewer parameters where the server refuses one."""
        for plainer in plainer_queries(query)[1:]:
            try:
                return self._search(query, until)
            except FhirReadError as error:
                if not _may_be_about_parameters(error, query):
                    raise
            query = plainer
        return self._search(query, until)

    def _search_as_demanded(self, query: str, refusal: FhirReadError, until: Deadline) -> Fetched:
        """A search that the server refused for want of a parameter, with the ones that servers demand of this type."""
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
        path, form = form_of(query)  # the one case for POST: an address that is too long
        return self._document(with_base(self._base, path), until, form)[0]

    def _page(self, url: str, *, until: Deadline) -> Any:
        document, _ = self._document(url, until)
        if document["resourceType"] != "Bundle":
            raise FhirReadError("not-a-page", "the server sent no list")
        return document

    def _document(self, url: str, until: Deadline, form: Form | None = None) -> tuple[dict[str, Any], str]:
        """The resource that answers, and the address that it came from: redirects are followed on the base alone.

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
        """The answer to one question, with one retry where that is likely to help and harms nobody.

        Raises:
            CallFailed: there was none, or the server is left alone for the moment.
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
        if not until.is_stale:  # this process stood still: that says nothing about the server
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
        except RequestException:  # a link of the server that makes no request
            return CallFailed("address", "the server's address is not valid")


def _wait_before_retry(outcome: Response | CallFailed, until: Deadline) -> float | None:
    """Seconds until the one retry; None where there is to be none."""
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
    """Whether a plainer query may be answered: some servers refuse a parameter, some fall over an order."""
    return error.reason == "http-400" or (error.reason == "http-500" and value_of(query, "_sort") is not None)


def _reason(outcome: Response | CallFailed) -> str:
    return outcome.reason if isinstance(outcome, CallFailed) else f"http-{outcome.status_code}"


def _may_be_about_order(outcome: Response | CallFailed, url: str) -> bool:
    return _reason(outcome) == "http-500" and value_of(url, "_sort") is not None
