"""The sample patients: valid R4, fresh on any day, and as their stories say."""

import re
from datetime import date, timedelta

import pytest
from fhir.resources.R4B import get_fhir_model_class

from cds_service.errors import DataFileError
from cds_service.samples import FOLDER, SITE_FOLDER, load_samples
from cds_service.site.folder import load_site

TODAY = date(2026, 11, 20)
SAMPLES = {sample.id: sample for sample in load_samples(TODAY)}
IDS = sorted(SAMPLES)


def of_type(sample_id, resource_type):
    return [resource for resource in SAMPLES[sample_id].resources if resource["resourceType"] == resource_type]


def values(sample_id, code):
    """(value, unit, day) of the Observations with this code, oldest first."""
    found = [
        (resource["valueQuantity"]["value"], resource["valueQuantity"].get("unit"), resource["effectiveDateTime"][:10])
        for resource in of_type(sample_id, "Observation")
        if code in {coding["code"] for coding in resource["code"]["coding"]}
    ]
    return sorted(found, key=lambda row: row[2])


def newest(sample_id, code):
    return values(sample_id, code)[-1][0]


def drug_codes(sample_id):
    return [
        coding["code"]
        for resource in of_type(sample_id, "MedicationRequest")
        for coding in resource["medicationCodeableConcept"]["coding"]
    ]


def test_there_are_nine_patients_in_the_order_of_their_numbers():
    assert [sample.id[:2] for sample in load_samples(TODAY)] == [f"p{number}" for number in range(1, 10)]


@pytest.mark.parametrize("sample_id", IDS)
def test_every_resource_is_valid_r4(sample_id):
    for resource in (*SAMPLES[sample_id].resources, SAMPLES[sample_id].draft_orders):
        get_fhir_model_class(resource["resourceType"]).model_validate(resource)


@pytest.mark.parametrize("sample_id", IDS)
def test_every_resource_and_order_is_of_this_patient(sample_id):
    sample = SAMPLES[sample_id]
    orders = [entry["resource"] for entry in sample.draft_orders["entry"]]
    subjects = {item["subject"]["reference"] for item in (*sample.resources, *orders) if "subject" in item}
    assert sample.resources[0]["resourceType"] == "Patient"
    assert sample.resources[0]["id"] == sample_id
    assert subjects == {f"Patient/{sample_id}"}


def test_no_two_patients_share_a_resource_but_the_surgeon():
    names = [(r["resourceType"], r["id"]) for sample in SAMPLES.values() for r in sample.resources]
    repeated = {name for name in names if names.count(name) > 1}
    assert repeated == {("Practitioner", "sample-surgeon")}


@pytest.mark.parametrize("sample_id", IDS)
def test_draft_orders_are_drafts_written_today_by_the_surgeon(sample_id):
    for entry in SAMPLES[sample_id].draft_orders["entry"]:
        order = entry["resource"]
        assert (order["status"], order["authoredOn"]) == ("draft", "2026-11-20")
        assert order["requester"] == {"reference": "Practitioner/sample-surgeon"}


@pytest.mark.parametrize("today", [date(2026, 11, 20), date(2028, 2, 29), date(2031, 1, 1)])
def test_nothing_is_dated_after_today_and_no_placeholder_is_left(today):
    for sample in load_samples(today):
        text = repr(sample.resources) + repr(sample.draft_orders)
        days = re.findall(r"'(\d{4}-\d{2}-\d{2})", text)
        assert "{today" not in text
        assert days
        assert max(days) <= today.isoformat()


@pytest.mark.parametrize(
    ("sample_id", "age"), [("p1-thin-high", 81), ("p4-vertebroplasty", 77), ("p6-open-ended-brace", 79)]
)
@pytest.mark.parametrize("today", [date(2026, 11, 20), date(2028, 2, 29), date(2031, 1, 1)])
def test_patients_never_age(sample_id, age, today):
    sample = next(sample for sample in load_samples(today) if sample.id == sample_id)
    born = date.fromisoformat(sample.resources[0]["birthDate"])
    assert today.year - born.year - ((today.month, today.day) < (born.month, born.day)) == age


def test_a_misspelt_date_is_named_with_its_file(tmp_path, monkeypatch):
    for name in ("samples.toml", "surgeon.json"):
        (tmp_path / name).write_text((FOLDER / name).read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "patients").mkdir()
    (tmp_path / "patients" / "p1-thin-high.json").write_text('{"entry": [{"resource": {"x": "{today-3w}"}}]}')
    monkeypatch.setattr("cds_service.samples.FOLDER", tmp_path)
    with pytest.raises(DataFileError, match=r"p1-thin-high\.json: \{today-3w\}"):
        load_samples(TODAY)


def test_p1_is_thin_and_fully_measured():
    # cards.md, P1
    assert newest("p1-thin-high", "38267-1") == -3.2
    assert newest("p1-thin-high", "39156-5") == 18.5
    assert newest("p1-thin-high", "pma-rate") == 57
    assert newest("p1-thin-high", "895533005") == 15
    assert newest("p1-thin-high", "psoas-total-area") == 10.0
    assert newest("p1-thin-high", "es-mf-fat-fraction") == 58
    assert newest("p1-thin-high", "vbq") == 3.1
    right = [value for value, _, _ in values("p1-thin-high", "83174-3")]
    assert sum(right) / len(right) == pytest.approx(12.0)
    assert len(of_type("p1-thin-high", "MedicationRequest")) == 11


@pytest.mark.parametrize("sample_id", ["p1-thin-high", "p2-low"])
def test_stored_body_mass_index_agrees_with_weight_and_height(sample_id):
    bmi = newest(sample_id, "29463-7") / (newest(sample_id, "8302-2") / 100) ** 2
    assert bmi == pytest.approx(newest(sample_id, "39156-5"), abs=0.05)


def test_p2_has_good_values_and_normal_muscle():
    # Muscle index 5.4 kg/m², grip 18 kg and gait 0.8 m/s are the study's cut-offs for women.
    assert newest("p2-low", "38264-8") == -1.9
    assert newest("p2-low", "appendicular-lean-mass") / 1.60**2 > 5.4
    assert newest("p2-low", "83174-3") > 18
    assert newest("p2-low", "83172-7") > 0.8
    assert newest("p2-low", "895533005") == 26
    assert len(of_type("p2-low", "MedicationRequest")) == 6


def test_p3_is_known_by_t_score_bmi_and_lists_alone():
    assert [newest("p3-typical-western", code) for code in ("38264-8", "39156-5")] == [-2.8, 28]
    assert len(of_type("p3-typical-western", "Observation")) == 2
    assert len(of_type("p3-typical-western", "MedicationRequest")) == 9


def test_p4_gets_a_vertebroplasty_and_has_ct_and_multifidus():
    order = SAMPLES["p4-vertebroplasty"].draft_orders["entry"][0]["resource"]
    assert order["code"]["coding"][0]["code"] == "22511"
    assert [newest("p4-vertebroplasty", code) for code in ("ct-attenuation", "multifidus-smi", "38267-1")] == [
        45,
        105,
        -2.9,
    ]


def test_p5_has_nothing_but_a_patient():
    assert [resource["resourceType"] for resource in SAMPLES["p5-nothing-known"].resources] == [
        "Patient",
        "Practitioner",
    ]


def test_p6_signs_a_tlso_without_any_end():
    brace = SAMPLES["p6-open-ended-brace"].draft_orders["entry"][1]["resource"]
    assert brace["resourceType"] == "DeviceRequest"
    assert brace["codeCodeableConcept"]["coding"][0]["code"] == "L0456"
    assert not [element for element in brace if element.startswith("occurrence")]


def test_p7_speaks_other_units_and_codes_that_its_site_maps():
    units = {resource["valueQuantity"].get("unit") for resource in of_type("p7-other-units", "Observation")}
    assert {"in", "lb", "g", "mm2", "cm²/m²", "HU", None} <= units
    text = (SITE_FOLDER / "mappings" / "conceptmap" / "local.json").read_text(encoding="utf-8")
    local = {
        coding["code"]
        for resource in (
            *of_type("p7-other-units", "Observation"),
            SAMPLES["p7-other-units"].draft_orders["entry"][0]["resource"],
        )
        for coding in resource["code"]["coding"]
        if coding["system"].startswith("https://hospital.example")
    }
    assert local == {"7010", "7012", "7031", "7040", "SURG-4711"}
    assert all(f'"{code}"' in text for code in local)


def test_only_the_patient_with_local_codes_needs_the_site():
    assert [sample.id for sample in SAMPLES.values() if sample.needs_site] == ["p7-other-units"]


def test_the_sample_site_is_a_site_folder_without_clients():
    folder = load_site(SITE_FOLDER)
    assert folder.mappings == SITE_FOLDER / "mappings"
    assert folder.site.clients == ()


def test_p8_had_denosumab_nine_months_ago_and_no_other_bone_drug_since():
    # Bone drugs by class: M05B, H05AA, G03XC (terminology reference, section 4.5).
    doses = [resource["effectiveDateTime"] for resource in of_type("p8-overdue-denosumab", "MedicationAdministration")]
    bone = {code for code in drug_codes("p8-overdue-denosumab") if code.startswith(("M05B", "H05AA", "G03XC"))}
    assert 8 * 30 < (TODAY - date.fromisoformat(max(doses))).days < 10 * 31
    assert bone == {"M05BX04"}


@pytest.mark.parametrize("sample_id", [name for name in IDS if not name.startswith(("p5", "p8"))])
def test_the_others_are_on_no_bone_drug_and_no_steroid_but_have_a_medication_list(sample_id):
    codes = drug_codes(sample_id)
    assert codes
    assert not [code for code in codes if code.startswith(("M05B", "H05AA", "G03XC", "H02AB"))]


@pytest.mark.parametrize("sample_id", [name for name in IDS if not name.startswith("p5")])
def test_problem_lists_hold_several_entries_and_diabetes_only_for_p1(sample_id):
    codes = [coding["code"] for r in of_type(sample_id, "Condition") for coding in r["code"]["coding"]]
    assert len(of_type(sample_id, "Condition")) >= 7
    assert [code for code in codes if re.match(r"E0[89]|E1[0-3]", code)] == (
        ["E11.9"] if sample_id.startswith("p1") else []
    )


def test_p9_muscle_changed_within_the_range_of_refractured_patients_and_outside_the_others():
    # Evidence page, muscle-change-2021: quartiles of area, signal and their ratio, refractured / not, in %.
    (area, _, first), (later_area, _, second) = values("p9-repeated-mri", "paraspinal-csa")
    (signal, *_), (later_signal, *_) = values("p9-repeated-mri", "paraspinal-signal")
    changes = [later_area / area, later_signal / signal, later_area / later_signal * signal / area]
    quartiles = [((-11.8, -7.5), (-3.0, 0.2)), ((5.3, 16.7), (-2.3, 4.1)), ((-23.0, -15.0), (-6.3, 0.5))]
    for change, (refractured, others) in zip(changes, quartiles, strict=True):
        percent = (change - 1) * 100
        assert refractured[0] < percent < refractured[1]
        assert not others[0] <= percent <= others[1]
    assert date.fromisoformat(second) - date.fromisoformat(first) == timedelta(days=247)


def test_the_readme_names_every_patient():
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert [name for name in IDS if f"`{name}`" not in readme] == []
