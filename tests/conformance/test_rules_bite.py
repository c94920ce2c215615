"""Each rule finds the fault it is there for: a good answer is broken in one place, and that rule alone must say so."""

from copy import deepcopy

import pytest

from tests.card_rules import faults_of

CODING = {"system": "https://x.example/s", "code": "abc", "display": "Abc"}
ORDER = {
    "resourceType": "ServiceRequest",
    "id": "1",
    "status": "draft",
    "intent": "order",
    "subject": {"reference": "Patient/1"},
}
GOOD = {
    "cards": [
        {
            "uuid": "0b9ea6e4-53d1-5f9a-8f0e-3a3b8f5d1c11",
            "summary": "Words",
            "detail": "**Bold** and\n- a list\n",
            "indicator": "info",
            "source": {"label": "Us", "url": "https://x.example/a", "topic": CODING},
            "suggestions": [
                {
                    "label": "Do",
                    "uuid": "5d7d2f5e-1df5-57f1-9a53-9b7e6b6c0a22",
                    "isRecommended": True,
                    "actions": [{"type": "create", "description": "Do", "resource": ORDER}],
                }
            ],
            "selectionBehavior": "any",
            "overrideReasons": [CODING],
            "links": [{"label": "More", "url": "https://x.example/b", "type": "absolute"}],
            "extension": {"org.kyphoplasty-cds.assessments": [{"models": []}]},
        }
    ]
}
SUGGESTION, ACTION = ("suggestions", 0), ("suggestions", 0, "actions", 0)


def test_a_good_answer_breaks_no_rule():
    assert faults_of(GOOD) == []
    assert faults_of({"cards": []}) == []


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("summary",), "x" * 140),
        (("summary",), "two\nlines"),
        (("summary",), ""),
        (("detail",), ""),
        (("detail",), None),
        (("detail",), "a <b>b</b>"),
        (("detail",), "<script>x</script>"),
        (("detail",), "![a](https://x.example/p.png)"),
        (("detail",), "[a](javascript:alert)\n\n[b](https://evil.example)"),
        (("detail",), "| a |\n|---|\n| 1 |\n"),
        (("indicator",), "critical"),
        (("source",), {"topic": CODING}),
        (("source", "url"), "/models"),
        (("source", "topic"), {"code": "abc"}),
        (("source", "topic", "code"), "brace-limit"),
        (("uuid",), "0B9EA6E4-53D1-5F9A-8F0E-3A3B8F5D1C11"),
        (("uuid",), "5d7d2f5e-1df5-57f1-9a53-9b7e6b6c0a22"),
        (("selectionBehavior",), "one"),
        (("suggestions",), []),
        (("overrideReasons",), [{"system": "s", "code": "c"}]),
        (("links", 0, "url"), "javascript:alert(1)"),
        (("links", 0, "appContext"), "x"),
        (("priority",), 1),
        (("extension",), {}),
        ((*SUGGESTION, "isRecommended"), "yes"),
        ((*SUGGESTION, "label"), " "),
        ((*SUGGESTION, "actionSelectionBehavior"), "all"),
        ((*SUGGESTION, "actions"), []),
        ((*ACTION, "description"), ""),
        ((*ACTION, "type"), "delete"),
        ((*ACTION, "resource"), {"resourceType": "ServiceRequest", "status": "draft"}),
        ((*ACTION, "resource", "note"), []),
    ],
    ids=str,
)
def test_one_broken_place_is_found(path, value):
    answer = deepcopy(GOOD)
    inner = answer["cards"][0]
    for name in path[:-1]:
        inner = inner[name]
    inner[path[-1]] = value
    assert faults_of(answer) != []


@pytest.mark.parametrize(
    "answer", [{}, [], None, {"cards": None}, {"cards": [1]}, {"cards": GOOD["cards"] * 4}], ids=str
)
def test_what_is_no_answer_is_found(answer):
    assert faults_of(answer) != []
