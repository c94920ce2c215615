"""The page that a patient takes home: three filled pages, their links, their paper."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from cds_service.basis.handout_pdf import draw_handout
from cds_service.basis.links import HandoutAddress, handout_of, sign_handout
from cds_service.errors import DataFileError
from cds_service.loading import load_service
from cds_service.site.folder import load_site
from tests.chart_builders import (
    NOW,
    days_ago,
    of_patient,
    ordered,
    problem,
    site_service,
)
from tests.codes import ICD, SCT, codeable
from tests.patients.inpatients import ZOLEDRONATE, chart, coded, given, medication
from tests.patients.leaving import (
    SERVICE,
    appointment,
    discharge,
    kyphoplasty_done,
    leaving_chart,
    pathology,
    worn_now,
)
from tests.patients.reassuring import imaging
from tests.review_desk import ReviewDesk

SITE = """
[handout]
phone = "01234 567 890"

[handout.words.en]
ask = "your family doctor"
bone-clinic = "bone clinic"

[handout.words.de]
ask = "Ihre Hausarztpraxis"
reader = "Dr. Beispiel"

[handout.words.zh]
ask = "家庭医生"
"""
KEY = bytes(range(32))
PARAGRAPH = re.compile(r"^    <p>([^<]+)</p>$", re.MULTILINE)
OTHERS = re.compile(r'<a href="([^"]+)" lang="([^"]+)"')
ON_DENOSUMAB = leaving_chart(
    given("denosumab", "M05BX04", 145),
    medication("denosumab", "M05BX04", 600),
    appointment("Physiotherapy", day="2026-12-04"),
)
WITH_BRACE = leaving_chart(
    worn_now(occurrencePeriod={"start": days_ago(0), "end": "2027-01-15"})
)
WITH_DEMENTIA = leaving_chart(coded("F03.C0", "Severe dementia", days=900))
# The three filled pages of the cards page.
FILLED = [
    pytest.param(
        ON_DENOSUMAB,
        "en",
        [
            "A bone in your back broke. Cement now supports it.",
            "Bones can break again. Bone medicine makes that less likely.",
            (
                "Your bone medicine: denosumab. Next: 28 December, bone clinic. Do not"
                " miss it."
            ),
            "Walk every day, a little more each day.",
            "Exercise class: 4 December, 10:00, Physiotherapy.",
            "Bend your knees, not your back. Lift nothing heavy.",
            "New, severe back pain: call 01234 567 890.",
            (
                "Weak legs, loss of bladder or bowel control, fever, chest pain:"
                " emergency. Go to hospital at once."
            ),
        ],
        id="A-denosumab",
    ),
    pytest.param(
        WITH_BRACE,
        "de",
        [
            "Ein Knochen in Ihrem Rücken ist gebrochen. Zement stützt ihn jetzt.",
            "Knochen können wieder brechen. Knochenmedikamente senken diese Gefahr.",
            (
                "Fragen Sie Ihre Hausarztpraxis bis zum 4. Dezember nach einem"
                " Knochenmedikament."
            ),
            "Gehen Sie jeden Tag ein wenig mehr.",
            "Knie beugen, nicht den Rücken. Nichts Schweres heben.",
            "Das Mieder ab dem 15. Januar weglassen.",
            "Neue starke Rückenschmerzen: 01234 567 890 anrufen.",
            (
                "Schwache Beine, Blase oder Darm ohne Kontrolle, Fieber, Brustschmerz:"
                " sofort Notaufnahme."
            ),
        ],
        id="B-brace",
    ),
    pytest.param(
        WITH_DEMENTIA,
        "zh",
        [
            "您背部的一块骨头断了，现在有骨水泥支撑。",
            "骨头可能再次断裂，骨骼药物能降低这种危险。",
            "请在12月4日前向家庭医生询问骨骼药物。",
            "每天走路，每天多走一点。",
            "弯膝不弯腰，不提重物。",
            "新的剧烈背痛：请致电01234 567 890。",
            "双腿无力、大小便失控、发热或胸痛：立即去急诊。",
        ],
        id="C-dementia",
    ),
]


class Ward(ReviewDesk):
    """A site with its own words, and the pages of those who leave."""

    def __init__(self, folder: Path, toml: str = SITE) -> None:
        service = site_service(folder, toml)
        super().__init__(folder, service, site=load_site(folder))

    def leave(self, record: tuple[Any, ...], *, failed: tuple[str, ...] = ()) -> str:
        """Give the path of the page that the card of this discharge links to."""
        body = discharge(record, service=None, failed=failed)
        path = f"/cds-services/{SERVICE}"
        (card,) = self.app.test_client().post(path, json=body).json["cards"]
        (url,) = [one["url"] for one in card["links"] if "/handout/" in one["url"]]
        return str(url).partition("8080")[2]

    def page(self, path: str) -> Any:
        return self.app.test_client().get(path, headers={"Accept": "text/html"})

    def other(self, path: str, language: str, form: str = "html") -> str:
        """Give the path of the same page in another language or form."""
        page = self.page(path).text
        if language != "en":
            found = [href for href, named in OTHERS.findall(page) if named == language]
            page = self.page(path := f"/handout/{found[0]}").text
        if form == "html":
            return path
        found = [href for href, _ in OTHERS.findall(page) if f"~{form}." in href]
        return f"/handout/{found[0]}"


@pytest.fixture(scope="module")
def ward(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ward]:
    ward = Ward(tmp_path_factory.mktemp("ward"))
    yield ward
    ward.close()


def test_no_page_is_made_for_one_who_may_have_died(ward: Ward) -> None:
    record = tuple(
        one | {"deceasedDateTime": "20.11.2026"}
        if one["resourceType"] == "Patient"
        else one
        for one in leaving_chart()
    )
    body = discharge(record, service=None)
    path = f"/cds-services/{SERVICE}"
    (card,) = ward.app.test_client().post(path, json=body).json["cards"]
    assert not any("/handout/" in link["url"] for link in card["links"])


@pytest.mark.parametrize(("record", "language", "sentences"), FILLED)
def test_the_page_says_what_the_filled_examples_say(
    ward: Ward, record: tuple[Any, ...], language: str, sentences: list[str]
) -> None:
    page = ward.page(ward.other(ward.leave(record), language))
    assert page.status_code == 200
    assert f'<html lang="{language}">' in page.text
    assert PARAGRAPH.findall(page.text) == sentences


def said(ward: Ward, *record: Any) -> str:
    return "\n".join(PARAGRAPH.findall(ward.page(ward.leave(record)).text))


BROKE = "A bone in your back broke."
AGAIN = "Bones can break again."
FRACTURE = coded("M80.08XA", days=20)
UNSUCCESSFUL = codeable(SCT, "385671000", "Unsuccessful")


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        pytest.param([FRACTURE, kyphoplasty_done()], {BROKE, AGAIN}, id="a fracture"),
        pytest.param(
            [kyphoplasty_done(reasonCode=[codeable(ICD, "M80.08XA")])],
            {BROKE, AGAIN},
            id="a fracture as its reason",
        ),
        pytest.param([kyphoplasty_done()], set(), id="no fracture on record"),
        pytest.param(
            [coded("C79.51", "Metastasis of L1", days=20), kyphoplasty_done()],
            set(),
            id="a metastasis",
        ),
        pytest.param(
            [coded("D18.09", "Vertebral haemangioma L1", days=20), kyphoplasty_done()],
            set(),
            id="a haemangioma",
        ),
        pytest.param(
            [FRACTURE, kyphoplasty_done(note=[{"text": "aborted before cement"}])],
            {AGAIN},
            id="aborted by its note",
        ),
        pytest.param(
            [FRACTURE, kyphoplasty_done(statusReason={"text": "abandoned"})],
            {AGAIN},
            id="aborted by its reason",
        ),
        pytest.param(
            [FRACTURE, kyphoplasty_done(outcome=UNSUCCESSFUL)],
            {AGAIN},
            id="an outcome that is not plain",
        ),
    ],
)
def test_the_page_says_what_broke_only_if_the_record_does(
    ward: Ward, record: list[Any], expected: set[str]
) -> None:
    text = said(ward, *chart(*record))
    assert {sentence for sentence in (BROKE, AGAIN) if sentence in text} == expected


@pytest.mark.parametrize(
    "grave",
    [
        pytest.param(coded("M46.46", "discitis", days=8), id="infection"),
        pytest.param(coded("A41.9", "sepsis", days=2), id="sepsis"),
        pytest.param(coded("C50.911", "breast cancer", days=900), id="cancer"),
        pytest.param(coded("C90.00", "myeloma", days=900), id="myeloma"),
        pytest.param(coded("G83.4", "cauda equina", days=1), id="deficit"),
        pytest.param(coded("S32.012A", "unstable fracture", days=9), id="unstable"),
        pytest.param(coded("S72.001A", "hip fracture", days=1), id="a hip"),
        pytest.param(
            coded("S22.080A", "Wedge compression fracture of T11", days=1),
            id="another vertebra",
        ),
    ],
)
def test_nobody_is_told_to_move_where_it_may_harm(ward: Ward, grave: Any) -> None:
    booked = appointment("Physiotherapy", day="2026-12-04")
    text = said(ward, *leaving_chart(grave, booked))
    for sentence in ("Walk every day", "Exercise class", "Bend your knees"):
        assert sentence not in text
    assert "Weak legs" in text


@pytest.mark.parametrize(
    "title",
    [
        "NWB LLE",
        "Teilbelastung 20 kg links",
        "Décharge complète MI gauche",
        "免荷",
        "禁止负重",
        "Bettruhe",
        "卧床休息",
        "No exercise",
    ],
)
def test_nobody_is_told_to_walk_against_an_order(ward: Ward, title: str) -> None:
    booked = appointment("Physiotherapy", day="2026-12-04")
    order = ordered("rehabilitation", days=1) | {"id": "x", "code": {"text": title}}
    text = said(ward, *leaving_chart(order, booked))
    for sentence in ("Walk every day", "Exercise class", "Bend your knees"):
        assert sentence not in text


@pytest.mark.parametrize(
    ("code", "days"), [("S82.101A", 3), ("S72.301A", 20), ("S32.501A", 20)]
)
def test_nor_with_a_leg_or_a_pelvis_that_may_still_heal(
    ward: Ward, code: str, days: int
) -> None:
    text = said(ward, *leaving_chart(coded(code, "fracture", days=days)))
    assert "Walk every day" not in text


def test_a_hip_that_broke_a_year_ago_forbids_no_walking(ward: Ward) -> None:
    healed = coded("S72.001A", "hip fracture", days=365)
    assert "Walk every day" in said(ward, *leaving_chart(healed))


NO_END = [
    pytest.param(worn_now(), id="no-end"),
    pytest.param(
        worn_now(occurrencePeriod={"start": days_ago(0), "end": "2027-03-15"}),
        id="later-than-the-limit",
    ),
    pytest.param(worn_now(status="draft"), id="not-signed"),
]


@pytest.mark.parametrize("brace", NO_END)
def test_no_day_is_named_that_no_signed_order_sets_in_time(
    ward: Ward, brace: Any
) -> None:
    assert "brace" not in said(ward, *leaving_chart(brace))


def test_no_day_is_named_after_a_fracture_that_began_after_the_operation(
    ward: Ward,
) -> None:
    worn = worn_now("TLSO for 6 weeks")
    assert "brace" in said(ward, *leaving_chart(worn))
    assert "brace" not in said(ward, *leaving_chart(worn, coded("M80.08XA", days=1)))


def test_a_dose_that_nobody_ordered_is_no_next_one(ward: Ward) -> None:
    text = said(ward, *leaving_chart(given("denosumab", "M05BX04", 145)))
    assert "Your bone medicine" not in text
    assert "Ask your family doctor about bone medicine by 4 December." in text


@pytest.mark.parametrize(
    "order",
    [
        pytest.param({"note": [{"text": "do not give next dose"}]}, id="a note"),
        pytest.param({"statusReason": {"text": "patient refuses"}}, id="its reason"),
        pytest.param({"intent": "plan"}, id="a plan"),
        pytest.param(
            {"dispenseRequest": {"validityPeriod": {"end": days_ago(30)}}}, id="over"
        ),
        pytest.param(
            {"dispenseRequest": {"validityPeriod": {"end": days_ago(-20)}}},
            id="over before it is due",
        ),
    ],
)
def test_a_dose_is_not_named_by_an_order_that_may_not_mean_it(
    ward: Ward, order: Any
) -> None:
    dose = given("denosumab", "M05BX04", 90)
    ordered = medication("denosumab", "M05BX04", 90, **order)
    assert "Your bone medicine" not in said(ward, *leaving_chart(dose, ordered))


def test_a_visit_is_no_dose_beside_an_order_that_may_decline_it(ward: Ward) -> None:
    dose = given("denosumab", "M05BX04", 145)
    visit = appointment("Denosumab injection", day="2026-12-28")
    declined = medication(
        "denosumab", "M05BX04", 100, note=[{"text": "patient refuses more injections"}]
    )
    assert "Your bone medicine" in said(ward, *leaving_chart(dose, visit))
    assert "Your bone medicine" not in said(ward, *leaving_chart(dose, visit, declined))


def test_no_dose_is_named_before_nephrology_was_asked(ward: Ward) -> None:
    dose = given("denosumab", "M05BX04", 90)
    ordered = medication("denosumab", "M05BX04", 90)
    assert "Your bone medicine" in said(ward, *leaving_chart(dose, ordered))
    dialysis = coded("Z99.2", "Dialysis", days=900)
    text = said(ward, *leaving_chart(dose, ordered, dialysis))
    assert "Your bone medicine" not in text


def test_an_early_visit_is_no_day_of_the_next_dose(ward: Ward) -> None:
    """Denosumab was given yesterday: nothing is injected in two weeks."""
    visit = appointment("Fracture liaison service", day="2026-12-04")
    text = said(ward, *leaving_chart(given("denosumab", "M05BX04", 1), visit))
    assert "Your bone medicine" not in text
    assert "Ask your family doctor about bone medicine by 4 December." in text


@pytest.mark.parametrize(
    ("language", "day"),
    [("en", "19 November 2027"), ("de", "19. November 2027"), ("zh", "2027年11月19日")],
)
def test_a_day_a_year_away_has_its_year(ward: Ward, language: str, day: str) -> None:
    """Zoledronate was given on 19 November 2026, and the page is of the 20th."""
    record = leaving_chart(
        given("zoledronate", ZOLEDRONATE, 1), medication("zoledronate", ZOLEDRONATE, 2)
    )
    page = ward.page(ward.other(ward.leave(record), language))
    assert day in "\n".join(PARAGRAPH.findall(page.text))


def test_a_visit_that_is_only_proposed_is_none(ward: Ward) -> None:
    visit = appointment("Physiotherapy", day="2026-12-04", status="proposed")
    assert "Exercise class" not in said(ward, *leaving_chart(visit))


def test_an_open_site_drops_what_only_a_site_can_fill(tmp_path: Path) -> None:
    ward = Ward(tmp_path, "")
    text = said(ward, *WITH_DEMENTIA)
    assert "Ask " not in text
    assert "call" not in text
    assert "emergency" in text
    ward.close()


def test_no_odds_no_risk_and_nothing_of_the_record(ward: Ward) -> None:
    cancer = coded("C50.911", "breast cancer", days=900)
    path = ward.leave(leaving_chart(cancer, coded("F03.C0", days=900)))
    for language in ("en", "de", "zh"):
        page = ward.page(ward.other(path, language)).text
        text = "\n".join(PARAGRAPH.findall(page))
        for never in ("%", "risk", "Risiko", "风险", "ancer", "ementia", "Krebs", "L1"):
            assert never not in text, (language, never)
        assert "pat-1" not in page


def test_a_language_is_marked_until_a_clinician_has_read_it(ward: Ward) -> None:
    path = ward.leave(WITH_DEMENTIA)
    assert "No clinician who speaks this language" in ward.page(path).text
    assert "niemand" not in ward.page(ward.other(path, "de")).text


@pytest.mark.parametrize("form", ["a4", "letter"])
@pytest.mark.parametrize("language", ["en", "de", "zh"])
def test_the_pdf_is_one_sheet(ward: Ward, language: str, form: str) -> None:
    everything = leaving_chart(
        given("denosumab", "M05BX04", 145),
        medication("denosumab", "M05BX04", 600),
        appointment("Physiotherapy", day="2026-12-04"),
        worn_now(occurrencePeriod={"start": days_ago(0), "end": "2027-01-15"}),
    )
    paper = ward.page(ward.other(ward.leave(everything), language, form))
    assert paper.content_type == "application/pdf"
    assert paper.data.startswith(b"%PDF-")
    assert paper.data.count(b"/Type /Page\n") == 1
    height = {"a4": b"841.8898", "letter": b"792"}[form]
    assert height in paper.data


def test_the_longest_words_of_a_site_fit_one_sheet(tmp_path: Path) -> None:
    words = "".join(
        f'{name} = "{"Wwww " * 15}Wwwww"\n'
        for name in ("ask", "bone-clinic", "physiotherapy")
    )
    ward = Ward(
        tmp_path, f'[handout]\nphone = "{"0" * 40}"\n[handout.words.en]\n{words}'
    )
    for record in (ON_DENOSUMAB, WITH_BRACE):
        paper = ward.page(ward.other(ward.leave(record), "en", "letter"))
        assert paper.data.count(b"/Type /Page\n") == 1
    ward.close()


def test_no_sentence_is_drawn_below_the_sheet() -> None:
    sentences = [*["A long sentence of a site. " * 8] * 12, "Emergency."]
    drawn = draw_handout(sentences, ("Name", "Date"), "en", "a4")
    assert drawn.count(b"/Type /Page\n") == 2


@pytest.mark.parametrize(
    "words", ["Dr. Łukasz Żak", "поликлиника", "clinic\\u0001", "مستشفى"]
)
def test_no_pdf_is_offered_that_would_show_squares(tmp_path: Path, words: str) -> None:
    site = f'[handout.words.en]\nask = "{words}"\n'
    ward = Ward(tmp_path, site)
    path = ward.leave(WITH_DEMENTIA)
    page = ward.page(path).text
    assert "Ask " in page
    assert [href for href, _ in OTHERS.findall(page) if "~html." not in href] == []
    forms = [href for href, one in OTHERS.findall(ward.page(path).text) if one == "de"]
    assert "~a4." in ward.page(f"/handout/{forms[0]}").text
    key = ward.store.link_key(1)
    assert key is not None
    entry = HandoutAddress(ward.newest("answer").id, "en", "a4")
    signed = sign_handout(entry, key)
    assert ward.page(f"/handout/{signed}").status_code == 403
    ward.close()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param('day = "{day} {month}"', 'day = "{0} {month}"', id="number"),
        pytest.param('day = "{day} {month}"', 'day = "{day} {year}"', id="year"),
        pytest.param('day = "{day} {month}"', 'day = "{day"', id="open"),
        pytest.param("{day} {month} {year}", "{day} {month} {age}", id="age"),
    ],
)
def test_a_form_that_cannot_be_filled_stops_the_start(
    tmp_path: Path, old: str, new: str
) -> None:
    ours = Path("hooks/kyphoplasty-discharge/handout/en.toml").read_text("utf-8")
    assert old in ours
    folder = tmp_path / "hooks" / SERVICE / "handout"
    folder.mkdir(parents=True)
    (folder / "en.toml").write_text(ours.replace(old, new), "utf-8")
    with pytest.raises(DataFileError, match="forms"):
        site_service(tmp_path, "")


def test_each_reading_is_in_the_log_and_holds_no_name(ward: Ward) -> None:
    path = ward.leave(WITH_DEMENTIA)
    entry = ward.newest("answer")
    ward.page(path)
    look = ward.newest("read")
    assert (look.about, look.user) == (entry.id, "link:card")
    found = {"view": "handout", "language": "en", "form": "html"}
    assert ward.content(look) == found


def test_nothing_typed_on_the_page_can_be_sent(ward: Ward) -> None:
    path = ward.leave(WITH_DEMENTIA)
    page = ward.page(path)
    fields = re.findall(r"<input[^>]*>", page.text)
    assert len(fields) == 2
    assert not any(" name=" in one for one in fields)
    assert ward.app.test_client().post(path, data={"name": "x"}).status_code == 405
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert page.headers["Cache-Control"] == "no-store"


def test_an_address_that_is_not_as_it_was_signed_is_refused(ward: Ward) -> None:
    path = ward.leave(WITH_DEMENTIA)
    looks = len(ward.all("read"))
    for changed in (
        path[:-1],
        f"{path}A",
        f"{path}?x=1",
        f"{path}/",
        path.replace("~", "%7E"),
        path.replace("~en~", "~de~"),
        path.replace("~html", "~a4"),
        path.replace("/handout/", "/basis/"),
        "/handout/x",
    ):
        assert ward.page(changed).status_code == 403, changed
    assert len(ward.all("read")) == looks


def test_a_link_to_the_basis_opens_no_page_and_the_other_way_round() -> None:
    page = HandoutAddress("8f2c1e3a-5b1d-4c8e-9d6b-0a1b2c3d4e5f", "en", "html")
    address = sign_handout(page, KEY)
    assert handout_of(address, KEY) == page
    assert handout_of(address, KEY[::-1]) is None
    assert handout_of(address.replace("~html", "~exe"), KEY) is None


def test_a_day_later_the_page_is_gone(ward: Ward) -> None:
    path = ward.leave(WITH_DEMENTIA)
    ward.now = NOW + timedelta(hours=24)
    assert ward.page(path).status_code == 403
    ward.now = NOW


def test_a_site_adds_a_language_and_cannot_name_one_that_is_not_there(
    tmp_path: Path,
) -> None:
    ours = Path("hooks/kyphoplasty-discharge/handout/en.toml").read_text("utf-8")
    folder = tmp_path / "hooks" / SERVICE / "handout"
    folder.mkdir(parents=True)
    french = ours.replace('language = "en"', 'language = "fr"')
    (folder / "fr.toml").write_text(french, "utf-8")
    service = site_service(tmp_path, '[handout]\nlanguage = "fr"\n')
    assert set(service.hooks[SERVICE].handouts) == {"en", "de", "zh", "fr"}
    site = '[site]\nname = "x"\n[handout]\nlanguage = "it"\n'
    (tmp_path / "site.toml").write_text(site, "utf-8")
    with pytest.raises(DataFileError, match="no page is written in it"):
        load_service(load_site(tmp_path))


# --- what forbids walking and exercise by a page, or the end of a brace


def ends_in_january(**members: Any) -> Any:
    """A brace order with an end within the weeks of the site."""
    times = {"start": days_ago(0), "end": "2027-01-15"}
    return worn_now(occurrencePeriod=times, **members)


def provisional(code: str) -> Any:
    system = "http://terminology.hl7.org/CodeSystem/condition-ver-status"
    unsure = codeable(system, "provisional")
    return problem(code, days=5, verificationStatus=unsure)


def result(words: str) -> tuple[Any, ...]:
    sent = ordered("biopsy", days=3)
    return sent, pathology(order="s-biopsy") | {"conclusion": words}


MOVING = ("Walk every day", "Exercise class", "Bend your knees")
OFF = "Take the brace off"
VISIT = appointment("Physiotherapy", day="2026-12-04")
FORBIDDEN = [
    pytest.param(result("Metastatic adenocarcinoma."), id="tumour in a biopsy"),
    pytest.param(result("Vertebral osteomyelitis"), id="infection in a biopsy"),
    pytest.param((imaging("Unstable burst fracture L1"),), id="report of instability"),
    pytest.param((imaging("Bone metastases L1"),), id="report of metastases"),
    pytest.param((provisional("S32.012A"),), id="unstable fracture, provisional"),
    pytest.param((provisional("C79.51"),), id="metastasis, provisional"),
    pytest.param((provisional("M46.46"),), id="discitis, provisional"),
    pytest.param((provisional("G83.4"),), id="cauda equina, provisional"),
]


@pytest.mark.parametrize("entries", FORBIDDEN)
def test_nobody_is_told_how_to_move_while_something_grave_is_open(
    ward: Ward, entries: tuple[Any, ...]
) -> None:
    page = ward.page(ward.leave(leaving_chart(*entries, VISIT, ends_in_january())))
    assert not any(words in page.text for words in (*MOVING, OFF))


@pytest.mark.parametrize(
    "key",
    [
        *("conditions", "serviceRequests", "diagnosticReports", "imagingStudies"),
        "encounter",
    ],
)
def test_nobody_is_told_how_to_move_if_a_list_was_not_read(
    ward: Ward, key: str
) -> None:
    """It may hold a tumour, an infection, a deficit or an unstable fracture."""
    page = ward.page(ward.leave(leaving_chart(VISIT, ends_in_january()), failed=(key,)))
    assert not any(words in page.text for words in (*MOVING, OFF))


@pytest.mark.parametrize("code", ["S32.012A", "G83.4"])
def test_the_reason_of_a_brace_counts_on_the_page(ward: Ward, code: str) -> None:
    worn = ends_in_january(reasonCode=[codeable(ICD, code)])
    page = ward.page(ward.leave(leaving_chart(VISIT, worn)))
    assert not any(words in page.text for words in (*MOVING, OFF))


@pytest.mark.parametrize(
    "note", ["Do not remove before X-ray control", "Keep until fusion"]
)
def test_a_brace_whose_order_says_more_has_no_day(ward: Ward, note: str) -> None:
    worn = ends_in_january(note=[{"text": note}])
    page = ward.page(ward.leave(leaving_chart(VISIT, worn)))
    assert OFF not in page.text
    assert all(words in page.text for words in MOVING)


UNREAD = "xqz"  # nobody knows what it means
NOT_UNDERSTOOD = [
    pytest.param(imaging(UNREAD), id="a report"),
    pytest.param(
        of_patient(
            "Procedure",
            "done-too",
            status="completed",
            code={"text": "Colonoscopy"},
            performedDateTime=days_ago(5),
            reasonCode=[codeable(SCT, "999999999999")],
        ),
        id="a code alone",
    ),
]


@pytest.mark.parametrize("entry", NOT_UNDERSTOOD)
def test_words_that_nobody_understood_keep_the_brace_on_and_forbid_no_walking(
    ward: Ward, entry: Any
) -> None:
    page = ward.page(ward.leave(leaving_chart(entry, VISIT, ends_in_january())))
    assert OFF not in page.text
    assert all(words in page.text for words in MOVING)


def test_without_any_of_this_the_page_says_it_all(ward: Ward) -> None:
    page = ward.page(ward.leave(leaving_chart(VISIT, ends_in_january())))
    assert all(words in page.text for words in (*MOVING, OFF))
