"""How a clause says what it names: denied, suspected, withdrawn, not done."""

import pytest

from tests.builders import terminology


def only(text):
    """The one clause of a text."""
    (clause,) = terminology().clauses.read(text)
    return clause


@pytest.mark.parametrize(
    "text",
    [
        "Diabetes type 2",
        "Suspected diabetes",
        "V.a. Diabetes mellitus",
        "diabetes?",
        "糖尿病疑い",
    ],
)
def test_a_suspicion_names_what_it_suspects(text):
    clause = only(text)
    assert "diabetes" in clause.named
    assert clause.is_suspected == (text != "Diabetes type 2")
    assert not clause.is_suspicion_alone


@pytest.mark.parametrize("text", ["suspected", "Verdacht auf", "?"])
def test_a_suspicion_alone_names_nothing(text):
    assert only(text).is_suspicion_alone
    assert not only(text).named


@pytest.mark.parametrize(
    ("text", "is_denial"),
    [
        ("no known diabetes", True),
        ("Dementia: ruled out", True),
        ("kein Diabetes", True),
        ("diabetes", False),
        # it denies one thing and names another
        ("no diabetes, dementia", False),
        ("diabetes without retinopathy", False),
    ],
)
def test_a_denial_denies_all_that_it_names(text, is_denial):
    assert only(text).is_only_denial is is_denial


def test_what_stands_before_a_denied_aside_is_left_open():
    clause = only("Bone metastases, no cord compression")
    assert "malignancy" in clause.before_denial
    assert clause.denies_at == len("bone metastases, ")
    assert only("Bone metastases of L1").denies_at is None


def test_words_rule_out_what_they_name():
    assert "dementia" in only("Mother had dementia").ruled_out
    assert not only("Mother had dementia").named
    assert not only("Dementia").ruled_out


def test_each_statement_of_an_entry_is_a_clause():
    parts = terminology().clauses.read("Diabetes. Verdacht auf Demenz")
    assert [one.is_suspected for one in parts] == [False, True]
    assert [*parts[1].named] == ["dementia"]


@pytest.mark.parametrize(
    ("text", "is_not_done"),
    [
        ("Kyphoplasty L1, cancelled", True),
        ("Zoledronic acid, planned", True),
        ("Prednisone stopped in March", True),
        ("Kyphoplasty L1", False),
        ("Prednisone 5 mg daily", False),
    ],
)
def test_an_act_or_a_drug_may_not_be_done(text, is_not_done):
    assert terminology().clauses.is_not_done(text) is is_not_done


@pytest.mark.parametrize("text", ["Kyphoplasty L1", "Kyphoplasty L1 in the morning"])
def test_an_order_stands_until_its_words_withdraw_it(text):
    assert not terminology().clauses.is_withdrawn(text)
    assert terminology().clauses.is_withdrawn(f"{text}, patient refused")
    assert terminology().clauses.is_withdrawn(f"{text} - cancelled")
