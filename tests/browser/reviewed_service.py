"""A service in a process of its own with a reviewer."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.running_service import RunningService

REVIEWER, PASSWORD = "anna", "correct horse battery"


@contextmanager
def reviewed_service(site: Path | None = None) -> Iterator[RunningService]:
    """A service whose log is empty but for the reviewer's account."""
    settings = {"KYPHOPLASTY_CDS_SITE": str(site)} if site else {}
    with (
        TemporaryDirectory() as folder,
        RunningService(Path(folder), environment=settings) as running,
    ):
        running.command(
            "audit", "add-reviewer", REVIEWER, "--password-file", "-", typed=PASSWORD
        )
        yield running
