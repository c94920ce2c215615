"""Model cards in the formats of other tools, read by programs that know only the format."""

import json
import math
from functools import cache
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import xmlschema
from click.testing import CliRunner

from cds_service.cli import main

FIXTURES = Path(__file__).parents[2] / "fixtures"
SCHEMA = FIXTURES / "chai" / "schema.xsd"
SIGNATURE = (
    "http://www.w3.org/2000/09/xmldsig#",
    str(FIXTURES / "chai" / "signature.xsd"),
)
NAME = {"mc": "https://mc.chai.org/v0.2/schema.xsd"}
MODELS = ("sarcopenia-pvm-2022", "nvcf-nomogram-2024", "residual-pain-2025")
# All inputs known. Evidence page, "Figures for tests"; the third model by hand from its
# Table 3 and intercept -15.79.
FULL = [
    ("sarcopenia-pvm-2022", [18.5, 1, 1, 57, -3.2, 1], 0.964),
    ("sarcopenia-pvm-2022", [21.5, 0, 0, 47, -1.9, 1], 0.007),
    ("sarcopenia-pvm-2022", [19.6, 0, 1, 52, -2.5, 1], 0.395),
    ("nvcf-nomogram-2024", [1, 60, 140], 0.051),
    ("residual-pain-2025", [0, 2.6, 6.7, 1, 13, 16, 43], 0.001),
    ("residual-pain-2025", [1, 3.1, 12, 0, 8.5, 10.7, 57], 0.916),
]


def printed(*arguments):
    result = CliRunner().invoke(main, ["models", *arguments])
    assert result.exit_code == 0, result.output
    return result.output


@cache
def schema():
    return xmlschema.XMLSchema10(str(SCHEMA), locations=[SIGNATURE], allow="local")


@pytest.mark.parametrize("model", MODELS)
def test_the_chai_card_is_valid_by_its_schema_and_says_what_the_card_says(model):
    text = printed(model, "--format", "chai")
    schema().validate(text)
    card = json.loads(printed(model, "--json"))
    read = ET.fromstring(text)
    assert read.findtext(".//mc:ReleaseVersion", namespaces=NAME) == card["version"]
    assert all(
        limit in read.findtext(".//mc:KnownRisksAndLimitations", namespaces=NAME)
        for limit in card["limits"]
    )
    results = [json.loads(one.text) for one in read.iterfind(".//mc:ValueJson", NAME)]
    assert {one["kind"] for one in results} <= {"single", "estimate_ci"}
    values = {one.get("estimate", one.get("value")) for one in results}
    assert {
        one["value"] for one in card["validation"]["measured"] if "value" in one
    } <= values


@pytest.mark.parametrize(("model", "values", "risk"), FULL)
def test_the_coefficients_for_ohdsi_give_our_figures(model, values, risk):
    """As predictGlm computes: values by covariateId, joined with the coefficients, and the inverse logit."""
    read = json.loads(printed(model, "--format", "plp"))
    assert read["mapping"] == "logistic"
    # R reads 1 as integer and 1.0 as numeric; createGlmModel takes numeric alone
    assert all(
        isinstance(one["covariateId"], float)
        for one in read["coefficients"] + read["covariates"]
    )
    assert "every input is known" in read["model"]["limits"][0]
    covariates = {
        one["covariateId"]: value
        for one, value in zip(read["covariates"], values, strict=True)
    }
    assert len(covariates) == len(values)
    total = read["intercept"] + sum(
        one["coefficient"] * covariates[one["covariateId"]]
        for one in read["coefficients"]
    )
    assert 1 / (1 + math.exp(-total)) == pytest.approx(risk, abs=0.01)


@pytest.mark.parametrize("arguments", [[], ["psoas-plvi-2024"], ["nothing"]])
def test_only_a_model_has_a_format_for_models(arguments):
    assert (
        CliRunner().invoke(main, ["models", *arguments, "--format", "plp"]).exit_code
        == 2
    )
