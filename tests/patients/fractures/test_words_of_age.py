"""A word of age leaves an earlier fracture open if it may be of a broken vertebra.

Otherwise the card says no more than that the report was not understood.
"""

import pytest

from tests.patients.reassuring import card_of, imaging

OF_OTHER_THINGS = [
    *("Status post cholecystectomy.", "Old granulomas.", "Chronic sinus disease."),
    *("Chronic sinusitis. Mucosal thickening.", "Known goitre, unchanged."),
    *("Old infarct of the left hemisphere.", "Prior appendectomy. Gas."),
    *("Z.n. Cholezystektomie.", "Alte Granulome.", "Antécédent de cholécystectomie."),
    *(
        "Granulomas antiguos.",
        "Pregressa colecistectomia.",
        "Status na galblaasoperatie.",
    ),
    *("Stan po cholecystektomii.", "陳旧性肉芽腫", "陈旧性肉芽肿", "과거 담낭절제"),
]
OF_THE_SPINE = [
    # A vertebra, a fracture, its shape or an augmentation
    *("Old T8 fracture.", "Old wedge deformity.", "Healed compression fracture."),
    *("Chronic height loss.", "Status post vertebroplasty.", "Old rib fractures."),
    *("Chronic changes of the spine.", "Old endplate defect.", "Alte Sinterung."),
    *("Tassement ancien.", "Fractura antigua.", "Vecchia frattura.", "Oude inzakking."),
    *("Stare złamanie.", "陳旧性骨折", "陈旧性骨折", "진구성 골절"),
    # It goes on with what was named before
    *("Wedging of L1. Chronic.", "L1 fracture. Remote in appearance, says the tech."),
    # Words that nobody understood beside the spine
    *("Old xyzzy of the spine.", "Old xyzzy. L1 fracture."),
]
OPEN = "earlier vertebral fracture not excluded"


@pytest.mark.parametrize("words", OF_OTHER_THINGS)
def test_an_old_thing_that_is_no_bone_is_no_fracture(words):
    detail = card_of(imaging(words, code={"text": "CT"}))["detail"]
    assert OPEN not in detail
    assert "below the usual" not in detail
    assert "report not fully understood" in detail


@pytest.mark.parametrize("words", OF_THE_SPINE)
def test_an_old_fracture_in_a_report_is_left_open(words):
    detail = card_of(imaging(words, code={"text": "CT"}))["detail"]
    assert OPEN in detail
    assert "below the usual" not in detail


def test_an_old_thing_that_is_understood_leaves_nothing_open():
    detail = card_of(imaging("Chronic small vessel disease."))["detail"]
    assert OPEN not in detail
