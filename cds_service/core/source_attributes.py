"""Source attributes of decision support, by 45 CFR 170.315(b)(11)(iv).

There are 31 of (B) for a study, and 13 of (A) for advice.

`source-attributes.toml` holds them in the regulation's order. What a paper itself
reports is in its study file.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import Field

from cds_service.core.pooled_study import AttributeStatus, PooledStudy
from cds_service.core.study import (
    LogisticStudy,
    MarkerStudy,
    Part,
    StrataStudy,
    Study,
    Text,
)

OUTPUTS: Mapping[type[Study], str] = {
    StrataStudy: "The rate on this patient's side of the cut-off, "
    "as supporting evidence; no probability.",
    MarkerStudy: "Whether a change between two MRIs lies in the range of patients "
    "who had refractured; no probability.",
}


class SourceAttribute(Part):
    """One attribute.

    Words in braces in its texts are filled from a study, or from a recommendation.
    """

    key: Text
    title: Text
    status: AttributeStatus
    text: Text
    source: Text


class SourceAttributes(Part):
    """All attributes, in the regulation's order."""

    attributes: tuple[SourceAttribute, ...] = Field(min_length=44, max_length=44)

    def of_study(
        self, study: Study, site: Mapping[str, Mapping[str, str]], version: str
    ) -> dict[str, Any]:
        """Return all 44 of a study, by key.

        Args:
            study: where the words come from.
            site: what a site says itself, by key: `text` and `source`.
            version: this service's.
        """
        own = {
            key: {
                "status": "reported",
                "text": one.text,
                "source": f"{_paper(study)}, {one.printed_in}",
            }
            for key, one in study.card.attributes.items()
        }
        local = {key: {"status": "local", **said} for key, said in site.items()}
        return {
            **_filled(self.attributes, {**_words(study), "version": version}),
            **own,
            **local,
        }

    def of_pooled(
        self, study: PooledStudy, site: Mapping[str, Mapping[str, str]], version: str
    ) -> dict[str, Any]:
        """Return all 44 of the pooled model, by key.

        Most of its words are its own file's.
        """
        own = {
            key: {
                "status": one.status,
                "text": one.text,
                "source": f"{study.id}: {one.printed_in}",
            }
            for key, one in study.card.attributes.items()
        }
        local = {key: {"status": "local", **said} for key, said in site.items()}
        kept = [one for one in self.attributes if one.key not in own]
        found = (
            _filled(kept, {**_pooled_words(study), "version": version}) | own | local
        )
        return {one.key: found[one.key] for one in self.attributes}

    def of_advice(
        self, words: Mapping[str, str], *, has_sources: bool
    ) -> dict[str, Any]:
        """Return the 13 of a recommendation, by key.

        Args:
            words: what the texts need: citations, dates, health_status, health_source,
                version.
            has_sources: a study or guideline supports it; without one the
                citation is our own policy.
        """
        found = _filled(
            [one for one in self.attributes if one.key.startswith("A")], words
        )
        if not has_sources:
            found["A1_citation"]["status"] = "ours"
        return found


def _filled(
    attributes: Iterable[SourceAttribute], words: Mapping[str, Any]
) -> dict[str, Any]:
    return {
        one.key: {
            "status": one.status,
            "text": one.text.format_map(words),
            "source": one.source.format_map(words),
        }
        for one in attributes
    }


def _words(study: Study) -> dict[str, Any]:
    cohort, source, inputs = study.cohort, study.source, ", ".join(_inputs(study))
    is_model = isinstance(study, LogisticStudy)
    return {
        "cohort": cohort,
        "source": source,
        "card": study.card,
        "citations": f"{source.title}. {source.citation}, doi {source.doi}",
        "paper": _paper(study),
        "dates": f"The paper is of {source.year}; "
        f"this card has version {study.version}.",
        "health_status": f"{inputs}.",
        "health_source": f"{_paper(study)}, {cohort.printed_in}",
        "output": _output(study),
        "output_type": "Prediction (a probability) and classification (a band)."
        if is_model
        else "Evaluation.",
        "caution": "; ".join(
            (*(one.text for one in study.applicability), *study.not_checkable)
        )
        + ".",
        "criteria_source": "; ".join(
            dict.fromkeys(one.printed_in for one in study.applicability)
        ),
        "limits": " ".join(study.limits),
        "inputs": f"Health status: {inputs}.",
        "validity": study.validation.summary
        if isinstance(study, LogisticStudy)
        else "there is no model.",
    }


def _pooled_words(study: PooledStudy) -> dict[str, Any]:
    inputs = ", ".join(one.title for one in study.inputs)
    return {
        "paper": f"{study.id}: pooled entries",
        "dates": f"Sources read on {study.read_on}; "
        f"due for review by {study.review_by}; version {study.version}.",
        "health_status": f"{inputs}.",
        "health_source": f"{study.id}: inputs of its file",
        "output": "The probability of a new vertebral fracture "
        f"within {study.say.horizon}.",
        "output_type": "Prediction (a probability, said as a coarse step) "
        "and classification (a band).",
    }


def _paper(study: Study) -> str:
    return f"{study.id}: {study.source.citation}"


def _inputs(study: Study) -> list[str]:
    if isinstance(study, LogisticStudy):
        return [one.coding for one in study.predictors]
    return (
        [study.finding]
        if isinstance(study, StrataStudy)
        else [one.label for one in study.markers]
    )


def _output(study: Study) -> str:
    if isinstance(study, LogisticStudy):
        months = study.cohort.horizon_months
        defined = study.cohort.outcome_definition
        return f"The probability of {study.event} within {months} months: {defined}."
    return OUTPUTS[type(study)]
