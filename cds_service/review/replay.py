"""Compute an old answer's figures with the models in force, from its entry alone."""

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from cds_service.call import Service, ServiceHook
from cds_service.cards.answer import Answer
from cds_service.cards.extension import assessment_json
from cds_service.core.case import Case, Questions, conclude_again
from cds_service.core.findings import (
    Finding,
    Findings,
    Gap,
    PassedOver,
    Provenance,
    RecordState,
)
from cds_service.core.orders import AugmentationOrder, TreatedLevels
from cds_service.core.site_values.policy import Policy
from cds_service.errors import CdsError

# The entry does not hold the source of a value that was not used.
SEEN = Provenance(resource="", origin="prefetch", code="", printed="", rule="")
# The entry does not hold the day of the answer, by which cards word near dates.
NEVER = date.min
SAME = 1e-9  # relative; machines differ in the last digits
NAMES = ("outcome", "model", "study", "name")  # members that name a thing of a list
EARLIER = (
    "shown under earlier rules, when one study gave the figure: the studies' figures"
    " are compared, the words of the card are not"
)
THRESHOLDS = ("bands", "showing")  # tables of the policy
# Members of a figure that follow from the earlier rules, not from the study.
OF_EARLIER_RULES = frozenset(
    {"headline", "status", "disagreement", "band", "isTheirs", "said"}
)
# Members with sentences: they follow from the texts in force, not from the models.
TEXTS = frozenset({"concerns"})


@dataclass(frozen=True, slots=True)
class Replay:
    """The result of a second computation.

    Attributes:
        differences: figures that are not the same,
            `refracture.sarcopenia-pvm-2022.risk: 0.21 then, 0.23 now`.
        notes: models and rules that are not the same, even if the figures are.
        now: the assessments by the models in force, as the entry of an answer holds
            them.
        answer: the answer by the models in force.
        is_earlier: the answer was made before the pooled model gave the figure.
    """

    differences: tuple[str, ...]
    notes: tuple[str, ...]
    now: tuple[Mapping[str, Any], ...]
    answer: Answer
    is_earlier: bool = False

    @property
    def is_identical(self) -> bool:
        """Tell if every figure is the same, to nine digits."""
        return not self.differences


class NothingToReplay(CdsError):
    """The entry holds no figures, or this version does not know their basis.

    It is not the entry of an answer, or it was purged.
    """


def replay(
    content: Mapping[str, Any], service: Service, service_id: str | None
) -> Replay:
    """Compute the figures of an answer anew, from its inputs and the policy of then.

    Raises:
        NothingToReplay: the entry holds none, or its findings, settings or service are
            of another version and unknown here.
    """
    hook = service.hooks.get(service_id or "")
    if hook is None or not {"assessments", "findings"} <= content.keys():
        raise NothingToReplay
    if not _is_known(content, service):
        raise NothingToReplay
    answer = _answer(content, service, hook)
    now = [
        json.loads(json.dumps(assessment_json(answer, outcome)))
        for outcome in answer.assessment.outcomes
    ]
    then, again = _by_name(content["assessments"]), _by_name(now)
    is_earlier = service.pooled.study.id not in content.get("models", {})
    if is_earlier:
        then, again = _of_studies(then), _of_studies(again)
    earlier = (EARLIER,) if is_earlier else ()
    return Replay(
        differences=tuple(_differences("", then, again)),
        notes=(*earlier, *_notes(content, service)),
        now=tuple(now),
        answer=answer,
        is_earlier=is_earlier,
    )


def _of_studies(assessments: Mapping[str, Any]) -> dict[str, Any]:
    """Return the figures of the studies, without the members that follow from rules.

    An outcome without figures is left out: rules decide who gets none.
    """
    figures: dict[str, Any] = {}
    for outcome, assessment in assessments.items():
        models = assessment.get("models")
        if models:
            figures[outcome] = {
                name: _without_earlier_rules(model)
                for name, model in models.items()
                if "inputsKnown" in model
            }
    return figures


def _without_earlier_rules(model: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in model.items() if key not in OF_EARLIER_RULES}


def _answer(content: Mapping[str, Any], service: Service, hook: ServiceHook) -> Answer:
    """Return the answer as far as the entry holds it.

    Orders in force, recommendations and suggestions are not in it.
    """
    parts = {name: part for name, part in content["record"].items() if name != "server"}
    record = RecordState(**parts)
    # The settings that affected the figures then replace those in force.
    in_force = service.policy.model_dump(by_alias=True)
    thresholds = {
        name: _without_retired(part, in_force[name]) if name in THRESHOLDS else part
        for name, part in content.get("policy", {}).items()
    }
    policy = Policy.model_validate({**in_force, "recalibration": {}, **thresholds})
    case = Case(
        in_force=replace(service, policy=policy),
        questions=Questions(facts=hook.facts),
        order=_order(content),
        record_state=record,
        findings=_findings(content),
        today=NEVER,
    )
    return Answer(conclusion=conclude_again(case, content["signals"]), texts=hook.texts)


def _without_retired(table: Mapping[str, Any], in_force: Mapping[str, Any]) -> Any:
    """Return the thresholds in force, replaced by those kept if they still exist."""
    kept = {name: value for name, value in table.items() if name in in_force}
    return {**in_force, **kept}


def _order(content: Mapping[str, Any]) -> AugmentationOrder | None:
    order = content["order"]
    return order and AugmentationOrder(
        references=tuple(content["orders"]),
        procedure=order["procedure"],
        levels=TreatedLevels(names=tuple(order["levels"]), count=order["levelCount"]),
        code=order["code"],
        recognised_by=order["recognisedBy"],
        authored=_day(order["authored"]),
    )


def _findings(content: Mapping[str, Any]) -> Findings:
    known = {entry["name"]: _finding(entry) for entry in content["findings"]}
    gaps = {
        entry["name"]: Gap(
            name=entry["name"],
            reason=entry["reason"],
            detail="",
            provenance=(SEEN,) if entry.get("seen") else (),
            value=entry.get("value"),
        )
        for entry in content.get("gaps", ())
    }
    passed_over = tuple(
        PassedOver(
            name=entry["name"], reason=entry["reason"], detail="", provenance=SEEN
        )
        for entry in content.get("passedOver", ())
    )
    return Findings(known=known, gaps=gaps, passed_over=passed_over)


def _finding(entry: Mapping[str, Any]) -> Finding:
    sources = (
        Provenance(
            resource=source["resource"],
            origin=source["origin"],
            code=source["code"],
            printed="",
            rule="",
        )
        for source in entry["sources"]
    )
    return Finding(
        name=entry["name"],
        value=entry["value"],
        unit=entry["unit"],
        observed=_day(entry["date"]),
        since=_day(entry.get("since")),
        provenance=tuple(sources),
        may_reassure=entry.get("mayReassure", True),
    )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _is_known(content: Mapping[str, Any], service: Service) -> bool:
    """Tell if this version knows all findings and settings of an entry."""
    entries = (*content["findings"], *content.get("gaps", ()))
    names = {entry["name"] for entry in entries}
    kept = content.get("policy", {}).keys()
    settings = service.policy.model_dump(by_alias=True).keys()
    return names <= service.finding_specs.keys() and kept <= settings


def _notes(content: Mapping[str, Any], service: Service) -> Iterator[str]:
    """Name the models of the entry that are not in force as they were."""
    in_force = {study.id: study for study in service.studies_in_force}
    for name, then in content.get("models", {}).items():
        study = in_force.get(name)
        if study is None:
            yield f"{name}: not in force any more"
        elif study.version != then["version"]:
            yield f"{name}: version {then['version']} then, {study.version} now"
        elif study.digest != then["digest"]:
            yield f"{name}: the same version, but another study file"


def _by_name(value: Any) -> Any:
    """Key lists of named things by name, so that a difference names its place."""
    if isinstance(value, dict):
        return {
            name: _by_name(part) for name, part in value.items() if name not in TEXTS
        }
    if not isinstance(value, list) or not value:
        return value
    if not all(isinstance(part, dict) for part in value):
        return value
    by_name: dict[str, Any] = {}
    for place, part in enumerate(value):
        names = [part[key] for key in NAMES if key in part]
        name = names[0] if names else place
        by_name[str(name)] = _by_name(part)
    return by_name


def _differences(place: str, then: Any, now: Any) -> Iterator[str]:
    if isinstance(then, dict) and isinstance(now, dict):
        for name in sorted({*then, *now}):
            inner = f"{place}.{name}" if place else name
            yield from _differences(inner, then.get(name), now.get(name))
    elif not _is_same(then, now):
        yield f"{place}: {_value_text(then)} then, {_value_text(now)} now"


def _is_same(then: Any, now: Any) -> bool:
    if isinstance(then, list) and isinstance(now, list):
        return len(then) == len(now) and all(map(_is_same, then, now))
    are_numbers = all(
        isinstance(value, int | float) and not isinstance(value, bool)
        for value in (then, now)
    )
    if are_numbers:
        return math.isclose(then, now, rel_tol=SAME, abs_tol=SAME)
    return bool(then == now)


def _value_text(value: Any) -> str:
    return "nothing" if value is None else json.dumps(value)
