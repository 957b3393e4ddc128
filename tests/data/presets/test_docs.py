"""The examples of docs/presets.md run, and its table names every preset."""

import re

import pytest

from data.presets import presets
from tests.conftest import PROJECT

TEXT = (PROJECT / "docs" / "presets.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```python\n(.*?)^```", TEXT, flags=re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.splitlines()[0])
def test_examples_run(example, monkeypatch):
    monkeypatch.chdir(PROJECT)
    exec(compile(example, "docs/presets.md", "exec"), {})


def test_there_are_examples_and_every_preset_is_named():
    assert len(EXAMPLES) == 2
    for found in presets():
        assert f"| `{found.preset_id}` |" in TEXT
