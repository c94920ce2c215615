"""Trade names of other drugs, by the group that they tell of."""

import pytest

from tests.order_builders import terminology


@pytest.mark.parametrize(
    ("name", "group"),
    [
        ("Onglyza 5 mg", "diabetes-drug"),
        ("Xigduo XR", "diabetes-drug"),
        ("Diaprel MR 60 mg", "diabetes-drug"),
        ("メトグルコ錠250mg", "diabetes-drug"),
        ("エクア錠50mg", "diabetes-drug"),
        ("다이아벡스정", "diabetes-drug"),
        ("拜唐苹", "diabetes-drug"),
        ("格列美脲片", "diabetes-drug"),
        ("格列卫", "cancer-drug"),
        ("アリミデックス錠1mg", "cancer-drug"),
        ("페마라정", "cancer-drug"),
        ("安理申", "dementia-drug"),
        ("メネシット配合錠", "parkinson-drug"),
        ("レグパラ錠", "kidney-failure-drug"),
        ("Tavanic 500 mg", "deep-infection-drug"),
        ("Dalacin C 300 mg", "deep-infection-drug"),
        ("ロセフィン静注用1g", "deep-infection-drug"),
        ("ゾシン静注用4.5", "deep-infection-drug"),
        ("Clamoxyl 1 g", "broad-antibiotic"),
        ("Marcoumar 3 mg", "other-drug"),
        ("Fraxiparine 0,3 ml", "other-drug"),
        ("イグザレルト錠15mg", "other-drug"),
        ("엘리퀴스정", "other-drug"),
        ("波立维", "other-drug"),
        ("Monuril 3 g", "other-drug"),
        ("Durogesic 25", "other-drug"),
        ("エディロールカプセル", "other-drug"),
        ("拜新同", "other-drug"),
        ("노바스크정", "other-drug"),
        ("Hyoscyamine 0.375 mg tablet", "other-drug"),
        ("Nicotine patch 14 mg", "other-drug"),
        ("MCP Tropfen", "other-drug"),
        ("Ibu 600", "other-drug"),
        ("Sirdalud 4 mg", "other-drug"),
        ("ESIDREX 25 mg", "other-drug"),
        ("LAROXYL gouttes", "other-drug"),
        ("FERO-GRADUMET", "other-drug"),
        ("BRUFEN 600", "other-drug"),
        ("FOLIUMZUUR TABLET 5MG", "other-drug"),
        ("Polpril 5 mg", "other-drug"),
        ("IPP 20", "other-drug"),
        ("ハルナールD錠0.2mg", "other-drug"),
        ("莫沙必利片", "other-drug"),
        ("Edarbi 40mg 25 tablets", "other-drug"),
        ("Atacand 16 mg", "other-drug"),
        ("Pristiq 50 mg", "other-drug"),
        ("APROVEL 150 mg", "other-drug"),
        ("Kinzalkomb 80/12,5", "other-drug"),
        ("アバプロ錠100mg", "other-drug"),
        ("NICOTINE 15 mg/16 h dispositif transdermique", "other-drug"),
        ("Parches de nicotina", "other-drug"),
        ("ニコチネルTTS20", "other-drug"),
    ],
)
def test_a_brand_is_that_of_its_group(name, group):
    assert group in terminology().drug_words(name)


@pytest.mark.parametrize(
    ("name", "group"),
    [
        ("格列卫", "diabetes-drug"),  # imatinib
        ("Kerendia 10 mg", "other-drug"),  # of diabetes
        ("Soma bed", "other-drug"),
        ("Linola-H", "other-drug"),  # prednisolone
        ("仙灵骨葆胶囊", "other-drug"),  # for bones
        ("Nasenspray", "other-drug"),
        ("恩格列净", "diabetes-drug"),  # empagliflozin is given without it, too
        ("エクアドル", "diabetes-drug"),
        ("ネスプレッソ", "kidney-failure-drug"),
        ("네스프레소", "kidney-failure-drug"),
        ("ニュープロテイン", "parkinson-drug"),
        ("ドキサゾシン錠", "deep-infection-drug"),
        ("ダラシンTゲル1%", "deep-infection-drug"),
        ("Dalacin-T", "deep-infection-drug"),
        ("Dalacin V", "deep-infection-drug"),
        ("Cleocin T", "deep-infection-drug"),
        ("Floxyfral 100 mg", "deep-infection-drug"),
        ("用药方法能够", "other-drug"),
    ],
)
def test_a_name_alike_is_none_of_the_group(name, group):
    assert group not in terminology().drug_words(name)
