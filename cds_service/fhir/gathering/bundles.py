"""Reads the parts of a Bundle and of an OperationOutcome: raw JSON of any quality."""

from collections.abc import Sequence
from typing import Any

from cds_service.fhir.raw_json import Json, member, number, objects, text
from cds_service.fhir.references import BundleEntry

NOTHING_FOUND = "4101"
# Labels of what is not all there (FHIR R4, Resource 2.1.27.2; HL7, security labels).
TAKEN_OUT = frozenset({"SUBSETTED", "REDACTED", "MASKED", "ABSTRED", "AGGRED"})
# Codes of issues by which nothing is missing (FHIR R4, IssueType; R5 has `success`). By
# any other something may be, however severe it is called.
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
# What an answer to a search may be and hold (FHIR R4, Bundle). Anything else may say
# that it is not all.
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
# An entry of these types is not read: what was asked for may be inside it.
ENVELOPES = frozenset({"Bundle", "Parameters"})


def entries_of(page: Any) -> list[Any]:
    """Return the raw entries of a Bundle; a single entry outside a list is accepted."""
    entries = page.get("entry") if isinstance(page, dict) else None
    if entries is None:
        return []
    return entries if isinstance(entries, list) else [entries]


def bundle_entry(raw: Any) -> BundleEntry | None:
    """Return the entry; None if it holds no resource that may be an answer."""
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

    Empty if the list may go on at an address that is not known: the link has no URL, or
    a link does not say, in words that we know, which page it leads to.
    """
    url = link_of(document, ("next",))
    if url is None and not NOT_LATER.issuperset(map(_relation, _links_of(document))):
        return ""
    return url


def is_before_last(page: Any) -> bool:
    """Tell if the last page of a list is another one, by the addresses of its links."""
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
    return [link for link in (links if isinstance(links, list) else [links]) if link]


def _relation(link: Any) -> str:
    """Return the relation in lower case (RFC 8288); empty if the link has none."""
    return text(link.get("relation")).strip().lower() if isinstance(link, dict) else ""


def is_error_outcome(resource: Any) -> bool:
    """Tell if this OperationOutcome reports an error, not only a warning."""
    issues = objects(member(resource, "issue"))
    return not issues or any(_severity(issue) not in NO_ERRORS for issue in issues)


def _severity(issue: Json) -> str:
    return text(issue.get("severity")).strip().lower()


def is_warning(outcome: Json) -> bool:
    """Tell if it contains a real warning.

    Epic's "no results" (4101) is sent as a warning but is none.
    """
    issues = [
        issue
        for issue in objects(outcome.get("issue"))
        if _severity(issue) == "warning"
    ]
    return not all(map(_is_nothing_found, issues))


def _is_nothing_found(issue: Json) -> bool:
    codes = objects(member(issue, "details", "coding"))
    return NOTHING_FOUND in {text(one.get("code")) for one in codes}


def is_incomplete(outcome: Json) -> bool:
    """Tell if it says, by the code of an issue, that something may be missing."""
    return any(
        text(issue.get("code")).strip().lower() not in LACKS_NOTHING
        and not _is_nothing_found(issue)
        for issue in objects(outcome.get("issue"))
    )


def is_subset(resource: Json) -> bool:
    """Tell if the server has labelled a resource or a Bundle as incomplete.

    What is written where labels are, and cannot be read, may be such a label.
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
    """Tell if all that a Bundle holds is known of an answer to a search."""
    kind = page.get("type")
    if kind is not None and text(kind) not in LIST_TYPES:
        return False
    more = page.keys() - MEMBERS
    return not any(page[name] not in (None, [], {}, "") for name in more)
