"""What a finding of a record is to be, or the gap in its place."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import pytest

from cds_service.core.findings import (
    Finding,
    Findings,
    Gap,
    GapReason,
    Provenance,
    Value,
)


@dataclass(frozen=True)
class Known:
    """A finding; what is None is not looked at.

    Attributes:
        concerns: these sentences, and no other.
        concern: words that stand in a sentence of them.
        without: words that stand in none of them.
        printed: as its source writes it.
        prints: how that begins.
        sources: the resources that it comes from.
    """

    value: Value | None = None
    unit: str | None = None
    observed: date | None = None
    since: date | None = None
    site: str | None = None
    method: str | None = None
    label: str | None = None
    may_reassure: bool | None = None
    concerns: list[str] | None = None
    has_concerns: bool | None = None
    concern: str = ""
    without: str | None = None
    printed: str | None = None
    prints: str = ""
    origin: str | None = None
    source: Provenance | None = None
    sources: list[str] | None = None


@dataclass(frozen=True)
class Missing:
    """A gap; what is None is not looked at.

    Attributes:
        detail: words that stand in its detail.
        seen: the resources that were seen and not used.
    """

    reason: GapReason | None = None
    detail: str = ""
    value: Value | None = None
    observed: date | None = None
    seen: list[str] | None = None


Expected = Mapping[str, Known | Missing]
PLAIN = ("unit", "observed", "since", "site", "method", "label", "may_reassure")


def check(findings: Findings, expected: Expected) -> None:
    """Assert that each of these names is the finding, or the gap, that is expected."""
    for name, expectation in expected.items():
        if isinstance(expectation, Missing):
            assert name in findings.gaps, findings.known.get(name)
            _check_gap(findings.gaps[name], expectation)
        else:
            assert name in findings.known, findings.gaps.get(name)
            _check_finding(findings.known[name], expectation)


def _check_gap(gap: Gap, expected: Missing) -> None:
    if expected.reason is not None:
        assert gap.reason == expected.reason, gap
    if expected.value is not None:
        assert gap.value == pytest.approx(expected.value), gap
    if expected.observed is not None:
        assert gap.observed == expected.observed, gap
    if expected.seen is not None:
        assert [source.resource for source in gap.provenance] == expected.seen, gap
    assert expected.detail in gap.detail, gap


def _check_finding(finding: Finding, expected: Known) -> None:
    if expected.value is not None:
        assert finding.value == pytest.approx(expected.value), finding
    for name in PLAIN:
        attribute = getattr(expected, name)
        assert attribute is None or getattr(finding, name) == attribute, finding
    _check_concerns(finding, expected)
    _check_sources(finding, expected)


def _check_concerns(finding: Finding, expected: Known) -> None:
    if expected.concerns is not None:
        assert list(finding.concerns) == expected.concerns
    if expected.has_concerns is not None:
        assert bool(finding.concerns) is expected.has_concerns, finding
    concerns = "\n".join(finding.concerns)
    assert expected.concern in concerns
    assert expected.without is None or expected.without not in concerns


def _check_sources(finding: Finding, expected: Known) -> None:
    first = finding.provenance[0]
    if expected.printed is not None:
        assert first.printed == expected.printed
    assert first.printed.startswith(expected.prints)
    if expected.origin is not None:
        assert first.origin == expected.origin
    if expected.source is not None:
        assert first == expected.source
    if expected.sources is not None:
        assert [source.resource for source in finding.provenance] == expected.sources
