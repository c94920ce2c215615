"""Model cards for others' tools: CHAI's Applied Model Card, and coefficients for OHDSI and R."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree as ET  # builds XML, parses none

CHAI = "https://mc.chai.org/v0.2/schema.xsd"
OWN_ANALYSIS = 919  # the last three digits of an OMOP covariateId name the analysis; 900 and up are no standard ones
NOT_ASKED = "Not reported."
ALL_NEEDED = "Only for patients of whom every input is known: predictGlm counts an absent covariate as 0."


def chai_card(card: Mapping[str, Any]) -> str:
    """A study's card as Applied Model Card 0.2, XML.

    Args:
        card: of a logistic study, as `/models/{id}` gives it.
    """
    said = {key: one["text"] for key, one in card["sourceAttributes"].items()}
    ET.register_namespace("", CHAI)
    root = _element("AppliedModelCard", _chai_parts(card, said))
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _chai_parts(card: Mapping[str, Any], said: Mapping[str, str]) -> dict[str, Any]:
    contrary = "\n".join(f"- {one['statement']} {one['url']}" for one in card["contraryEvidence"])
    bias = "\n".join(f"- {one['domain']}: {one['judgement']}. {one['text']}" for one in card["riskOfBias"])
    inputs = "\n".join(f"- {name}: {one['coding']}, unit {one['unit']}" for name, one in card["coefficients"].items())
    return {
        "BasicInfo": {
            "ModelName": card["title"],
            "ModelDeveloper": f"{card['source']['citation']}; implemented by kyphoplasty-cds",
            "DeveloperContact": said["B1_i_developer_contact"],
        },
        "ReleaseInfo": {
            "ReleaseStage": "Published study, re-used in clinical decision support; not certified or cleared.",
            "ReleaseDate": said["A4_dates"],
            "ReleaseVersion": card["version"],
            "GlobalAvailability": "Open source; where it runs is the site's decision.",
        },
        "ModelSummary": {
            "Summary": f"{card['found']} {said['B1_iii_output_value']}",
            "Keywords": [("Keyword", word) for word in (card["outcome"], *card["cohort"]["procedures"])],
        },
        "UsesAndDirections": {
            "IntendedUseAndWorkflow": said["B2_i_intended_use"],
            "PrimaryIntendedUsers": said["B2_iii_users"],
            "HowToUse": said["B2_iv_role"],
            "TargetedPatientPopulation": said["B2_ii_population"],
            "CautionedOutOfScopeSettings": said["B3_i_caution"],
        },
        "Warnings": {
            "KnownRisksAndLimitations": f"{said['B3_ii_limitations']}\n\nContrary evidence:\n{contrary}",
            "KnownBiasesOrEthicalConsiderations": f"Risk of bias by domain (PROBAST+AI):\n{bias}",
            "ClinicalRiskLevel": "Not assessed: it depends on the site and its law.",
        },
        "TrustIngredients": {
            "AISystemFacts": {
                "OutcomesAndOutputs": f"{said['B1_iii_output_value']} {said['B1_iv_output_type']}",
                "ModelType": f"Logistic regression; intercept {card['intercept']:.4g}, {card['interceptMethod']}.",
                "InputDataSource": "Findings of the patient's record over FHIR R4, by coded observations and lists.",
                "OutputAndInputDataTypes": inputs,
                "DevelopmentDataCharacterization": f"{card['n']} patients, {card['events']} events. "
                f"{said['B4_i_criteria']} {said['B4_iii_representativeness']} {said['B4_iv_relevance']}",
                "BiasMitigationApproaches": f"{said['B5_i_fairness_approach']} {said['B5_ii_bias_management']}",
                "OngoingMaintenance": f"{said['B8_i_validity_monitoring']} {said['B9_i_update_schedule']} "
                f"{said['B9_ii_correction_schedule']}",
            },
            "TransparencyInformation": {
                "FundingSource": said["B1_ii_funding"],
                "StakeholdersConsulted": NOT_ASKED,
            },
        },
        "KeyMetrics": {
            "UsefulnessUsabilityEfficacy": {
                "MetricGoal": "Discrimination and calibration, as the paper reports them.",
                "Results": _measured(card),
                "Interpretation": f"{said['B7_i_validity_internal']} {said['B7_iii_validity_external']}",
                "TestType": said["B6_iv_external_process"],
                "TestingDataDescription": " ".join(
                    said[key] for key in ("B6_i_external_source", "B6_iii_external_representativeness")
                ),
                "ValidationProcessAndJustification": card["validation"]["summary"],
            },
            "FairnessEquity": {
                "MetricGoal": "Performance in groups of patients.",
                "Results": [_metric("Groups measured", 0)],
                "Interpretation": f"{said['B7_ii_fairness_internal']} {said['B7_iv_fairness_external']}",
                "TestType": "None.",
                "TestingDataDescription": said["B8_iv_fairness_local"],
                "ValidationProcessAndJustification": said["B8_iii_fairness_monitoring"],
            },
            "SafetyReliability": {
                "MetricGoal": "Enough events for the number of coefficients: ten and more is a rule of thumb.",
                "Results": [_metric("Events per coefficient", round(card["eventsPerCoefficient"], 2))],
                "Interpretation": said["B3_ii_limitations"],
                "TestType": "Count of the printed tables.",
                "TestingDataDescription": f"{card['n']} patients, {card['events']} events.",
                "ValidationProcessAndJustification": said["B7_v_outcome_evaluations"],
            },
        },
        "Resources": {
            "EvaluationReferences": contrary,
            "PeerReviewedPublications": said["A1_citation"],
            "PatientConsentOrDisclosure": NOT_ASKED,
        },
        "Bibliography": f"@article{{{card['id']}, title = {{{card['source']['title']}}}, "
        f"note = {{{card['source']['citation']}}}, doi = {{{card['source']['doi']}}}}}",
    }


def _element(name: str, content: Any) -> ET.Element:
    """An element with a text, with named parts, or with a list of (name, content)."""
    element = ET.Element(f"{{{CHAI}}}{name}")
    if isinstance(content, str):
        element.text = content
        return element
    element.extend(_element(*part) for part in (content.items() if isinstance(content, dict) else content))
    return element


def _measured(card: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """The paper's figures; where it reports none, that none was measured."""
    return [
        _metric(f"{one['measure']}, {one['set']}", one["value"], one.get("interval"))
        for one in card["validation"]["measured"]
        if "value" in one
    ] or [_metric("Measures of performance reported", 0)]


def _metric(label: str, value: float, interval: list[float] | None = None) -> tuple[str, Any]:
    """A MetricResult, whose value is JSON as CHAI's own cards write it."""
    said: dict[str, Any] = {"kind": "single", "value": value}
    if interval:
        said = {"kind": "estimate_ci", "estimate": value, "lower": interval[0], "upper": interval[1], "level": 95}
    return "MetricResult", {"Label": label, "ValueJson": json.dumps(said)}


def plp_model(card: Mapping[str, Any]) -> dict[str, Any]:
    """The model in use when all inputs are known, as arguments of PatientLevelPrediction's `createGlmModel`.

    In R: `m <- jsonlite::fromJSON(file); createGlmModel(m$coefficients, intercept = m$intercept, mapping = m$mapping)`.

    Args:
        card: of a logistic study, as `/models/{id}` gives it.
    """
    in_use = card["inUse"]
    return {
        "coefficients": [
            {"covariateId": covariate_id(name), "coefficient": value} for name, value in in_use["coefficients"].items()
        ],
        "intercept": in_use["intercept"],
        "mapping": "logistic",
        "covariates": [
            {
                "covariateId": covariate_id(name),
                "covariateName": name,
                "analysisId": OWN_ANALYSIS,
                "unit": card["coefficients"][name]["unit"],
                "coding": card["coefficients"][name]["coding"],
                "knownAtOrderSign": card["coefficients"][name]["knownAtOrderSign"],
            }
            for name in in_use["coefficients"]
        ],
        "model": {
            "id": card["id"],
            "version": card["version"],
            "outcome": card["outcome"],
            "horizonMonths": card["horizonMonths"],
            "incidence": card["incidence"],
            "citation": card["source"]["citation"],
            "doi": card["source"]["doi"],
            "limits": [ALL_NEEDED, *card["limits"]],
        },
    }


def covariate_id(name: str) -> float:
    """A covariateId of our own, from the name, since no standard covariate measures these.

    It is written with a decimal point: R reads a whole number as integer, which createGlmModel refuses.
    """
    return float(zlib.crc32(name.encode()) % 1_000_000 * 1000 + OWN_ANALYSIS)
