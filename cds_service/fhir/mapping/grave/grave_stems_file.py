"""The tables of `grave-stems.toml`."""

from collections.abc import Mapping

from cds_service.core.data_file import DataFile
from cds_service.fhir.mapping.files.language import Pattern

Words = Mapping[str, tuple[Pattern, ...]]


class GraveStemsFile(DataFile):
    """`grave-stems.toml`: regular expressions on folded text, by language.

    Attributes:
        reviewed: a reader whom a site names has read the file.
        apart: what is taken out first: benign tumours, screening, other people.
        cancer_feared: phrases of somebody who fears a cancer, taken out as well.
        return_feared: words of somebody who fears that a cancer comes back.
        tumour: parts of words for tumours, their treatment, and those who treat them.
        infection: the same for infections of bone, spine or blood.
        deficit: the same for palsies and the spinal cord.
        care: the same for dialysis and the end of life.
        advice: when to come back or to call, which tells of nothing that is there.
        advice_of_now: words in such advice by which it is there already.
        no_deficit: what is taken out before `plain_deficit` and `worse` are sought.
        denied_loss: a denied loss and what stands behind it, which is taken out too.
        after_denial: behind a denied loss, words that tell of what came since.
        plain_deficit: deficits in plain speech, of which a denial is part.
        leg_muscle: muscles of a leg, of which a grade is told.
        other_strength: between a muscle and a number, what makes it no grade of it.
        before_grade: what a grade of strength stands directly behind.
        named_scale: names of scales of strength, next to which a number is a grade.
        present: that one of several numbers is the present one.
        numb_leg: a leg or a foot that is numb.
        not_numb: next to it, a denial, or an anaesthetic that works.
        numb_new: that it is new, or grows.
        residual_urine: what stays in the bladder, of which a volume is told.
        lost_limb: what such speech names of a leg, the saddle, bladder or bowel.
        lost_gait: the same of walking and standing.
        no_other_loss: the same where it explains nothing: "no pain".
        and_lost: words behind which a part tells of the loss: "severe pain and".
        because: that another cause is one, with `@` for it: "for @".
        other_loss: what else keeps somebody from it, or that it always was so.
        back_pain: pain of the back alone, which is next to a loss and explains none.
        undenied: "cannot be excluded", in languages that no file of `texts/` reads.
        worse: what went wrong after an operation.
        complaint: a numb leg, urine that stays, pus, a head that was struck.
        complaint_known: that a complaint is old, or is only looked for.
        complaint_cause: a long-standing disease that brings it.
        complaint_new: that it is new all the same.
        fallen: a fall in the stay that ends.
        fall: a fall, wherever it was.
        in_room: where or when somebody fell who is in hospital.
        before_stay: where, when or how somebody fell before a stay.
        older_fall: of a fall, that it was earlier, or may come.
        just_now: times since an operation.
        broke_spine: that the spine broke, which led to the operation.
        searched: what an examination is to rule out.
        lasting_name: names that are long-standing, or a plan, unless more is said.
        leads_to_reason: words after which a title says why.
        examined: names of examinations.
        elsewhere: other bones than the spine.
        prevention: words that name a harm to be prevented.
        prevention_failed: phrases by which a prevention did not help.
        other_risk: phrases of the risk of an everyday harm, beside a grave one.
        feared: words of somebody who fears it.
        emergency: what is done for a catastrophe: reanimation, a chest drain.
        rescue_called: a team that was called, or a move to intensive care, in the title
            of an order too.
        several: words for more than one fracture.
    """

    reviewed: bool
    apart: Words
    cancer_feared: Words
    return_feared: Words
    tumour: Words
    infection: Words
    deficit: Words
    care: Words
    advice: Words
    advice_of_now: Words
    no_deficit: Words
    denied_loss: Words
    after_denial: Words
    plain_deficit: Words
    leg_muscle: Words
    other_strength: Words
    before_grade: Words
    named_scale: Words
    present: Words
    numb_leg: Words
    not_numb: Words
    numb_new: Words
    residual_urine: Words
    lost_limb: Words
    lost_gait: Words
    no_other_loss: Words
    and_lost: Words
    because: Words
    other_loss: Words
    back_pain: Words
    undenied: Words
    worse: Words
    complaint: Words
    complaint_known: Words
    complaint_cause: Words
    complaint_new: Words
    fallen: Words
    fall: Words
    in_room: Words
    before_stay: Words
    older_fall: Words
    just_now: Words
    broke_spine: Words
    searched: Words
    lasting_name: Words
    leads_to_reason: Words
    examined: Words
    elsewhere: Words
    prevention: Words
    prevention_failed: Words
    other_risk: Words
    feared: Words
    emergency: Words
    rescue_called: Words
    several: Words
