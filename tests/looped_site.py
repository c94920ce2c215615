"""Build a log with signings, and exports of its patients, for `loop`."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from cds_service.audit.chain import AuditEntry
from cds_service.cli import main
from tests.audit_builders import answer_entry, rows_of, uuid_of
from tests.chart_builders import (
    NOW,
    TODAY,
    Resource,
    patient,
)
from tests.population_builders import whose, write_export
from tests.review_desk import ReviewDesk

DAYS = 120  # since the signings
# types that every export has, if only as an empty file
TYPES = (
    *("MedicationRequest", "MedicationAdministration", "ServiceRequest"),
    *("Procedure", "Encounter"),
)


class Site:
    """A log with signings, and exports of the patients."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        (folder / "data").mkdir()
        self.url = f"sqlite:///{folder / 'data' / 'audit.sqlite3'}"
        monkeypatch.setenv("KYPHOPLASTY_CDS_DATABASE_URL", self.url)
        monkeypatch.delenv("KYPHOPLASTY_CDS_SITE", raising=False)
        self.desk = ReviewDesk(folder, url=self.url)

    def sign(self, *numbers: int, days: int = DAYS, **more: Any) -> None:
        at = NOW - timedelta(days=days)
        for number in numbers:
            entry = {"at": at, "patient": f"pat-{number}", **more}
            self.desk.store.append(answer_entry(number, **entry))

    def tell(self, number: int, result: str, reason: str | None = None) -> None:
        self.desk.store.append(
            AuditEntry(
                kind="feedback",
                at=NOW - timedelta(days=DAYS),
                about=uuid_of(number),
                patient=f"pat-{number}",
                card=uuid_of(5000 + number),
                topic="rehabilitation",
                result=result,
                reason=reason,
                content={},
            )
        )

    def export(self, charts: dict[str, list[Resource]], name: str = "export") -> Path:
        whole = [
            one
            for who, chart in charts.items()
            for one in whose(who, [patient(), *chart])
        ]
        export = write_export(self.folder / name, whole)
        for kind in TYPES:
            (export / f"{kind}.ndjson").touch()
        return export

    def loop(self, *options: str, code: int = 0) -> str:
        asked = ["loop", *options, "--as-of", TODAY.isoformat()]
        result = CliRunner().invoke(main, asked)
        assert result.exit_code == code, (result.output, result.exception)
        return result.output

    def entries(self) -> list[Any]:
        found = rows_of(
            self.url,
            "SELECT patient, result, about FROM audit_search WHERE kind = 'loop'"
            " ORDER BY sequence",
        )
        return [tuple(one) for one in found]
