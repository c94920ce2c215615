"""Computes the change between two dated values that were measured the same way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cds_service.core.facts import Finding, Gap, Provenance
from cds_service.core.vocabulary import FindingSpec
from cds_service.core.wording import say_date
from cds_service.fhir.facts.chart import Chart, Outcome, gap
from cds_service.fhir.facts.measurements import (
    age_concern,
    conflict_of,
    find_quantity,
    of_newest_moment,
    pick_newest,
    sort_out,
)
from cds_service.fhir.facts.observations import Reading, site_key
from cds_service.fhir.facts.quantities import Measured
from cds_service.fhir.raw_json import text, texts_of


def find_change(spec: FindingSpec, chart: Chart, specs: Mapping[str, FindingSpec]) -> Outcome:
    """Change in % from the newest earlier value measured the same way to the newest value."""
    assert spec.of is not None  # noqa: S101 - the schema asks for it
    base = specs[spec.of]
    usable, stale, _ = sort_out(base, chart)
    if not usable:
        outcome = find_quantity(base, chart, pick_newest)[0]
        reason = outcome.reason if isinstance(outcome, Gap) else "absent"
        return gap(spec, "absent" if reason == "absent" else reason, f"no usable {base.title}"), ()
    newest = pick_newest(usable, base, chart)
    if newest.conflict:
        return gap(spec, "conflicting", newest.conflict), ()
    change = _change(spec, base, newest.used[0], [*usable, *stale])
    if isinstance(change, Finding) and age_concern(base, chart, newest.used[0].moment.day):
        change = change._replace(may_reassure=False)
    return change, ()


def _change(spec: FindingSpec, base: FindingSpec, new: Measured, values: Sequence[Measured]) -> Finding | Gap:
    earlier = [one for one in values if one.moment.day < new.moment.day and one.value > 0]
    alike = [one for one in earlier if _is_comparable(one.reading, new.reading)]
    if not alike:
        why = "the two were not measured the same way" if earlier else "needs two dated values"
        return gap(spec, "undetermined" if earlier else "absent", why)
    of_moment = of_newest_moment(alike)
    if conflict := conflict_of(of_moment, base):
        return gap(spec, "conflicting", conflict)
    old = min(of_moment, key=lambda one: (one.step, one.reading.resource))
    sure = all(_way(one.reading) for one in (old, new))
    return Finding(
        name=spec.name,
        value=(new.value - old.value) / old.value * 100,
        unit=spec.unit,
        observed=new.moment.day,
        since=old.moment.day,
        provenance=tuple(_dated(one, spec) for one in (new, old)),
        concerns=() if sure else ("Whether both were measured the same way is not recorded.",),
        may_reassure=sure,
    )


def _dated(one: Measured, spec: FindingSpec) -> Provenance:
    return one.reading.provenance(spec, f"{one.printed} on {say_date(one.moment.day)}")


def _is_comparable(one: Reading, other: Reading) -> bool:
    """Whether nothing on record shows a different device, method or site."""
    pairs = zip((*_way_parts(one), site_key(one)), (*_way_parts(other), site_key(other)), strict=True)
    return all(not left or not right or left == right for left, right in pairs)


def _way(reading: Reading) -> str:
    return "".join(_way_parts(reading))


def _way_parts(reading: Reading) -> tuple[str, str]:
    """Device and method as recorded, for comparison only; never shown."""
    device = reading.observation.get("device") or {}
    method = reading.observation.get("method") or {}
    return text(device.get("reference")) or text(device.get("display")), " ".join(sorted(texts_of(method))).lower()
