"""Read the change between two dated values that were measured in the same way."""

from collections.abc import Sequence

from cds_service.core.findings import Finding, Gap
from cds_service.core.vocabulary import ChangeSpec, QuantitySpec
from cds_service.core.words.wording import date_text
from cds_service.fhir.findings.chart import Chart, FindingOrGap, Reading, make_gap
from cds_service.fhir.findings.values.measurements import (
    age_concern,
    choose_newest,
    conflict_of,
    find_measurement,
    judge_readings,
    of_newest_moment,
)
from cds_service.fhir.findings.values.observations import site_key
from cds_service.fhir.findings.values.quantities import Measured
from cds_service.fhir.raw_json import text, texts_of

METHODS_NOT_RECORDED = "Whether both were measured the same way is not recorded."


def find_change(spec: ChangeSpec, base: QuantitySpec, chart: Chart) -> FindingOrGap:
    """Find the change in % from the newest earlier value to the newest value.

    Both must have been measured in the same way.
    """
    usable, stale, _ = judge_readings(chart.readings_of(base.value_sets), base, chart)
    if not usable:
        outcome = find_measurement(base, chart)[0]
        reason = outcome.reason if isinstance(outcome, Gap) else "absent"
        return make_gap(spec, reason, f"no usable {base.title}"), ()
    newest = choose_newest(usable, base, chart)
    if newest.conflict:
        return make_gap(spec, "conflicting", newest.conflict), ()
    change = _change(spec, base, newest.used[0], [*usable, *stale])
    aged = age_concern(base, newest.used[0].moment.day, chart.today)
    if isinstance(change, Finding) and aged:
        change = change._replace(may_reassure=False)
    return change, ()


def _change(
    spec: ChangeSpec, base: QuantitySpec, new: Measured, values: Sequence[Measured]
) -> Finding | Gap:
    earlier = [
        measured
        for measured in values
        if measured.moment.day < new.moment.day and measured.value > 0
    ]
    alike = [one for one in earlier if _is_comparable(one.reading, new.reading)]
    if not earlier:
        return make_gap(spec, "absent", "needs two dated values")
    if not alike:
        return make_gap(spec, "undetermined", "the two were not measured the same way")
    of_moment = of_newest_moment(alike)
    if conflict := conflict_of(of_moment, base):
        return make_gap(spec, "conflicting", conflict)
    old = min(
        of_moment,
        key=lambda measured: (measured.step, measured.reading.entry.reference),
    )
    is_sure = all(any(_device_and_method(one.reading)) for one in (old, new))
    sources = []
    for measured in (new, old):
        printed = f"{measured.printed} on {date_text(measured.moment.day)}"
        sources.append(measured.reading.provenance(spec, printed))
    return Finding(
        name=spec.name,
        value=(new.value - old.value) / old.value * 100,
        unit=spec.unit,
        observed=new.moment.day,
        since=old.moment.day,
        provenance=tuple(sources),
        concerns=() if is_sure else (METHODS_NOT_RECORDED,),
        may_reassure=is_sure,
    )


def _is_comparable(reading: Reading, other: Reading) -> bool:
    """Tell if nothing on record shows a different device, method or site."""
    pairs = zip(
        (*_device_and_method(reading), site_key(reading)),
        (*_device_and_method(other), site_key(other)),
        strict=True,
    )
    return all(not left or not right or left == right for left, right in pairs)


def _device_and_method(reading: Reading) -> tuple[str, str]:
    """Return both as recorded, for comparison only; they are never shown."""
    device = reading.entry.raw.get("device") or {}
    method = reading.entry.raw.get("method") or {}
    return (
        text(device.get("reference")) or text(device.get("display")),
        " ".join(sorted(texts_of(method))).lower(),
    )
