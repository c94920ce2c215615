"""A rhythm or an effusion that is called new, and a spondylitis, are asked about."""

from typing import Any

import pytest

from tests.chart_builders import days_ago, problem
from tests.codes import ICD, codeable
from tests.patients.leaving import (
    act_done,
    act_ordered,
    appointment,
    summaries_beside,
    titled,
)

NEW = [
    *("New atrial fibrillation", "New AF", "New-onset a-fib", "Neues VHF", "New LBBB"),
    *("Fibrillation auriculaire de novo", "Fibrilación auricular de novo", "Nueva FA"),
    *("Nuova fibrillazione atriale", "Nieuw atriumfibrilleren"),
    *("Nowe migotanie przedsionków", "新发房颤", "新規発症心房細動"),
    *("새로 발생한 심방세동", "New pleural effusion", "New oxygen requirement"),
]


def coded(title: str) -> Any:
    """A diagnosis of yesterday under an everyday code."""
    code = codeable(ICD, "I48.91", title)
    return problem("x", number="g", code=code, recordedDate=days_ago(1))


def visit(title: str) -> Any:
    return appointment("Cardiology", day="2026-12-10", number="v", comment=title)


def because(title: str) -> Any:
    return act_ordered("ECG", title)


@pytest.mark.parametrize("make", [act_ordered, act_done, because, coded, visit])
@pytest.mark.parametrize("title", NEW)
def test_what_is_called_new_is_to_be_read(make: Any, title: str) -> None:
    assert len(summaries_beside(make(title))) == 1


@pytest.mark.parametrize("make", [act_ordered, because, coded, visit])
@pytest.mark.parametrize(
    "title",
    [
        *("AF", "Chronic AF", "Vorhofflimmern", "Known AF, no new ECG changes"),
        *("New anticoagulant for AF", "Nuovo controllo FA", "No new arrhythmia"),
    ],
)
def test_what_is_not_is_not(make: Any, title: str) -> None:
    assert summaries_beside(make(title)) == []


@pytest.mark.parametrize(
    "title", ["Psoriasis, psoriatic spondylitis", "Psoriatic spondylitis"]
)
def test_a_spondylitis_of_psoriasis_is_to_be_read(title: str) -> None:
    assert len(summaries_beside(titled(title))) == 1


def test_psoriasis_is_not() -> None:
    assert summaries_beside(titled("Psoriasis")) == []
