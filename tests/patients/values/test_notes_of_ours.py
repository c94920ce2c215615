"""The notes that this program writes next to a value leave nothing open at the next order."""

from datetime import date

import pytest

from cds_service.fhir.mapping.terminology import Terminology
from cds_service.loading import load_measures_in_force, mapping_folders
from cds_service.measures.observations import Writer, site_codes
from cds_service.measures.values import Note, Remark
from tests.chart_builders import PATIENT, days_ago
from tests.measured_elsewhere import reported
from tests.patients.reassuring import cards_of

MEASURES = load_measures_in_force()
WRITER = Writer(PATIENT, Terminology(*mapping_folders()), site_codes(mapping_folders()))


@pytest.mark.parametrize(
    ("name", "is_verified", "remarks"),
    [
        ("ct-attenuation", False, ()),
        ("bmi", False, ()),
        ("psoas-total-area", True, (Remark(Note.OF_ONE_SLICE, "5"),)),
    ],
)
def test_the_cards_are_those_of_the_value_without_its_note(name, is_verified, remarks):
    value = reported(
        MEASURES[name],
        day=date.fromisoformat(days_ago(5)),
        is_verified=is_verified,
        remarks=remarks,
    )
    written = {**WRITER.write(value).observation, "id": "o1"}
    bare = {element: part for element, part in written.items() if element != "note"}
    shown, as_bare = (
        {topic: (card["summary"], card["detail"]) for topic, card in cards.items()}
        for cards in (cards_of(written), cards_of(bare))
    )
    assert shown == as_bare
