"""The page of each study in force, whatever kind of study it is."""

from __future__ import annotations

from html import escape

import pytest

from tests.chart_builders import application, open_service

MODELS = open_service().model_cards


@pytest.mark.parametrize("accepted", ["text/html", "*/*"])
@pytest.mark.parametrize("model_id", MODELS)
def test_every_study_has_a_page_for_people(model_id, accepted):
    page = application().get(f"/models/{model_id}", accepted)
    assert (page.status_code, page.mimetype) == (200, "text/html")
    assert escape(MODELS[model_id]["title"]) in page.text
    assert f"{MODELS[model_id]['n']} patients" in page.text
