"""Tell which procedures were done for a cancer, or mostly are."""

from collections.abc import Iterator

from cds_service.fhir.entries.words.problem_words import in_doubt
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.raw_json import Json, objects, texts_of

CANCER_TREATMENT = frozenset({"cancer-treatment"})
# After a transplant of marrow the disease of the marrow may be back, however old it is.
OF_MARROW = frozenset({"cancer-implied"})
# Rules of `kinds/`.
FOR_CANCER = ("operation-for-cancer",)
NAMES_CANCER = ("act-on-cancer",)
MOSTLY_FOR_CANCER = ("act-mostly-for-cancer",)
MARROW_TRANSPLANTED = ("marrow-transplanted",)


def treatments_of_cancer(procedure: Json, terminology: Terminology) -> frozenset[str]:
    """Return the treatment of a cancer that the title of a procedure tells of.

    It is in doubt if the title says that it was not done. A harmless reason makes an
    operation that is mostly done for a cancer none.
    """
    kinds = terminology.kinds
    found: set[str] = set()
    reasons = [*_reasons(procedure)]
    for title in texts_of(procedure.get("code")):
        told = "; ".join((title, *reasons))
        named: frozenset[str] = frozenset()
        if kinds.named(title, FOR_CANCER) or (
            kinds.named(title, MOSTLY_FOR_CANCER)
            and kinds.named(told, MOSTLY_FOR_CANCER)
        ):
            named |= CANCER_TREATMENT
        if kinds.named(title, MARROW_TRANSPLANTED) and kinds.named(
            told, MARROW_TRANSPLANTED
        ):
            named |= OF_MARROW
        if named and terminology.clauses.is_not_done(title):
            named = frozenset(map(in_doubt, named))
        found |= named
    return frozenset(found)


def is_mostly_for_cancer(procedure: Json, terminology: Terminology) -> bool:
    """Tell if it is no more than an operation that is mostly done for a cancer."""
    titles = texts_of(procedure.get("code"))
    kinds = terminology.kinds
    return bool(titles) and all(
        kinds.named(one, MOSTLY_FOR_CANCER)
        and not kinds.named(one, (*FOR_CANCER, *NAMES_CANCER))
        for one in titles
    )


def _reasons(procedure: Json) -> Iterator[str]:
    for reason in objects(procedure.get("reasonCode")):
        yield from texts_of(reason)
