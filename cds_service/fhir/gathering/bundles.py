"""Read the parts of a Bundle and of an OperationOutcome: raw JSON of any quality."""

from collections.abc import Sequence
from typing import Any

from cds_service.fhir.raw_json import Json, member, number, objects, text
from cds_service.fhir.references import BundleEntry

NOTHING_FOUND = "4101"  # Epic's code for a search without results
# Labels of an incomplete resource (FHIR R4, Resource 2.1.27.2; HL7, security labels).
TAKEN_OUT = frozenset({"SUBSETTED", "REDACTED", "MASKED", "ABSTRED", "AGGRED"})
# Codes of issues that leave nothing out (FHIR R4, IssueType; R5 has `success`). With
# any other code something may be missing, whatever the severity.
LACKS_NOTHING = frozenset(
    {
        "invalid",
        "structure",
        "required",
        "value",
        "invariant",
        "processing",
        "not-supported",
        "duplicate",
        "multiple-matches",
        "not-found",
        "deleted",
        "code-invalid",
        "extension",
        "business-rule",
        "conflict",
        "informational",
        "success",
    }
)
# Severities of issues; any other counts as an error (R5 has `success`).
NO_ERRORS = frozenset({"warning", "information", "success"})
# Types and members of a Bundle that answers a search (FHIR R4). Anything else may say
# that the list is not complete.
LIST_TYPES = frozenset({"searchset", "collection", "batch-response"})
MEMBERS = frozenset(
    {
        "resourceType",
        "id",
        "meta",
        "language",
        "identifier",
        "type",
        "timestamp",
        "total",
        "link",
        "entry",
        "signature",
    }
)
# Relations of links that lead to no later page.
NOT_LATER = frozenset(
    {
        "self",
        "first",
        "last",
        "previous",
        "prev",
        "alternate",
        "search",
        "collection",
        "fhir-base",
        "help",
        "about",
    }
)
# An entry of these types is not read: it may hold what was asked for.
ENVELOPES = frozenset({"Bundle", "Parameters"})


def entries_of(page: Any) -> list[Any]:
    """Return the raw entries of a Bundle; a single entry outside a list is accepted."""
    entries = page.get("entry") if isinstance(page, dict) else None
    if entries is None:
        return []
    return entries if isinstance(entries, list) else [entries]


def bundle_entry(raw: Any) -> BundleEntry | None:
    """Return a raw entry as a BundleEntry; None without a usable resource."""
    resource = raw.get("resource") if isinstance(raw, dict) else None
    if not isinstance(resource, dict):
        return None
    kind, full_url = resource.get("resourceType"), raw.get("fullUrl")
    if not kind or not isinstance(kind, str) or kind in ENVELOPES:
        return None
    return BundleEntry(resource, full_url if isinstance(full_url, str) else None)


def resources_of(page: Any) -> list[Json]:
    """Return the resources of a Bundle that have a type."""
    return [
        entry.resource
        for raw in entries_of(page)
        if (entry := bundle_entry(raw)) is not None
    ]


def has_entries(document: Any) -> bool:
    """Tell if this Bundle has any entries."""
    return (
        isinstance(document, dict)
        and isinstance(document.get("entry"), list)
        and bool(document["entry"])
    )


def total_of(page: Any) -> int | None:
    """Return the Bundle's `total`, also one written as text or as 99.0.

    None if it states none, or none that is understood.
    """
    total = page.get("total") if isinstance(page, dict) else None
    if isinstance(total, str) and total.isascii() and total.isdigit():
        return int(total[:9])
    if isinstance(total, int) and not isinstance(total, bool):
        return total if total >= 0 else None
    amount = number(total)
    if amount is None or amount < 0 or not amount.is_integer():
        return None
    return int(amount)


def is_total_unclear(page: Json) -> bool:
    """Tell if a Bundle states a `total` that is not understood."""
    return page.get("total") is not None and total_of(page) is None


def next_page(document: Any) -> str | None:
    """Return the URL of a Bundle's `next` link; None if it has none.

    Empty if the list may go on at an unknown address: the link has no URL, or another
    link has a relation that we do not know.
    """
    url = link_of(document, ("next",))
    if url is None and not NOT_LATER.issuperset(map(_relation, _links_of(document))):
        return ""
    return url


def is_before_last(page: Any) -> bool:
    """Tell if the links of a page say that the last page of its list is another one."""
    last = link_of(page, ("last",))
    own = {link_of(page, ("self",)), link_of(page, ("first",))}
    return last is not None and last not in own


def link_of(document: Any, relations: Sequence[str]) -> str | None:
    """Return the URL of a Bundle's first link with one of these relations.

    None if there is no such link; empty if it has no URL.
    """
    for link in _links_of(document):
        if _relation(link) in relations:
            return text(link.get("url")).strip()
    return None


def _links_of(document: Any) -> list[Any]:
    """Return the links of a Bundle; a single link outside a list is accepted."""
    links = document.get("link") if isinstance(document, dict) else None
    listed = links if isinstance(links, list) else [links]
    return [link for link in listed if link]


def _relation(link: Any) -> str:
    """Return the relation in lower case (RFC 8288); empty if the link has none."""
    return text(link.get("relation")).strip().lower() if isinstance(link, dict) else ""


def is_error_outcome(resource: Any) -> bool:
    """Tell if this OperationOutcome reports an error, not only a warning."""
    issues = objects(member(resource, "issue"))
    return not issues or any(_severity(issue) not in NO_ERRORS for issue in issues)


def _severity(issue: Json) -> str:
    return text(issue.get("severity")).strip().lower()


def has_warning(outcome: Json) -> bool:
    """Tell if an OperationOutcome contains a real warning.

    Epic's "no results" (4101) is sent as a warning but is none.
    """
    return any(
        _severity(issue) == "warning" and not _is_nothing_found(issue)
        for issue in objects(outcome.get("issue"))
    )


def _is_nothing_found(issue: Json) -> bool:
    codes = objects(member(issue, "details", "coding"))
    return NOTHING_FOUND in {text(one.get("code")) for one in codes}


def is_incomplete(outcome: Json) -> bool:
    """Tell if an OperationOutcome has an issue by which something may be missing."""
    return any(
        text(issue.get("code")).strip().lower() not in LACKS_NOTHING
        and not _is_nothing_found(issue)
        for issue in objects(outcome.get("issue"))
    )


def is_subset(resource: Json) -> bool:
    """Tell if the server has labelled a resource or a Bundle as incomplete.

    Labels that cannot be read count as such a label.
    """
    meta = resource.get("meta")
    if not meta:
        return False
    if not isinstance(meta, dict):
        return True
    return any(map(_may_be_taken_out, (meta.get("tag"), meta.get("security"))))


def _may_be_taken_out(labels: Any) -> bool:
    if not labels:
        return False
    codes = {text(one.get("code")).strip().upper() for one in objects(labels)}
    return not codes or not TAKEN_OUT.isdisjoint(codes)


def is_plain_list(page: Json) -> bool:
    """Tell if a Bundle has the type and the members of an answer to a search alone."""
    kind = page.get("type")
    if kind is not None and text(kind) not in LIST_TYPES:
        return False
    more = page.keys() - MEMBERS
    return not any(page[name] not in (None, [], {}, "") for name in more)
