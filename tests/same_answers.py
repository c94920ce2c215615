"""Ask two checkouts the same thousands of requests and print what differs.

python -m tests.same_answers OLD [--number 3000] [--seed 33]

The requests are made here and answered by either checkout in a process of its own.
Compared are the status, the cards with their extension and the audit entry, but for
the digests of our own files. Printed too, of the first requests: calls of functions
(Python and C), instructions of the interpreter, `Terminology.matches` for each
resource, and the functions whose calls changed most.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import click

HERE = Path(__file__).resolve()
COUNTED = 60  # requests whose calls are counted
TRACED = 6  # and whose instructions; it takes a hundred times as long
Pair = tuple[Path, Path]
Trace = Callable[[FrameType, str, Any], Any]


def answer_all(requests: Path, answers: Path) -> None:
    """Answer in this process, with the checkout that PYTHONPATH names."""
    from tests.chart_builders import open_service
    from tests.golden import asked

    service = open_service()
    lines = requests.read_text(encoding="utf-8").splitlines()
    with answers.open("w", encoding="utf-8") as file:
        for name, body in map(json.loads, lines):
            try:
                answer = asked(body, service)
            except Exception as fault:  # noqa: BLE001 - an answer to compare as well
                answer = json.dumps({"raised": repr(fault)})
            file.write(f"{name}\t{answer}\n")


def count_all(requests: Path, counts: Path) -> None:
    """Count the calls and instructions of the first answers."""
    from tests.chart_builders import open_service
    from tests.golden import asked

    service = open_service()
    lines = requests.read_text(encoding="utf-8").splitlines()
    bodies = [body for _, body in map(json.loads, lines[:COUNTED])]
    for body in bodies:
        asked(body, service)  # so that what is kept is kept
    calls: Counter[str] = Counter()
    all_calls = instructions = 0

    def note(frame: FrameType, event: str, _: Any) -> None:
        nonlocal all_calls
        all_calls += event in ("call", "c_call")
        path = frame.f_code.co_filename
        if event == "call" and "/cds_service/" in path:
            module = path.partition("/cds_service/")[2].removesuffix(".py")
            calls[f"{module}:{frame.f_code.co_qualname}"] += 1

    def trace(frame: FrameType, event: str, _: Any) -> Trace:
        nonlocal instructions
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        instructions += event == "opcode"
        return trace

    sys.setprofile(note)
    for body in bodies:
        asked(body, service)
    sys.setprofile(None)
    sys.settrace(trace)
    for body in bodies[:TRACED]:
        asked(body, service)
    sys.settrace(None)
    resources = sum(map(_resources, bodies))
    found = {
        "calls": all_calls // len(bodies),
        "instructions": instructions // TRACED,
        "resources": resources,
        "functions": calls,
    }
    counts.write_text(json.dumps(found), encoding="utf-8")


def _resources(value: Any) -> int:
    """How many resources stand in this JSON."""
    if isinstance(value, dict):
        is_one = value.get("resourceType") not in (None, "Bundle", "OperationOutcome")
        return is_one + sum(map(_resources, value.values()))
    return sum(map(_resources, value)) if isinstance(value, list) else 0


def run_both(act: str, checkouts: Pair, requests: Path, made: Pair) -> None:
    """Run this file over the packages `cds_service` and `tests` of either checkout."""
    processes = []
    for checkout, file in zip(checkouts, made, strict=True):
        environment = {"PYTHONPATH": str(checkout), "PYTHONHASHSEED": "0"}
        words = [sys.executable, str(HERE), act, str(requests), str(file)]
        held = os.environ | environment
        processes.append(subprocess.Popen(words, env=held, cwd=checkout))
    codes = [one.wait() for one in processes]
    if any(codes):
        raise click.ClickException("A process failed: see above.")


def print_counts(old: dict[str, Any], new: dict[str, Any]) -> None:
    """Print the counts of an answer, the old ones first."""
    name = "fhir/mapping/terminology:Terminology.matches"
    for one in (old, new):
        matches = sum(n for key, n in one["functions"].items() if key == name)
        one["matches a resource"] = round(matches / one["resources"], 2)
    for part in ("calls", "instructions", "matches a resource"):
        click.echo(f"{part:20} {old[part]:>12} {new[part]:>12}")
    before, after = Counter(old["functions"]), Counter(new["functions"])
    change = {key: after[key] - before[key] for key in before | after}
    for key in sorted(change, key=lambda one: -abs(change[one]))[:12]:
        if change[key]:
            click.echo(f"  {before[key]:>9} {after[key]:>9}  {key}")


def read_answers(file: Path) -> dict[str, Any]:
    """Read the answers by request, without the digests of our own files."""
    answers = {}
    for line in file.read_text(encoding="utf-8").splitlines():
        name, _, text = line.partition("\t")
        answers[name] = json.loads(text)
        for entry in answers[name].get("entries", ()):
            entry["content"].pop("digests", None)
    return answers


def print_differences(old: dict[str, Any], new: dict[str, Any]) -> int:
    """Print what differs in the first twenty answers, and count them all."""
    from tests.golden import differences

    changed = [name for name in old if old[name] != new[name]]
    for name in changed[:20]:
        parts = list(differences(old[name], new[name]))
        click.echo("\n  ".join([name, *parts[:6]]))
    answers = [one.get("answer") for one in new.values()]
    cards = sum(1 for one in answers if one and one.get("cards"))
    refused = sum(1 for one in new.values() if one.get("status") != 200)
    click.echo(f"{len(changed)} of {len(new)} answers differ")
    click.echo(f"{cards} have cards, {refused} are refused")
    return len(changed)


@click.command(help=__doc__)
@click.argument("old", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--number", default=3000)
@click.option("--seed", default=33)
@click.option("--counts/--no-counts", default=True)
def main(old: Path, number: int, seed: int, *, counts: bool) -> None:
    from tests.random_requests import random_requests

    checkouts = (old.resolve(), HERE.parent.parent)
    with tempfile.TemporaryDirectory() as folder:
        requests = Path(folder, "requests")
        lines = [json.dumps(one) for one in random_requests(number, seed)]
        requests.write_text("\n".join(lines), encoding="utf-8")
        answers = Path(folder, "old-answers"), Path(folder, "new-answers")
        run_both("answer", checkouts, requests, answers)
        if counts:
            files = Path(folder, "old-counts"), Path(folder, "new-counts")
            run_both("count", checkouts, requests, files)
            print_counts(*(json.loads(one.read_text()) for one in files))
        changed = print_differences(*map(read_answers, answers))
    sys.exit(changed > 0)


if __name__ == "__main__":
    if sys.argv[1] == "answer":
        answer_all(Path(sys.argv[2]), Path(sys.argv[3]))
    elif sys.argv[1] == "count":
        count_all(Path(sys.argv[2]), Path(sys.argv[3]))
    else:
        main()
