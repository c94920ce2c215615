"""Scopes, needles and values that are an alarm, since the operation, are asked about."""

from typing import Any

import pytest

from tests.chart_builders import days_ago
from tests.patients.leaving import (
    act_done,
    act_ordered,
    appointment,
    summaries_beside,
)

READ = "1 recent entry not understood. Read before leaving."
PROBES = [
    *(
        "Lumbar puncture",
        "EEG",
        "Bronchoscopy",
        "Gastroscopy",
        "Koro",
        "Thoracocentesis",
    ),
    *("Lumbalpunktion", "Koloskopie", "ÖGD", "Ponction lombaire", "Punción lumbar"),
    *("Rachicentesi", "Lumbaalpunctie", "Nakłucie lędźwiowe"),
    *("腰椎穿刺", "胃镜", "上部消化管内視鏡", "요추 천자", "위내시경"),
]
VALUES = [
    *("Hypotonie 80/40", "Hb 6.8", "SpO2 84 %", "RR 80/40", "Laktat 6", "TA 70/40"),
    *("GCS 9", "Temp 39.5", "Kalium 7.1", "Na 112", "HR 150", "血压 70/40"),
]
ORDINARY = [
    *("Venipuncture", "Akupunktur", "Urine microscopy", "Colonoscopy as outpatient"),
    *("Koloskopie 2019", "Geplante Koloskopie", "Puncture site check"),
    *("SpO2 target 88-92 %", "Notify if BP < 90/60", "RR 120/80", "Hb 11.2"),
    *("HbA1c 7.2", "Ringer-Laktat 500 ml", "Kalium-Brause 1-0-1", "Blutdruckprofil"),
]


@pytest.mark.parametrize("make", [act_done, act_ordered])
@pytest.mark.parametrize("title", [*PROBES, *VALUES])
def test_such_an_act_is_to_be_read(make: Any, title: str) -> None:
    (summary,) = summaries_beside(make(title))
    assert summary.endswith(READ)


@pytest.mark.parametrize(
    "entry",
    [
        act_ordered("Blood count", "Hb 6.8"),
        act_ordered("Oxygen", note=[{"text": "SpO2 82 % RA"}]),
        appointment("Clinic", day="2026-12-10", number="v", comment="RR 80/40"),
    ],
)
def test_so_is_a_value_next_to_an_act(entry: Any) -> None:
    (summary,) = summaries_beside(entry)
    assert summary.endswith(READ)


@pytest.mark.parametrize("make", [act_done, act_ordered])
@pytest.mark.parametrize("title", ORDINARY)
def test_an_everyday_one_is_not(make: Any, title: str) -> None:
    assert summaries_beside(make(title)) == []


@pytest.mark.parametrize("title", ["Gastroscopy", "Hb 6.8"])
def test_nor_is_one_of_before_the_operation(title: str) -> None:
    assert summaries_beside(act_ordered(title, days=3)) == []
    ordered = act_ordered(title, days=3) | {"occurrenceDateTime": days_ago(0)}
    assert summaries_beside(ordered) == []
