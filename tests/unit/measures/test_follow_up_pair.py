"""Two MRIs measured the same way and imported: the change that the study of muscle describes."""

import json
from datetime import timedelta

import pytest
from click.testing import CliRunner

from cds_service.cli import main
from cds_service.core.derivations.derived import derive
from cds_service.core.models.strata import compare_with_marker
from tests.builders import TODAY, findings_of, specs
from tests.chart_builders import PATIENT, augmented, open_service

# days ago; the study's MRIs lie 96 to 461 days apart
BEFORE, OPERATED, AFTER = 260, 240, 20
STUDY = open_service().studies["muscle-change-2021"]


@pytest.fixture
def imported(tmp_path):
    """The Observations of a table with these rows: days ago, area, signal, scanner."""

    def resources(*rows):
        days = [(TODAY - timedelta(days=days)).isoformat() for days, *_ in rows]
        lines = [
            f"{day},L1,{area},{signal},{device},MRI T2"
            for day, (_, area, signal, device) in zip(days, rows, strict=True)
        ]
        file = tmp_path / "muscle.csv"
        file.write_text(
            "\n".join(
                ("date,level,paraspinal-csa,paraspinal-signal,device,method", *lines)
            )
        )
        found = json.loads(
            CliRunner()
            .invoke(main, ["import", str(file), "--patient", PATIENT, "--json"])
            .stdout
        )
        return [
            {**one, "id": f"imported-{number}"}
            for number, one in enumerate(found["taken"])
        ]

    return resources


def marker_of(*resources):
    found = findings_of(
        *resources,
        {**augmented(OPERATED), "performedDateTime": str(TODAY - timedelta(OPERATED))},
    )
    return compare_with_marker(
        STUDY, derive(found, specs(), None, sarcopenia_criteria="awgs-2019")
    )


def test_the_change_of_two_mris_is_compared_with_the_study(imported):
    marker = marker_of(
        *imported((BEFORE, 25, 100, "Scanner A"), (AFTER, 20, 120, "Scanner A"))
    )
    # Near ends of those who had refractured (Table 2): area -7.5 %, signal +5.3 %, area
    # / signal -15.0 %.
    assert [
        (one.label, round(one.change, 1), one.is_in_range) for one in marker.changes
    ] == [
        ("muscle area", -20.0, True),
        ("muscle signal", 20.0, True),
        ("ratio of area to signal", -33.3, True),
    ]
    assert (marker.last - marker.first).days == BEFORE - AFTER


def test_a_small_change_is_in_no_range(imported):
    marker = marker_of(
        *imported((BEFORE, 25, 100, "Scanner A"), (AFTER, 24.8, 101, "Scanner A"))
    )
    assert not any(one.is_in_range for one in marker.changes)


def test_two_scanners_are_not_compared(imported):
    assert (
        marker_of(
            *imported((BEFORE, 25, 100, "Scanner A"), (AFTER, 20, 120, "Scanner B"))
        )
        is None
    )


def test_one_mri_alone_says_nothing(imported):
    assert marker_of(*imported((AFTER, 20, 120, "Scanner A"))) is None
