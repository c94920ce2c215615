"""A coverage-guided fuzzer over `parser_oracle.look`: `make fuzz-parser`. Arguments are libFuzzer's."""

from __future__ import annotations

import json
import re
import sys
from contextlib import suppress
from pathlib import Path
from random import Random

import atheris

with atheris.instrument_imports(include=["cds_service", "tests.fuzz.parser_oracle", "fhir_core"]):
    from tests.fuzz.parser_oracle import look

from tests.fuzz import bases
from tests.fuzz.amount import CORPUS, KEPT
from tests.fuzz.changes import HOW, Change, apply
from tests.fuzz.nasty import JUNK, OCTETS, TEXTS, dump
from tests.order_builders import MEMBERS

WORDS = (
    *("hook", "order-sign", "hookInstance", "context", "userId", "patientId", "encounterId", "draftOrders", "prefetch"),
    *(
        "feedback",
        "card",
        "outcome",
        "accepted",
        "overridden",
        "acceptedSuggestions",
        "outcomeTimestamp",
        "userComment",
    ),
    *("birthDate", "gender", "valueQuantity", "effectiveDateTime", "clinicalStatus", "modifierExtension", "extension"),
)


def main() -> None:
    """Fuzz until libFuzzer is told to stop; what is new goes to `.cache/fuzz/corpus`, a crash to `.cache/fuzz`."""
    found = KEPT / "corpus"
    found.mkdir(parents=True, exist_ok=True)
    for name in bases.names():
        (found / f"base-{name.replace(' ', '-')}.json").write_bytes(dump(bases.request(name)))
    limits = ["-timeout=20", "-rss_limit_mb=2500", "-max_len=20000"]
    options = [f"-dict={_dictionary()}", f"-artifact_prefix={KEPT}/", *limits, *sys.argv[1:]]
    atheris.Setup([sys.argv[0], *options, str(found), str(CORPUS)], look, custom_mutator=_mutate)
    atheris.Fuzz()


def _mutate(text: bytes, most: int, seed: int) -> bytes:
    """Half of the time a change of the document, where it is one; else libFuzzer's own change of octets."""
    draw = Random(seed)
    if draw.random() < 0.5:
        with suppress(ValueError, RecursionError):
            whole = [json.loads(text)]
            how = draw.choice(tuple(HOW))
            apply(whole, [Change(how, draw.getrandbits(48), draw.getrandbits(48), draw.choice(JUNK))])
            changed = dump(whole[0] if whole else None)
            if len(changed) <= most:
                return changed
    return bytes(atheris.Mutate(text, most))


def _dictionary() -> Path:
    """Words that the fuzzer puts into its texts, in libFuzzer's form."""
    words = {*OCTETS, *(text.encode() for text in (*TEXTS, *MEMBERS, *WORDS))}
    quoted = {b'"%b"' % word for word in words if re.fullmatch(rb"[\w.-]+", word)}
    lines = ["".join(rf"\x{octet:02x}" for octet in word) for word in sorted(words | quoted) if 0 < len(word) < 60]
    file = KEPT / "words.dict"
    file.write_text("\n".join(f'"{line}"' for line in lines), encoding="ascii")
    return file


if __name__ == "__main__":
    main()
