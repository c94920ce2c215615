"""Sign at any hour of a site in its own time zone."""

import json
import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from cds_service.audit.chain import OneEntry
from cds_service.call import Ports, Service
from cds_service.outgoing.deadline import Deadline
from cds_service.protocol.messages import parse_request
from cds_service.service import answer
from tests.chart_builders import (
    HOOK,
    TODAY,
    Resource,
    order_sign,
)

# By zone: the day on which its clocks change in the autumn of 2026; the day after is
# the second one.
CHANGES = {
    "Pacific/Auckland": date(2026, 9, 27),
    "Australia/Sydney": date(2026, 10, 4),
    "Europe/Berlin": date(2026, 10, 25),
    "America/New_York": date(2026, 11, 1),
    "America/Los_Angeles": date(2026, 11, 1),
}
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T[^\"]*")
MONTHS = "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec"
SAID_DAY = re.compile(rf"\b(\d{{1,2}}) ({MONTHS})(?: (\d{{4}}))?\b")
SAID_MONTH = re.compile(rf"\b(?:{MONTHS}) \d{{4}}\b")
UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Said(NamedTuple):
    """The answer's cards, and what its entry holds."""

    cards: list[dict[str, Any]]
    entry: dict[str, Any]

    def found(self, name: str) -> Any:
        """Value and day of a finding; None for a gap."""
        return next(
            (
                (one["value"], one["date"])
                for one in self.entry["findings"]
                if one["name"] == name
            ),
            None,
        )

    def gap(self, name: str) -> str:
        return next(
            (one["reason"] for one in self.entry["gaps"] if one["name"] == name), ""
        )

    def text(self) -> str:
        """The cards, with days for dates, and without the ids that follow from them."""
        return UUID.sub("#", json.dumps(self.cards))


class Site:
    """A service in one time zone."""

    def __init__(self, zone: str, service: Service) -> None:
        self.zone, self.service = ZoneInfo(zone), service

    def sign(
        self,
        now: datetime,
        resources: Iterable[Resource],
        *drafts: Resource,
        **ports: Any,
    ) -> Said:
        """Sign these orders at this moment; the dates of the record move with the day at the site."""
        today = now.astimezone(self.zone).date()
        tomorrow = datetime.combine(today + timedelta(days=1), time(), self.zone)
        held, signed = (
            [self._moved(one, now, tomorrow) for one in each]
            for each in (resources, drafts)
        )
        body = json.dumps(order_sign(held, *signed, service=self.service)).encode()
        log = OneEntry()
        asked = Ports(
            clock=lambda: now,
            fhir=None,
            audit=log,
            deadline=Deadline.after(60),
            base_url="http://127.0.0.1:8080",
            **ports,
        )
        hook = self.service.hooks[HOOK]
        response = answer(self.service, hook, parse_request(body, hook.hook), asked)
        return Said(
            json.loads(response.text)["cards"],
            dict(log.entry.content) if log.entry else {},
        )

    def _moved(self, resource: Resource, now: datetime, tomorrow: datetime) -> Resource:
        shift = now.astimezone(self.zone).date() - TODAY
        text = DAY.sub(
            lambda day: (date.fromisoformat(day[0]) + shift).isoformat(),
            json.dumps(resource),
        )
        text = text.replace("{now}", _utc(now)).replace("{tomorrow}", _utc(tomorrow))
        return json.loads(text)


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def without_dates(text: str, today: date) -> str:
    """Each date as its distance from today; a moment, which the order itself holds, as such."""
    text = MOMENT.sub("[moment]", text)
    text = DAY.sub(lambda day: f"[{(date.fromisoformat(day[0]) - today).days}]", text)
    text = SAID_DAY.sub(lambda day: f"[{_days_away(*day.groups(), today)}]", text)
    return SAID_MONTH.sub("[month]", text)


def _days_away(day: str, month: str, year: str | None, today: date) -> str:
    """How far a day of a card lies from today; one without a year is the nearest.

    Months have different lengths: what lies six of them ahead is said in months.
    """
    years = [year] if year else [f"{today.year + shift}" for shift in (-1, 0, 1)]
    days = [
        datetime.strptime(f"{day} {month} {one} +0000", "%d %b %Y %z").date()
        for one in years
    ]
    away = min(((one - today).days for one in days), key=abs)
    return f"{away}" if abs(away) < 100 else f"{away / 30.4:.0f} months"


def hours_of(zone: ZoneInfo, first: date) -> list[datetime]:
    """The first minute and every full hour of two days at the site; the clocks may change within them."""
    begins, ends = (
        datetime.combine(first + timedelta(days=days), time(), zone) for days in (0, 2)
    )
    moment, found = begins.astimezone(UTC), []
    while moment < ends.astimezone(UTC):
        found.append(moment)
        moment += timedelta(hours=1)
    return found
