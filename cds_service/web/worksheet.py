"""`/worksheet`: what was measured on a viewer or at the bedside, as measures of this service, to copy.

The page keeps nothing: no patient is named, no entry is written, and every figure is of
an unnamed patient.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, Response, render_template, request

from cds_service.audit.chain import OneEntry
from cds_service.cards.extension import EXTENSION
from cds_service.core.derived import SPINE
from cds_service.core.wording import UNITS
from cds_service.fhir.raw_json import Json, member, objects
from cds_service.loading import load_measures_in_force, mapping_folders
from cds_service.measures.observations import Writer, site_codes
from cds_service.measures.profiles import definition_of
from cds_service.measures.worksheet import Worksheet, load_sheet
from cds_service.outgoing.deadline import Deadline
from cds_service.protocol.messages import parse_request
from cds_service.samples.requests import (
    answer_prefetch,
    augmentation_order,
    order_sign_body,
)
from cds_service.service import Ports, answer
from cds_service.site.folder import SiteFolder
from cds_service.web.cds_api import Surroundings

POLICY = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
FORM_BYTES = 8192  # some forty short fields
NOBODY = "nobody"  # id of the patient of the figures
SEXES = ("female", "male")
AGE = re.compile("[0-9]{1,3}")
OLDEST = 120


@dataclass(frozen=True, slots=True)
class Figure:
    """What the service would say of such a patient.

    Attributes:
        words: of the risk; empty if none is said.
        interval: where the risk may lie in a new hospital; empty if too little is known
            for a figure.
        missing: inputs of the figure that are not known.
    """

    title: str
    words: str = ""
    usual: str = ""
    months: int = 0
    interval: str = ""
    missing: str = ""


def worksheet_routes(around: Surroundings, site: SiteFolder | None) -> Blueprint:
    routes = Blueprint("worksheet", __name__)
    service, folders = around.service, mapping_folders(site)
    measures = load_measures_in_force(site)
    sheet = Worksheet(
        load_sheet(), measures, Writer(NOBODY, service.terminology, site_codes(folders))
    )

    @routes.route("/worksheet", methods=["GET", "POST"])
    def worksheet() -> str:
        request.max_content_length = FORM_BYTES
        today = service.calendar.day_of(around.clock())
        form: Mapping[str, str] = request.form if request.method == "POST" else {}
        outcome = sheet.outcome(form, today)
        figures = (
            _figures(around, outcome.observations, form, today)
            if outcome.observations
            else ()
        )
        return render_template(
            "worksheet.html",
            sheet=sheet.sheet,
            measures=measures,
            form=form,
            outcome=outcome,
            figures=figures,
            titles={
                field.name: field.title
                for part in sheet.sheet.parts
                for field in part.fields
            },
            levels=[("", "not said"), *((level, level) for level in SPINE)],
            units=UNITS,
            definition=definition_of,
            is_sent=request.method == "POST",
        )

    @routes.after_request
    def restrict(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = POLICY
        return response

    return routes


def _figures(
    around: Surroundings,
    observations: tuple[Json, ...],
    form: Mapping[str, str],
    today: date,
) -> tuple[Figure, ...]:
    """The figure of a patient of this age and sex, without these values and with them; by the flow of every order."""
    age, sex = form.get("age", "").strip(), form.get("sex", "")
    # Python reads no number of thousands of digits.
    is_age = AGE.fullmatch(age) is not None and 0 < int(age) <= OLDEST
    if not is_age or sex not in SEXES:
        return ()
    born = today - timedelta(days=round(365.25 * int(age)) + 30)
    patient = {
        "resourceType": "Patient",
        "id": NOBODY,
        "gender": sex,
        "birthDate": born.isoformat(),
    }
    values = [
        {**one, "id": f"value-{number}"} for number, one in enumerate(observations)
    ]
    level = form.get("treated", "")
    levels = (level,) if level in SPINE else ()
    return (
        _figure("Without these values", around, [patient], levels, today),
        _figure("With them", around, [patient, *values], levels, today),
    )


def _figure(
    title: str,
    around: Surroundings,
    record: list[Any],
    levels: tuple[str, ...],
    today: date,
) -> Figure:
    service = around.service
    hook = service.signing_hook
    body = order_sign_body(
        NOBODY, "", [augmentation_order(NOBODY, None, levels, today)]
    )
    del body["fhirServer"]
    body["prefetch"] = answer_prefetch(
        hook.discovery["prefetch"], record, patient_id=NOBODY
    )
    noon = service.calendar.noon(today)
    ports = Ports(
        clock=lambda: noon,
        fhir=None,
        audit=OneEntry(),
        deadline=Deadline.after(10),
        base_url=around.base_url,
    )
    cards = answer(service, hook, parse_request(body, hook.hook), ports).to_json()[
        "cards"
    ]
    found = next(
        (
            one
            for card in cards
            for one in objects(member(card, "extension", EXTENSION))
        ),
        {},
    )
    model = next(iter(objects(found.get("models"))), None)
    said = found.get("said")
    if model is None or said is None:
        return Figure(title)
    low, high = (f"{round(100 * one)}" for one in model.get("newHospital", (0, 1)))
    return Figure(
        title,
        words=said["words"],
        usual=said["usual"],
        months=model["horizonMonths"],
        interval=f"{low} to {high} %" if "newHospital" in model else "",
        missing=", ".join(
            service.wording.name(one["name"]) for one in model["missing"]
        ),
    )
