from data.workspace import create_text, replace_text


def test_replacing_leaves_no_other_file_behind(tmp_path):
    path = tmp_path / "folder" / "targets.toml"
    replace_text(path, "old")
    replace_text(path, "新しい")
    assert path.read_text(encoding="utf-8") == "新しい"
    assert list(path.parent.iterdir()) == [path]


def test_a_file_is_created_once(tmp_path):
    path = tmp_path / "decisions" / "2026-04-17.toml"
    assert create_text(path, "first")
    assert not create_text(path, "second")
    assert path.read_text() == "first"
    assert list(path.parent.iterdir()) == [path]
