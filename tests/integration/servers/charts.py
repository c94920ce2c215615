"""The patients that every server is asked for: the project's samples, one of them with a long list."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache

from cds_service.samples import Sample, load_samples
from tests.live_service import TODAY
from tests.signings import observed

LONG = "p1-thin-high"  # with more weights than one page of HAPI holds


@cache
def samples() -> Mapping[str, Sample]:
    """By id."""
    return {
        one.id: _with_old_weights(one) if one.id == LONG else one
        for one in load_samples(TODAY)
    }


def _with_old_weights(sample: Sample) -> Sample:
    """Thirty weights of earlier years, which change no figure."""
    subject = {"reference": f"Patient/{sample.id}"}
    days = [f"20{10 + number // 12}-{number % 12 + 1:02}-01" for number in range(30)]
    return replace(
        sample,
        resources=(
            *sample.resources,
            *(
                observed(
                    f"w-{day}",
                    "29463-7",
                    60,
                    "kg",
                    subject=subject,
                    effectiveDateTime=day,
                )
                for day in days
            ),
        ),
    )
