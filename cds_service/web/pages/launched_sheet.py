"""Carry out one request to the launched worksheet: read, fill, save, show the page.

The order is: read the patient and the reports, take the number chosen in a report, read
the measures on record, save, compute the figures, make the page.
"""

import hashlib
import json
import logging
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

from cds_service.audit.chain import AuditEntry
from cds_service.core.words.wording import date_text
from cds_service.errors import AuditUnavailable, CdsError, FhirReadError
from cds_service.fhir.gathering.patient_status import why_closed
from cds_service.fhir.gathering.subjects import Person
from cds_service.fhir.raw_json import Json
from cds_service.fhir.references import bases_of
from cds_service.fhir.server.client import FhirClient
from cds_service.fhir.server.writing import NotWritten
from cds_service.launch.authorizing import Launched, Launcher
from cds_service.launch.record import (
    NO_VALUE,
    RecordedMeasures,
    SheetReader,
    describe,
    read_measures,
    read_person,
    value_text,
)
from cds_service.launch.reports import PLACES, Report, Span, read_or_why, span_of
from cds_service.launch.saving import Saved, Sending, compared_with_record, save_set
from cds_service.launch.sessions import LaunchSessions
from cds_service.measures.observations import Compared, Written
from cds_service.measures.rivals import rivals_on_record
from cds_service.measures.worksheet import Outcome
from cds_service.outgoing.address import Address, parse_base
from cds_service.outgoing.deadline import Deadline
from cds_service.review.login import is_equal
from cds_service.review.sessions import PendingLogins
from cds_service.review.tries import Tries, Turns
from cds_service.site.profiles import Writes
from cds_service.web.cds_api import Dependencies
from cds_service.web.pages.worksheet import CardFigure, Sheets, figure_on_card, signing

LOG = logging.getLogger("kyphoplasty_cds.launch")
PATH = "/worksheet"
BACK = f"{PATH}/callback"
SECONDS = 8.0  # for all calls of one step
PAGE_SECONDS = 20.0  # for all that one page reads and writes
# With less time left nothing is sent: a write that is cut off may have been carried out
# or not.
WRITE_SECONDS = 8.0
ENDED = (
    "This launch has ended, and nothing was saved. Copy the text below, and open the"
    " worksheet again from the patient's record."
)
NOT_SEEN = "The values are not those that were shown. Look at them, and save again."
NO_DAY = "Say the day of the examination; a value without a day is not saved."
NO_RIGHT = (
    "The record system did not allow this launch to write measurements. Copy the text."
)
NO_TIME = (
    "The record system answers too slowly now, so nothing was sent. Save again in a"
    " minute."
)
NO_SPAN = "The report does not say this any more. Look at it in the record."
OTHER_DAY = (
    "This report is of {day}, the other values are of another day. Save them first,"
    " and clear the form."
)
NO_LOG = "The log of this service cannot be written, so nothing was sent. Try again."
COPY = "Nothing was saved. Copy the text below."
NOT_COMPARED = (
    "The measures on record could not be read: one of the same day may contradict"
    f" these. {COPY}"
)
CLOSED = f"This patient's record {{why}}. {COPY}"
FAULTS = "Correct the fields that are marked; nothing was saved."
RIVAL = (
    "the record holds {value} of the same day; with two values neither counts. Mark the"
    " wrong one as entered in error in the record first"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LaunchContext:
    """Settings and stores that every route of launches needs."""

    dependencies: Dependencies
    launchers: Mapping[Address, Launcher]
    sheets: Mapping[str, Sheets]
    pending: PendingLogins
    tries: Tries
    turns: Turns
    sessions: LaunchSessions

    def redirect_uri(self, base: Address) -> str:
        """Return the address to which this FHIR server's EHR sends the browser back.

        It is made of the configured URL, never of a request. Each server has its own,
        so that the code of one EHR is never taken for that of another (RFC 9700,
        4.4.2).
        """
        return f"{self.dependencies.base_url}{BACK}/{place_of(base)}"


def place_of(base: Address) -> str:
    """Name a FHIR server in a path: `ehr.example.org/fhir/r4`."""
    return base.url.partition("://")[2]


def log_launch(reason: str) -> None:
    LOG.warning("launch", extra={"fields": {"event": "launch", "reason": reason}})


def note(
    context: LaunchContext,
    launched: Launched,
    kind: Any,
    result: str | None,
    content: Mapping[str, Any],
    about: str | None = None,
) -> str:
    """Append an entry about this launch, and return its id.

    Raises:
        AuditUnavailable: the entry could not be written.
    """
    entry = AuditEntry(
        kind=kind,
        at=context.dependencies.clock(),
        user=launched.user,
        patient=launched.patient,
        client=launched.client,
        tenant=launched.tenant,
        encounter=launched.encounter,
        result=result,
        about=about,
        content=content,
    )
    context.dependencies.audit.append(entry)
    return entry.id


class SheetRequest:
    """One request for the worksheet of a launch."""

    def __init__(
        self, context: LaunchContext, launched: Launched, form: Mapping[str, str]
    ) -> None:
        self._context, self._launched, self._form = context, launched, form
        self._sheets = context.sheets[launched.client]
        self._deadline = Deadline.after(PAGE_SECONDS)
        connections = context.dependencies.connections
        self._reader = FhirClient(
            launched.base, launched.token, connections=connections, is_fresh=True
        )

    @property
    def _until(self) -> float:
        """Return the moment by which a read that begins now must have ended."""
        return min(time.monotonic() + SECONDS, self._deadline.ends)

    def page(self, handle: str) -> str:
        """Carry out what the form asks for, and make the page.

        Raises:
            FhirReadError: the patient cannot be read.
        """
        launched = self._launched
        patient = read_person(self._reader, launched.patient, until=self._until)
        person = self._person(patient)
        reports, unread_reports = self._reports(person)
        notice = self._take(reports)
        sheet = self._sheets.sheet_of(launched.patient, has_to_confirm=True)
        outcome = sheet.outcome(self._form, self._sheets.today)
        recorded, unread = self._recorded(person)
        against, not_compared = self._rivals_of(outcome, person)
        unread = unread or not_compared
        saved = None
        if self._form.get("act") == "save":
            notice = NOT_COMPARED if unread else ""
            if closed := why_closed(patient):
                notice = CLOSED.format(why=closed)
            if not notice:
                sources = self._sources(reports)
                notice, saved = self._save(outcome, person, against, sources)
            recorded, unread = self._recorded(person)
        figures, no_figures = self._figures(outcome, is_saved=saved is not None)
        page = self._sheets.page(
            self._form,
            outcome,
            launched=launched,
            person=describe(patient),
            action=f"{PATH}/at/{handle}",
            recorded=recorded.measures,
            pairs=recorded.pairs,
            unread=unread,
            rivals=against,
            reports=reports,
            unread_reports=unread_reports,
            notice=notice,
            saved=saved,
            is_confirmed=self._form.get("confirmed") == "yes" and not notice,
            seen=_digest_of_values(outcome),
            may_write=launched.may("Observation", "c"),
            may_attribute=launched.may("Provenance", "c"),
            figures=figures,
            no_figures=no_figures,
        )
        # A server may send halves of a character, which no page can hold.
        return page.encode("utf-8", "replace").decode("utf-8")

    def _reports(self, person: Person) -> tuple[Sequence[Report], str]:
        """Read the reports that may hold numbers.

        Returns:
            The reports, and why all or some are not shown; empty if all are.
        """
        return read_or_why(
            self._reader,
            self._launched,
            person,
            self._sheets.service.terminology,
            until=self._until,
        )

    def _take(self, reports: Sequence[Report]) -> str:
        """Fill the field of a number chosen in a report; return why, if it fails."""
        key = self._form.get("take", "")
        if not key:
            return ""
        chosen = span_of(key, reports)
        if chosen is None:
            return NO_SPAN
        report, span = chosen
        day, written = report.day, self._form.get("date", "")
        if day and written and written != day.isoformat():
            return OTHER_DAY.format(day=date_text(day))
        taken_before = {*filter(None, self._form.get("taken", "").split(" "))}
        earlier = [span_of(other, reports) for other in taken_before - {key}]
        filled = {**self._emptied(span, report, earlier), span.field: span.value}
        filled |= span.place
        if day:
            filled["date"] = day.isoformat()
        taken = " ".join(sorted({*taken_before, key}))
        self._form = {**self._form, **filled, "taken": taken}
        return ""

    def _emptied(
        self,
        span: Span,
        report: Report,
        earlier: Sequence[tuple[Report, Span] | None],
    ) -> dict[str, str]:
        """Return the fields to empty: vertebra, site or day of an earlier number.

        They say nothing about the number that is taken now. A place that a person
        entered before any number was taken stays.

        Args:
            span: the number that is taken now.
            report: the report that it is taken from.
            earlier: the numbers taken before; None for one that no report has now.
        """
        is_other = self._form.get(span.field, "") not in ("", span.value)
        # A number that no report has now may have filled any field.
        fields = {chosen[1].field if chosen else span.field for chosen in earlier}
        emptied: dict[str, str] = {}
        place = PLACES.get(span.field)
        if place and (is_other or span.field in fields):
            emptied[place] = ""
        if any(chosen is None or chosen[0] != report for chosen in earlier):
            emptied["date"] = ""
        return emptied

    def _sources(self, reports: Sequence[Report]) -> Sequence[str]:
        """Name the reports whose numbers are still in the fields that they filled."""
        chosen = [span_of(key, reports) for key in self._form.get("taken", "").split()]
        return sorted(
            {
                report.reference
                for report, span in filter(None, chosen)
                if self._form.get(span.field) == span.value
            }
        )

    def _person(self, patient: Json) -> Person:
        """Return the patient of the launch, with all bases that references may have."""
        bases = bases_of((self._launched.base, *self._aliases))
        return Person(self._launched.patient, bases).identified(patient, ())

    @property
    def _aliases(self) -> tuple[str, ...]:
        """Return other base URLs that the record system writes in its references."""
        base = parse_base(self._launched.base)
        client = self._context.launchers[base].client
        return client.fhir_aliases.get(base.url, ())

    def _recorded(self, person: Person) -> tuple[RecordedMeasures, str]:
        """Read the measures on record.

        Returns:
            The measures, and why they could not be read; empty if they were.
        """
        sheets = self._sheets
        try:
            recorded = read_measures(
                self._reader,
                person,
                sheets.measures,
                sheets.service,
                sheets.today,
                until=self._until,
            )
        except FhirReadError as fault:
            return RecordedMeasures(), str(fault)
        return recorded, ""

    def _rivals_of(
        self, outcome: Outcome, person: Person
    ) -> tuple[Mapping[str, str], str]:
        """Find the measures of which the record holds another value of the same day.

        Returns:
            For each, by name, why its value is not saved; and why the record could not
            be read, empty if it was.
        """
        try:
            rivals = rivals_on_record(
                self._reader,
                person,
                outcome.written,
                self._sheets.service.terminology,
                until=self._until,
            )
        except FhirReadError as fault:
            return {}, str(fault)
        against = {}
        for written in outcome.written:
            rival = rivals.get(written.identifier)
            if rival is None:
                continue
            measure = written.value.measure
            value = value_text(rival.observation, measure)
            if value == NO_VALUE:
                value = rival.printed
            against[measure.name] = RIVAL.format(value=value)
        return against, ""

    def _figures(
        self, outcome: Outcome, *, is_saved: bool
    ) -> tuple[tuple[CardFigure, ...], str]:
        """Compute the figures without the values and with them.

        They use age, sex and measurements alone. Once the values are saved there is one
        figure, that of the record. A user to whom the site shows no cards gets none,
        and so does one whose figures the audit log cannot record.

        Returns:
            The figures, and why there are none; empty if that needs no words.
        """
        if not outcome.written or not self._may_show_figures:
            return (), ""
        try:
            figures = self._figures_of(outcome, is_saved=is_saved)
            content = {
                "view": "worksheet",
                "figures": [asdict(entry) for entry in figures],
            }
            note(self._context, self._launched, "read", None, content)
        except CdsError as fault:
            return (), str(fault)
        return figures, ""

    def _figures_of(
        self, outcome: Outcome, *, is_saved: bool
    ) -> tuple[CardFigure, ...]:
        """Compute the figures by the flow of an order.

        Raises:
            CdsError: the flow gives no answer, for example if the record is closed.
        """
        launched = self._launched
        record = SheetReader(self._reader)
        body = partial(
            signing, self._sheets, launched.patient, launched.base, self._form
        )
        figure_of = partial(
            figure_on_card,
            sheets=self._sheets,
            deadline=self._deadline,
            aliases=self._aliases,
        )
        if is_saved:
            return (figure_of("As the record is now", body=body(), fhir=record),)
        values = [
            {**value, "id": f"value-{number}", "status": "final"}
            for number, value in enumerate(outcome.observations)
        ]
        record_with_values = record.with_values(values)
        return (
            figure_of("Without these values", body=body(), fhir=record),
            figure_of("With them", body=body(), fhir=record_with_values),
        )

    @property
    def _writes(self) -> Writes | None:
        """Return how the record system takes several values; None if not known."""
        base = parse_base(self._launched.base)
        registered = self._context.launchers[base].client.worksheet
        return registered.writes if registered else None

    @property
    def _may_show_figures(self) -> bool:
        """Tell if the site shows cards to the user of this launch."""
        site, launched = self._context.dependencies.site, self._launched
        return site is None or site.is_live_for(launched.user, launched.client)

    def _save(
        self,
        outcome: Outcome,
        person: Person,
        against: Mapping[str, str],
        sources: Sequence[str],
    ) -> tuple[str, Saved | None]:
        """Save the values as shown; return a notice for the page and the result."""
        if fault := self._why_not(outcome):
            return fault, None
        values = [
            value
            for value in outcome.written
            if value.value.measure.name not in against
        ]
        if not values:
            return "", None
        if self._deadline.left < WRITE_SECONDS:
            return NO_TIME, None
        sending = Sending(
            connections=self._context.dependencies.connections,
            deadline=self._deadline,
            writes=self._writes,
        )
        try:
            compared = compared_with_record(self._launched, person, values, sending)
        except CdsError as fault:
            return str(fault), None
        content = {
            "view": "worksheet",
            "values": [_noted(value) for value in compared.written],
            "reports": list(sources),
        }
        try:
            entry = note(self._context, self._launched, "measures", "asked", content)
        except AuditUnavailable:
            return NO_LOG, None
        return self._send(compared, sources, sending, entry)

    def _send(
        self,
        values: Compared,
        sources: Sequence[str],
        sending: Sending,
        entry: str,
    ) -> tuple[str, Saved | None]:
        """Send the values; return a notice for the page and the result.

        Args:
            entry: id of the log entry that says what was about to be sent.
        """
        try:
            saved = save_set(
                self._launched,
                values,
                sources,
                sending=sending,
                at=self._context.dependencies.clock(),
            )
        except CdsError as fault:
            created = fault.created if isinstance(fault, NotWritten) else 0
            counts = {"new": created} if created else {}
            is_known = fault.is_known if isinstance(fault, NotWritten) else True
            self._note_end(entry, "refused" if is_known else "unknown", counts)
            return str(fault), None
        self._note_end(entry, "saved", {"new": saved.new, "there": saved.known})
        return "", saved

    def _why_not(self, outcome: Outcome) -> str:
        """Return why the values must not be saved; empty if they may."""
        if not is_equal(self._form.get("token"), self._launched.form_token):
            log_launch("token")
            return ENDED
        if not self._launched.may("Observation", "c"):
            return NO_RIGHT
        if outcome.day is None:
            return NO_DAY
        if outcome.faults:
            return FAULTS
        is_as_shown = is_equal(self._form.get("seen"), _digest_of_values(outcome))
        return "" if is_as_shown else NOT_SEEN

    def _note_end(self, about: str, result: str, content: Json) -> None:
        # The values are sent already; the log writes this entry as soon as it can.
        with suppress(AuditUnavailable):
            note(
                self._context,
                self._launched,
                "measures",
                result,
                {"view": "worksheet", **content},
                about,
            )


def _digest_of_values(outcome: Outcome) -> str:
    """Digest the values as they are shown, so that no others are saved."""
    values = [
        (
            written.value.measure.name,
            written.observation["valueQuantity"]["value"],
            str(outcome.day),
            written.value.levels,
            written.value.site,
            written.value.method,
            written.value.device,
        )
        for written in outcome.written
    ]
    text = json.dumps(values)
    return hashlib.sha256(text.encode()).hexdigest()


def _noted(written: Written) -> Json:
    """Return a value as the log holds it: numbers and codes, no text."""
    quantity = written.observation["valueQuantity"]
    return {
        "measure": written.value.measure.name,
        "value": quantity["value"],
        "unit": quantity["code"],
        "day": str(written.value.day),
        "levels": list(written.value.levels),
        "site": written.value.site,
        "status": written.observation["status"],
        "identifier": written.identifier,
    }
