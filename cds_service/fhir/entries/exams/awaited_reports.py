"""Tell if the report of images of the spine is not there yet.

The resource is there, and says nothing: it is registered, or has no words.
"""

from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.raw_json import Json, text, texts_of

# A concept of a report that says nothing yet.
AWAITED = "awaited-report"
# A report of these examinations is one of images, even if its title names DXA too.
OF_IMAGES = frozenset({"trunk-ct", "trunk-ct-contrast", "lumbar-mri"})
# Elements of a report that no module reads, and in which its words may be.
UNREAD_PARTS = frozenset({"presentedForm", "text", "result", "media"})
# Statuses of a report that will not be made.
NO_REPORT = frozenset({"entered-in-error", "cancelled"})
REGISTERED = "registered"


def is_without_words(exam: Json) -> bool:
    """Tell if a report is still to come: it is `registered`, or says nothing.

    A report that is only a file says something, unless it is `registered`.
    """
    status = text(exam.get("status"))
    is_report = text(exam.get("resourceType")) == "DiagnosticReport"
    if not is_report or status in NO_REPORT:
        return False
    has_words = text(exam.get("conclusion")) or exam.get("conclusionCode")
    return status == REGISTERED or not (has_words or UNREAD_PARTS & exam.keys())


def is_of_spine(exam: Json, concepts: frozenset[str], terminology: Terminology) -> bool:
    """Tell if a report is of images of the spine by which something is looked for.

    They are a CT or an MRI, or an X-ray whose title says more than what was examined.

    Args:
        exam: a DiagnosticReport.
        concepts: what it was recognised as.
        terminology: the service's terminology.
    """
    titles = texts_of(exam.get("code"))
    if any(map(terminology.search_parts.is_scan_of_spine, titles)):
        return True
    if not titles:
        return not concepts.isdisjoint(OF_IMAGES)
    is_named = any(map(terminology.names_spine, titles))
    is_plain = is_plain_exam(exam, concepts, terminology)
    return "lumbar-mri" in concepts or (is_named and not is_plain)


def is_plain_exam(
    exam: Json, concepts: frozenset[str], terminology: Terminology
) -> bool:
    """Tell if the title of a report is of an ordinary exam, without CT and MRI.

    Args:
        exam: a DiagnosticReport.
        concepts: what it was recognised as.
        terminology: the service's terminology.
    """
    titles = texts_of(exam.get("code"))
    is_plain = all(map(terminology.plain.studies.alone.are_all, titles))
    return bool(titles) and is_plain and concepts.isdisjoint(OF_IMAGES)
