"""Findings, orders and situations as the steps behind the record see them: no FHIR."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from cds_service.core.acts.recommendations import Recommendation, recommend
from cds_service.core.drugs.bone_drugs import INJECTED, KINDS
from cds_service.core.facts.chart_facts import rank_facts
from cds_service.core.facts.signals import find_signals
from cds_service.core.facts.situation import Signal, Situation
from cds_service.core.findings import (
    DRUGS_NOT_READ,
    BoneDrugs,
    Dated,
    Doses,
    DrugUse,
    Finding,
    Findings,
    Gap,
    GapReason,
    Provenance,
    RecordState,
    Value,
)
from cds_service.core.orders import SupportOrder, SupportOrders, WrittenOn
from cds_service.core.risk.assessment import Assessment, assess
from cds_service.core.site_values.policy import Policy
from tests.chart_builders import HOOK, TODAY, open_service
from tests.tables import cases

DAY = TODAY - timedelta(days=10)
WHOLE_RECORD = RecordState(unread={}, incomplete={}, unreadable=0, foreign=0)


def finding(
    name: str, value: Value, *, observed: date | None = DAY, printed: str = ""
) -> Finding:
    """A known finding in its canonical unit."""
    spec = open_service().finding_specs[name]
    source = Provenance(
        resource=f"Observation/{name}",
        origin="prefetch",
        code="",
        printed=printed,
        rule=spec.rule,
    )
    return Finding(
        name=name, value=value, unit=spec.unit, observed=observed, provenance=(source,)
    )


def facts(
    values: Mapping[str, Value] | None = None,
    *,
    reason: GapReason = "absent",
    **more: Finding,
) -> Findings:
    """These findings, and a gap for every other name of the vocabulary; `more` are findings built by hand."""
    known = {name: finding(name, value) for name, value in (values or {}).items()}
    known |= {one.name: one for one in more.values()}
    drugs = history_of(known)
    gaps = {
        name: Gap(name=name, reason=reason, detail="not there")
        for name in open_service().finding_specs
        if name not in known
    }
    return Findings(known, gaps, bone_drugs=drugs)


def day(when: date) -> Dated:
    """A day that is known to the day."""
    return Dated(when, when)


def drug_use(name: str = "alendronate", **members: Any) -> DrugUse:
    """A bone drug that is taken since 2021; its last dose was understood."""
    if last := members.pop("last_dose", None):
        members["doses"] = Doses(last=last, sure=last)
    since = {"is_taken": True, "is_running": True, "started": day(date(2021, 4, 1))}
    is_injected, kind = name in INJECTED, KINDS.get(name, "other")
    return DrugUse(
        name=name, kind=kind, is_injected=is_injected, **{**since, **members}
    )


def history_of(known: Mapping[str, Finding]) -> BoneDrugs:
    """The shortest history from which these yes and no of bone drugs follow."""
    if (late := known.get("denosumab-overdue")) and late.value is True:
        last = day(date(2026, 3, 9))
        return BoneDrugs(
            uses=(drug_use("denosumab", last_dose=last, is_running=False),), entries=9
        )
    drug = known.get("bone-drug")
    if drug is None:
        return DRUGS_NOT_READ
    return BoneDrugs(uses=(drug_use(),) if drug.value is True else (), entries=9)


def any_values(*groups: str) -> dict[str, st.SearchStrategy[Any]]:
    """A strategy for each finding of these groups of `fact_builders.toml`."""
    ranges = {
        name: said for group in groups for name, said in cases(__file__, group).items()
    }
    return {
        name: st.floats(**said) if isinstance(said, dict) else st.sampled_from(said)
        for name, said in ranges.items()
    }


def assessed(
    values: Mapping[str, Value],
    policy: Policy | None = None,
    record: RecordState | None = None,
) -> Assessment:
    """What the models say of these findings."""
    service = open_service()
    return assess(
        facts(values),
        record or WHOLE_RECORD,
        service.models,
        service.pooled,
        service.studies,
        policy or service.policy,
    )


def policy_with(
    *,
    baseline: Mapping[str, Any] | None = None,
    months: int = 12,
    reference: Mapping[str, Any] | None = None,
    **values: Any,
) -> Policy:
    """Our policy with a site's values; `brace_max_weeks=6` is its key `brace-max-weeks`.

    Args:
        baseline: incidences by outcome, within so many months.
    """
    keys = {name.replace("_", "-"): value for name, value in values.items()}
    observed = {
        name: {"incidence": share, "months": months}
        for name, share in (baseline or {}).items()
    }
    return open_service().policy.with_site(observed, keys, reference)


def situation(
    values: Mapping[str, Value] | Findings | None = None,
    *orders: SupportOrder,
    policy: Policy | None = None,
    support: SupportOrders | None = None,
) -> Situation:
    """What signals look at: these findings and orders."""
    service = open_service()
    found = values if isinstance(values, Findings) else facts(values)
    chosen = policy or service.policy
    return Situation(
        findings=found,
        support=support or SupportOrders(orders=orders),
        assessment=assess(
            found,
            WHOLE_RECORD,
            service.models,
            service.pooled,
            service.studies,
            chosen,
        ),
        policy=chosen,
        studies=service.studies,
        wording=service.wording,
        today=TODAY,
    )


def signals_of(*arguments: Any, **options: Any) -> dict[str, Signal]:
    """The signals that hold, by name; arguments as of `situation`."""
    return {one.name: one for one in find_signals(situation(*arguments, **options))}


def recommended(*arguments: Any, **options: Any) -> dict[str, Recommendation]:
    """The recommendations that follow, by rule; arguments as of `situation`."""
    given = situation(*arguments, **options)
    hook, signals = open_service().hooks[HOOK], find_signals(given)
    held = rank_facts(hook.facts, signals, (), common={})
    found = recommend(given, signals, held, hook.rules)
    return {one.rule.id: one for one in found}


def support_order(kind: str, *, is_draft: bool = True, **members: Any) -> SupportOrder:
    """A draft or active support order of today."""
    found = SupportOrder(
        kind=kind,
        reference=f"ServiceRequest/{kind}",
        is_draft=is_draft,
        written=WrittenOn(TODAY),
        title=kind,
    )
    return replace(found, **members)


def brace(title: str = "TLSO (L0456)", **members: Any) -> SupportOrder:
    """A brace order of today without an end."""
    return support_order("brace", title=title, **members)
