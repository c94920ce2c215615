"""Fill the source attributes of decision support, by 45 CFR 170.315(b)(11)(iv).

There are 13 of (A), for advice, and 31 of (B), for a prediction. A recommendation gets
those of (A), a study all 44. `source-attributes.toml` holds them in the regulation's
order. A paper's own statements are in its study file.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import Field

from cds_service.core.models.logistic_study import LogisticStudy
from cds_service.core.models.pooled_study import AttributeStatus, PooledStudy
from cds_service.core.models.study import MarkerStudy, StrataStudy, Study
from cds_service.core.models.study_tables import Part, Text

OUTPUTS: Mapping[type[Study], str] = {
    StrataStudy: "The rate on this patient's side of the cut-off, "
    "as supporting evidence; no probability.",
    MarkerStudy: "Whether a change between two MRIs lies in the range of patients "
    "who had refractured; no probability.",
}


class SourceAttribute(Part):
    """One attribute; a study, or a recommendation, fills the braces in its texts."""

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
            study: its words fill the texts.
            site: a site's own statements, by key: `text` and `source`.
            version: version of this service.
        """
        reported = {
            key: {
                "status": "reported",
                "text": attribute.text,
                "source": f"{_paper(study)}, {attribute.printed_in}",
            }
            for key, attribute in study.card.attributes.items()
        }
        local = {key: {"status": "local", **entry} for key, entry in site.items()}
        return {
            **_filled(self.attributes, {**_words(study), "version": version}),
            **reported,
            **local,
        }

    def of_pooled(
        self, study: PooledStudy, site: Mapping[str, Mapping[str, str]], version: str
    ) -> dict[str, Any]:
        """Return all 44 of the pooled model, by key; most are in its own file."""
        reported = {
            key: {
                "status": attribute.status,
                "text": attribute.text,
                "source": f"{study.id}: {attribute.printed_in}",
            }
            for key, attribute in study.card.attributes.items()
        }
        local = {key: {"status": "local", **entry} for key, entry in site.items()}
        common = [
            attribute for attribute in self.attributes if attribute.key not in reported
        ]
        by_key = (
            _filled(common, {**_pooled_words(study), "version": version})
            | reported
            | local
        )
        return {attribute.key: by_key[attribute.key] for attribute in self.attributes}

    def of_advice(
        self, words: Mapping[str, str], *, has_sources: bool
    ) -> dict[str, Any]:
        """Return the 13 of a recommendation, by key.

        Args:
            words: for the placeholders: citations, dates, health_status,
                health_source, version.
            has_sources: a study or guideline supports it; otherwise the citation is
                our own policy.
        """
        of_advice = [one for one in self.attributes if one.key.startswith("A")]
        attributes = _filled(of_advice, words)
        if not has_sources:
            attributes["A1_citation"]["status"] = "ours"
        return attributes


def _filled(
    attributes: Iterable[SourceAttribute], words: Mapping[str, Any]
) -> dict[str, Any]:
    return {
        attribute.key: {
            "status": attribute.status,
            "text": attribute.text.format_map(words),
            "source": attribute.source.format_map(words),
        }
        for attribute in attributes
    }


def _words(study: Study) -> dict[str, Any]:
    cohort, source = study.cohort, study.source
    inputs = ", ".join(_inputs(study))
    criteria = [criterion.text for criterion in study.applicability]
    criteria += study.not_checkable
    output_type = "Evaluation."
    validity = "there is no model."
    if isinstance(study, LogisticStudy):
        output_type = "Prediction (a probability) and classification (a band)."
        validity = study.validation.summary
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
        "output_type": output_type,
        "caution": f"{'; '.join(criteria)}.",
        "criteria_source": "; ".join(
            dict.fromkeys(criterion.printed_in for criterion in study.applicability)
        ),
        "limits": " ".join(study.limits),
        "inputs": f"Health status: {inputs}.",
        "validity": validity,
    }


def _pooled_words(study: PooledStudy) -> dict[str, Any]:
    inputs = ", ".join(study_input.title for study_input in study.inputs)
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
        return [predictor.coding for predictor in study.predictors]
    if isinstance(study, StrataStudy):
        return [study.finding]
    return [marker.label for marker in study.markers]


def _output(study: Study) -> str:
    if isinstance(study, LogisticStudy):
        months = study.cohort.horizon_months
        definition = study.cohort.outcome_definition
        return f"The probability of {study.event} within {months} months: {definition}."
    return OUTPUTS[type(study)]
