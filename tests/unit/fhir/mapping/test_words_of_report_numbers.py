"""A site's own words for numbers in reports: `report-numbers.toml`."""

from pathlib import Path

import pytest

from cds_service.errors import DataFileError
from cds_service.fhir.mapping.terminology import Terminology
from tests.builders import MAPPINGS

OURS = (MAPPINGS / "report-numbers.toml").read_text(encoding="utf-8")


def with_file(folder: Path, content: str) -> Path:
    (folder / "report-numbers.toml").write_text(content, encoding="utf-8")
    return folder


def test_a_site_names_an_area_in_its_language(tmp_path):
    content = OURS.replace(r"'\bright psoas\b'", r"'\b(musculus )?psoas rechts\b'")
    numbers = Terminology(MAPPINGS, with_file(tmp_path, content)).report_numbers
    (number,) = numbers.find("Musculus psoas rechts: 8,4 cm²")
    assert (number.field, number.value) == ("psoas-right", "8.4 cm2")


@pytest.mark.parametrize(
    ("change", "key"),
    [
        (("psoas-right =", "psoas-rihgt ="), "areas.psoas-rihgt"),
        (("'HU', 'HE'", "'HU(', 'HE'"), "units.hu.0"),
    ],
)
def test_a_wrong_word_names_its_key(tmp_path, change, key):
    with pytest.raises(DataFileError) as error:
        Terminology(MAPPINGS, with_file(tmp_path, OURS.replace(*change)))
    fault = error.value
    assert Path(fault.file).name == "report-numbers.toml"
    assert key in f"{fault.key} {fault}"
