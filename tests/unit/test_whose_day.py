"""Whose day it is: the site's, at every hour, in five time zones and on both sides of a change of the clocks."""

import json
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from cds_service.commands.connecting.explaining import explain_request
from cds_service.settings import Settings
from tests.chart_builders import (
    TODAY,
    Resource,
    augmented,
    brace,
    days_ago,
    dose,
    drug,
    kyphoplasty,
    measured,
    order_sign,
    patient,
    problem,
    quiet_lists,
    site_service,
)
from tests.site_hours import CHANGES, Site, hours_of, without_dates

SYDNEY = "Australia/Sydney"
# 21 November in UTC
EIGHT_IN_SYDNEY = datetime(2026, 11, 22, 8, tzinfo=ZoneInfo(SYDNEY))


def around_midnight(zone: ZoneInfo, first: date) -> list[datetime]:
    """Every sixth of these hours, and the last minute of each day."""
    ends = (
        datetime.combine(first + timedelta(days=days), time(23, 59), zone)
        for days in (0, 1)
    )
    return [*hours_of(zone, first)[::6], *ends]


@pytest.fixture(scope="module", params=CHANGES)
def site(request, tmp_path_factory):
    return _site(request.param, tmp_path_factory)


@pytest.fixture(scope="module")
def sydney(tmp_path_factory):
    return _site(SYDNEY, tmp_path_factory)


def _site(zone: str, folders: Any) -> Site:
    return Site(zone, site_service(folders.mktemp("site"), f'time-zone = "{zone}"\n'))


# --- what happened today, and what is dated tomorrow

LONG_AGO = dose("denosumab", days=400)  # the next one was due half a year later


def recorded_today() -> tuple[Resource, ...]:
    """As dates, and one as the moment of the signing."""
    return (
        patient(),
        *quiet_lists(),
        LONG_AGO,
        dose("denosumab", days=0),
        measured("bmd-t-score", -3.1, days=0),
        measured("grip-strength", 12, effectiveDateTime="{now}"),
    )


INFECTION = problem("spinal-infection", days=0)


def dated_tomorrow(when: str) -> tuple[Resource, ...]:
    return (
        patient() | {"deceasedDateTime": when},
        *quiet_lists(),
        LONG_AGO,
        dose("denosumab", days=-1, effectiveDateTime=when),
        measured("bmd-t-score", -3.1, effectiveDateTime=when),
        problem("spinal-infection", recordedDate=when),
    )


ORDERS = (kyphoplasty(authoredOn="{now}"), brace(authoredOn="{now}"))


def test_the_same_signing_gives_the_same_card_at_every_hour_and_what_is_of_today_counts(
    site,
):
    cards = set()
    for now in hours_of(site.zone, CHANGES[site.zone.key]):
        said, today = (
            site.sign(now, recorded_today(), *ORDERS),
            now.astimezone(site.zone).date(),
        )
        ill = site.sign(now, (*recorded_today(), INFECTION), *ORDERS)
        assert said.found("bmd-t-score") == (-3.1, today.isoformat()), now
        assert said.found("grip-strength") == (12.0, today.isoformat()), now
        assert said.found("denosumab-overdue") == (False, today.isoformat()), now
        assert ill.found("spinal-infection") == (True, today.isoformat()), now
        cards.add(without_dates(said.text() + ill.text(), today))
    assert cards == {the_cards(site)}


def the_cards(site: Site) -> str:
    """The cards at noon of an ordinary day, without and with an infection."""
    noon = datetime(2026, 8, 19, 12, tzinfo=site.zone)
    records = (recorded_today(), (*recorded_today(), INFECTION))
    said = [site.sign(noon, record, *ORDERS).text() for record in records]
    return without_dates("".join(said), noon.date())


def test_the_card_is_the_same_in_all_zones_and_its_brace_ends_weeks_after_the_sites_day(
    tmp_path_factory,
):
    sites = [_site(zone, tmp_path_factory) for zone in CHANGES]
    assert len({the_cards(site) for site in sites}) == 1
    assert f'"end": "[{8 * 7}]"' in the_cards(sites[0])  # evidence: 8 weeks at most
    assert '"authoredOn": "[0]"' in the_cards(sites[0])


@pytest.mark.parametrize("died", [days_ago(0), "{now}"])
def test_no_card_is_shown_for_who_died_today(site, died):
    for now in around_midnight(site.zone, CHANGES[site.zone.key]):
        dead = patient() | {"deceasedDateTime": died}
        assert site.sign(now, (dead, *recorded_today()[1:]), *ORDERS).cards == [], now


def test_a_diagnosis_recorded_at_the_signing_is_of_the_sites_day(site):
    for now in around_midnight(site.zone, CHANGES[site.zone.key]):
        today = now.astimezone(site.zone).date().isoformat()
        ill = problem("spinal-infection", recordedDate="{now}")
        palsied = problem("neurological-deficit", number="p2", recordedDate="{now}")
        said = site.sign(now, (*recorded_today(), ill, palsied), *ORDERS)
        assert said.found("spinal-infection") == (True, today), now
        assert said.found("neurological-deficit") == (True, today), now
        assert "future" not in said.text(), now


@pytest.mark.parametrize("when", [days_ago(-1), "{tomorrow}"])
def test_nothing_dated_tomorrow_counts(site, when):
    for now in around_midnight(site.zone, CHANGES[site.zone.key]):
        said = site.sign(now, dated_tomorrow(when), *ORDERS)
        assert said.cards, now
        assert said.gap("deceased") == "future", now
        assert said.gap("bmd-t-score") == "future", now
        assert said.gap("spinal-infection") == "undetermined", now
        assert said.found("denosumab-overdue")[0] is True, now


def test_an_age_is_counted_by_the_sites_day(sydney):
    # moves to 22 November: the birthday, and 21 November in UTC
    person = patient() | {"birthDate": "1946-11-20"}
    assert sydney.sign(EIGHT_IN_SYDNEY, (person, *quiet_lists()), kyphoplasty()).found(
        "age"
    ) == (80.0, None)


def test_what_happened_this_morning_in_sydney_counts_at_eight(sydney):
    said = sydney.sign(EIGHT_IN_SYDNEY, (*recorded_today(), INFECTION), *ORDERS)
    assert said.found("bmd-t-score") == (-3.1, "2026-11-22")
    assert said.found("denosumab-overdue")[0] is False
    assert said.found("spinal-infection")[0] is True
    text = json.dumps(said.cards)
    assert "infection" in text
    assert "overdue" not in text


# --- years and months


@pytest.mark.parametrize("written", ["2026", "2026-11"])
def test_a_year_or_month_that_has_begun_is_not_in_the_future(sydney, written):
    now = datetime.combine(TODAY, time(8), sydney.zone)
    record = (
        patient(),
        *quiet_lists(),
        measured("bmd-t-score", -3.1, effectiveDateTime=written),
    )
    assert sydney.sign(now, record, kyphoplasty()).found("bmd-t-score")[0] == -3.1


@pytest.mark.parametrize("written", ["2027", "2026-12"])
def test_one_that_has_not_begun_is(sydney, written):
    now = datetime.combine(TODAY, time(8), sydney.zone)
    record = (
        patient(),
        *quiet_lists(),
        measured("bmd-t-score", -3.1, effectiveDateTime=written),
    )
    assert sydney.sign(now, record, kyphoplasty()).gap("bmd-t-score") == "future"


def test_a_drug_taken_until_this_month_is_still_taken(sydney):
    now = datetime.combine(TODAY, time(8), sydney.zone)
    taken = {
        "resourceType": "MedicationStatement",
        "id": "until",
        "status": "active",
        "subject": {"reference": "Patient/pat-1"},
        "medicationCodeableConcept": drug("prednisolone")["medicationCodeableConcept"],
        "effectivePeriod": {"start": "2026-06", "end": "2026-11"},
    }
    said = sydney.sign(now, (patient(), *quiet_lists(), taken), kyphoplasty())
    assert said.found("steroid-use")[0] is True


# --- the day of the order

DRAFTED = kyphoplasty(authoredOn=days_ago(3))
SINCE = (
    patient(),
    *quiet_lists(),
    measured("bmd-t-score", -3.1, days=1),
    problem("spinal-infection", days=1),
    dose("denosumab", days=2),
)


def test_a_live_signing_reads_the_record_as_of_now(sydney):
    said = sydney.sign(EIGHT_IN_SYDNEY, SINCE, DRAFTED)
    assert said.found("spinal-infection") == (True, "2026-11-21")
    assert said.found("bmd-t-score") == (-3.1, "2026-11-21")
    assert said.found("denosumab-overdue") == (False, "2026-11-20")
    assert "infection" in json.dumps(said.cards)


def test_as_of_an_earlier_day_nothing_after_the_order_counts(sydney):
    said = sydney.sign(EIGHT_IN_SYDNEY, SINCE, DRAFTED, is_of_earlier_day=True)
    assert said.gap("spinal-infection") == "undetermined"
    assert said.gap("bmd-t-score") == "future"
    assert said.found("denosumab-overdue") is None


def test_explain_as_of_a_day_stops_at_the_order(tmp_path):
    file = tmp_path / "request.json"
    file.write_text(json.dumps(order_sign(SINCE, DRAFTED)), encoding="utf-8")
    explained = explain_request(file, Settings(), TODAY)
    assert "spinal-infection" not in [one["name"] for one in explained["findings"]]


@pytest.mark.parametrize("is_of_earlier_day", [False, True])
def test_an_augmentation_since_the_order_was_written_may_be_the_ordered_one(
    sydney, is_of_earlier_day
):
    record = (patient(), *quiet_lists(), augmented(1))
    said = sydney.sign(
        EIGHT_IN_SYDNEY, record, DRAFTED, is_of_earlier_day=is_of_earlier_day
    )
    assert said.gap("prior-augmentation") == "undetermined"
