"""A page under observation: what it logs, where it calls, what its policy blocked, what it sent as feedback."""

from pathlib import Path
from typing import Any

import pytest

every_screen = pytest.mark.parametrize(
    ("width", "scheme"),
    [(1400, "light"), (400, "dark"), (400, "light"), (1024, "dark")],
)
ON_VIOLATION, POOR_CONTRAST, NAMELESS, IN_SIGHT, OVERFLOW = (
    Path(__file__).with_name(f"{name}.js").read_text(encoding="utf-8")
    for name in ("on_violation", "poor_contrast", "nameless", "in_sight", "overflow")
)


def hard_to_read(page: Any) -> list[str]:
    """What of the page, all of it unfolded, is wider than the window, too pale, or has no name for a screen reader.

    Waits for the styles: a heading may stand before they have come.
    """
    page.wait_for_load_state("load")
    page.evaluate(
        "document.querySelectorAll('details').forEach((one) => { one.open = true; })"
    )
    wider = page.evaluate(OVERFLOW)
    return [
        *([f"{wider} pixels wider"] * (wider > 0)),
        *page.evaluate(POOR_CONTRAST),
        *page.evaluate(NAMELESS),
    ]


def axe_violations(page: Any) -> list[Any]:
    """What axe finds; the page must have been opened without its policy, which forbids axe too."""
    axe = pytest.importorskip(
        "axe_playwright_python.sync_playwright",
        reason="needs axe-playwright-python (make test)",
    )
    return list(axe.Axe().run(page).response["violations"])


def log_in(page: Any, name: str, password: str) -> None:
    """Fill in the form of a local account, and wait for the first page behind it."""
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("heading", name="Find entries").wait_for()


class Watched:
    """A page and what happened on it.

    Attributes:
        complaints: console errors, script errors, blocked resources, calls to other
            origins, a basis that is told.
        feedback: bodies sent to the feedback address.
    """

    def __init__(self, page: Any, url: str) -> None:
        self.page = page
        self.complaints: list[str] = []
        self.feedback: list[dict[str, Any]] = []
        self._url = url
        page.add_init_script(ON_VIOLATION)
        page.on("console", self._note_console)
        page.on(
            "pageerror", lambda error: self.complaints.append(f"script error: {error}")
        )
        page.on("request", self._note_request)

    def choose(self, patient: str) -> None:
        """Choose a patient and wait for the record."""
        self.page.get_by_label(patient).check()
        self.wait_for_record()

    def wait_for_record(self) -> None:
        """Wait until the record of the chosen patient is shown."""
        self.page.locator("#record-status", has_text="findings").wait_for()

    def wait_for_feedback(self, count: int = 1) -> None:
        """Wait until so many cards say what became of their feedback."""
        self.page.locator(".settled-words .hint").nth(count - 1).wait_for()

    def sign(self) -> None:
        """Sign the drafts and wait for the popup."""
        self.page.get_by_role("button", name="Sign ", exact=False).click()
        self.page.wait_for_selector("dialog[open]")

    def card(self, words: str) -> Any:
        """The card whose summary holds these words."""
        return self.page.locator("article", has=self.page.locator("h3", has_text=words))

    def _note_console(self, message: Any) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(f"console {message.type}: {message.text}")

    def _note_request(self, request: Any) -> None:
        if not request.url.startswith(self._url + "/"):
            self.complaints.append(f"call to another origin: {request.url}")
        if "/basis" in request.headers.get("referer", ""):
            self.complaints.append(
                f"told where the basis of an answer is: {request.url}"
            )
        if request.url.endswith("/feedback"):
            self.feedback.append(request.post_data_json)
