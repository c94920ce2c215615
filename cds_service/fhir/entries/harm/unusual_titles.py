"""Tell if the title of an act is outside everyday care after a kyphoplasty.

What shows a clot, a stroke or a bleeding has many names, and no list of them is whole.
So acts are recognised by their kind: an image of another part than the spine by CT,
MRI, catheter, radionuclide or ultrasound of heart and vessels; an endoscopy, a needle
or a tube; a team that is called; anything urgent; a suspicion; a complaint; a value
that is an alarm. Such an act is everyday only if known words say so. The rules are
those of `kinds/`.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import date

from cds_service.fhir.entries.grave.grave_concepts import GRAVE
from cds_service.fhir.entries.harm.act_words import names_of_reasons, titles_of
from cds_service.fhir.entries.harm.consults import CONSULT, is_unusual_consult
from cds_service.fhir.entries.harm.harm_words import THERAPY, illnesses_in_words
from cds_service.fhir.entries.words.problem_words import (
    undenied_parts,
    words_but_denials,
)
from cds_service.fhir.entries.words.unread_in_reasons import is_reason_understood
from cds_service.fhir.mapping.files.letters import LETTER
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.mapping.texts.text_rules import (
    LONGEST_TEXT,
    LONGEST_TITLE,
    folded,
)
from cds_service.fhir.raw_json import Json, objects, text, texts_of
from cds_service.fhir.site_calendar import names_year_over

STUDY = "ImagingStudy"
REPORT = "DiagnosticReport"
ASKED = frozenset({"ServiceRequest", "Procedure", STUDY})
# A concept by which such an act, or a report that answers it, is kept.
UNUSUAL_ACT = "unusual-act"
# Rules of `kinds/`.
SCAN, ULTRASOUND, HEART = "scan-by-name", "ultrasound-by-name", "echo-of-heart"
IMAGES = (SCAN, ULTRASOUND, HEART)
PLAIN_ECHO = "plain-echo"
DENSITY = ("density-by-name",)
AT_ONCE, SUSPECTED = "act-at-once", "suspected-by-title"
CALLED = ("emergency-called",)
OF_WARD = ("ultrasound-of-ward",)
PURPOSE = ("everyday-purpose",)
PLANNED, KNOWN = "image-by-plan", "image-of-known"
ANYTHING = "image-of-anything"
COMPLAINT, ALARM = ("complaint-of-course",), ("alarming-value",)
PAIN_GOES_ON = ("pain-goes-on",)
EXAMINATION = ("examination-by-name",)
SPINE, ELSEWHERE = ("image-of-spine",), ("image-elsewhere",)
# Modalities of DICOM, by a name that the rules know. That of angiography (XA) is also
# of the C-arm at the operation itself.
MODALITIES = {"CT": "CT", "MR": "MRI", "NM": "scintigraphy", "US": "ultrasound"}
_PART = re.compile(r"[,;:，；：()（）]")
# Between two acts of one title. "En 6 semaines" is when, "V.a. L" no full stop.
_ACT = re.compile(
    r"[;+&，；、]|,(?!\d)|(?<=[a-zäöüß]{4})\.\s(?=[A-Z])"
    r"|\s(?:and|und|sowie|plus|et|y|e|i|oraz|en(?! ?\d))\s|[和及]"
)
# The end of a word, "-en" of "abdomen", is none.
_WORD = re.compile(r"[^\W\d_]{3}")
_DIGIT = re.compile(r"\d")


def may_be_unusual(resource: Json, terminology: Terminology) -> bool:
    """Tell if an act or a report may be unusual, so that a discharge has to see it."""
    kind = text(resource.get("resourceType"))
    if kind == REPORT:
        return any(
            _is_image(one, terminology) for one in texts_of(resource.get("code"))
        )
    rules = (
        *(*IMAGES, *CALLED, *COMPLAINT, *CONSULT),
        *(AT_ONCE, SUSPECTED),
    )
    return kind in ASKED and (
        any(
            terminology.kinds.named(title, rules) or _is_examination(title, terminology)
            for title in _titles(resource)
        )
        or _tells_alarm(resource, terminology)
        or _is_for_complaint(resource, terminology)
        or is_unusual_code(resource, terminology)
    )


def is_unusual_code(act: Json, terminology: Terminology) -> bool:
    """Tell if an act outside everyday care is named by its code alone.

    Words next to the code decide by themselves.
    """
    codes = terminology.complication_codes
    code = act.get("code")
    return not any(_titles(act)) and any(
        codes.is_outside_care(*coding) for coding in terminology.codings(code)
    )


def is_unusual_image(
    act: Json, terminology: Terminology, since: date | None = None
) -> bool:
    """Tell if an act is an image whose purpose is not known to be everyday.

    Args:
        act: an order, a procedure or a study.
        terminology: the service's terminology.
        since: the day of the operation, before which a fall led to the stay; without it
            no day of a fall says anything.
    """
    titles, reasons = _titles(act), _reasons(act)
    if not any(_is_image(title, terminology) for title in titles):
        return False
    # Cement was to end the pain: a scan of the spine for it is no plain check.
    if any(terminology.kinds.named(one, PAIN_GOES_ON) for one in reasons):
        return True
    told = "; ".join(dict.fromkeys((*titles, *reasons)))
    if _is_for_earlier_fall(told, since, terminology):
        return False
    images = [one for title in titles for one in _images_in(title, terminology)]
    # What makes one of two acts everyday says nothing of the other.
    named = [[image] for image in images] or [titles]
    return not all(
        _is_everyday_image(one, reasons, terminology)
        or (are_plain_echoes(one, terminology) and _is_for_little(act, terminology))
        for one in named
    )


def are_plain_echoes(titles: Sequence[str], terminology: Terminology) -> bool:
    """Tell if titles are of an echo of the heart, in the plain words of its order.

    Wards order it for a murmur of years, an irregular pulse or the anaesthetist, and
    few write why.
    """
    kinds = terminology.kinds
    return bool(kinds.named("; ".join(titles), (HEART,))) and not any(
        LETTER.search(kinds.without(title, PLAIN_ECHO)) for title in titles
    )


def _is_for_little(act: Json, terminology: Terminology) -> bool:
    """Tell if the reasons and the notes of an echo are everyday, or if it has none."""
    notes = [text(note.get("text")) for note in objects(act.get("note"))]
    is_told_elsewhere = bool(act.get("reasonReference")) and not names_of_reasons(act)
    return not is_told_elsewhere and all(
        not LETTER.search(terminology.kinds.without(part, PLAIN_ECHO))
        or _is_harmless(part, terminology)
        for told in (*_reasons(act), *notes)
        for part in _PART.split(told)
    )


def is_unusual_call(act: Json, terminology: Terminology) -> bool:
    """Tell if an act calls for help, is wanted at once, or says what was feared.

    That is a suspicion of what is not known, a complaint, or a value that is an alarm.
    So is the reason of a consult that is not known to be everyday.
    """
    if _tells_alarm(act, terminology) or _is_for_complaint(act, terminology):
        return True
    if is_unusual_consult(act, terminology, lambda part: _is_plain(part, terminology)):
        return True
    return any(
        bool(terminology.kinds.named(title, CALLED))
        or bool(terminology.kinds.named(title, COMPLAINT))
        or _is_at_once(title, terminology)
        or _is_suspicion(title, terminology)
        for title in _titles(act)
    )


def is_unusual_examination(act: Json, terminology: Terminology) -> bool:
    """Tell if an act looks or goes into the body, and is not known to be everyday.

    It is if it is for later, or follows up a disease of which every word is known.
    """
    kinds = terminology.kinds
    titles = [one for one in _titles(act) if _is_examination(one, terminology)]
    if not titles:
        return False
    told = "; ".join(dict.fromkeys((*titles, *_reasons(act))))
    if kinds.named(told, PURPOSE) or _is_of_known(told, terminology):
        return False
    return not all(_is_planned_alone(one, terminology) for one in titles)


def _is_examination(title: str, terminology: Terminology) -> bool:
    """Tell if a title names a recent act that looks or goes into the body."""
    is_named = terminology.kinds.named(title, EXAMINATION)
    return bool(is_named) and not names_year_over(title)


def _is_planned_alone(title: str, terminology: Terminology) -> bool:
    """Tell if a title calls such an act planned, and says no more."""
    kinds = terminology.kinds
    if not kinds.named(title, (PLANNED,)):
        return False
    rest = kinds.without(kinds.without(title, PLANNED), *EXAMINATION)
    return not LETTER.search(rest)


def _tells_alarm(act: Json, terminology: Terminology) -> bool:
    """Tell if a title, a reason or a note gives a value that is an alarm."""
    notes = (text(note.get("text")) for note in objects(act.get("note")))
    return any(
        _DIGIT.search(words) and terminology.kinds.named(words, ALARM)
        for words in (*_titles(act), *names_of_reasons(act), *notes)
    )


def _is_for_complaint(act: Json, terminology: Terminology) -> bool:
    """Tell if a reason, by code or in words, or a note of an act is a complaint.

    Most EHRs write there why an X-ray is ordered. A therapy is for what is known.
    """
    if any(terminology.text_concepts(title, THERAPY) for title in _titles(act)):
        return False
    codes = terminology.complication_codes
    coded = (terminology.codings(one) for one in objects(act.get("reasonCode")))
    if any(codes.is_complaint(*coding) for one in coded for coding in one):
        return True
    notes = (text(note.get("text")) for note in objects(act.get("note")))
    return any(
        terminology.kinds.named(part, COMPLAINT)
        for words in (*names_of_reasons(act), *notes)
        for part in undenied_parts(words[:LONGEST_TEXT], terminology)
    )


def _titles(act: Json) -> list[str]:
    """List what an act is called; of a study without a name of its kind, with that."""
    titles = [one[:LONGEST_TITLE] for one in titles_of(act)]
    if text(act.get("resourceType")) != STUDY:
        return titles
    codes = [text(one.get("code")) for one in objects(act.get("modality"))]
    return [*titles, *(MODALITIES[code] for code in codes if code in MODALITIES)]


def _reasons(act: Json) -> list[str]:
    sites = [word for one in objects(act.get("bodySite")) for word in texts_of(one)]
    return [*sites, *names_of_reasons(act)]


def _images_in(title: str, terminology: Terminology) -> list[str]:
    """List each image of a title that names another act too, as a title of its own.

    What the title says besides its acts, as where or when, is of each of them. Empty if
    it names one act.
    """
    parts = [part.strip() for part in _ACT.split(title) if LETTER.search(part)]
    if len(parts) == 1:
        return []
    images = [part for part in parts if _is_image(part, terminology)]
    others = [part for part in parts if part not in images]
    asides = [part for part in others if not _is_act(part, terminology)]
    if not images or len(images) + len(others) - len(asides) == 1:
        return []
    return ["; ".join((image, *asides)) for image in images]


def _is_act(part: str, terminology: Terminology) -> bool:
    """Tell if a part of a title names an everyday act, and not only its purpose."""
    rest = terminology.kinds.without(part, PURPOSE[0]).strip()
    if not LETTER.search(rest):
        return False
    is_of_spine = bool(terminology.kinds.named(rest, SPINE))
    return (
        _is_everyday(rest, terminology)
        or bool(terminology.kinds.named(rest, DENSITY))
        or _is_of_ward(rest, terminology)
        or (is_of_spine and _is_bare(rest, terminology))
    )


def _is_of_ward(part: str, terminology: Terminology) -> bool:
    """Tell if a part names an ultrasound of the ward, and not only a part of the body.

    "Sono Abdomen" is an act; "abdomen" behind "CT spine and" is where.
    """
    kinds = terminology.kinds
    names_act = bool(_WORD.search(kinds.without(part, ELSEWHERE[0])))
    return names_act and bool(kinds.named(part, OF_WARD))


def _is_image(title: str, terminology: Terminology) -> bool:
    return bool(terminology.kinds.named(title, IMAGES))


def _is_at_once(title: str, terminology: Terminology) -> bool:
    kinds = terminology.kinds
    if not kinds.named(title, (AT_ONCE,)):
        return False
    rest = kinds.without(title, AT_ONCE)
    return _is_image(title, terminology) or not _is_everyday(rest, terminology)


def _is_suspicion(title: str, terminology: Terminology) -> bool:
    """Tell if a title suspects, or rules out, what is no everyday disease.

    An earlier disease is news if it is suspected now. What is to be prevented next to
    it is another act.
    """
    kinds = terminology.kinds
    if not kinds.named(title, (SUSPECTED,)):
        return False
    is_prevention = terminology.grave_stems.is_prevention
    told = "; ".join(part for part in _ACT.split(title) if not is_prevention(part))
    if not kinds.named(told, (SUSPECTED,)):
        return False
    parts = _PART.split(kinds.without(told, SUSPECTED))
    return not all(_is_harmless(part, terminology) for part in parts)


def _is_harmless(part: str, terminology: Terminology) -> bool:
    """Tell if what is suspected, or how it is looked for, is everyday."""
    is_ill = illnesses_in_words(part, terminology)
    if is_ill or terminology.harmless.is_harm(part):
        return False
    if _is_everyday(part, terminology):
        return True
    disease = terminology.everyday_diseases.read(part)
    if disease is not None:
        return not (disease.is_of_before or disease.is_dated)
    return is_reason_understood([part], frozenset(), terminology)


def _is_plain(part: str, terminology: Terminology) -> bool:
    """Tell if part of the reason of a consult is an everyday act or disease.

    "Headache", which mostly is one, may be why somebody was asked.
    """
    kinds = terminology.kinds
    if kinds.named(part, (*COMPLAINT, *PAIN_GOES_ON)):
        return False
    if illnesses_in_words(part, terminology) or terminology.harmless.is_harm(part):
        return False
    if terminology.grave_stems.falls.are_named(part):
        return False
    disease = terminology.everyday_diseases.read(part)
    is_lasting = disease is not None and not (disease.is_of_before or disease.is_dated)
    return (
        is_lasting or _is_everyday(part, terminology) or _is_of_known(part, terminology)
    )


def _is_everyday(title: str, terminology: Terminology) -> bool:
    """Tell if a title is that of everyday care, or says nothing."""
    return (
        not LETTER.search(title)
        or terminology.everyday.is_title(title)
        or terminology.harmless_acts.is_title(title)
        or terminology.bystanders.names_act(title)
    )


def _is_everyday_image(
    titles: Sequence[str], reasons: Sequence[str], terminology: Terminology
) -> bool:
    kinds = terminology.kinds
    whole = "; ".join(dict.fromkeys(titles))
    told = "; ".join(dict.fromkeys((*titles, *reasons)))
    if kinds.named(told, PURPOSE):
        return True
    if _is_plain_plan(titles, terminology) or _is_of_known(told, terminology):
        return True
    if not kinds.named(whole, (SCAN, HEART)) and (
        kinds.named(whole, OF_WARD) or _names_nowhere(whole, terminology)
    ):
        return True
    if _names_nowhere(whole, terminology) and not kinds.named(whole, (HEART,)):
        return not reasons or _is_scan_of_spine(told, reasons, terminology)
    return _is_scan_of_spine(told, titles, terminology)


def _is_scan_of_spine(
    told: str, words: Iterable[str], terminology: Terminology
) -> bool:
    """Tell if an image is of the spine, of nothing else, and in known words."""
    kinds = terminology.kinds
    if not kinds.named(told, SPINE) and not terminology.names_spine(told):
        return False
    return not kinds.named(told, ELSEWHERE) and all(
        _is_known(one, terminology) for one in words
    )


def _is_known(title: str, terminology: Terminology) -> bool:
    """Tell if a title of an image of the spine has known words, and denials, alone."""
    said = words_but_denials(title, terminology)
    rest = terminology.kinds.without(title, ANYTHING)
    if terminology.kinds.named(title, COMPLAINT):
        return False
    return (
        any(_is_bare(one, terminology) for one in (title, said, rest))
        or _is_everyday(title, terminology)
        or is_reason_understood([title], GRAVE, terminology)
    )


def _is_bare(title: str, terminology: Terminology) -> bool:
    """Tell if a title only says what was examined and how, and checks the cement."""
    plain = terminology.plain
    return plain.scans.are_all(title) and not any(
        plain.findings.words_in(word) == [word]
        for word in plain.scans.words_in(folded(title))
    )


def _names_nowhere(title: str, terminology: Terminology) -> bool:
    """Tell if a title names an image, and no part of the body."""
    return not LETTER.search(terminology.kinds.without(title, ANYTHING))


def _is_plain_plan(titles: Sequence[str], terminology: Terminology) -> bool:
    """Tell if titles call an examination in plain words planned, and no more."""
    kinds = terminology.kinds
    if not any(kinds.named(one, (PLANNED,)) for one in titles):
        return False
    rests = [kinds.without(one, PLANNED) for one in titles]
    return all(
        _is_bare(one, terminology) or not LETTER.search(kinds.without(one, HEART))
        for one in rests
    )


def _is_for_earlier_fall(
    told: str, since: date | None, terminology: Terminology
) -> bool:
    """Tell if an image is for the fall that led to the stay, and says where or when."""
    stems = terminology.grave_stems
    return (
        stems.falls.are_named(told)
        and not (stems.falls.is_fallen(told) or stems.falls.may_be_of_fall(told, since))
        and not stems.falls.is_examined_after_fall(told, since)
    )


def _is_of_known(told: str, terminology: Terminology) -> bool:
    """Tell if an image is for a disease that is known, with no other word."""
    kinds = terminology.kinds
    if not kinds.named(told, (KNOWN,)):
        return False
    rest = told
    # An examination of an earlier year is not the act itself, and tells more.
    acts = IMAGES if names_year_over(told) else (*IMAGES, *EXAMINATION)
    for name in (*acts, KNOWN):
        rest = kinds.without(rest, name)
    return terminology.everyday_diseases.read(rest) is not None
