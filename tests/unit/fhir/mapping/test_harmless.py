"""What an exact name of a harmless disease may have beside it, by `harmless.toml`."""

from pathlib import Path

import pytest

from cds_service.errors import DataFileError
from cds_service.fhir.mapping.terminology import Terminology
from tests.builders import MAPPINGS, terminology

OURS = (MAPPINGS / "harmless.toml").read_text(encoding="utf-8")


def with_file(folder: Path, content: str) -> Path:
    (folder / "harmless.toml").write_text(content, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    "name",
    [
        "VCF L1",
        "VCF L1-L2",
        "Fraktur LWK 1 und 2",
        "Fraktur Th12/L1",
        "Spondylose (seit 2012)",
        "Osteoporosis (disorder)",
    ],
)
def test_a_level_a_year_and_a_tag_leave_the_name(name):
    assert terminology().harmless.is_harmless(name)


@pytest.mark.parametrize(
    "name",
    ["VCF L1 lytic", "Spondylose (nach 2012)", "Osteoporosis (tumour)", "VCF X1"],
)
def test_anything_else_makes_another_name(name):
    assert not terminology().harmless.is_harmless(name)


def test_a_site_writes_levels_in_its_language(tmp_path):
    content = OURS.replace("'[腰胸]椎?\\d{1,2}'", r"'trzon \d{1,2}'")
    assert content != OURS
    titles = Terminology(MAPPINGS, with_file(tmp_path, content)).harmless
    assert titles.is_harmless("VCF trzon 12")
    assert not terminology().harmless.is_harmless("VCF trzon 12")


@pytest.mark.parametrize(
    ("change", "key"),
    [
        (("'und', 'and'", "'und(', 'and'"), "vertebrae.and.1"),
        (('tags = ["disorder"', 'tag = ["disorder"'), "asides.tag"),
    ],
)
def test_a_wrong_word_names_its_key(tmp_path, change, key):
    with pytest.raises(DataFileError) as error:
        Terminology(MAPPINGS, with_file(tmp_path, OURS.replace(*change)))
    assert (Path(error.value.file).name, error.value.key) == ("harmless.toml", key)
