"""What is written as a problem's title next to a harmless code may say more than it."""

import tomllib
from pathlib import Path

import pytest

from tests.chart_builders import problem
from tests.codes import ICD, codeable
from tests.patients.reassuring import cards_of, end_is_selected

TITLES = tomllib.loads(
    Path(__file__).with_name("titles_next_to_codes.toml").read_text(encoding="utf-8")
)

# What was found, in a title: grades, scores, markers, cultures, tissue not reported yet.
SCORES = [
    *("biopsy Gleason 9", "PSA 88 biopsy pending", "PIRADS 5", "BI-RADS 4", "CEA 120"),
    *("Lung-RADS 4B", "Bosniak 4, suspicious", "M-protein 30 g/L", "M-Gradient"),
    *("pic monoclonal", "pico monoclonal", "picco monoclonale", "piek monoklonalny"),
    *("CA 15-3 rising", "CEA erhöht", "CA 19-9 élevé", "PSA升高", "腫瘍マーカー高値"),
    *("spiculated mass", "L1 marrow replaced", "uptake L1", "histology awaited"),
    *(
        "Histologie ausstehend",
        "biopsie en attente",
        "biopsia pendiente",
        "2WW referral",
    ),
    *(
        "istologico in attesa",
        "biopt volgt",
        "biopsja w toku",
        "病理結果待ち",
        "活检待回报",
    ),
    *("suspected ca", "staging pending", "growing fast", "Knochenmarkinfiltration"),
    *("positive blood cultures", "BC pos MSSA", "CRP 300", "rigors", "Schüttelfrost"),
    *("hémocultures positives", "hemocultivos positivos", "emocolture positive"),
    *("bloedkweek positief", "posiew krwi dodatni", "血液培養陽性", "血培养阳性"),
    *("frissons", "escalofríos", "brividi", "koude rillingen", "dreszcze", "寒战"),
]


def cards_with(code):
    return cards_of(problem("x", number="listed", days=20, code=code))


@pytest.mark.parametrize("code", ["M54.50", "S32.010A", "M81.0", "R52"])
@pytest.mark.parametrize("title", TITLES["grave"])
def test_a_title_that_is_no_plain_name_reassures_nobody(title, code):
    cards = cards_with({**codeable(ICD, code), "text": title})
    assert "below" not in cards["rehabilitation"]["detail"]
    assert not end_is_selected(cards)


@pytest.mark.parametrize("title", ["Xyloprax zwibbel", "Pus at L1"])
def test_the_display_of_a_code_is_its_title_too(title):
    cards = cards_with(
        {"coding": [codeable(ICD, "M54.50")["coding"][0] | {"display": title}]}
    )
    assert "below" not in cards["rehabilitation"]["detail"]
    assert (
        "1 entry of the problem list not understood"
        in (cards["rehabilitation"]["detail"])
    )


@pytest.mark.parametrize(
    ("code", "title"),
    [
        pytest.param(code, title, id=f"{language}: {title}")
        for language, titles in TITLES["harmless"].items()
        for code, named in titles.items()
        for title in named
    ],
)
def test_the_ordinary_title_of_a_harmless_code_changes_nothing(code, title):
    cards = cards_with({**codeable(ICD, code), "text": title})
    assert "below" in cards["rehabilitation"]["detail"]
    assert end_is_selected(cards)


@pytest.mark.parametrize(
    ("code", "title"),
    [
        ("E78.5", "Raised blood lipids"),
        ("Z95.1", "S/P CABG x 3"),
        ("Z90.49", "Hx of cholecystectomy"),
        ("R35.1", "Nocturia"),
        ("N40.1", "BPH with urinary obstruction"),
        ("Z96.651", "Status post total knee replacement, right"),
        ("I49.3", "Frequent PVCs"),
        ("R60.0", "Leg edema"),
        ("I25.10", "KHK, Z.n. Stent 2015"),
        ("J44.9", "COPD GOLD II"),
        ("I87.2", "Chronisch venöse Insuffizienz"),
        ("I73.9", "pAVK Stadium IIa"),
        ("G62.9", "Neuropathie périphérique"),
        ("Z87.891", "Tabagisme sevré"),
        ("Z88.0", "Alergia a penicilina"),
        ("G47.33", "SAHS con CPAP"),
    ],
)
def test_a_code_that_says_enough_stands_whatever_its_title(code, title):
    """A hospital's own titles are endless; a list of them would never be whole."""
    cards = cards_with({**codeable(ICD, code), "text": title})
    assert "below" in cards["rehabilitation"]["detail"]
    assert end_is_selected(cards)


@pytest.mark.parametrize("title", SCORES)
def test_scores_markers_and_pending_tissue_are_open_next_to_any_code(title):
    """Harmless codes hide what was found, if the title tells of it."""
    for code in ("I10", "N40.0"):
        cards = cards_with({**codeable(ICD, code), "text": f"Known, {title}"})
        assert "below" not in cards["rehabilitation"]["detail"]
        assert not end_is_selected(cards)


@pytest.mark.parametrize(
    ("code", "title"),
    [
        *(("N40.0", "BPH, PSA 3.2"), ("N40.0", "BPH, PSA normal 10/2025")),
        *(("N40.0", "BPH, biopsy 2019 negative"), ("N28.1", "Renal cyst, Bosniak 2")),
        *(("E04.1", "Thyroid nodule, TI-RADS 3"), ("I10", "HTN, CRP 12")),
        *(("I65.2", "Carotid stenosis, s/p CEA 2015"), ("I10", "BI-RADS 2")),
        *(("K22.70", "Barrett's, biopsy benign"), ("D47.2", "Monoclonal gammopathy")),
        *(("D17.9", "Lipom, unauffällig"), ("I10", "Staging 2010 unauffällig")),
    ],
)
def test_ordinary_results_in_a_title_add_nothing(code, title):
    cards = cards_with({**codeable(ICD, code), "text": title})
    assert "below" in cards["rehabilitation"]["detail"]


@pytest.mark.parametrize("title", ["Bone metastases L1", "Spondylodiszitis L1/2"])
def test_a_grave_thing_that_is_known_is_open_next_to_any_code(title):
    cards = cards_with({**codeable(ICD, "I10"), "text": title})
    assert "below" not in cards["rehabilitation"]["detail"]
    assert not end_is_selected(cards)


# Codes that say that there is another examination, drug, operation or device.
OTHER = ["Z01.818", "Z79.899", "Z96.641", "Z98.890", "Z97.8", "Z48.89"]


@pytest.mark.parametrize("code", OTHER)
@pytest.mark.parametrize(
    "title",
    [
        "osteomyelitis L1",
        "unable to walk",
        "urinary retention",
        "weakness both legs since yesterday",
        "kidney transplant",
        "spread to bone",
    ],
)
def test_a_code_of_something_other_does_not_hide_its_title(code, title):
    cards = cards_with({**codeable(ICD, code), "text": title})
    assert "below" not in cards["rehabilitation"]["detail"]
    assert not end_is_selected(cards)


@pytest.mark.parametrize("code", OTHER)
def test_a_hip_that_broke_leads_by_its_title_next_to_such_a_code(code):
    cards = cards_with({**codeable(ICD, code), "text": "hip replacement for fracture"})
    assert cards["rehabilitation"]["summary"].startswith("Hip fracture ")


@pytest.mark.parametrize(
    ("code", "title"),
    [
        ("Z01.818", "Encounter for other preprocedural examination"),
        ("Z01.818", "Preoperative clearance"),
        ("Z79.899", "Other long term (current) drug therapy"),
        ("Z79.899", "Medication management"),
        ("Z96.641", "Presence of right artificial hip joint"),
        ("Z96.641", "History of total hip replacement, right"),
        ("Z98.890", "Other specified postprocedural states"),
        ("Z98.41", "Cataract extraction status, right eye"),
        ("Z97.3", "Presence of spectacles and contact lenses"),
        ("Z96.651", "Z.n. Knie-TEP rechts"),
    ],
)
def test_the_title_of_such_a_code_is_a_plain_name(code, title):
    cards = cards_with({**codeable(ICD, code), "text": title})
    assert "below" in cards["rehabilitation"]["detail"]
