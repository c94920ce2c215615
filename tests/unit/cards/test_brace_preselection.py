"""When the end of a brace is only offered: what its order says besides, and what the record may need it for."""

from datetime import timedelta

import pytest

from tests.chart_builders import (
    TODAY,
    augmented,
    brace,
    by_topic,
    cards_for,
    days_ago,
    drafted,
    kyphoplasty,
    of_patient,
    order_sign,
    period,
    problem,
    strong_and_nourished,
)
from tests.chart_builders import ask as ask_cards
from tests.codes import CPT, HCPCS, ICD, SCT, UCUM, codeable

WORD = "zebra"  # nobody plans for this word


def brace_card(*drafts, record=(), order=None):
    whole = (*strong_and_nourished(), *record)
    return cards_for(whole, order or kyphoplasty(), *drafts)["braceLimit"]


def chosen(card):
    """Whether each offered end is pre-selected."""
    return [one["isRecommended"] for one in card.get("suggestions", ())]


def worded(note, **members):
    return brace(note=[{"text": note}], **members)


def timed(**repeat):
    return brace(occurrenceTiming={"repeat": repeat})


TWELVE_WEEKS = {"value": 12, "unit": "wk", "system": UCUM, "code": "wk"}
BY_LOCAL_CODE = {
    "coding": [
        {"system": HCPCS, "code": "L0456"},
        {"system": "urn:local", "code": "4711"},
    ]
}

WHOLE = [
    pytest.param(brace(), id="a plain code"),
    pytest.param(brace(occurrencePeriod=period(0, 84)), id="12 weeks by dates"),
    pytest.param(worded("for 12 weeks"), id="12 weeks in words"),
    pytest.param(timed(boundsDuration=TWELVE_WEEKS), id="12 weeks as bounds"),
    pytest.param(
        timed(boundsDuration=TWELVE_WEEKS, frequency=1, period=1, periodUnit="d"),
        id="every day",
    ),
    pytest.param(worded("wear when up"), id="wear when up"),
    pytest.param(worded("May remove in bed and for showering"), id="in bed and shower"),
    pytest.param(
        worded("TLSO when out of bed for 12 weeks"), id="out of bed, 12 weeks"
    ),
    pytest.param(worded("Korsett beim Aufstehen tragen"), id="German"),
    pytest.param(worded("Corset au lever, pendant 12 semaines"), id="French"),
    pytest.param(worded("llevar de pie y sentado"), id="Spanish"),
    pytest.param(worded("togliere a letto"), id="Italian"),
    pytest.param(worded("下床时佩戴支具"), id="Chinese"),
    pytest.param(worded("離床時コルセット装着"), id="Japanese"),
    pytest.param(worded("보행 시 보조기 착용"), id="Korean"),
    pytest.param(brace(codeCodeableConcept=BY_LOCAL_CODE), id="a local code beside"),
    pytest.param(
        brace(codeCodeableConcept=codeable(HCPCS, "L0456", "TLSO x 3 months")),
        id="a length in its title",
    ),
    pytest.param(
        brace(reasonCode=[codeable(ICD, "M80.08XA")]),
        id="the osteoporotic fracture as reason",
    ),
    pytest.param(
        brace(reasonCode=[codeable(ICD, "S32.010A", "Compression fracture of L1")]),
        id="the treated fracture",
    ),
    pytest.param(
        brace(
            bodySite=None, priority="routine", performer={"reference": "Organization/9"}
        ),
        id="who and when",
    ),
    pytest.param(
        brace(meta={"versionId": "3"}, identifier=[{"value": "A-17"}]), id="numbers"
    ),
    pytest.param(
        brace(
            text={
                "status": "generated",
                "div": "<div>DeviceRequest L0456, draft, order, 2026-11-20</div>",
            }
        ),
        id="a narrative that only repeats",
    ),
]


@pytest.mark.parametrize("draft", WHOLE)
def test_a_brace_that_was_read_whole_has_its_end_pre_selected(draft):
    card = brace_card(draft)
    assert chosen(card) == [True]
    assert "not read whole" not in card["detail"]


def extension(**value):
    return {"url": "https://ehr.example.org/x", **(value or {"valueString": WORD})}


UNREAD = [
    pytest.param(worded("do not change"), "note", id="do not change"),
    pytest.param(
        worded(f"for 12 weeks, {WORD}"), "note", id="a strange word beside a length"
    ),
    pytest.param(worded("wear when up?"), "note", id="a question mark"),
    pytest.param(worded("for at least 12 weeks"), "note", id="a shortest time"),
    pytest.param(worded("ne pas modifier"), "note", id="do not change in French"),
    pytest.param(worded("請勿更改"), "note", id="do not change in Chinese"),
    pytest.param(
        brace(codeCodeableConcept=codeable(HCPCS, "L0456", f"TLSO {WORD}")),
        "title",
        id="its title",
    ),
    pytest.param(
        brace(codeCodeableConcept=codeable(HCPCS, "L0456", display="TLSO and walker")),
        "title",
        id="another thing",
    ),
    pytest.param(
        brace(reasonReference=[{"reference": "Condition/none"}]),
        "reason",
        id="reasonReference",
    ),
    pytest.param(
        brace(reasonCode=[{"text": WORD}]), "reason", id="a reason in strange words"
    ),
    pytest.param(
        brace(reasonCode=[codeable(ICD, "I10")]),
        "reason",
        id="a reason that is not known",
    ),
    pytest.param(
        brace(reasonCode=[{"text": "pain for 12 weeks"}]),
        "reason",
        id="a length that is no wear time",
    ),
    pytest.param(
        brace(supportingInfo=[{"reference": "Observation/1"}]),
        "supporting information",
        id="supportingInfo",
    ),
    pytest.param(
        brace(basedOn=[{"reference": "CarePlan/1"}]),
        "the order or plan behind it",
        id="basedOn",
    ),
    pytest.param(
        brace(instantiatesUri=["https://ehr.example.org/p"]),
        "its protocol",
        id="a protocol",
    ),
    pytest.param(
        brace(parameter=[{"code": {"text": "height"}, "valueBoolean": True}]),
        "details",
        id="a parameter",
    ),
    pytest.param(brace(extension=[extension()]), "an extension", id="an extension"),
    pytest.param(
        brace(_authoredOn={"extension": [extension()]}),
        "an extension",
        id="an extension of its day",
    ),
    pytest.param(
        brace(subject={"reference": "Patient/pat-1", "extension": [extension()]}),
        "an extension",
        id="an extension of an element that is harmless",
    ),
    pytest.param(
        brace(
            occurrencePeriod={
                "start": days_ago(0),
                "_end": {"extension": [extension()]},
            }
        ),
        "timing",
        id="an extension of its end",
    ),
    pytest.param(
        brace(
            occurrenceDateTime=days_ago(0),
            _occurrenceDateTime={"extension": [extension()]},
        ),
        "timing",
        id="an extension of its date",
    ),
    pytest.param(
        timed(frequency=1, period=1, periodUnit="d", when=["MORN"]),
        "timing",
        id="a time of day",
    ),
    pytest.param(
        timed(boundsDuration=TWELVE_WEEKS, dayOfWeek=["mon"]),
        "timing",
        id="a day of the week",
    ),
    pytest.param(
        timed(boundsPeriod=period(0, 84), count=3),
        "timing",
        id="a count beside a period",
    ),
    pytest.param(
        brace(contained=[{"resourceType": "Basic", "id": "b", "code": {"text": WORD}}]),
        "an enclosed entry",
        id="contained",
    ),
    pytest.param(
        brace(
            text={
                "status": "additional",
                "div": f'<div xmlns="http://www.w3.org/1999/xhtml">{WORD}</div>',
            }
        ),
        "narrative",
        id="a narrative that says more",
    ),
]


@pytest.mark.parametrize(("draft", "element"), UNREAD)
def test_what_was_not_read_is_named_and_the_end_is_only_offered(draft, element):
    card = brace_card(draft)
    assert chosen(card) == [False]
    assert (
        element
        in card["detail"]
        .partition("Not pre-selected:")[2]
        .partition("not read whole")[0]
    )
    assert WORD not in f"{card['summary']} {card['detail']}"


def service_brace(**members):
    return drafted(
        "ServiceRequest", "brace", **{"code": {"text": "TLSO brace"}} | members
    )


SERVICE = [
    pytest.param(service_brace(), True, id="in words"),
    pytest.param(service_brace(quantityQuantity={"value": 1}), True, id="one"),
    pytest.param(
        service_brace(quantityQuantity={"value": 12, "unit": "wk"}),
        False,
        id="twelve weeks as a quantity",
    ),
    pytest.param(service_brace(asNeededBoolean=True), False, id="as needed"),
    pytest.param(
        service_brace(patientInstruction="wear when up"), True, id="plain instruction"
    ),
    pytest.param(
        service_brace(patientInstruction="call Dr Smith"),
        False,
        id="another instruction",
    ),
    pytest.param(
        service_brace(orderDetail=[{"text": "for 12 weeks"}]),
        True,
        id="length as detail",
    ),
    pytest.param(
        service_brace(orderDetail=[codeable(SCT, "225420000")]),
        False,
        id="a coded detail",
    ),
    pytest.param(
        service_brace(bodySite=[codeable(SCT, "66794005")]),
        True,
        id="of the treated level",
    ),
    pytest.param(
        service_brace(bodySite=[codeable(SCT, "182245002", "elsewhere")]),
        False,
        id="of another place",
    ),
]


@pytest.mark.parametrize(("draft", "is_chosen"), SERVICE)
def test_a_brace_ordered_as_a_service(draft, is_chosen):
    assert chosen(brace_card(draft)) == [is_chosen]


WALKER = {"system": HCPCS, "code": "E0143"}
ANOTHER_THING = [
    pytest.param(
        brace(
            codeCodeableConcept={"coding": [{"system": HCPCS, "code": "L0456"}, WALKER]}
        ),
        id="a walker by its code",
    ),
    pytest.param(
        service_brace(code={"text": "TLSO when up, PT eval and treat"}),
        id="therapy in its title",
    ),
    pytest.param(
        service_brace(
            code={"text": "TLSO"},
            contained=[brace("in")],
            modifierExtension=[extension()],
        ),
        id="modified by what we do not know",
    ),
]


@pytest.mark.parametrize("draft", ANOTHER_THING)
def test_an_order_of_another_thing_besides_is_never_ended(draft):
    assert chosen(brace_card(draft)) == []


def test_therapy_in_a_brace_is_no_brace_order():
    therapy = drafted(
        "ServiceRequest",
        "pt",
        code={"text": "PT eval and treat, TLSO when OOB for 12 weeks"},
    )
    noted = drafted(
        "ServiceRequest",
        "pt2",
        code={"text": "PT eval and treat"},
        note=[{"text": "TLSO for 12 weeks"}],
    )
    for draft in (therapy, noted):
        assert "braceLimit" not in cards_for(
            strong_and_nourished(), kyphoplasty(), draft
        )


# --- reasons that the order names


REASONS = [
    pytest.param(
        worded("unstable fracture"), "while the fracture is unstable", id="a note"
    ),
    pytest.param(
        worded("unstable burst fracture L1, TLSO 12 weeks"),
        "while the fracture is unstable",
        id="words",
    ),
    pytest.param(
        brace(
            codeCodeableConcept=codeable(HCPCS, "L0456", "TLSO for unstable fracture")
        ),
        "while the fracture is unstable",
        id="its title",
    ),
    pytest.param(
        brace(reasonReference=[{"reference": "Condition/why"}]),
        "while the fracture is unstable",
        id="a Condition",
    ),
    pytest.param(
        brace(
            contained=[{**problem("unstable-fracture", number="in"), "id": "in"}],
            reasonReference=[{"reference": "#in"}],
        ),
        "while the fracture is unstable",
        id="a contained Condition",
    ),
    pytest.param(
        service_brace(patientInstruction="unstable fracture"),
        "while the fracture is unstable",
        id="an instruction",
    ),
]


@pytest.mark.parametrize(("draft", "keep"), REASONS)
def test_a_reason_on_the_brace_order_counts(draft, keep):
    why = problem("unstable-fracture", number="why", status="resolved", days=3)
    card = brace_card(draft, record=[why])
    assert keep in card["summary"]
    assert not any(chosen(card))


@pytest.mark.parametrize(
    "named",
    [
        pytest.param({"reasonCode": [codeable(ICD, "S32.030A")]}, id="its reason"),
        pytest.param({"note": [{"text": "for L3 fracture"}]}, id="its note"),
        pytest.param(
            {"codeCodeableConcept": codeable(HCPCS, "L0456", "TLSO for L3 fracture")},
            id="its title",
        ),
    ],
)
def test_a_brace_for_another_level_keeps_its_end(named):
    card = brace_card(brace(**named))
    assert chosen(card) == [False]
    assert "another fresh fracture (L3)" in card["detail"]


# --- what the record may need it for

DATES = [
    pytest.param({"onsetDateTime": days_ago(20)}, id="a day"),
    pytest.param({"onsetDateTime": "2026"}, id="a year"),
    pytest.param({"onsetPeriod": {"start": days_ago(20)}}, id="a period"),
    pytest.param(
        {"onsetAge": {"value": 68, "unit": "a", "system": UCUM, "code": "a"}},
        id="an age",
    ),
    pytest.param({"onsetString": "last week"}, id="words"),
    pytest.param({"onsetString": "11/2026"}, id="a month in words"),
    pytest.param({"recordedDate": days_ago(20)}, id="the day of recording"),
    pytest.param({}, id="no day"),
    pytest.param(
        {"onsetDateTime": (TODAY + timedelta(days=3)).isoformat()}, id="a day to come"
    ),
]


def fracture(level="S32.030A", **members):
    return problem(level, number="other", **{"recordedDate": None} | members)


@pytest.mark.parametrize("dated", DATES)
def test_another_fracture_whatever_its_date(dated):
    card = brace_card(brace(), record=[fracture(**dated)])
    assert chosen(card) == [False]
    assert "L3" in f"{card['summary']} {card['detail']}"


@pytest.mark.parametrize(
    ("code", "named"),
    [
        pytest.param(
            "S22.080A",
            "another fracture on record (T11-T12)",
            id="two vertebrae in one code",
        ),
        pytest.param(
            "S22.009A", "another fresh fracture (thoracic spine)", id="a region"
        ),
    ],
)
def test_another_fracture_whose_code_names_no_single_vertebra(code, named):
    card = brace_card(brace(), record=[fracture(code, recordedDate=days_ago(9))])
    assert chosen(card) == [False]
    assert named in card["detail"]


def test_two_fractures_where_the_treated_level_is_not_known():
    both = [problem(one, number=one, days=9) for one in ("S32.010A", "S32.030A")]
    assert chosen(brace_card(brace(), order=kyphoplasty(None), record=both)) == [False]
    assert chosen(brace_card(brace(), order=kyphoplasty(None), record=both[:1])) == [
        True
    ]


SIGNED = [
    pytest.param(
        {"note": [{"text": "unstable fracture"}]},
        "while the fracture is unstable",
        id="a note",
    ),
    pytest.param(
        {"patientInstruction": "unstable fracture"},
        "while the fracture is unstable",
        id="an instruction",
    ),
    pytest.param(
        {"reasonCode": [codeable(ICD, "S32.012A")]},
        "while the fracture is unstable",
        id="a reason",
    ),
    pytest.param(
        {"note": [{"text": "leave the TLSO on"}]},
        "the notes of the augmentation order",
        id="a brace",
    ),
]


@pytest.mark.parametrize(("members", "why"), SIGNED)
def test_what_the_augmentation_order_says_counts_too(members, why):
    card = brace_card(brace(), order=kyphoplasty(**members))
    assert chosen(card) == [False]
    assert why in f"{card['summary']} {card['detail']}"


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(fracture(onsetDateTime="2019"), id="a year long ago"),
        pytest.param(
            fracture(onsetPeriod={"start": "2020-02-01", "end": "2020-05-01"}),
            id="a period",
        ),
        pytest.param(
            fracture(onsetAge={"value": 60, "unit": "a", "system": UCUM, "code": "a"}),
            id="an age",
        ),
        pytest.param(fracture(onsetString="in 2019"), id="words"),
        pytest.param(
            fracture(onsetString="a fall", recordedDate=days_ago(900)),
            id="recorded long ago",
        ),
        pytest.param(
            fracture(onsetDateTime=days_ago(400), status="resolved"), id="resolved"
        ),
        pytest.param(
            fracture("S32.010A", onsetDateTime=days_ago(20)), id="the treated one"
        ),
    ],
)
def test_an_old_or_the_treated_fracture_is_no_other(other):
    assert chosen(brace_card(brace(), record=[other])) == [True]


def test_another_fracture_in_words_alone():
    in_words = fracture(
        code={"text": "Compression fracture of L3"}, recordedDate=days_ago(9)
    )
    card = brace_card(brace(), record=[in_words])
    assert chosen(card) == [False]


def operation(number, kind="Procedure", **members):
    return of_patient(
        kind,
        "operation",
        **{"status": "completed", "code": codeable(CPT, number)} | members,
    )


FUSION = "22612"  # in the value set of spinal surgery

OPERATED = [
    pytest.param(
        [drafted("ServiceRequest", "fusion", code=codeable(CPT, FUSION))],
        (),
        id="signed with it",
    ),
    pytest.param(
        [drafted("ServiceRequest", "fusion", code={"text": "Lumbar fusion L3-L5"})],
        (),
        id="in words",
    ),
    pytest.param(
        [
            drafted(
                "ServiceRequest",
                "fusion",
                code={"text": "Spinal fusion T12-L2, scheduled"},
            )
        ],
        (),
        id="scheduled",
    ),
    pytest.param(
        [],
        [
            operation(
                FUSION,
                code={"text": "Stabilizacja kręgosłupa"},
                performedDateTime=days_ago(1),
            )
        ],
        id="not understood",
    ),
    pytest.param(
        [], [operation(FUSION, performedDateTime=days_ago(1))], id="yesterday"
    ),
    pytest.param(
        [],
        [operation(FUSION, performedPeriod={"end": days_ago(1)})],
        id="yesterday, as a period",
    ),
    pytest.param([], [operation(FUSION)], id="at no known time"),
    pytest.param(
        [],
        [
            operation(
                FUSION,
                "ServiceRequest",
                status="active",
                intent="order",
                authoredOn=days_ago(2),
            )
        ],
        id="ordered",
    ),
]


@pytest.mark.parametrize(("drafts", "record"), OPERATED)
def test_another_operation_of_the_spine(drafts, record):
    card = brace_card(brace(), *drafts, record=record)
    assert chosen(card) == [False]
    assert "other spinal surgery" in card["detail"]


def test_an_operation_of_long_ago_is_none():
    assert chosen(
        brace_card(brace(), record=[operation(FUSION, performedDateTime="2019-03-01")])
    ) == [True]


@pytest.mark.parametrize(
    "types", [("MedicationRequest",), ("Condition",), ("ServiceRequest",)]
)
def test_no_end_is_pre_selected_where_a_list_is_empty(types):
    quiet = [one for one in strong_and_nourished() if one["resourceType"] not in types]
    card = cards_for(quiet, kyphoplasty(), brace())["braceLimit"]
    assert chosen(card) == [False]


# --- stages


def of_later(*drafts, record):
    cards = ask_cards(order_sign((*strong_and_nourished(), *record), *drafts))
    return by_topic(cards)["braceLimit"]


def test_after_two_stages_the_weeks_count_from_the_last():
    first, second = augmented(100, number="one"), augmented(10, number="two")
    worn = brace("old", status="active", authoredOn=days_ago(85))
    card = of_later(
        brace("new", occurrencePeriod=period(0, 84)), record=[first, second, worn]
    )
    assert "15 Jan" in card["summary"]


def test_of_two_planned_stages_the_weeks_count_from_the_last():
    orders = [
        kyphoplasty("L1", number="one", occurrenceDateTime="2026-11-20"),
        kyphoplasty("T12", number="two", occurrenceDateTime="2026-12-04"),
    ]
    card = cards_for(strong_and_nourished(), *orders, brace())["braceLimit"]
    assert card["summary"].startswith("TLSO: no end date. Off by 29 Jan (8 weeks)?")


COLONOSCOPY = {"code": codeable(CPT, "45378"), "performedDateTime": days_ago(10)}
RADIOLOGY = codeable("http://terminology.hl7.org/CodeSystem/v2-0074", "RAD")
SCAN = {
    "status": "final",
    "category": [RADIOLOGY],
    "code": {"text": "MRI lumbar spine"},
}
DRUG = {"status": "active", "medicationCodeableConcept": {"text": "Cefazolin 2 g"}}
GRAVE = [
    pytest.param(codeable(ICD, "C79.51"), id="metastasis"),
    pytest.param(codeable(ICD, "M46.26"), id="osteomyelitis"),
    pytest.param({"text": "discitis L1"}, id="in words"),
]
TOLD = [
    pytest.param("Procedure", COLONOSCOPY, "reasonCode", id="procedure"),
    pytest.param("Procedure", COLONOSCOPY, "complication", id="its complication"),
    pytest.param(
        "Procedure",
        COLONOSCOPY | {"performedDateTime": None},
        "reasonCode",
        id="procedure at no known time",
    ),
    pytest.param(
        "DiagnosticReport",
        SCAN | {"effectiveDateTime": days_ago(10)},
        "conclusionCode",
        id="report",
    ),
    pytest.param(
        "ServiceRequest",
        {"status": "active", "intent": "order", "code": {"text": "Full blood count"}},
        "reasonCode",
        id="order",
    ),
    pytest.param(
        "MedicationStatement",
        DRUG | {"effectiveDateTime": days_ago(10)},
        "reasonCode",
        id="drug",
    ),
]


def telling(kind, entry, element, code):
    """An entry that names this code in this element."""
    held = {name: value for name, value in entry.items() if value is not None}
    held = {"status": "completed"} | held | {element: [code]}
    return of_patient(kind, "telling", **held)


@pytest.mark.parametrize(("kind", "entry", "element"), TOLD)
@pytest.mark.parametrize("code", GRAVE)
def test_a_tumour_or_infection_that_any_list_names(kind, entry, element, code):
    card = brace_card(brace(), record=[telling(kind, entry, element, code)])
    assert chosen(card) == [False]


def test_an_infection_of_long_ago_that_the_card_leaves_open():
    entry = COLONOSCOPY | {"performedDateTime": "2019-03-01"}
    done = telling("Procedure", entry, "reasonCode", codeable(ICD, "M46.26"))
    # The same answer names it: "spinal infection not excluded".
    assert chosen(brace_card(brace(), record=[done])) == [False]


GERMAN = "http://fhir.de/CodeSystem/bfarm/icd-10-gm"
AUSTRALIAN = "http://hl7.org/fhir/sid/icd-10-am"


@pytest.mark.parametrize("system", [GERMAN, AUSTRALIAN])
@pytest.mark.parametrize(
    ("code", "ends"),
    [
        ("S32.01", [True]),  # the treated L1
        ("S32.03", [False]),
        ("S22.06", [False]),
        ("S22.00", [False]),  # thoracic, at no known level
        ("S32.00", [True]),  # lumbar: it may be the treated one
    ],
)
def test_a_fracture_by_the_fifth_character_of_german_and_australian_codes(
    system, code, ends
):
    fracture = problem(
        "x",
        code=codeable(system, code),
        onsetDateTime=days_ago(5),
        recordedDate=days_ago(5),
    )
    assert chosen(brace_card(brace(), record=[fracture])) == ends
