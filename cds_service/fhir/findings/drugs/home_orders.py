"""Tell if an order of a bone drug is one to take it at home, beyond the next days."""

from datetime import date, timedelta

from cds_service.fhir.entries.medication.local_drugs import is_given_once
from cds_service.fhir.findings.chart import Chart
from cds_service.fhir.findings.courses.drug_times import (
    dated,
    end_of_course,
    tablets_in,
)
from cds_service.fhir.raw_json import Json, member, number, objects, text, texts_of

# Intents by which a drug is taken; a plan may never become an order.
ORDERS = frozenset({"order", "original-order", "reflex-order", "filler-order"})
# Categories of an order that does not end with the stay.
AT_HOME = frozenset({"outpatient", "community", "discharge"})
# Policy: a week is one tablet of most bone drugs, and no treatment.
SHORT = timedelta(days=7)


def is_for_home(raw: Json, chart: Chart) -> bool:
    """Tell if an order is one to take a drug at home, and is not over.

    An order for the ward ends with the stay. A category or an intent that is not known
    here makes it no order for home. Nor is an amount of 0, one dose, or a week.
    """
    if not all(map(is_home_category, objects(raw.get("category")))):
        return False
    quantity = number(member(raw, "dispenseRequest", "quantity", "value"))
    if quantity == 0 or text(raw.get("intent")) not in ORDERS:
        return False
    # "Once a week for 1 week" is one tablet.
    course = end_of_course(raw, chart, is_first_enough=True)
    valid_until = member(raw, "dispenseRequest", "validityPeriod", "end")
    ends = (course, chart.calendar.last_day(valid_until))
    last = max((one for one in ends if one), default=None)
    if last is not None and last <= chart.today:
        return False
    return not _is_short(raw, course, chart)


def is_home_category(category: Json) -> bool:
    """Tell if everything in a category is a place outside the ward."""
    words = [text(one.get("code")) for one in objects(category.get("coding"))]
    words += texts_of(category)
    return all(one.strip().lower() in AT_HOME for one in words if one)


def _is_short(raw: Json, course: date | None, chart: Chart) -> bool:
    """Tell if an order is of one dose, or its course or supply is of a week or less.

    Args:
        raw: a MedicationRequest.
        course: the last day of its course.
        chart: the patient's record.
    """
    if is_given_once(raw, chart.terminology) or _is_of_one_tablet(raw):
        return True
    begins = _first_day(raw, chart)
    return bool(course and begins and course - begins <= SHORT)


def _is_of_one_tablet(raw: Json) -> bool:
    """Tell if one tablet is to be handed over, once."""
    request = raw.get("dispenseRequest")
    tablets = tablets_in(member(request, "quantity"))
    if tablets is None or tablets > 1:
        return False
    if number(member(request, "numberOfRepeatsAllowed")):
        return False
    # Such a length says more than the number of tablets.
    return not member(request, "expectedSupplyDuration")


def _first_day(raw: Json, chart: Chart) -> date | None:
    """Return the latest day on which an order may begin."""
    authored = dated(raw.get("authoredOn"), chart)
    starts = [member(raw, "dispenseRequest", "validityPeriod", "start")]
    starts += [
        member(dosage, "timing", "repeat", "boundsPeriod", "start")
        for dosage in objects(raw.get("dosageInstruction"))
    ]
    days = [chart.calendar.first_day(one) for one in starts]
    if authored:
        days.append(authored.last)
    return max((day for day in days if day), default=None)
