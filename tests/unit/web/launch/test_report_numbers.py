"""Numbers in reports: what is offered, what is not, and what is kept of a report."""

import base64
import re

import pytest

from tests.launch_desk import said
from tests.stub_ehr import EVERYTHING


def report(words, name="r1", **members):
    return {
        "resourceType": "DiagnosticReport",
        "id": name,
        "status": "final",
        "code": {"text": "CT lumbar spine"},
        "subject": {"reference": "Patient/p1"},
        "effectiveDateTime": "2026-11-02",
        "conclusion": words,
        **members,
    }


def offered(page):
    """Field and value of each number that can be taken."""
    labels = re.findall(r'aria-label="Take ([^"]+)"', page.text)
    return [one.replace("&#39;", "'") for one in labels]


@pytest.mark.parametrize(
    ("words", "offers"),
    [
        pytest.param("Mean 45 HU at L1.", ["45 HU as Trabecular HU"], id="hu"),
        pytest.param("Dichte 45 HE in L1.", ["45 HE as Trabecular HU"], id="he"),
        pytest.param("T-score: -2.7.", ["-2.7 as T-score"], id="t-score"),
        pytest.param("T-Wert −2,7", ["−2,7 as T-score"], id="t-wert"),
        pytest.param("T-score (L1-L4) -2.7", ["-2.7 as T-score"], id="t-of-levels"),
        pytest.param(
            "T-score of the femoral neck is -1.9", ["-1.9 as T-score"], id="t-of-neck"
        ),
        pytest.param(
            "The right psoas measures 7.3 cm²", ["7.3 cm² as Right psoas"], id="psoas"
        ),
        pytest.param(
            "Left psoas: 711 mm2", ["711 mm2 as Left psoas"], id="psoas-in-mm2"
        ),
        pytest.param(
            "L1: 45 HU, L2: 52 HU",
            ["45 HU as Trabecular HU", "52 HU as Trabecular HU"],
            id="two-levels",
        ),
        pytest.param("Between 40 and 45-50 HU", [], id="range"),
        pytest.param("40 - 50 HU", [], id="spaced-range"),
        pytest.param("Z-score -1.2", [], id="z-score"),
        pytest.param("L1: <40 HU", [], id="limit"),
        pytest.param("L1: ≤ 40 HU", [], id="spaced-limit"),
        pytest.param("T-score < -2.5", [], id="limit-of-t-score"),
        pytest.param("Mean 120 ± 12 HU", [], id="spread"),
        pytest.param("Mean 120 +/- 12 HU", [], id="spread-in-three-signs"),
        pytest.param("L1 ~40 HU", [], id="guess"),
        pytest.param("L1 1,234 HU", [], id="thousands"),
        pytest.param("L1 | 45 HU", ["45 HU as Trabecular HU"], id="cell"),
        pytest.param("L1 = 45,5 HU", ["45,5 HU as Trabecular HU"], id="decimal"),
        pytest.param("TSH 2.7 mU/l", [], id="another-unit"),
        pytest.param("version 3.45 HUMAN", [], id="within-a-word"),
        pytest.param("psoas 7.3 cm2", [], id="which-side"),
        pytest.param("", [], id="no-words"),
    ],
)
def test_what_is_offered(clinician, ehr, words, offers):
    ehr.resources.append(report(words))
    assert offered(clinician.client.get(clinician.launch())) == offers


def test_words_of_an_attachment_and_of_the_narrative_are_read_once(clinician, ehr):
    words = base64.b64encode(b"Mean 45 HU at L1.").decode()
    form = [{"contentType": "text/plain; charset=utf-8", "data": words}]
    narrative = {"div": "<div>Mean 45 HU at L1.</div>"}
    ehr.resources.append(report("", presentedForm=form, text=narrative))
    assert len(offered(clinician.client.get(clinician.launch()))) == 1


@pytest.mark.parametrize(
    "members",
    [
        pytest.param({"conclusion": "40 HU " * 3300}, id="numbers"),
        pytest.param(
            {"conclusion": "", "text": {"div": "Mean 40 HU." + "<" * 200_000}},
            id="brackets",
        ),
    ],
)
def test_words_that_no_report_has_are_read_as_fast_as_others(clinician, ehr, members):
    """Each took minutes to hours, in which its process answered nobody."""
    ehr.resources += [report("", f"r{number}", **members) for number in range(20)]
    assert len(offered(clinician.client.get(clinician.launch()))) == 20


def test_a_table_without_sentences_names_no_vertebra(clinician, ehr):
    rows = "".join(f"<td>L1</td><td>{number} HU</td>" for number in range(20, 190))
    ehr.resources.append(report("", text={"div": f"<table>{rows}</table>"}))
    place = clinician.launch()
    page = clinician.client.post(place, data={"take": "DiagnosticReport/r1#1"})
    assert 'name="hu" type="text" maxlength="40" inputmode="decimal" value="20"' in (
        page.text
    )
    assert '<option value="L1" selected>' not in page.text


@pytest.mark.parametrize(
    "members",
    [
        pytest.param({"status": "entered-in-error"}, id="withdrawn"),
        pytest.param({"subject": {"reference": "Patient/p2"}}, id="of-another"),
        pytest.param({"id": "../x"}, id="no-id"),
        pytest.param(
            {
                "conclusion": "",
                "presentedForm": [{"contentType": "text/plain", "data": "%%%"}],
            },
            id="broken",
        ),
        pytest.param(
            {
                "conclusion": "",
                "presentedForm": [{"contentType": "text/plain", "url": "http://x/y"}],
            },
            id="elsewhere",
        ),
    ],
)
def test_what_is_not_a_report_of_this_patient_offers_nothing(clinician, ehr, members):
    ehr.resources.append(report("Mean 45 HU at L1.", **members))
    assert offered(clinician.client.get(clinician.launch())) == []


def test_one_click_fills_the_field_with_level_and_day(clinician, ehr):
    ehr.resources.append(report("Mean 45 HU at L1."))
    place = clinician.launch()
    page = clinician.client.post(place, data={"take": "DiagnosticReport/r1#1"})
    assert 'name="hu" type="text" maxlength="40" inputmode="decimal" value="45"' in (
        page.text
    )
    assert 'value="2026-11-02"' in page.text
    assert '<option value="L1" selected>' in page.text


TAKEN = {"hu": "45", "taken": "DiagnosticReport/r1#1"}


def saved(ehr, kind):
    return [one for one in ehr.resources if one["resourceType"] == kind]


def test_the_provenance_names_the_report_and_nothing_holds_its_words(
    clinician, desk, ehr
):
    ehr.resources.append(report("Canary lesion. Mean 45 HU at L1."))
    clinician.save(clinician.launch(), confirmed="yes", **TAKEN)
    (source,) = saved(ehr, "Provenance")
    assert source["entity"] == [
        {"role": "source", "what": {"reference": "DiagnosticReport/r1"}}
    ]
    (value,) = saved(ehr, "Observation")
    assert "Canary" not in str(value)
    entries = [desk.content(one) for one in desk.all("measures", "login")]
    assert "Canary" not in str(entries)
    assert ["DiagnosticReport/r1"] in [one.get("reports") for one in entries]


def test_a_number_that_was_changed_afterwards_is_not_the_report_s(clinician, ehr):
    ehr.resources.append(report("Mean 45 HU at L1."))
    clinician.save(clinician.launch(), confirmed="yes", **{**TAKEN, "hu": "46"})
    (source,) = saved(ehr, "Provenance")
    assert "entity" not in source


def test_reports_of_two_days_are_not_mixed(clinician, ehr):
    ehr.resources.append(report("Mean 45 HU at L1.", effectiveDateTime="2026-10-01"))
    place = clinician.launch()
    form = {"date": "2026-11-02", "t-score": "-2", "take": "DiagnosticReport/r1#1"}
    page = clinician.client.post(place, data=form)
    assert "This report is of 1 Oct 2026" in said(page)
    assert 'value="45"' not in page.text


def filled(page, name):
    """The content of a field of the form, or the choice."""
    if found := re.search(rf'name="{name}"[^>]* value="([^"]*)"', page.text):
        return found[1]
    choices = re.search(rf'<select[^>]*name="{name}".*?</select>', page.text, re.DOTALL)
    chosen = re.search(r'value="([^"]*)" selected', choices[0])
    return chosen[1] if chosen else ""


@pytest.mark.parametrize(
    ("first", "second", "form", "fields"),
    [
        pytest.param(
            "Mean 45 HU at L1.",
            "Adjacent vertebra 37 HU.",
            {},
            {"hu": "37", "level": ""},
            id="vertebra",
        ),
        pytest.param(
            "T-score femoral neck -2.9.",
            "T-score -1.1.",
            {},
            {"t-score": "-1.1", "dxa": ""},
            id="site",
        ),
        pytest.param(
            "Adjacent vertebra 37 HU.",
            "",
            {"hu": "45", "level": "L1"},
            {"hu": "37", "level": ""},
            id="beside-a-typed-number",
        ),
        pytest.param(
            "Adjacent vertebra 37 HU.",
            "",
            {"level": "L1"},
            {"hu": "37", "level": "L1"},
            id="a-person-s-own-answer-stays",
        ),
        pytest.param(
            "T-score -1.1.",
            "Mean 45 HU.",
            {"level": "L1"},
            {"hu": "45", "level": "L1"},
            id="beside-a-number-of-another-kind",
        ),
    ],
)
def test_a_number_keeps_no_place_of_the_number_before_it(
    clinician, ehr, first, second, form, fields
):
    ehr.resources.append(report(f"{first} {second}"))
    place = clinician.launch()
    page = clinician.client.post(place, data={**form, "take": "DiagnosticReport/r1#1"})
    if second:
        names = (*fields, "date", "taken")
        sent = {**form, **{name: filled(page, name) for name in names}}
        sent["take"] = "DiagnosticReport/r1#2"
        page = clinician.client.post(place, data=sent)
    assert {name: filled(page, name) for name in fields} == fields


def test_a_report_without_a_day_does_not_take_that_of_another(clinician, ehr):
    undated = report("Mean 37 HU at L2.", "r2", effectiveDateTime=None)
    ehr.resources += [report("Mean 45 HU at L1."), undated]
    place = clinician.launch()
    page = clinician.client.post(place, data={"take": "DiagnosticReport/r1#1"})
    sent = {name: filled(page, name) for name in ("hu", "level", "date", "taken")}
    assert sent["date"]
    sent["take"] = "DiagnosticReport/r2#1"
    page = clinician.client.post(place, data=sent)
    assert (filled(page, "hu"), filled(page, "date")) == ("37", "")


def test_a_forged_choice_fills_nothing(clinician, ehr):
    ehr.resources.append(report("Mean 45 HU at L1."))
    place = clinician.launch()
    page = clinician.client.post(place, data={"take": "DiagnosticReport/r9#1"})
    assert "does not say this any more" in said(page)


def test_markup_in_a_report_is_words(clinician, ehr):
    ehr.resources.append(report("<script>alert(1)</script> Mean 45 HU at L1."))
    page = clinician.client.get(clinician.launch())
    assert "<script>" not in page.text
    assert offered(page) == ["45 HU as Trabecular HU"]


def test_without_the_right_reports_are_not_asked_for(clinician, ehr):
    ehr.scope = EVERYTHING.replace(" patient/DiagnosticReport.rs", "")
    page = said(clinician.client.get(clinician.launch()))
    assert "did not allow this launch to read reports" in page
    assert not any("DiagnosticReport" in path for _, path, _ in ehr.asked)
