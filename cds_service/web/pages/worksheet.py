"""`/worksheet`: what was measured at a viewer or the bedside, as measures to copy.

Alone the page keeps nothing: no patient is named, no entry is written, and every figure
is of an unnamed patient. `launch.py` opens it for the patient of an EHR.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, render_template, request

from cds_service.audit.chain import OneEntry
from cds_service.call import Ports, Service
from cds_service.cards.extension import EXTENSION
from cds_service.core.anatomy import SPINE
from cds_service.core.words.wording import UNITS, Wording
from cds_service.fhir.gathering.fhir_reader import FhirReader
from cds_service.fhir.raw_json import member, objects
from cds_service.loading import load_measures_of, mapping_folders
from cds_service.measures.definitions import Measures
from cds_service.measures.observations import Writer, site_codes
from cds_service.measures.profiles import definition_of
from cds_service.measures.worksheet import Outcome, Worksheet, load_sheet
from cds_service.outgoing.deadline import Deadline
from cds_service.protocol.messages import parse_request
from cds_service.review.page_policy import STATIC, restrict
from cds_service.samples.requests import (
    answer_prefetch,
    augmentation_order,
    order_sign_body,
)
from cds_service.service import answer
from cds_service.site.folder import SiteFolder
from cds_service.web.cds_api import Dependencies

FORM_BYTES = 8192  # some forty short fields
USUAL = "usual"  # in words for a risk that is not the patient's own
NOBODY = "nobody"  # id of the patient of the figures
SEXES = ("female", "male")
AGE = re.compile("[0-9]{1,3}")
OLDEST = 120
FIGURE_SECONDS = 10


@dataclass(frozen=True, slots=True)
class CardFigure:
    """The figure that the service would give of such a patient.

    Attributes:
        words: words for the risk; empty if none is said.
        is_known: enough is known for a figure of the patient's own.
        is_own: the words are those of this figure, not of the usual.
        interval: where the own figure may lie in a new hospital; empty without one.
        missing: inputs of the figure that are not known.
    """

    title: str
    words: str = ""
    usual: str = ""
    months: int = 0
    is_known: bool = False
    is_own: bool = False
    interval: str = ""
    missing: str = ""


@dataclass(frozen=True, slots=True)
class Sheets:
    """The parts that all worksheets of one EHR share.

    Attributes:
        client: the issuer by which the site names the EHR; None for the worksheet
            alone.
    """

    dependencies: Dependencies
    client: str | None
    measures: Measures
    sites: Mapping[str, str]

    @classmethod
    def of(
        cls,
        dependencies: Dependencies,
        site: SiteFolder | None,
        client: str | None = None,
    ) -> "Sheets":
        """Read what is in force for this EHR.

        Raises:
            DataFileError: a file is wrong.
        """
        folder = site.clients.get(client or "", site) if site else None
        measures = load_measures_of(dependencies.service.of(client), folder)
        return cls(dependencies, client, measures, site_codes(mapping_folders(folder)))

    @property
    def service(self) -> Service:
        return self.dependencies.service.of(self.client)

    @property
    def today(self) -> date:
        return self.service.calendar.day_of(self.dependencies.clock())

    def sheet_of(self, patient: str, *, has_to_confirm: bool = False) -> Worksheet:
        writer = Writer(patient, self.service.terminology, self.sites)
        return Worksheet(load_sheet(), self.measures, writer, has_to_confirm)

    def page(self, form: Mapping[str, str], outcome: Outcome, **more: Any) -> str:
        """Return the page with this form and its outcome.

        Args:
            more: further values for the template.
        """
        sheet = load_sheet()
        titles = {"date": "Day of the examination"}
        for part in sheet.parts:
            titles |= {field.name: field.title for field in part.fields}
        return render_template(
            "worksheet.html",
            sheet=sheet,
            measures=self.measures,
            form=form,
            outcome=outcome,
            titles=titles,
            levels=[("", "not said"), *((level, level) for level in SPINE)],
            units=UNITS,
            definition=definition_of,
            vbq_scale=self.service.policy.reference.vbq,
            is_sent=request.method == "POST",
            **more,
        )


def worksheet_routes(dependencies: Dependencies, site: SiteFolder | None) -> Blueprint:
    routes = Blueprint("worksheet", __name__)
    sheets = Sheets.of(dependencies, site)

    @routes.route("/worksheet", methods=["GET", "POST"])
    def worksheet() -> str:
        request.max_content_length = FORM_BYTES
        form: Mapping[str, str] = request.form if request.method == "POST" else {}
        outcome = sheets.sheet_of(NOBODY).outcome(form, sheets.today)
        return sheets.page(
            form, outcome, figures=_without_and_with_values(sheets, outcome, form)
        )

    restrict(routes, STATIC)
    return routes


def _without_and_with_values(
    sheets: Sheets, outcome: Outcome, form: Mapping[str, str]
) -> tuple[CardFigure, ...]:
    """Compute the figures of a patient of this age and sex, without and with values.

    There are none without an age, a sex and a value.
    """
    age, sex = form.get("age", "").strip(), form.get("sex", "")
    # The pattern comes first: `int` fails on thousands of digits.
    is_age = AGE.fullmatch(age) is not None and 0 < int(age) <= OLDEST
    if not is_age or sex not in SEXES or not outcome.written:
        return ()
    born = sheets.today - timedelta(days=round(365.25 * int(age)) + 30)
    patient = {
        "resourceType": "Patient",
        "id": NOBODY,
        "gender": sex,
        "birthDate": born.isoformat(),
    }
    values = [
        {**observation, "id": f"value-{number}"}
        for number, observation in enumerate(outcome.observations)
    ]
    plan = sheets.service.signing_hook.discovery["prefetch"]
    bodies = []
    for record in ([patient], [patient, *values]):
        body = signing(sheets, NOBODY, "", form)
        del body["fhirServer"]
        body["prefetch"] = answer_prefetch(plan, record, patient_id=NOBODY)
        bodies.append(body)
    return (
        figure_on_card("Without these values", sheets, bodies[0]),
        figure_on_card("With them", sheets, bodies[1]),
    )


def signing(
    sheets: Sheets, patient: str, base: str, form: Mapping[str, str]
) -> dict[str, Any]:
    """Make the request that signs a kyphoplasty of the vertebra that the form names."""
    level = form.get("treated", "")
    levels = (level,) if level in SPINE else ()
    order = augmentation_order(patient, None, levels, sheets.today)
    return order_sign_body(patient, base, [order])


def figure_on_card(
    title: str,
    sheets: Sheets,
    body: Mapping[str, Any],
    fhir: FhirReader | None = None,
    deadline: Deadline | None = None,
    aliases: tuple[str, ...] = (),
) -> CardFigure:
    """Return the figure on the card of this request; the log gets no entry.

    Args:
        aliases: other base URLs that the FHIR server writes in its references.

    Raises:
        CdsError: the request is answered without cards, or too late.
    """
    service, dependencies = sheets.service, sheets.dependencies
    hook = service.signing_hook
    noon = service.calendar.noon(sheets.today)
    ports = Ports(
        clock=lambda: noon,
        fhir=fhir,
        audit=OneEntry(),
        deadline=deadline or Deadline.after(FIGURE_SECONDS),
        base_url=dependencies.base_url,
        aliases=aliases,
    )
    response = answer(service, hook, parse_request(body, hook.hook), ports)
    return _figure_in(response.to_json()["cards"], title, service.wording)


def _figure_in(
    cards: Iterable[Mapping[str, Any]], title: str, wording: Wording
) -> CardFigure:
    """Return the figure in the extension of the first card that has one."""
    assessments = (
        entry
        for card in cards
        for entry in objects(member(card, "extension", EXTENSION))
    )
    assessment = next(assessments, {})
    model = next(iter(objects(assessment.get("models"))), None)
    in_words = assessment.get("said")
    if model is None or in_words is None:
        return CardFigure(title)
    is_known = "newHospital" in model
    # The model's range is of its own figure. Next to the usual one it would tell what
    # the words withhold.
    is_own = is_known and USUAL not in in_words["words"]
    interval = ""
    if is_own:
        low, high = (round(100 * end) for end in model["newHospital"])
        interval = f"{low} to {high} %"
    missing = [wording.name(finding["name"]) for finding in model["missing"]]
    return CardFigure(
        title,
        words=in_words["words"],
        usual=in_words["usual"],
        months=model["horizonMonths"],
        is_known=is_known,
        is_own=is_own,
        interval=interval,
        missing=", ".join(missing),
    )
