"""Requests drawn with a seed: typical charts, wild entries, JSON changed at random."""

import random
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from tests import chart_builders as chart
from tests.codes import codeable
from tests.fuzz.changes import HOW, Change, apply
from tests.fuzz.nasty import JUNK
from tests.gathered_records import TYPES, resource
from tests.generated_patients import (
    ACTIVE,
    BED_REST,
    BRACES,
    KEYS,
    MEASURES,
    MEDICATION,
    PROBLEMS,
    PROCEDURES,
    RECORDED,
    Signing,
)
from tests.method_cases import CASES as METHODS
from tests.method_cases import said
from tests.patients.charts import augmentation, measured
from tests.patients.typical import typical_order
from tests.reading.record_cases import CASES

Json = dict[str, Any]
TESTS = Path(__file__).parent
DEVICES = {
    "DeviceRequest": "codeCodeableConcept",
    "SupplyRequest": "itemCodeableConcept",
}
LOINC_T_SCORES = ("80946-7", "80945-9", "80948-3", "38267-1", "46278-8")


def _wild_entries() -> tuple[Json, ...]:
    """Every resource of the reading cases."""
    found = []
    for case in (one.values[0] for one in CASES):
        for kind in TYPES:
            if kind != "drafts":
                found += [resource(kind, one, kind) for one in case.get(kind, ())]
    return tuple(found)


def _wild_orders() -> tuple[Json, ...]:
    """Every order of the reading cases, as a draft."""
    found = []
    for path in sorted((TESTS / "reading").glob("orders-*.toml")):
        for case in tomllib.loads(path.read_text(encoding="utf-8"))["cases"]:
            kind = case.get("type", "ServiceRequest")
            if isinstance(case.get("order"), dict):
                found.append(chart.drafted(kind, "wild", **case["order"]))
            name, texts = DEVICES.get(kind, "code"), case.get("orders", ())
            members = [{name: {"text": one}} for one in texts]
            found += [chart.drafted(kind, "wild", **one) for one in members]
    return tuple(found)


ENTRIES, ORDERS = _wild_entries(), _wild_orders()


def random_requests(number: int, seed: int) -> Iterator[tuple[str, Json]]:
    """So many requests by name; the first ones are the same whatever the number."""
    for each in range(number):
        name = f"random {seed}/{each}"
        draw = random.Random(name)
        body = _signing(draw).request()
        body["hookInstance"] = str(uuid5(NAMESPACE_URL, name))
        if draw.random() < 0.25:
            parts = (("prefetch",), ("context", "draftOrders"))
            for _ in range(draw.randint(1, 4)):
                apply(body, [_change(draw)], under=draw.choice(parts))
        yield name, body


def _signing(draw: random.Random) -> Signing:
    if draw.random() < 0.3:
        usual = typical_order(draw, muscle=draw.choice((1, 8)))
        record, drafts = list(usual.record), list(usual.drafts)
    else:
        record, drafts = _record(draw), _drafts(draw)
    if draw.random() < 0.7:
        record += [dict(one) for one in draw.sample(ENTRIES, draw.randint(1, 6))]
    if draw.random() < 0.5:
        drafts += [dict(one) for one in draw.sample(ORDERS, draw.randint(1, 4))]
    draw.shuffle(record)
    draw.shuffle(drafts)
    failed = draw.sample(KEYS, 2) if draw.random() < 0.1 else ()
    return Signing(_numbered(record, "r"), _numbered(drafts, "d"), frozenset(failed))


def _numbered(resources: list[Json], letter: str) -> tuple[Json, ...]:
    """The resources with an id each; the Patient keeps hers."""
    return tuple(
        one if one["resourceType"] == "Patient" else one | {"id": f"{letter}-{number}"}
        for number, one in enumerate(resources)
    )


def _record(draw: random.Random) -> list[Json]:
    sex, age = (
        draw.choice(("female", "male", None)),
        draw.choice((45, 68, 76, 93, None)),
    )
    record = [chart.patient(sex=sex, age=age)]
    for name in draw.sample(sorted(MEASURES), draw.randint(0, 9)):
        record += [_measure(draw, name) for _ in range(draw.choice((1, 1, 1, 2, 3)))]
    problems = draw.sample(PROBLEMS["usual"], draw.randint(0, len(PROBLEMS["usual"])))
    problems += draw.sample(PROBLEMS["rare"], 1) if draw.random() < 0.2 else []
    record += [chart.problem(one, days=draw.randint(1, 3000)) for one in problems]
    record += MEDICATION[draw.choice(sorted(MEDICATION))]
    record += [ACTIVE[one] for one in draw.sample(sorted(ACTIVE), draw.randint(0, 4))]
    return record


def _measure(draw: random.Random, name: str) -> Json:
    """One value, with its usual method, with any, or recorded badly."""
    low, high = MEASURES[name]
    value, days = round(draw.uniform(low, high), 1), round(draw.expovariate(1 / 200))
    how = draw.random()
    if how < 0.2:
        return chart.measured(name, value, **RECORDED[draw.choice(sorted(RECORDED))])
    if how < 0.6:
        found = measured(name, value, days=days)
    else:
        rows = [one for one in METHODS if one[0] == name]
        _, element, words, _ = draw.choice(rows or METHODS)
        found = chart.measured(name, value, days=days)
        found |= said(element, words)
    if name == "bmd-t-score" and draw.random() < 0.5:
        found["code"] = codeable("http://loinc.org", draw.choice(LOINC_T_SCORES))
    if draw.random() < 0.1:
        sites = ("L1", "L1-L4", "femoral neck", "left hip", "radius", "L4", "heel")
        found["bodySite"] = {"text": draw.choice(sites)}
    return found


def _drafts(draw: random.Random) -> list[Json]:
    if draw.random() < 0.5:
        drafts = [dict(one) for one in draw.choice(PROCEDURES)]
    else:
        levels = draw.sample(("T12", "L1", "L2"), draw.randint(1, 3))
        drafts = augmentation(draw.choice(("kyphoplasty", "vertebroplasty")), levels)
    if draw.random() < 0.1:
        drafts = []
    drafts += BRACES[draw.choice(sorted(BRACES))]
    return drafts + BED_REST[draw.choice(sorted(BED_REST))]


def _change(draw: random.Random) -> Change:
    where, other = draw.randrange(2**48), draw.randrange(2**48)
    how = draw.choice([one for one in HOW if one != "many"])
    return Change(how, where, other, draw.choice(JUNK))
