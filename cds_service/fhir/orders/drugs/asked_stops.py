"""Find the bone drugs that a task, a message or another draft asks to stop.

A ward stops a drug by an order of it, which `DraftOrders.stops` yields. A task or a
message says it in words: "Please stop alendronate". Such a drug is not to continue.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date

from cds_service.core.drugs.bone_drugs import KINDS, MAY_MEAN
from cds_service.fhir.entries.entry import Entry
from cds_service.fhir.entries.medication.drug_groups import BONE_DRUG
from cds_service.fhir.entries.medication.drugs_over import marked_later_years
from cds_service.fhir.gathering.record import PatientRecord
from cds_service.fhir.leaves import leaves_of
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.mapping.texts.clauses import clauses
from cds_service.fhir.mapping.texts.text_rules import Place, folded
from cds_service.fhir.orders.drafts import DraftOrders, Order, codeables
from cds_service.fhir.orders.order_lengths import NAMES_WITHOUT_WORDS
from cds_service.fhir.orders.other_drafts import PEOPLE, SET_OF_ORDERS
from cds_service.fhir.raw_json import Json, member, objects, text, texts_of
from cds_service.fhir.site_calendar import WRITTEN_YEAR, years_in

# Words that stop, pause or forbid the drug that they are next to.
_STOPS = frozenset({"drug-to-stop", "drug-ended"})
# Words that do so in a clause without a drug: `do not give`, but not `not urgent`.
_STOPS_ALONE = frozenset({"not-done", "drug-ended"})
_TO_STOP, _DENIED = frozenset({"drug-to-stop"}), frozenset({"denial"})
_WAS_TAKEN = frozenset({"drug-was-taken"})
_ABOUT_DRUG = ("act-on-a-drug",)
# Rules of `kinds/`: `@` is the drug.
GOES_ON, PUT_OFF = ("drug-to-be-given",), ("drug-put-off",)
_STOPPED_IN_YEAR = ("stopped-in-a-year",)
_CONTINUED = frozenset({"goes-on"})
# Codes of FHIR's own tasks.
_STOP_CODES = frozenset({"abort", "suspend"})
# Elements that refer to what a task or a message is about.
_ABOUT = ("focus", "about", "basedOn")
_NO_WORDS = NAMES_WITHOUT_WORDS | {"resourceType"}
_REST_OF_WORD = re.compile(r"^\w*")
_REST_OF_NAME = re.compile(r"^[a-z]+")


def drugs_to_stop(
    draft: Order, drafts: DraftOrders, record: PatientRecord, terminology: Terminology
) -> tuple[str, ...]:
    """Return names of the bone drugs that a draft of another type asks to stop.

    A group of drugs means those of it that are on record.

    Args:
        draft: of another type than orders of drugs, acts and devices.
        drafts: the signing.
        record: the patient's.
        terminology: the service's terminology.
    """
    content = {name: one for name, one in draft.resource.items() if name not in PEOPLE}
    if draft.resource_type == SET_OF_ORDERS:
        content.pop("contained", None)  # each is read as an order of its own
    parts = [
        part for words in _words_of(content) for part in dict.fromkeys(clauses(words))
    ]
    about = [*_drugs_about(draft, drafts, record)]
    named: dict[str, str] = {}
    going_on: set[str] = set()
    for part in parts:
        in_part = _bone_drugs_in(part, terminology)
        named |= in_part
        if in_part and _goes_on(part, terminology):
            going_on |= in_part.keys()
    if not (named or about):
        return ()
    stopped: dict[str, str] = {}
    is_all_stopped = _is_coded_stop(draft.resource)
    for part in parts:
        stopped |= _stopped_in(part, terminology)
        is_all_stopped |= _stops_alone(part, terminology)
    if is_all_stopped:
        stopped |= {one: named[one] for one in named.keys() - going_on}
    else:
        about = []
    meant = _of_groups(stopped, record, terminology)
    return tuple(sorted({*stopped.values(), *meant, *about}))


def says_was_taken(draft: Order, terminology: Terminology) -> bool:
    """Tell if a draft stops or pauses a drug, which was taken then.

    `Do not give` forbids a drug that the patient may never have had.
    """
    content = {name: one for name, one in draft.resource.items() if name not in PEOPLE}
    return _is_coded_stop(draft.resource) or any(
        terminology.text_concepts(part, _WAS_TAKEN)
        for words in _words_of(content)
        for part in clauses(words)
    )


def past_year_of_stop(
    draft: Order, today: date, terminology: Terminology
) -> int | None:
    """Return the earlier year in which a draft says that a bone drug was stopped.

    None if it may be stopped now. "Denosumab discontinued in 2019" is history; "stop
    denosumab started 2019" is not.
    """
    content = {name: one for name, one in draft.resource.items() if name not in PEOPLE}
    stops = [
        part
        for words in _words_of(content)
        for part in _clauses_that_stop(words, terminology)
    ]
    if _is_coded_stop(draft.resource) or not stops:
        return None
    if not all(_is_of_its_year(part, terminology) for part in stops):
        return None
    latest = max(year for part in stops for year in years_in(part))
    return latest if latest < today.year else None


def stops_now(words: str, terminology: Terminology) -> bool:
    """Tell if words stop a drug, and do not name a year of the stop."""
    return not all(
        _is_of_its_year(part, terminology)
        for part in _clauses_that_stop(words, terminology)
    )


def _clauses_that_stop(words: str, terminology: Terminology) -> Iterator[str]:
    for part in dict.fromkeys(clauses(words)):
        if _stopped_in(part, terminology) or _stops_alone(part, terminology):
            yield part


def _is_of_its_year(clause: str, terminology: Terminology) -> bool:
    """Tell if a clause tells in which year a drug was stopped, not when it began."""
    named = terminology.kinds.named(folded(clause), _STOPPED_IN_YEAR)
    return bool(named) and WRITTEN_YEAR.search(clause) is not None


def bone_drugs_named(draft: Order, terminology: Terminology) -> tuple[str, ...]:
    """Return names of the bone drugs that the titles of an order name.

    "Alendronate review" names what is done about the drug, and not the drug.
    """
    titles = [
        word for word in _titles_of(draft) if not _names_act_on_drug(word, terminology)
    ]
    named = {
        drug: word
        for title in titles
        for drug, word in _bone_drugs_in(title, terminology).items()
    }
    return tuple(sorted(named.values()))


def is_about_drug(draft: Order, terminology: Terminology) -> bool:
    """Tell if a title of an order asks for something about a drug: a review of it."""
    return any(_names_act_on_drug(word, terminology) for word in _titles_of(draft))


def _titles_of(draft: Order) -> list[str]:
    return [word for one in codeables(draft.resource, "code") for word in texts_of(one)]


def _names_act_on_drug(title: str, terminology: Terminology) -> bool:
    """Tell if a title asks to review, measure or discuss the drug that it names."""
    plain = folded(title)
    for start, end in terminology.drug_places(plain).values():
        rest = _REST_OF_WORD.match(plain[end:])
        after = plain[end + (rest.end() if rest else 0) :]
        if terminology.kinds.named(f"{plain[:start]}@{after}", _ABOUT_DRUG):
            return True
    return False


def _words_of(content: Json) -> Iterator[str]:
    for path, value in leaves_of(content):
        if isinstance(value, str) and path.rpartition(".")[2] not in _NO_WORDS:
            yield marked_later_years(value, content)


def _stops(part: str, terminology: Terminology) -> bool:
    """Tell if a clause stops, pauses or forbids something."""
    return bool(
        terminology.text_concepts(part, _STOPS)
        or terminology.clauses.is_withdrawn(part)
    )


def _goes_on(part: str, terminology: Terminology) -> bool:
    """Tell if a clause goes on with its drug: `continue alendronate`."""
    says_so = terminology.text_concepts(part, _CONTINUED)
    return bool(says_so) and not _stops(part, terminology)


def _stopped_in(part: str, terminology: Terminology) -> dict[str, str]:
    """Return the bone drugs that a clause stops, puts off or forbids, with their words.

    "Do not delay denosumab" gives it.
    """
    named = _bone_drugs_in(part, terminology)
    if not named:
        return {}
    stops, places = _stops(part, terminology), terminology.drug_places(folded(part))
    return {
        name: word
        for name, word in named.items()
        if not is_said_of(part, places[name], GOES_ON, terminology)
        if stops or is_said_of(part, places[name], PUT_OFF, terminology)
    }


def _stops_alone(part: str, terminology: Terminology) -> bool:
    """Tell if a clause stops what it does not name: `Stop medication`."""
    if terminology.drug_words(part):
        return False
    if terminology.text_concepts(part, _STOPS_ALONE):
        return True
    is_denial = terminology.text_concepts(part, _DENIED)
    return bool(terminology.text_concepts(part, _TO_STOP)) and not is_denial


def _bone_drugs_in(part: str, terminology: Terminology) -> Mapping[str, str]:
    """Return the bone drugs that words name, each with the word for it."""
    plain = folded(part)
    named = {}
    for name, (start, end) in terminology.drug_places(plain).items():
        if name != BONE_DRUG and BONE_DRUG in terminology.drugs.groups_of(name):
            rest = _REST_OF_WORD.match(plain[end:])
            named[name] = plain[start:end] + (rest[0] if rest else "")
    return named


def _is_coded_stop(resource: Json) -> bool:
    codings = objects(member(resource, "code", "coding"))
    return not _STOP_CODES.isdisjoint(text(one.get("code")) for one in codings)


def _drugs_about(
    draft: Order, drafts: DraftOrders, record: PatientRecord
) -> Iterator[str]:
    """Yield the bone drugs of the entries that a draft is about."""
    if drafts.person is None:
        return
    name_of = drafts.person.bases.name_of
    references = {
        name_of(text(reference.get("reference")))
        for element in _ABOUT
        for reference in objects(draft.resource.get(element))
    }
    for entry in record.entries:
        if entry.reference in references:
            yield from _ingredients(entry)


def _of_groups(
    stopped: Mapping[str, str], record: PatientRecord, terminology: Terminology
) -> set[str]:
    """Return the drugs on record that a group of bone drugs may mean."""
    kinds = [MAY_MEAN[name] for name in stopped if name in MAY_MEAN]
    if not kinds:
        return set()
    listed = {name for entry in record.entries for name in _ingredients(entry)}
    return {
        name
        for name in listed
        if BONE_DRUG in terminology.drugs.groups_of(name)
        and (None in kinds or KINDS.get(name) in kinds)
    }


def _ingredients(entry: Entry) -> tuple[str, ...]:
    drug = entry.drug
    return drug.ingredients if drug and BONE_DRUG in drug.concepts else ()


def is_said_of(
    title: str, place: Place, rule: tuple[str, ...], terminology: Terminology
) -> bool:
    """Tell if a rule holds of a title in which the mark `@` is written for the drug.

    The end of a name may belong to it, or begin another word.
    """
    plain, (start, end) = folded(title), place
    ends = (plain[end:], _REST_OF_NAME.sub("", plain[end:], count=1))
    return any(
        terminology.kinds.named(f"{plain[:start]}@{after}", rule) for after in ends
    )
