"""Read one entry of a bone drug: a dose, a report, an order or a mention."""

from cds_service.core.drugs.bone_drugs import INTERVAL, KINDS
from cds_service.core.drugs.drug_entries import Clarity, DrugEntry
from cds_service.core.findings import Dated
from cds_service.core.vocabulary import MedicationSpec
from cds_service.core.words.phrases import joined
from cds_service.fhir.entries.entry import Entry
from cds_service.fhir.entries.medication.drug_groups import ANY_BONE_DRUG
from cds_service.fhir.entries.medication.drugs import Drug
from cds_service.fhir.entries.medication.drugs_over import words_aside
from cds_service.fhir.findings.chart import Chart
from cds_service.fhir.findings.courses.drug_times import (
    continues_earlier,
    dated,
    first_and_last_day,
    handed_over,
)
from cds_service.fhir.findings.drugs.bone_drug_doses import (
    read_billed,
    read_dose,
    read_left_out,
)
from cds_service.fhir.findings.drugs.bone_drug_orders import read_order
from cds_service.fhir.findings.drugs.bone_drug_reports import read_report
from cds_service.fhir.findings.drugs.drug_supplies import with_supply
from cds_service.fhir.findings.drugs.medication_list import NOT_TAKEN, TAKEN
from cds_service.fhir.findings.drugs.use import GIVEN, source_of

# Statuses of an intake that was not broken off.
SURE = frozenset({"active", "completed"})
UNNAMED = "bone drug"
# Elements with the day of a dose, on a day that may be still to come.
DAYS_OF_DOSES = (
    "effectiveDateTime",
    "effectivePeriod",
    "performedDateTime",
    "performedPeriod",
    "performedString",
    "performedAge",
    "performedRange",
    "whenHandedOver",
    "whenPrepared",
)
# Types that record an ordered dose, even if it was not given.
PLANNED = frozenset({"MedicationAdministration", "Procedure"})


def is_not_given(entry: Entry) -> bool:
    """Tell if a dose was planned, and refused or left out."""
    return entry.resource_type in PLANNED and entry.status == "not-done"


def read_drug_entry(
    entry: Entry, drug: Drug, spec: MedicationSpec, chart: Chart
) -> DrugEntry:
    """Read an entry of a bone drug; it is only a mention if it is in doubt."""
    name = name_of_drug(drug, chart)
    is_reported = (
        entry.status in TAKEN[entry.resource_type] or entry.origin == "context"
    )
    mention = DrugEntry(
        name,
        source_of(entry, drug, None, spec),
        clarity=Clarity(is_plain=drug.is_plain and not drug.is_doubtful),
    )
    if is_not_given(entry) and not drug.is_doubtful:
        return read_left_out(mention, entry, chart)
    is_ended = drug.is_ended and entry.origin != "context"
    if KINDS.get(name) == "denosumab" and _may_be_given(entry, drug, chart):
        clarity = mention.clarity._replace(may_be_given=True)
        mention = mention._replace(last=_day_given(entry, chart), clarity=clarity)
    if drug.is_doubtful or not is_reported:
        return mention
    if is_ended and name not in INTERVAL:
        return _ended(mention, entry, chart)
    drug_entry = _read_by_kind(mention, entry, drug, spec, chart)
    day = drug_entry.last or drug_entry.begins
    goes_on = continues_earlier(entry.raw, drug_entry.begins, chart)
    is_understood = drug.is_understood and drug_entry.clarity.is_understood
    if is_ended:
        # What was injected acts on, and its day counts.
        drug_entry = drug_entry._replace(is_current=False, is_due=False)
    if drug_entry.is_intake:
        drug_entry = with_supply(drug_entry, entry, chart)
    return drug_entry._replace(
        knows_start=drug_entry.knows_start and not goes_on,
        provenance=source_of(entry, drug, day.last if day else None, spec),
        clarity=drug_entry.clarity._replace(
            is_understood=is_understood,
            is_sure=drug_entry.is_intake and is_understood and entry.status in SURE,
            may_be_dose=_may_be_dose(drug_entry, entry, drug),
        ),
    )


def _may_be_given(entry: Entry, drug: Drug, chart: Chart) -> bool:
    """Tell if an entry is of a dose, but not if or when it was given.

    A statement may be of a dose only if it has a day (E8), an order only if it is
    billed. Words may say that nothing was given.
    """
    if drug.is_doubtful:
        return False
    is_open = entry.status not in {*TAKEN[entry.resource_type], *NOT_TAKEN}
    if entry.resource_type == "MedicationStatement":
        return is_open and _day_given(entry, chart) is not None
    if entry.resource_type == "ServiceRequest":
        return entry.status == "unknown" and bool(drug.code)
    if entry.resource_type not in GIVEN:
        return False
    words = words_aside(entry.raw)
    if any(map(chart.terminology.clauses.is_not_done, words)):
        return False
    return is_open or not any(entry.raw.get(name) for name in DAYS_OF_DOSES)


def _day_given(entry: Entry, chart: Chart) -> Dated | None:
    """Return the last day of which an entry records a dose."""
    if entry.resource_type == "MedicationDispense":
        return handed_over(entry.raw, chart)
    prefixes = {"Procedure": "performed", "ServiceRequest": "occurrence"}
    prefix = prefixes.get(entry.resource_type, "effective")
    first, last = first_and_last_day(entry.raw, prefix, chart)
    return last or first


def _read_by_kind(
    mention: DrugEntry, entry: Entry, drug: Drug, spec: MedicationSpec, chart: Chart
) -> DrugEntry:
    """Read the days of an order, a statement, a billed act or a dose."""
    if entry.resource_type == "MedicationRequest":
        return read_order(mention, entry, spec, chart)
    if entry.resource_type == "MedicationStatement":
        return read_report(mention, entry, spec, chart)
    if entry.resource_type == "ServiceRequest":
        return read_billed(mention, entry, drug, spec, chart)
    return read_dose(mention, entry, spec, chart)


def _ended(mention: DrugEntry, entry: Entry, chart: Chart) -> DrugEntry:
    """Read a drug taken at home that its entry calls ended, on no known day."""
    is_order = entry.resource_type == "MedicationRequest"
    authored = dated(entry.raw.get("authoredOn"), chart) if is_order else None
    return mention._replace(begins=authored, knows_start=False)


def _may_be_dose(drug_entry: DrugEntry, entry: Entry, drug: Drug) -> bool:
    """Tell if an entry is coded and done as a dose, but was not read whole."""
    is_done = entry.resource_type in GIVEN and entry.status == "completed"
    is_coded_intake = drug_entry.is_intake and bool(drug.code)
    return is_done and is_coded_intake and not drug.is_understood


def name_of_drug(drug: Drug, chart: Chart) -> str:
    """Return the name of a bone drug in our words, as exactly as it is known."""
    drugs = chart.terminology.drugs
    named = [
        ingredient
        for ingredient in drug.ingredients
        if "bone-drug" in drugs.groups_of(ingredient)
        and drugs.other_dose(ingredient) not in drug.ingredients
    ]
    exact = [one for one in named if not one.startswith("other ")]
    groups = [one for one in named if one != ANY_BONE_DRUG]
    return joined(exact or groups or named) or UNNAMED
