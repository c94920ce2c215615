"""The sample patients: valid R4, fresh on any day, and as their stories say."""

import re
from datetime import date, timedelta

import pytest
from fhir.resources.R4B import get_fhir_model_class

from cds_service.errors import DataFileError
from cds_service.samples import FOLDER, load_samples

TODAY = date(2026, 11, 20)
SAMPLES = {sample.id: sample for sample in load_samples(TODAY)}
IDS = sorted(SAMPLES)


def of_type(sample_id, resource_type):
    return [
        resource
        for resource in SAMPLES[sample_id].resources
        if resource["resourceType"] == resource_type
    ]


def values(sample_id, code):
    """(value, unit, day) of the Observations with this code, oldest first."""
    found = [
        (
            resource["valueQuantity"]["value"],
            resource["valueQuantity"].get("unit"),
            resource["effectiveDateTime"][:10],
        )
        for resource in of_type(sample_id, "Observation")
        if code in {coding["code"] for coding in resource["code"]["coding"]}
    ]
    return sorted(found, key=lambda row: row[2])


@pytest.mark.parametrize("sample_id", IDS)
def test_every_resource_is_valid_r4(sample_id):
    for resource in (*SAMPLES[sample_id].resources, SAMPLES[sample_id].draft_orders):
        get_fhir_model_class(resource["resourceType"]).model_validate(resource)


@pytest.mark.parametrize("sample_id", IDS)
def test_every_resource_and_order_is_of_this_patient(sample_id):
    sample = SAMPLES[sample_id]
    orders = [entry["resource"] for entry in sample.draft_orders["entry"]]
    subjects = {
        item["subject"]["reference"]
        for item in (*sample.resources, *orders)
        if "subject" in item
    }
    assert sample.resources[0]["resourceType"] == "Patient"
    assert sample.resources[0]["id"] == sample_id
    assert subjects == {f"Patient/{sample_id}"}


@pytest.mark.parametrize(
    "today", [date(2026, 11, 20), date(2028, 2, 29), date(2031, 1, 1)]
)
def test_nothing_is_dated_after_today_and_no_placeholder_is_left(today):
    for sample in load_samples(today):
        text = repr(sample.resources) + repr(sample.draft_orders)
        days = re.findall(r"'(\d{4}-\d{2}-\d{2})", text)
        assert "{today" not in text
        assert days
        assert max(days) <= today.isoformat()


def test_a_misspelt_date_is_named_with_its_file(tmp_path, monkeypatch):
    for name in ("samples.toml", "surgeon.json"):
        (tmp_path / name).write_text(
            (FOLDER / name).read_text(encoding="utf-8"), encoding="utf-8"
        )
    (tmp_path / "patients").mkdir()
    (tmp_path / "patients" / "p1-thin-high.json").write_text(
        '{"entry": [{"resource": {"x": "{today-3w}"}}]}'
    )
    monkeypatch.setattr("cds_service.samples.FOLDER", tmp_path)
    with pytest.raises(DataFileError, match=r"p1-thin-high\.json: \{today-3w\}"):
        load_samples(TODAY)


def test_p9_muscle_changed_within_the_range_of_refractured_patients_and_outside_the_others():
    # Evidence page, muscle-change-2021: quartiles of area, signal and their ratio,
    # refractured / not, in %.
    (area, _, first), (later_area, _, second) = values(
        "p9-repeated-mri", "paraspinal-csa"
    )
    (signal, *_), (later_signal, *_) = values("p9-repeated-mri", "paraspinal-signal")
    changes = [
        later_area / area,
        later_signal / signal,
        later_area / later_signal * signal / area,
    ]
    quartiles = [
        ((-11.8, -7.5), (-3.0, 0.2)),
        ((5.3, 16.7), (-2.3, 4.1)),
        ((-23.0, -15.0), (-6.3, 0.5)),
    ]
    for change, (refractured, others) in zip(changes, quartiles, strict=True):
        percent = (change - 1) * 100
        assert refractured[0] < percent < refractured[1]
        assert not others[0] <= percent <= others[1]
    assert date.fromisoformat(second) - date.fromisoformat(first) == timedelta(days=247)
