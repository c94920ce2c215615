"""Complete cards of the page on cards, in substance: colour, fact and act, risk, lines, buttons.

The texts there are examples; what is asked here is that nothing of them is missing.
"""

import re
from typing import NamedTuple

import pytest

from tests.chart_builders import (
    Resource,
    augmented,
    days_ago,
    kyphoplasty,
    measured,
    of_patient,
    ordered,
)
from tests.codes import codeable
from tests.patients.charts import measured as measured_well
from tests.patients.inpatients import (
    ALENDRONATE,
    TERIPARATIDE,
    T,
    cards_by_topic,
    chart,
    coded,
    given,
    medication,
    statement,
    worn,
)
from tests.patients.reading import count_words, text_of

REHABILITATION = (
    "Rehabilitation: walk by next day; back-extensor and balance training from week 2"
)
SURE = r"How sure: rough guide, 17 studies pooled, not tested here"
FLS, REHAB, DIETITIAN = (
    "Refer to fracture liaison service",
    "Refer to rehabilitation",
    "Refer to dietitian",
)


class Card(NamedTuple):
    """What a card of the page holds.

    Attributes:
        lines: patterns of lines of the detail.
        buttons: labels, those that are pre-selected with a star.
    """

    record: tuple[Resource, ...]
    indicator: str
    summary: str
    lines: tuple[str, ...]
    buttons: tuple[str, ...]
    drafts: tuple[Resource, ...] = ()
    topic: str = "rehabilitation"


CARDS = [
    pytest.param(
        Card(
            chart(measured(T, -2.8), measured("bmi", 28), age=79),
            "info",
            r"^No bone drug after a fragility fracture \(T −2\.8\): start before discharge \(FLS\)\.",
            (
                "Bone drug before discharge: none in 1 medication entry",
                REHABILITATION,
                "Risk: about 1 in 6 fracture another vertebra within about 2 years, as usual",
                "as usual. Lasting pain: about 1 in 5",
                SURE,
            ),
            (f"*{FLS}", REHAB),
        ),
        id="1-no-bone-drug",
    ),
    pytest.param(
        Card(
            chart(
                measured(T, -3.2),
                measured("bmi", 18.1),
                measured("grip-strength", 12),
                measured_well("appendicular-muscle-index", 4.8),
                measured_well("pma-rate", 57),
                measured("mna-score", 15),
                coded("E11.9", days=900),
                age=81,
            ),
            "info",
            r"^Weak grip \(12 kg\), T −3\.2, no bone drug: start one, add rehabilitation",
            (
                REHABILITATION,
                "Dietitian: .*MNA 15",
                r"Study of 214: more than 1 in 2 \(average 1 in 3\): ",
                r"Risk: about (1 in 3|2 in 5) .*\(usual 1 in 6\)\. Lasting pain: at least 1 in 5",
                SURE,
            ),
            (f"*{FLS}", f"*{REHAB}", f"*{DIETITIAN}"),
        ),
        id="2-weak-muscle",
    ),
    pytest.param(
        Card(
            chart(measured(T, -2.8), measured("vacuum-cleft", value=True), age=79),
            "info",
            r"^No bone drug after a fragility fracture \(T −2\.8\)",
            ("Lasting pain: at least 1 in 5",),
            (f"*{FLS}", REHAB),
        ),
        id="vacuum-cleft",
    ),
    pytest.param(
        Card(
            chart(given("denosumab", "M05BX04", 256), age=74),
            "warning",
            r"^Denosumab overdue \(last 9 Mar 2026\), rebound risk: bone specialist before the procedure\.$",
            (
                "Bone specialist before the procedure: .*given elsewhere\\?",
                "Risk: at least the usual 1 in 6",
                SURE,
            ),
            (f"*{FLS}", REHAB),
        ),
        id="3-denosumab-overdue",
    ),
    pytest.param(
        Card(
            chart(
                statement("teriparatide", TERIPARATIDE, 900, 245, "completed"), age=70
            ),
            "warning",
            r"^Teriparatide ended Mar 2026, nothing since: follow-on bone drug before discharge \(FLS\)\.$",
            ("Follow-on drug: gained bone is lost", "Risk: at least the usual 1 in 6"),
            (f"*{FLS}", REHAB),
        ),
        id="4-teriparatide-ended",
    ),
    pytest.param(
        Card(
            chart(
                statement("alendronate", ALENDRONATE, 4100, 1100, "stopped"),
                measured(T, -3.1),
                measured("bmi", 21),
                sex="male",
                age=72,
            ),
            "info",
            r"^Alendronate stopped 2023.*: restart or change before discharge \(FLS\)",
            ("Bone drug: a fracture ends the pause", r"Risk: about 1 in \d"),
            (f"*{FLS}", REHAB),
        ),
        id="5-alendronate-stopped",
    ),
    pytest.param(
        Card(
            chart(
                statement("alendronate", ALENDRONATE, 17),
                coded("M80.08XA", "Osteoporotic fracture of vertebra", days=36),
                age=77,
            ),
            "info",
            r"^Alendronate started 3 Nov for this fracture: continue\. Rehabilitation is not ordered\.",
            ("Bone drug: started after the fracture; nothing to change",),
            (FLS, REHAB),
        ),
        id="6-started-for-this-fracture",
    ),
    pytest.param(
        Card(
            chart(
                coded("S72.001A", "Fracture of neck of right femur", days=95),
                coded("R29.6", "Two falls this year", days=95),
                age=84,
            ),
            "warning",
            r"^Hip fracture Aug 2026.*now the spine, no bone drug: start before discharge \(FLS\)",
            (
                "Bone drug before discharge: .*whatever the T-score",
                "Falls: multifactorial assessment",
            ),
            (f"*{FLS}", f"*{REHAB}", "Refer to falls clinic"),
        ),
        id="7-hip-and-falls",
    ),
    pytest.param(
        Card(
            chart(
                augmented(730 - 20), statement("alendronate", ALENDRONATE, 1900), age=69
            ),
            "warning",
            r"^Second vertebral fracture in 2 years \(.*\), on alendronate: change of drug\? \(FLS\)",
            (
                "Review before discharge: intake and vitamin D first, then the drug",
                r"Risk: at least",
            ),
            (f"*{FLS}", REHAB),
        ),
        id="8-second-on-alendronate",
    ),
    pytest.param(
        Card(
            chart(coded("A41.9", "Sepsis", days=2), age=68),
            "warning",
            r"^Sepsis \(18 Nov\): contraindication to cement\. Confirm it is treated first\.$",
            (
                "Before cement: ",
                "Bone drug: after the infection",
                "Risk: none given; the model is for plain",
            ),
            (),
        ),
        id="10-sepsis",
    ),
    pytest.param(
        Card(
            chart(
                coded(
                    "C50.911",
                    "Malignant neoplasm of right breast",
                    days=1200,
                    clinicalStatus=codeable(
                        "http://terminology.hl7.org/CodeSystem/condition-clinical",
                        "resolved",
                    ),
                ),
                age=66,
            ),
            "warning",
            r"^Breast cancer \(2023\): could this be a metastasis\? Biopsy is an option\.$",
            ("Cause first: biopsy, then bone drug and exercise", "Risk: none given"),
            ("iopsy",),
        ),
        id="12-breast-cancer",
    ),
    pytest.param(
        Card(
            chart(
                coded("C90.01", "Multiple myeloma in remission", days=1900),
                sex="male",
                age=71,
            ),
            "warning",
            r"^Myeloma on record \(2021\): biopsy if the cause is open; bone drug with haematology\.$",
            (
                "Haematology: a new lesion is possible, also in remission",
                "Risk: none given",
            ),
            ("iopsy",),
        ),
        id="13-myeloma",
    ),
    pytest.param(
        Card(
            chart(
                coded("F03.C0", "Severe dementia", days=900),
                coded(
                    "Z59.3",
                    "Problems related to living in residential institution",
                    days=900,
                ),
                age=88,
            ),
            "info",
            r"^Severe dementia, no bone drug: choose one that a carer or nurse can give\.$",
            (
                "Bone drug: an injection or infusion needs no daily intake; agree it with the care home",
                "Rehabilitation: short, carer-led walking",
                "Risk: at least the usual 1 in 6",
            ),
            (f"*{FLS}", REHAB),
        ),
        id="14-dementia",
    ),
    pytest.param(
        Card(
            chart(
                measured(T, -3.4),
                coded("F03.B0", "Moderate dementia", days=900),
                age=86,
            ),
            "info",
            r"^Moderate dementia, T −3\.4, no bone drug: choose one that a carer",
            (r"Risk: at least 1 in \d .*; dementia and frailty not counted",),
            (f"*{FLS}", REHAB),
        ),
        id="dementia-with-a-figure",
    ),
    pytest.param(
        Card(
            chart(
                measured(T, -2.6),
                coded("W11.XXXA", "Fall on and from ladder", days=3),
                sex="male",
                age=80,
            ),
            "info",
            r"^Ladder fall, but T −2\.6: bone treatment review still applies \(FLS\)\.$",
            (
                "Bone drug: high-energy fractures are a sign of weak bone too; none in 1",
                "Risk: none given",
            ),
            (f"*{FLS}", REHAB),
        ),
        id="15-ladder-fall",
    ),
    pytest.param(
        Card(
            chart(
                measured(T, -2.6),
                coded("W11.XXXA", "Fall on and from ladder", days=3),
                sex="male",
                age=80,
            ),
            "info",
            r"^TLSO (for|until) .*15 Jan.*8 weeks",
            ("15 Jan 2027", "back muscle wastes|the limit is policy"),
            ("Set end 15 Jan 2027",),
            drafts=(worn("TLSO when out of bed for 12 weeks"),),
            topic="braceLimit",
        ),
        id="15b-brace",
    ),
    pytest.param(
        Card(
            chart(
                measured(T, -3.0), medication("prednisone", "H02AB07", 700), place="AMB"
            ),
            "info",
            r"^Prednisone since .*no bone drug: start with this visit \(rheumatology\)",
            ("Bone drug with this visit: none in", r"Risk: about 1 in [345]"),
            (f"*{FLS}", REHAB),
        ),
        id="16-prednisone-in-clinic",
    ),
    pytest.param(
        Card(
            chart(coded("Z99.2", "Dependence on renal dialysis", days=500), age=78),
            "warning",
            r"^Three fractures at once, dialysis, no bone drug: choose one with nephrology; look for another cause\.$",
            (
                "Nephrology: calcium, PTH, drug choice",
                "Another cause: blood count",
                "Risk: at least",
            ),
            (f"*{FLS}", REHAB),
            drafts=tuple(
                kyphoplasty(
                    None,
                    number=f"k{place}",
                    code="22515" if place else "22514",
                    bodySite=[codeable("http://snomed.info/sct", code)],
                )
                for place, code in enumerate(("23215003", "66794005", "14293000"))
            ),
        ),
        id="17-three-and-dialysis",
    ),
    pytest.param(
        Card(
            chart(
                ordered("rehabilitation", days=1),
                ordered("bone-treatment", days=2730),
                age=73,
            ),
            "info",
            r"^Rehabilitation is ordered \(19 Nov\), bone treatment is not: FLS before discharge\.",
            ("Bone drug before discharge: none in", r"Not counted: .*May 2019"),
            (f"*{FLS}",),
        ),
        id="19-old-fls-order",
    ),
    pytest.param(
        Card(
            chart(
                medication("denosumab", "M05BX04", 202),
                of_patient(
                    "DiagnosticReport",
                    "dxa",
                    status="final",
                    category=[codeable("http://loinc.org", "LP29684-5")],
                    code={"text": "DXA bone density"},
                    effectiveDateTime=days_ago(30),
                ),
                age=65,
            ),
            "info",
            r"^Denosumab ordered, last dose not found: ask; over 7 months means rebound risk\.$",
            (
                "Ask: .*in time: next dose; late: bone specialist",
                "DXA: .*21 Oct.*no repeat",
                "Risk: at least the usual",
            ),
            (FLS, REHAB),
        ),
        id="20-denosumab-ordered",
    ),
]


def card_of(one: Card) -> Resource:
    return cards_by_topic(one.record, one.drafts)[one.topic]


@pytest.mark.parametrize("one", CARDS)
def test_the_summary_leads_with_the_fact_and_its_act(one: Card) -> None:
    card = card_of(one)
    assert card["indicator"] == one.indicator
    assert re.search(one.summary, card["summary"]), card["summary"]


@pytest.mark.parametrize("one", CARDS)
def test_the_detail_holds_these_lines_and_is_short(one: Card) -> None:
    card = card_of(one)
    text = text_of(card)
    assert [line for line in one.lines if not re.search(line, text)] == [], text
    assert count_words(card) <= 110


@pytest.mark.parametrize("one", CARDS)
def test_these_buttons_are_there(one: Card) -> None:
    """A star stands for `isRecommended`; a button for what to measure may come beside them."""
    found = [
        f"{'*' if each['isRecommended'] else ''}{each['label']}"
        for each in card_of(one).get("suggestions", ())
    ]
    acts = [
        label
        for label in found
        if not re.search("Ask radiology|Order (bedside|DXA)", label)
    ]
    assert len(acts) == len(one.buttons), acts
    assert [
        button for button in one.buttons if not any(button in label for label in acts)
    ] == [], acts
    starred = [label for label in acts if label.startswith("*")]
    assert len(starred) == sum(button.startswith("*") for button in one.buttons), acts
