"""Name the lists of a record that could not be read, or not whole, for a summary."""

from collections.abc import Iterable, Mapping

from cds_service.core.findings import UnreadList
from cds_service.core.words.phrases import Sentence, say

MEDICATIONS = say("medication list")
# By prefetch key.
NAMES: Mapping[str, Sentence] = {
    "conditions": say("problem list"),
    "medications": MEDICATIONS,
    "administrations": MEDICATIONS,
    "statements": MEDICATIONS,
    "dispenses": MEDICATIONS,
    "procedures": say("list of procedures"),
    "serviceRequests": say("list of orders"),
    "deviceRequests": say("list of device orders"),
    "supplyRequests": say("list of supply orders"),
    "diagnosticReports": say("imaging and other reports"),
    "pathology": say("pathology reports"),
    "imagingStudies": say("imaging studies"),
    "cultures": say("results of cultures"),
    "encounter": say("present stay"),
    "appointments": say("appointments"),
}
# Keys that hold a part of a list: if one fails, the list is not wholly readable.
PARTS = frozenset({"administrations", "statements", "dispenses"})


def unread_text(lists: Iterable[UnreadList]) -> str:
    """Name the one list; of several say only that they are parts of the record.

    What was prescribed or given is one list to a reader.
    """
    unread = list(lists)
    names = dict.fromkeys(NAMES.get(one.key, "") for one in unread)
    name = next(iter(names))
    if len(names) > 1 or not name:
        return say("parts of the record could not be read")
    is_failed = any(one.is_failed and one.key not in PARTS for one in unread)
    form = "{list} not readable" if is_failed else "{list} not wholly readable"
    return say(form, list=name)
