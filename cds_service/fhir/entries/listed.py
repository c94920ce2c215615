"""Tell which lists may say "no", and if an entry of one says what it is."""

from collections.abc import Collection, Mapping

from cds_service.fhir.entries.coded import Coded
from cds_service.fhir.entries.medication.drug_groups import MEDICATION_TYPES
from cds_service.fhir.entries.words.problem_words import ANOTHER_PERSON, FAMILY_HISTORY
from cds_service.fhir.mapping.codes.code_systems import Listed
from cds_service.fhir.mapping.drug_table import OTHER_DRUG
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.mapping.texts.text_rules import LONGEST_TEXT
from cds_service.fhir.raw_json import Json, member, text

# The lists from which absence may mean "no", if every entry is identified.
LISTED: Mapping[str, Listed] = {
    "Condition": "conditions",
    "Procedure": "procedures",
    **dict.fromkeys(MEDICATION_TYPES, "drugs"),
}
NO_INFORMATION = "no-information"
UNINFORMED = frozenset({NO_INFORMATION})
# Concepts of what is identified and irrelevant.
OF_NO_CONCERN = frozenset(
    {"other-condition", "nothing-known", ANOTHER_PERSON, FAMILY_HISTORY, OTHER_DRUG}
)

CANCERS = frozenset({"malignancy-elsewhere", "cancer-ever"})


def short_texts(texts: set[str]) -> set[str]:
    """Return the texts of one resource; none of them if all are too long to read."""
    return texts if sum(map(len, texts)) <= LONGEST_TEXT else set()


def is_entry_understood(
    coded: Coded,
    concepts: frozenset[str],
    words: Collection[str],
    terminology: Terminology,
) -> bool:
    """Tell if the code or the words of a list entry say what it is."""
    resource = coded.raw
    if NO_INFORMATION in concepts or is_withheld(resource, terminology):
        return False
    # A word of doubt ("only possible in part") hides the concept, not what it says.
    if any(terminology.text_concepts(word, UNINFORMED) for word in words):
        return False
    listed = LISTED[resource["resourceType"]]
    if coded.concepts or terminology.identifies(listed, resource.get("code")):
        return True
    if concepts and not any(map(terminology.languages.is_foreign, words)):
        return True
    # Short names of complaints bear no sign of their language, nor do all of cancers.
    harmless = terminology.harmless
    is_old_cancer = terminology.everyday_diseases.is_of_old_cancer
    if words and (
        all(map(harmless.is_harmless, words))
        or all(map(harmless.is_of_ward, words))
        or terminology.harmless_names.are_known(words)
        or (not concepts.isdisjoint(CANCERS) and all(map(is_old_cancer, words)))
    ):
        return True
    # Words without a sign of their language may still be of one that we do not read.
    is_foreign = terminology.languages.is_tag_foreign(text(resource.get("language")))
    return not is_foreign and any(map(terminology.languages.can_read, words))


def is_withheld(resource: Json, terminology: Terminology) -> bool:
    """Tell if the security labels of a resource say that content was removed."""
    security = member(resource, "meta", "security")
    return bool(security) and NO_INFORMATION in terminology.concepts(security)
