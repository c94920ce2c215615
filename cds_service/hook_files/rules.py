"""Read the rules of acts and buttons, `recommendations/*.toml`."""

from collections.abc import Collection, Mapping

from cds_service.core.acts.rule_file import Rule
from cds_service.errors import DataFileError
from cds_service.fhir.orders.suggested.suggestions import (
    OrderTemplate,
    read_placeholders,
)
from cds_service.hook_files.folders import (
    HookFolders,
    check_references,
    read_numbered,
    unknown_words,
)

# Placeholders that every rule may use (`words_of_rules` and `_recommendation` in
# core/acts/recommendations.py).
RULE_WORDS = {
    "review_weeks",
    "max_weeks",
    "bed_rest_hours",
    "asked",
    "Asked",
    "because",
    "fact",
    "Fact",
    "title",
    "end",
    "review",
}


def read_rules(folders: HookFolders) -> tuple[Rule, ...]:
    """Read the rule files by rank."""
    return read_numbered(Rule, folders, "recommendations")


def check_rule(
    rule: Rule,
    names: Mapping[str, Collection[str]],
    order_templates: Mapping[str, OrderTemplate],
) -> None:
    """Check that everything a rule names exists, and that its texts use known words.

    Args:
        rule: the file of a rule.
        names: the names that exist, by kind.
        order_templates: the orders that exist, by name.
    """
    texts_signals = [name for option in rule.texts for name in option.signals]
    references: dict[str, tuple[str, Collection[str]]] = {
        "when.any-signal": ("signals or facts", rule.when.any_signal),
        "when.gap-any": ("findings", rule.when.gap_any),
        "unless-signal": ("signals or facts", rule.unless_signal),
        "unless-rule": ("rules", rule.unless_rule),
        "not-offered-if": ("signals", rule.not_offered_if),
        "recommended-if": ("signals or facts", rule.recommended_if),
        "recommended-unless": ("signals or facts", rule.recommended_unless),
        "recommended-although": ("open things", rule.recommended_although),
        "texts.signal": ("signals or facts", texts_signals),
        "supplies": ("findings", rule.supplies),
        "asks.finding": ("findings", [ask.finding for ask in rule.asks]),
        "asks.supplies": ("findings", [ask.supplies for ask in rule.asks]),
        "asks.unless-signal": (
            "signals",
            [ask.unless_signal for ask in rule.asks if ask.unless_signal],
        ),
        "guidelines": ("guidelines", rule.guidelines),
        "studies": ("studies", rule.studies),
        "order-kind": (
            "kinds of order",
            [rule.order_kind] if rule.order_kind else [],
        ),
    }
    file = rule.file
    check_references(file, references, names)
    if rule.order is not None and rule.order not in order_templates:
        raise DataFileError(file, "order", f"there is no orders/{rule.order}.json")
    texts = [rule.text, rule.label]
    for option in rule.texts:
        texts += [option.line(rule.text), option.label]
    words = read_placeholders(texts)
    if rule.order is not None:
        words |= read_placeholders(order_templates[rule.order].resource)
    if unknown := words - RULE_WORDS:
        raise DataFileError(file, "text", unknown_words(unknown, RULE_WORDS))
