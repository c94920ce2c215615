"""Acts and drugs of other lists, titled as a test needs them."""

from tests.chart_builders import days_ago, of_patient
from tests.codes import CPT, codeable


def order(title="Full blood count", *, days=5, **members):
    said = {"status": "active", "intent": "order", "code": {"text": title}}
    said["authoredOn"] = days_ago(days)
    return of_patient("ServiceRequest", "ordered", **said | members)


def done(title="", *, days=90, **members):
    code = {"text": title} if title else codeable(CPT, "45378")
    said = {"status": "completed", "code": code, "performedDateTime": days_ago(days)}
    return of_patient("Procedure", "done", **said | members)


def drug(reason=None, *, kind="MedicationRequest", days=5, **members):
    said = {"status": "active", "medicationCodeableConcept": {"text": "Cefazolin 2 g"}}
    if kind == "MedicationRequest":
        said |= {"intent": "order", "authoredOn": days_ago(days)}
    else:
        said["effectiveDateTime"] = days_ago(days)
    if reason:
        said["reasonCode"] = [{"text": reason}]
    return of_patient(kind, "drug", **said | members)
