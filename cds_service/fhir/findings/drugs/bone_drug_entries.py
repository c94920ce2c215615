"""Find the entries that name a bone drug, on any list, and the allergies to one.

`bone_drug_entry.py` reads each; `bone_drug_history.py` combines them.
"""

from collections.abc import Iterable, Iterator, Sequence

from cds_service.core.drugs.bone_drugs import GROUPS, KINDS, MAY_MEAN
from cds_service.core.drugs.drug_entries import Clarity, DrugEntry
from cds_service.core.findings import Dated, DrugAllergy
from cds_service.core.vocabulary import BoneDrugSpec, MedicationSpec
from cds_service.fhir.entries.entry import Entry
from cds_service.fhir.entries.medication.drug_groups import ANY_BONE_DRUG
from cds_service.fhir.entries.medication.drugs import Drug
from cds_service.fhir.entries.medication.products import DEVICE_ORDERS
from cds_service.fhir.entries.medication.reasons_against_drugs import allergy_in
from cds_service.fhir.entries.words.problem_words import in_doubt
from cds_service.fhir.findings.chart import Chart
from cds_service.fhir.findings.drugs.bone_drug_entry import (
    UNNAMED,
    is_not_given,
    name_of_drug,
    read_drug_entry,
)
from cds_service.fhir.findings.drugs.doubled_doses import with_doubted_copies
from cds_service.fhir.findings.drugs.medication_list import (
    NOT_TAKEN,
    TAKEN,
    TELLING_TOO,
    is_meant,
    is_of_now,
    uses_named_aside,
)
from cds_service.fhir.findings.drugs.use import Use, source_of
from cds_service.fhir.findings.statements.stated import Stated
from cds_service.fhir.findings.statements.statements import find_stated
from cds_service.fhir.raw_json import is_prohibition

NOT_PLAIN = Clarity(is_plain=False)
# Names of a group: another entry may name the drug itself.
UNSPECIFIC = frozenset({"other bisphosphonate"})
# By type, the elements with what was used in an act: a drug there is no mere remark.
USED = {"Procedure": ("usedCode", "usedReference"), "ServiceRequest": ("orderDetail",)}
# Beginnings of references to orders of a drug.
ORDERS = ("MedicationRequest/", "ServiceRequest/")
IN_ERROR = "entered-in-error"


def entries_of(spec: BoneDrugSpec, chart: Chart) -> list[DrugEntry]:
    """Read each entry that names a bone drug, on any list.

    Drugs that were only proposed, prepared or declined count if no other entry names
    one.
    """
    listed = list(_listed(spec, chart))
    listed += _forbidden_now(spec, chart, listed)
    mentioned = _mentioned(spec, chart, listed)
    entries = [*listed, *mentioned, *_on_problem_list(spec, chart)]
    return entries or list(_only_meant(spec, chart))


def allergies_of(spec: BoneDrugSpec, chart: Chart) -> tuple[DrugAllergy, ...]:
    """Read the allergies for which a bone drug was stopped or left out."""
    allergies = []
    for entry, drug in _bone_drugs(spec, chart):
        name = name_of_drug(drug, chart)
        kind = KINDS.get(name, "other")
        own = {*drug.ingredients, *(one for one in KINDS if KINDS[one] == kind)}
        verdict = allergy_in(entry.raw, own, chart.terminology)
        if verdict:
            is_sure = verdict == "stated"
            drug_name = GROUPS.get(name, name)
            allergies.append(DrugAllergy(drug_name, kind, entry.reference, is_sure))
    return tuple(allergies)


def _listed(spec: MedicationSpec, chart: Chart) -> Iterator[DrugEntry]:
    """Yield the bone drugs on the lists of drugs, and those that other drugs name."""
    named = with_doubted_copies(_bone_drugs(spec, chart), spec, chart)
    for entry, drug in named:
        if not is_meant(entry):
            continue
        is_refused = is_not_given(entry) or entry.status == "not-taken"
        is_void = entry.status in NOT_TAKEN and not is_refused
        if is_void and entry.origin != "context":
            continue
        yield read_drug_entry(entry, drug, spec, chart)
    for use in uses_named_aside(chart, spec.value_sets):
        is_counted = _has_product_used(use) or is_of_now(use, spec, chart)
        if use.entry.resource_type not in TELLING_TOO and is_counted:
            yield _noted(use, spec, chart)


def _forbidden_now(
    spec: MedicationSpec, chart: Chart, listed: Sequence[DrugEntry]
) -> list[DrugEntry]:
    """Read what this signing forbids: of a drug that is taken it is the stop.

    A drug that was only ordered is in doubt then. One that is on no list was never
    taken, and nothing of it ends.
    """
    today = Dated(chart.today, chart.today)
    entries = []
    for entry, drug in _bone_drugs(spec, chart):
        if entry.origin != "context" or not is_prohibition(entry.raw):
            continue
        forbidden = name_of_drug(drug, chart)
        source = source_of(entry, drug, chart.today, spec)
        meant = sorted({one.name for one in listed if _is_meant_by(forbidden, one)})
        for name in meant:
            is_taken = any(one.name == name and _is_of_intake(one) for one in listed)
            mention = DrugEntry(name, source, clarity=NOT_PLAIN)
            stop = mention._replace(how_ended="stopped", ended=today)
            doubt = mention._replace(begins=today).not_understood()
            entries.append(stop if is_taken else doubt)
    return entries


def _is_meant_by(forbidden: str, entry: DrugEntry) -> bool:
    """Tell if an entry is of the drug that is forbidden, or of a group of drugs."""
    if forbidden not in MAY_MEAN:
        return entry.name == forbidden
    kind = MAY_MEAN[forbidden]
    return kind is None or entry.name == forbidden or KINDS.get(entry.name) == kind


def _is_of_intake(entry: DrugEntry) -> bool:
    """Tell if an entry has a drug as taken; an order is no dose (E8)."""
    is_order = entry.provenance.resource.startswith(ORDERS)
    return entry.is_intake or (entry.is_current and not is_order)


def _bone_drugs(spec: MedicationSpec, chart: Chart) -> Iterator[tuple[Entry, Drug]]:
    """Yield the orders, doses, statements and billed acts of a bone drug."""
    for entry in chart.of_kind(*TAKEN):
        if entry.drug and entry.drug.concepts & set(spec.value_sets):
            yield entry, entry.drug


def _has_product_used(use: Use) -> bool:
    """Tell if an act names a product used in it: that is a dose, however long ago."""
    return any(
        use.entry.raw.get(name) for name in USED.get(use.entry.resource_type, ())
    )


def _only_meant(spec: MedicationSpec, chart: Chart) -> Iterator[DrugEntry]:
    """Yield the bone drugs that were proposed, prepared, withdrawn or declined.

    None of them was taken, but they are not "no bone drug" either: another list may
    have the dose. What is forbidden, or was entered in error, is left out.
    """
    for entry, drug in _bone_drugs(spec, chart):
        if entry.status != IN_ERROR and not is_prohibition(entry.raw):
            name = name_of_drug(drug, chart)
            source = source_of(entry, drug, None, spec)
            yield DrugEntry(name, source, clarity=NOT_PLAIN)


def _mentioned(
    spec: MedicationSpec, chart: Chart, listed: Sequence[DrugEntry]
) -> Iterator[DrugEntry]:
    """Yield the drugs that the words of other entries name, however long ago.

    If a list of drugs has the drug, such words are an aside: they tell only that it may
    have been taken for longer.
    """
    listed_names = {one.name for one in listed}
    kinds = {KINDS[name] for name in listed_names & KINDS.keys()}
    for use in uses_named_aside(chart, spec.value_sets):
        if use.entry.resource_type not in TELLING_TOO:
            continue
        name = name_of_drug(use.drug, chart)
        is_group = name in UNSPECIFIC and KINDS[name] in kinds
        is_group |= name == ANY_BONE_DRUG and bool(listed_names)
        if name in listed_names or is_group:
            yield _noted(use, spec, chart)._replace(is_aside=True)
        elif use.entry.resource_type in DEVICE_ORDERS or is_of_now(use, spec, chart):
            yield _noted(use, spec, chart)


def _noted(use: Use, spec: MedicationSpec, chart: Chart) -> DrugEntry:
    """Read a drug that the entry of something else names, in words of open meaning."""
    day = Dated(use.day, use.day) if use.day else None
    return DrugEntry(
        name_of_drug(use.drug, chart),
        source_of(use.entry, use.drug, use.day, spec),
        begins=day,
        knows_start=False,
        clarity=Clarity(is_understood=False),
    )


def _on_problem_list(spec: MedicationSpec, chart: Chart) -> Iterable[DrugEntry]:
    """Yield what the problem list says of bone drugs: no day, and no drug by name."""
    for stated in find_stated(chart, spec, spec.value_sets):
        is_open = stated.problem is None or stated.is_undetermined
        # A drug that the entry names besides its title is read by `_mentioned`.
        is_mentioned = in_doubt(stated.concept) in stated.entry.concepts
        if stated.entry.resource_type == "Condition" and is_open and not is_mentioned:
            yield _from_problem(stated, spec)


def _from_problem(stated: Stated, spec: MedicationSpec) -> DrugEntry:
    mention = DrugEntry(UNNAMED, stated.provenance(spec))
    if stated.is_past:
        return mention._replace(how_ended="ended")
    return mention._replace(is_current=stated.problem is None)
