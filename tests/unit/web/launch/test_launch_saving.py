"""Values saved from a launched worksheet: as what, by whom, once, and what happens if the record refuses."""

import pytest

from cds_service.audit.query import Query
from cds_service.web.pages.launched_sheet import WRITE_SECONDS
from tests.launch_desk import SITE, Clinician, LaunchDesk, said
from tests.stub_ehr import USER

STANDS = "yes"


def saved(ehr, kind="Observation"):
    return [one for one in ehr.resources if one["resourceType"] == kind]


def first_of(desk, result):
    """The id of the newest entry of a saving that ended so."""
    listed = desk.store.reader.find(Query(kinds=("measures",))).entries
    return next(entry.id for entry in listed if entry.result == result)


def test_a_confirmed_value_is_final_and_names_who_stands_for_it(clinician, ehr):
    place = clinician.launch()
    page = said(clinician.save(place, confirmed=STANDS, device="PACS 7.1"))
    assert "Saved: 1 new" in page
    (one,) = saved(ehr)
    assert one["status"] == "final"
    assert one["code"]["coding"][0]["code"] == "ct-attenuation"
    assert one["valueQuantity"]["value"] == 40
    assert one["valueQuantity"]["code"] == "[hnsf'U]"
    assert one["subject"] == {"reference": "Patient/p1"}
    assert one["performer"] == [{"reference": USER}]
    assert one["effectiveDateTime"] == "2026-11-02"
    assert one["bodySite"]["text"] == "L1"
    assert one["device"] == {"display": "PACS 7.1"}
    (source,) = saved(ehr, "Provenance")
    author, program = source["agent"]
    assert author["who"] == {"reference": USER}
    assert program["who"]["display"].startswith("kyphoplasty-cds")


def test_without_confirmation_a_value_is_preliminary(clinician, ehr):
    place = clinician.launch()
    page = said(clinician.save(place))
    assert saved(ehr)[0]["status"] == "preliminary"
    assert "preliminary: not used until a person confirms it" in page


def test_a_preliminary_value_can_be_confirmed_later(clinician, ehr):
    place = clinician.launch()
    clinician.save(place)
    clinician.save(place, confirmed=STANDS)
    assert [one["status"] for one in saved(ehr)] == ["preliminary", "final"]


def test_what_was_confirmed_is_there_if_it_is_saved_without_confirmation(
    clinician, ehr
):
    place = clinician.launch()
    clinician.save(place, confirmed=STANDS)
    page = said(clinician.save(place))
    assert "Saved: 0 new, 1 there already" in page
    assert [one["status"] for one in saved(ehr)] == ["final"]


@pytest.mark.parametrize("status", ["entered-in-error", "cancelled"])
def test_what_was_confirmed_and_taken_back_is_saved_without_confirmation(
    clinician, ehr, status
):
    place = clinician.launch()
    clinician.save(place, confirmed=STANDS)
    saved(ehr)[0]["status"] = status
    clinician.save(place)
    assert [one["status"] for one in saved(ehr)] == [status, "preliminary"]


def test_another_value_is_saved_without_confirmation(clinician, ehr):
    place = clinician.launch()
    clinician.save(place, confirmed=STANDS, kv="120")
    clinician.save(place, kv="100")
    assert [one["status"] for one in saved(ehr)] == ["final", "preliminary"]


def test_what_was_saved_is_read_back_and_shown(clinician):
    place = clinician.launch()
    page = said(clinician.save(place, confirmed=STANDS)).partition("On record")[2]
    assert "40.0 HU L1, 2026-11-02 reads it" in page


def test_saving_twice_changes_nothing(clinician, ehr):
    place = clinician.launch()
    clinician.save(place, confirmed=STANDS)
    before = list(ehr.resources)
    page = said(clinician.save(place, confirmed=STANDS))
    assert "Saved: 0 new, 1 there already" in page
    assert ehr.resources == before


def test_a_second_launch_saves_nothing_twice(clinician, ehr):
    clinician.save(clinician.launch(), confirmed=STANDS)
    clinician.save(clinician.launch(), confirmed=STANDS)
    assert len(saved(ehr)) == len(saved(ehr, "Provenance")) == 1


@pytest.mark.parametrize("status", ["entered-in-error", "cancelled"])
def test_what_was_taken_back_can_be_saved_again_and_again(clinician, ehr, desk, status):
    for times in range(1, 4):
        page = said(clinician.save(clinician.launch(), confirmed=STANDS))
        assert "Saved: 1 new" in page
        assert len(saved(ehr)) == times
        again = said(clinician.save(clinician.launch(), confirmed=STANDS))
        assert "Saved: 0 new, 1 there already" in again
        written = saved(ehr)[-1]
        sent = desk.store.reader.entry(first_of(desk, "asked")).content["values"]
        assert sent[0]["identifier"] == written["identifier"][0]["value"]
        written["status"] = status
    identifiers = {one["identifier"][0]["value"] for one in saved(ehr)}
    assert len(identifiers) == 3


def test_another_value_of_the_same_day_is_not_saved(clinician, ehr):
    place = clinician.launch()
    clinician.save(place, confirmed=STANDS)
    page = said(clinician.save(place, hu="90", confirmed=STANDS))
    assert "the record holds 40.0 HU of the same day" in page
    assert [one["valueQuantity"]["value"] for one in saved(ehr)] == [40]


ALIAS = "https://inside.example.org/fhir"
WITH_ALIAS = SITE.replace(
    "[clients.worksheet]",
    'fhir-aliases = {{ "{base}" = ["' + ALIAS + '"] }}\n[clients.worksheet]',
)
NUMBER = {"system": "https://ehr.example.org/mrn", "value": "4711"}


@pytest.mark.parametrize(
    "subject",
    [
        pytest.param({"reference": "Patient/p1/_history/3"}, id="version"),
        pytest.param({"reference": f"{ALIAS}/Patient/p1"}, id="alias"),
        pytest.param({"identifier": NUMBER}, id="record-number"),
    ],
)
def test_a_value_is_a_rival_however_it_names_the_patient(make_desk, ehr, subject):
    ehr.resources[0]["identifier"] = [NUMBER]
    clinician = Clinician(make_desk(template=WITH_ALIAS))
    place = clinician.launch()
    clinician.save(place, confirmed=STANDS)
    saved(ehr)[0]["subject"] = subject
    page = said(clinician.save(place, hu="90", confirmed=STANDS))
    assert "the record holds 40.0 HU of the same day" in page
    assert [one["valueQuantity"]["value"] for one in saved(ehr)] == [40]


WARD = {
    "resourceType": "Observation",
    "id": "ward",
    "status": "final",
    "code": {"coding": [{"system": "http://loinc.org", "code": "29463-7"}]},
    "subject": {"reference": "Patient/p1"},
    "effectiveDateTime": "2026-11-02T08:00:00+01:00",
}
NO_HU = {"hu": "", "level": "", "contrast": "", "kv": "", "trabecular": ""}


def kilograms(amount):
    unit = {"system": "http://unitsofmeasure.org", "code": "kg", "unit": "kg"}
    return {"valueQuantity": {"value": amount, **unit}}


def pounds(amount):
    unit = {"system": "http://unitsofmeasure.org", "code": "[lb_av]"}
    return {"valueQuantity": {"value": amount, **unit}}


@pytest.mark.parametrize(
    ("members", "is_rival"),
    [
        pytest.param(kilograms(61), True, id="another-value"),
        pytest.param(pounds(141.1), False, id="the-same-in-pounds"),
        pytest.param(pounds(134.5), True, id="another-in-pounds"),
        pytest.param(kilograms(61) | {"status": "cancelled"}, False, id="taken-back"),
    ],
)
def test_what_the_ward_recorded_is_a_rival_under_its_own_code(
    clinician, ehr, members, is_rival
):
    """An order would read both, and neither would count."""
    ehr.resources.append(WARD | members)
    place = clinician.launch()
    page = said(clinician.save(place, **NO_HU, weight="64", confirmed=STANDS))
    assert ("of the same day; with two values neither counts" in page) == is_rival
    assert len(saved(ehr)) == 2 - is_rival


@pytest.mark.parametrize(
    ("closed", "why"),
    [
        pytest.param(
            {"link": [{"type": "replaced-by", "other": {"reference": "Patient/p2"}}]},
            "was merged into Patient/p2",
            id="merged",
        ),
        pytest.param({"active": False}, "is not in use any more", id="inactive"),
    ],
)
def test_nothing_is_saved_to_a_record_that_is_closed(clinician, ehr, closed, why):
    place = clinician.launch()
    ehr.resources[0].update(closed)
    page = said(clinician.save(place, confirmed=STANDS))
    assert why in page
    assert "Nothing was saved" in page
    assert saved(ehr) == []


def test_nothing_is_saved_beside_measures_that_cannot_be_read(clinician, ehr):
    place = clinician.launch()
    clinician.save(place, confirmed=STANDS)
    ehr.refuses_measures = 500
    page = said(clinician.save(place, hu="90", confirmed=STANDS))
    assert "Nothing was saved" in page
    assert [one["valueQuantity"]["value"] for one in saved(ehr)] == [40]


@pytest.mark.parametrize(
    "odd",
    [
        pytest.param({"bodySite": {"text": "L1 \ud800"}}, id="half-a-character"),
        pytest.param({"valueQuantity": None, "valueBoolean": {"a": 1}}, id="object"),
    ],
)
def test_an_odd_measure_on_record_leaves_the_page(clinician, ehr, odd):
    place = clinician.launch()
    clinician.save(place, confirmed=STANDS)
    saved(ehr)[0].update(odd)
    assert "On record" in said(clinician.compute(place))


def test_only_what_was_shown_is_saved(clinician, ehr):
    place = clinician.launch()
    shown = clinician.compute(place)
    page = said(clinician.save(place, after=shown, hu="400", confirmed=STANDS))
    assert "not those that were shown" in page
    assert saved(ehr) == []


@pytest.mark.parametrize("token", ["", "x" * 43])
def test_a_form_of_another_page_saves_nothing(clinician, ehr, token):
    place = clinician.launch()
    page = clinician.save(place, token=token, confirmed=STANDS)
    assert saved(ehr) == []
    assert "nothing was saved" in said(page)


@pytest.mark.parametrize(
    ("form", "words"),
    [
        pytest.param({"date": ""}, "Say the day of the examination", id="no-day"),
        pytest.param({"date": "2026-12-24"}, "lies in the future", id="ahead"),
        pytest.param({"hu": "4000"}, "-200 to 800 is plausible", id="implausible"),
        pytest.param({"contrast": "yes"}, "does not read it", id="with-contrast"),
    ],
)
def test_what_could_not_count_is_not_saved(clinician, ehr, form, words):
    place = clinician.launch()
    page = said(clinician.save(place, confirmed=STANDS, **form))
    assert words in page
    assert saved(ehr) == []


@pytest.mark.parametrize("status", [403, 422, 404, 500])
def test_a_record_that_refuses_leaves_the_text(clinician, desk, ehr, status):
    ehr.refuses = status
    page = clinician.save(clinician.launch(), confirmed=STANDS)
    assert "The server wrote nothing" in said(page)
    assert "imaging values are not taken" in said(page)
    assert "40.0 HU, L1" in said(page)
    assert 'name="hu"' in page.text
    assert 'value="40"' in page.text
    assert desk.newest("measures").result == "refused"


def test_an_answer_that_refuses_each_value_is_no_success(clinician, desk, ehr):
    ehr.refuses_each = "422 Unprocessable Entity"
    page = said(clinician.save(clinician.launch(), confirmed=STANDS))
    assert "did not write 2 of 2 entries (422)" in page
    assert "Saved:" not in page
    assert desk.newest("measures").result == "refused"


@pytest.mark.parametrize(
    "trouble",
    [
        pytest.param({"refuses": 504}, id="a gateway that got no answer"),
        pytest.param({"refuses": 502}, id="a gateway without its server"),
        pytest.param({"after_writing": "hang up"}, id="a connection that breaks"),
        pytest.param(
            {"after_writing": "no statuses"}, id="an answer that says nothing"
        ),
        pytest.param({"after_writing": "half"}, id="half of it refused"),
    ],
)
def test_what_nobody_knows_is_not_logged_as_refused(clinician, desk, ehr, trouble):
    place = clinician.launch()
    for name, value in trouble.items():
        setattr(ehr, name, value)
    page = said(clinician.save(place, confirmed=STANDS))
    assert "Saved:" not in page
    assert desk.newest("measures").result == "unknown"


def test_a_session_that_ended_leaves_the_text(clinician, desk, ehr):
    place = clinician.launch()
    page = clinician.compute(place)
    desk.later(hours=2)
    late = clinician.save(place, after=page, confirmed=STANDS)
    assert late.status_code == 403
    assert "This launch has ended, and nothing was saved" in said(late)
    assert "40.0 HU, L1" in said(late)
    assert saved(ehr) == []


def test_the_log_holds_values_and_who_before_they_are_sent(clinician, desk):
    clinician.save(clinician.launch(), confirmed=STANDS)
    end, asked = desk.all("measures")
    assert (asked.result, end.result, end.about) == ("asked", "saved", asked.id)
    assert (asked.user, asked.patient) == (USER, "p1")
    (value,) = desk.content(asked)["values"]
    assert (value["measure"], value["value"], value["levels"]) == (
        "ct-attenuation",
        40.0,
        ["L1"],
    )
    assert desk.content(end) == {"view": "worksheet", "new": 1, "there": 0}


def test_without_the_log_nothing_is_sent(clinician, desk, ehr, monkeypatch):
    from cds_service.errors import AuditUnavailable

    place = clinician.launch()
    page = clinician.compute(place)

    def fail(*_):
        raise AuditUnavailable

    monkeypatch.setattr(desk.store, "append", fail)
    late = clinician.save(place, after=page, confirmed=STANDS)
    assert "so nothing was sent" in said(late)
    assert saved(ehr) == []


def test_without_the_right_to_provenance_the_values_are_saved_and_it_is_said(
    clinician, ehr
):
    ehr.scope = "patient/Patient.rs patient/Observation.crs"
    place = clinician.launch()
    assert "does not let the worksheet note where" in said(clinician.compute(place))
    clinician.save(place, confirmed=STANDS)
    assert len(saved(ehr)) == 1
    assert saved(ehr, "Provenance") == []


def test_the_figure_is_this_patient_s_with_what_is_on_record(clinician, ehr):
    place = clinician.launch()
    page = said(clinician.compute(place, **{"t-score": "-3.5", "dxa": "hip"}))
    figures = page.partition("This patient: another vertebral fracture")[2]
    without, _, with_them = figures.partition("With them")
    assert "T-score" in without
    assert "T-score" not in with_them.partition("A rough guide")[0]
    asked = {path.partition("?")[0] for _, path, _ in ehr.asked}
    assert asked == {"/fhir/Patient/p1", "/fhir/Observation", "/fhir/DiagnosticReport"}


def test_after_saving_the_figure_is_that_of_the_record(clinician):
    place = clinician.launch()
    values = {"t-score": "-3.5", "dxa": "hip"}
    preliminary = said(clinician.save(place, **values)).partition("This patient:")[2]
    confirmed = said(clinician.save(place, confirmed="yes", **values))
    now = confirmed.partition("This patient:")[2].partition("A rough guide")[0]
    assert "As the record is now" in now
    assert "T-score" in preliminary.partition("A rough guide")[0]
    assert "T-score" not in now


def test_a_figure_that_was_shown_is_in_the_log(clinician, desk):
    clinician.compute(clinician.launch(), **{"t-score": "-3.5", "dxa": "hip"})
    entry = desk.newest("read")
    assert (entry.user, entry.patient) == (USER, "p1")
    titles = [one["title"] for one in desk.content(entry)["figures"]]
    assert titles == ["Without these values", "With them"]


@pytest.mark.parametrize(
    "mode",
    [
        pytest.param('mode = "silent"', id="silent"),
        pytest.param('mode = "off"', id="off"),
        pytest.param('pilot-users = ["Practitioner/other"]', id="not-a-pilot"),
    ],
)
def test_whom_the_site_shows_no_cards_sees_no_figure(tmp_path, ehr, mode):
    desk = LaunchDesk(tmp_path, ehr, template=f"[service]\n{mode}\n{SITE}")
    clinician = Clinician(desk)
    page = said(clinician.compute(clinician.launch(), **{"t-score": "-3.5"}))
    assert "reads it" in page
    assert "another vertebral fracture" not in page
    desk.close()


def test_a_slow_record_takes_nothing_that_may_be_cut_off(clinician, ehr, monkeypatch):
    place = clinician.launch()
    page = clinician.compute(place)
    monkeypatch.setattr(
        "cds_service.web.pages.launched_sheet.PAGE_SECONDS", WRITE_SECONDS + 0.5
    )
    ehr.delay = 0.3  # three reads come before a write
    said_of_it = said(clinician.save(place, after=page))
    assert "answers too slowly now, so nothing was sent" in said_of_it
    assert saved(ehr) == []
    assert "POST" not in {method for method, _, _ in ehr.asked}


@pytest.mark.parametrize(
    ("person", "why", "new"),
    [
        pytest.param({"active": False}, "not in use any more", 0, id="inactive"),
        pytest.param(
            {"active": False, "deceasedBoolean": True},
            "not in use any more",
            0,
            id="both",
        ),
        pytest.param({"deceasedBoolean": True}, "no figure", 1, id="dead"),
    ],
)
def test_who_has_no_figure_has_the_page(clinician, ehr, person, why, new):
    ehr.resources[0] |= person
    place = clinician.launch()
    answered = clinician.compute(place)
    assert answered.status_code == 200
    assert "CT attenuation" in said(answered)
    assert why in said(answered)
    clinician.save(place, confirmed=STANDS)
    assert len(saved(ehr)) == new
