"""A leak of cement since the operation, in words: to be read, and no tumour."""

import pytest

from tests.patients.leaving import summaries_beside, titled

READ = "1 recent entry not understood. Read before leaving."
TUMOUR = "malignancy of bone"


@pytest.mark.parametrize(
    "words",
    [
        "セメント漏出 脊柱管内",
        "骨セメント漏出（脊柱管内）",
        "椎間板内セメント漏出",
        "椎体前方へのセメント漏出",
        "骨水泥渗漏 椎体外",
        "骨水泥漏入椎间盘",
        "骨水泥椎间盘渗漏",
        "骨水泥渗漏至椎体旁静脉",
        "추간판 내 시멘트 누출",
        "Cement leak into spinal canal",
        "Zementaustritt Spinalkanal",
    ],
)
def test_a_leak_of_cement_is_to_be_read_and_no_tumour(words: str) -> None:
    (summary,) = summaries_beside(titled(words, days=1))
    assert summary.endswith(READ)


@pytest.mark.parametrize(
    "words",
    [
        "セメント漏出、脊椎腫瘍",
        "腰椎腫瘤漏出",
        "椎体病変 漏出",
        "骨水泥渗漏，椎体肿物",
        "椎体转移 骨水泥渗漏",
        "椎体占位 渗漏",
    ],
)
def test_what_stands_next_to_a_leak_stays_open(words: str) -> None:
    (summary,) = summaries_beside(titled(words, days=1))
    assert not summary.endswith(READ)
