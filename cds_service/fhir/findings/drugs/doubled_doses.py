"""Read a dose that was sent more than once under one id, and not the same each time.

Once given and once entered in error, or given on two days: which copy is right is not
clear. Such a dose closes nothing, but it warns if it alone would.
"""

from collections.abc import Iterable, Iterator

from cds_service.core.drugs.drug_states import is_warning
from cds_service.core.drugs.drug_uses import combine
from cds_service.core.findings import BoneDrugs
from cds_service.core.vocabulary import MedicationSpec
from cds_service.fhir.entries.entry import Entry
from cds_service.fhir.entries.medication.drugs import Drug
from cds_service.fhir.findings.chart import Chart
from cds_service.fhir.findings.drugs.bone_drug_entry import read_drug_entry
from cds_service.fhir.findings.drugs.medication_list import NOT_TAKEN
from cds_service.fhir.findings.drugs.use import GIVEN

# Types of entries that are of a dose (E8).
DOSES = GIVEN | {"MedicationStatement"}
DOUBTED = "unknown"

Named = tuple[Entry, Drug]


def with_doubted_copies(
    named: Iterable[Named], spec: MedicationSpec, chart: Chart
) -> Iterator[Named]:
    """Yield the entries of bone drugs, the doses that copies contradict as open.

    Of copies that give a dose on several days the first day counts.
    """
    copies: dict[str, list[Named]] = {}
    for entry, drug in named:
        copies.setdefault(entry.reference, []).append((entry, drug))
    for same in copies.values():
        is_doubled = len(same) > 1 and same[0][0].resource_type in DOSES
        yield from _doubted(same, spec, chart) if is_doubled else same


def _doubted(
    copies: list[Named], spec: MedicationSpec, chart: Chart
) -> Iterator[Named]:
    """Yield the copies of one dose, those that may be wrong as open."""
    given = [one for one in copies if one[0].status not in NOT_TAKEN]
    if not given:
        yield from copies
        return
    read = {
        id(entry): read_drug_entry(entry, drug, spec, chart) for entry, drug in given
    }
    days = {id(entry): read[id(entry)].last for entry, _ in given}
    first = min(filter(None, days.values()), default=None)
    for entry, drug in given:
        is_void_too = len(given) < len(copies)
        is_later = days[id(entry)] != first
        alone = BoneDrugs(uses=combine([read[id(entry)]], chart.today))
        if is_later or (is_void_too and not is_warning(alone, chart.today)):
            yield entry._replace(status=DOUBTED), drug
        else:
            yield entry, drug
