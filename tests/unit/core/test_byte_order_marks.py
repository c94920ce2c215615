"""Files that Windows saved."""

from pathlib import Path

from cds_service.core.data_file import read_toml


def test_a_byte_order_mark_is_no_part_of_a_file(tmp_path: Path) -> None:
    file = tmp_path / "site.toml"
    file.write_text('name = "Hillside"\r\n', encoding="utf-8-sig", newline="")
    assert read_toml(file) == {"name": "Hillside"}
