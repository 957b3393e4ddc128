"""Encodings: judged over the whole file, and doubts are said."""

import pytest

from data.errors import InputError
from data.imports.encodings import CHUNK, find_encoding

TEXT = "lead_id,created_at,company\nL1,2024-04-01,㈱髙島①\nL2,2024-04-02,ひらがなカタカナ\n"


@pytest.mark.parametrize(
    ("codec", "expected"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("cp932", "cp932"),
        ("utf-16", "utf-16"),
        ("euc_jis_2004", "euc_jis_2004"),
    ],
)
def test_the_encoding_is_found_and_reported(workspace, write, run, codec, expected):
    text = TEXT.replace("髙", "高") if codec == "euc_jis_2004" else TEXT
    report = run(write("leads.csv", text, encoding=codec))
    assert report.files[0].encoding == expected
    assert report.is_imported


def test_euc_jp_is_not_taken_for_cp932_without_a_word(write, run):
    report = run(write("leads.csv", TEXT.replace("㈱髙島①", "商事"), encoding="euc_jp"))
    assert report.files[0].encoding == "euc_jp"
    assert {warning.code for warning in report.warnings} <= {"encoding_doubt"}


def test_half_width_katakana_stay_cp932(write):
    path = write("a.csv", "id,name\n1,ｶﾌﾞｼｷｶﾞｲｼｬ\n", encoding="cp932")
    assert find_encoding(path).name == "cp932"


def test_a_byte_far_into_the_file_counts(workspace, write, run):
    rows = "".join(f"L{number},2024-04-01,web\n" for number in range(CHUNK // 15))
    text = "lead_id,created_at,source\n" + rows + "LX,2024-04-01,展示会\n"
    path = write("leads.csv", text, encoding="cp932")
    assert path.stat().st_size > CHUNK
    report = run(path)
    assert report.files[0].encoding == "cp932"
    assert report.tables["n_new"].tolist() == [CHUNK // 15 + 1]


def test_a_named_encoding_is_strict(write, run):
    from data.imports import parse_mapping

    text = '[file.a]\nencoding = "ascii"\n[[leads]]\nlead_id = "lead_id"\ncreated_at = "created_at"\n'
    with pytest.raises(InputError, match=r"leads\.csv: is not in ascii throughout"):
        run(write("leads.csv", TEXT), mapping=parse_mapping(text, "m.toml"))
    with pytest.raises(InputError, match=r"leads\.csv: there is no encoding 'klingon'"):
        run(write("leads.csv", TEXT), mapping=parse_mapping(text.replace("ascii", "klingon"), "m.toml"))
