"""Tell which drugs, begun in these days, tell of what no diagnosis names.

- an infection: an antibiotic into a vein
- a cord that is pressed on: dexamethasone several times, methylprednisolone in a high
  dose
- a clot: a blood thinner in full dose, a drug that dissolves it
- a shock: a pressor

Every ward gives doses around an operation, and doses that prevent a clot.
"""

from typing import Literal

from cds_service.fhir.entries.medication.drug_groups import INFECTION_DRUGS
from cds_service.fhir.entries.medication.drugs import Drug, drug_names
from cds_service.fhir.entries.medication.local_drugs import drug_codes, is_given_once
from cds_service.fhir.entries.medication.other_doses import dosages_of
from cds_service.fhir.mapping.drug_table import ATC, RXNORM
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.mapping.texts.text_rules import LONGEST_TEXT, LONGEST_TITLE
from cds_service.fhir.raw_json import Json, member, number, objects, text, texts_of

# A concept by which such an entry is kept.
TELLING_DRUG = "telling-drug"
DEXAMETHASONE = "dexamethasone"
STEROIDS = frozenset({DEXAMETHASONE, "methylprednisolone"})
TellsOf = Literal["", "infection", "cord", "clot", "lysis", "shock"]
# Rules of `kinds/`.
ANTIBIOTIC, THINNER = ("antibiotic-by-name",), ("blood-thinner",)
HEPARIN, IN_FULL = ("heparin-by-name",), ("heparin-in-full",)
TO_PREVENT, NEW_CLOT = ("thinner-to-prevent",), ("thinner-for-new-clot",)
INTO_VEIN, VEIN_ALONE = ("into-vein",), ("into-vein-alone",)
AROUND, AGAIN = ("dose-around-operation",), ("dose-comes-again",)
GOES_ON = ("dose-goes-on",)
FOR_YEARS, ELSEWHERE = ("thinned-for-years",), ("antibiotic-elsewhere",)
LYTIC, LOCK = ("clot-dissolver",), ("catheter-lock",)
STEROID_IN_FULL, PRESSOR = ("steroid-in-full",), ("pressor-by-name",)
BY_GRAM, BY_ITS_NAME = ("steroid-by-gram",), ("methylprednisolone-by-name",)
BY_NAME = (*ANTIBIOTIC, *THINNER, *HEPARIN, *LYTIC, *PRESSOR, *BY_ITS_NAME)
# A concept by which a diagnosis is kept for which blood is thinned for years.
THINNED = "thinned-for-years"
# A fibrillating atrium, a valve that was replaced, clots, what makes them. A clot that
# is new is asked about by itself.
OF_YEARS = (
    *("I48", "Z95.2", "Z95.3", "Z95.4", "Z86.7", "D68.5", "D68.6"),
    *("I26", "I80", "I81", "I82"),
)
# Classes of ATC.
ANTIBIOTICS, HEPARINS = "J01", "B01AB"
THINNERS = ("B01AA", "B01AE", "B01AF")
FONDAPARINUX = "B01AX05"
LYTICS = "B01AD"
# Drotrecogin alfa and protein C are of the same class, and dissolve no clot.
NO_LYTICS = ("B01AD10", "B01AD12")
# Noradrenaline, dopamine, dobutamine, vasopressin, argipressin, terlipressin,
# angiotensin II. Adrenaline is also a pen against allergy.
PRESSORS = (
    *("C01CA03", "C01CA04", "C01CA07", "C01CX09"),
    *("H01BA01", "H01BA04", "H01BA06"),
)
# Ingredients of RxNorm: alteplase, tenecteplase, reteplase, streptokinase.
LYTIC_INGREDIENTS = frozenset({"8410", "259280", "76895", "10106"})
INTRAVENOUS = frozenset({"47625008", "418114005", "419993007"})  # SNOMED CT
# Policy: an antibiotic after an operation is given for a day at most.
MOST_DOSES, MOST_DAYS = 3, 1


def may_tell(resource: Json, medication: Json | None, terminology: Terminology) -> bool:
    """Tell if a drug may be one of these by its name or code, whatever its dose."""
    names = drug_names(resource, medication)
    codes = _atc_codes(resource, medication)
    return (
        _is_thinner(codes)
        or _is_antibiotic_by_code(codes)
        or _is_lytic(resource, medication)
        or any(one.startswith(PRESSORS) for one in codes)
        or any(terminology.kinds.named(one[:LONGEST_TITLE], BY_NAME) for one in names)
    )


def is_for_years(condition: Json, terminology: Terminology) -> bool:
    """Tell if a diagnosis is one for which blood is thinned for years."""
    code = condition.get("code")
    return any(one.startswith(OF_YEARS) for _, one in terminology.codings(code)) or any(
        terminology.kinds.named(one[:LONGEST_TITLE], FOR_YEARS)
        for one in texts_of(code)
    )


def tells_of(
    raw: Json, medication: Json | None, drug: Drug | None, terminology: Terminology
) -> TellsOf:
    """Return what an entry of a drug tells of, by its name, way and dose."""
    concepts = drug.concepts if drug else frozenset[str]()
    kinds = terminology.kinds
    names = [one[:LONGEST_TITLE] for one in sorted(drug_names(raw, medication))]
    codes = _atc_codes(raw, medication)
    told = _told(raw, names)
    # A single dose is no systemic steroid by its concepts.
    is_named = any(kinds.named(one, BY_ITS_NAME) for one in names)
    if is_named or not concepts.isdisjoint(STEROIDS):
        if DEXAMETHASONE not in concepts:
            return "cord" if _is_high(raw, told, terminology) else ""
        return "" if _is_around_operation(raw, told, terminology) else "cord"
    if (
        not concepts.isdisjoint(INFECTION_DRUGS)
        or _is_antibiotic_by_code(codes)
        or any(kinds.named(one, ANTIBIOTIC) for one in names)
    ):
        return "infection" if _is_against_unknown(raw, told, terminology) else ""
    # A note of another drug may say that nothing was dissolved.
    title = "; ".join(names)
    if _is_lytic(raw, medication) or kinds.named(title, LYTIC):
        return "" if kinds.named(told, LOCK) else "lysis"
    is_pressor = any(one.startswith(PRESSORS) for one in codes)
    if is_pressor or kinds.named(title, PRESSOR):
        return "" if _is_around_operation(raw, told, terminology) else "shock"
    return "clot" if _treats_clot(codes, told, terminology) else ""


def is_for_new_clot(raw: Json, names: frozenset[str], terminology: Terminology) -> bool:
    """Tell if a dose is that with which a new clot is treated first."""
    return bool(terminology.kinds.named(_told(raw, sorted(names)), NEW_CLOT))


def comes_again(raw: Json, terminology: Terminology) -> bool:
    """Tell if an entry says that its dose is given more than once."""
    repeats = [member(one, "timing", "repeat") for one in dosages_of(raw)]
    is_timed = any(number(member(one, "period")) for one in repeats)
    return is_timed or bool(terminology.kinds.named(_told(raw, []), AGAIN))


def _is_against_unknown(raw: Json, told: str, terminology: Terminology) -> bool:
    """Tell if an antibiotic goes into a vein for days, and not for a known disease."""
    return (
        _is_given_into_vein(raw, told, terminology)
        and not terminology.kinds.named(told, ELSEWHERE)
        and not _is_around_operation(raw, told, terminology)
    )


def _is_high(raw: Json, told: str, terminology: Terminology) -> bool:
    """Tell if methylprednisolone goes into a vein in a high dose, and not once.

    By the gram a single dose is high too.
    """
    kinds = terminology.kinds
    if not kinds.named(told, STEROID_IN_FULL):
        return False
    is_lower = not kinds.named(told, BY_GRAM)
    if is_lower and _is_around_operation(raw, told, terminology):
        return False
    return _is_given_into_vein(raw, told, terminology)


def _treats_clot(codes: list[str], told: str, terminology: Terminology) -> bool:
    kinds = terminology.kinds
    is_heparin = bool(kinds.named(told, HEPARIN)) or any(
        one.startswith((HEPARINS, FONDAPARINUX)) for one in codes
    )
    is_thinner = bool(kinds.named(told, THINNER)) or any(
        one.startswith(THINNERS) for one in codes
    )
    if kinds.named(told, NEW_CLOT):
        return is_heparin or is_thinner
    if kinds.named(told, FOR_YEARS) or terminology.grave_stems.is_prevention(told):
        return False
    if is_thinner and not kinds.named(told, TO_PREVENT):
        return True
    return is_heparin and bool(kinds.named(told, IN_FULL))


def _is_around_operation(raw: Json, told: str, terminology: Terminology) -> bool:
    """Tell if an entry is of one dose, of a day, when needed, or says why it is."""
    kinds = terminology.kinds
    if kinds.named(told, GOES_ON):
        return False
    if is_given_once(raw, terminology) or raw.get("asNeededBoolean"):
        return True
    dosages = dosages_of(raw)
    if dosages and all(one.get("asNeededBoolean") for one in dosages):
        return True
    if terminology.durations.longest(told) > MOST_DAYS * 24:
        return False
    return bool(kinds.named(told, AROUND)) or (
        bool(dosages) and all(map(_is_of_a_day, dosages))
    )


def _is_of_a_day(dosage: Json) -> bool:
    repeat = member(dosage, "timing", "repeat")
    counts = (number(member(repeat, name)) for name in ("count", "countMax"))
    count = max(filter(None, counts), default=None)
    if count is not None:
        return count <= MOST_DOSES
    bounds = member(repeat, "boundsDuration")
    value = number(member(bounds, "value"))
    unit = text(member(bounds, "code")) or text(member(bounds, "unit"))
    hours = {"h": 1.0, "d": 24.0}.get(unit[:1].lower())
    return bool(value and hours) and (value or 0) * (hours or 0) <= MOST_DAYS * 24


def _is_given_into_vein(raw: Json, told: str, terminology: Terminology) -> bool:
    """Tell if a drug is given into a vein, by its route, its words or its name."""
    return _is_into_vein(raw) or bool(
        terminology.kinds.named(told, INTO_VEIN + VEIN_ALONE)
    )


def _is_into_vein(raw: Json) -> bool:
    routes = [one.get("route") for one in dosages_of(raw)]
    codings = [
        coding for route in routes for coding in objects(member(route, "coding"))
    ]
    codes = {text(one.get("code")).upper() for one in codings}
    return not codes.isdisjoint(INTRAVENOUS) or any(
        one.startswith("IV") for one in codes
    )


def _told(raw: Json, names: list[str]) -> str:
    """Return what an entry says of its drug and doses, in one text."""
    words = [*names, *_reasons(raw)]
    for dosage in dosages_of(raw):
        words += [text(dosage.get("text")), text(dosage.get("patientInstruction"))]
        for coded in (dosage.get("route"), member(dosage, "timing", "code")):
            words += texts_of(coded)
        rates = [dosage, *objects(dosage.get("doseAndRate"))]
        amounts = [dosage.get("dose"), *(one.get("doseQuantity") for one in rates)]
        words += map(_amount, amounts)
    words += [text(one.get("text")) for one in objects(raw.get("note"))]
    return "; ".join(filter(None, dict.fromkeys(words)))[:LONGEST_TEXT]


def _reasons(raw: Json) -> list[str]:
    return [word for one in objects(raw.get("reasonCode")) for word in texts_of(one)]


def _amount(quantity: object) -> str:
    value = number(member(quantity, "value"))
    unit = text(member(quantity, "unit")) or text(member(quantity, "code"))
    return f"{value:g} {unit.strip('[]')}" if value else ""


def _is_lytic(resource: Json, medication: Json | None) -> bool:
    """Tell if a drug dissolves a clot, by its code."""
    if any(
        one.startswith(LYTICS) and not one.startswith(NO_LYTICS)
        for one in _atc_codes(resource, medication)
    ):
        return True
    return any(
        text(coding.get("system")).rstrip("/") == RXNORM
        and text(coding.get("code")) in LYTIC_INGREDIENTS
        for code in drug_codes(resource, medication)
        for coding in objects(code.get("coding"))
    )


def _atc_codes(resource: Json, medication: Json | None) -> list[str]:
    return [
        text(coding.get("code"))
        for code in drug_codes(resource, medication)
        for coding in objects(code.get("coding"))
        if text(coding.get("system")).rstrip("/")
        in {ATC, "http://fhir.de/CodeSystem/bfarm/atc"}
    ]


def _is_antibiotic_by_code(codes: list[str]) -> bool:
    return any(one.startswith(ANTIBIOTICS) for one in codes)


def _is_thinner(codes: list[str]) -> bool:
    return any(one.startswith((*THINNERS, HEPARINS, FONDAPARINUX)) for one in codes)
