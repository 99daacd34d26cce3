"""html-validate finds nothing in any page as it is served.

Its rules are all on but one: how long a title is, is the editor's affair. Four are loosened to what the
standards say: a doctype's case, ids with a colon, checkboxes of one name, and the naming of whatever may have
a name.
"""

import json
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import httpx
import pytest

from tests.browser.conftest import Find
from tests.browser.visits import VISITS, Visit

RULES = Path(__file__).parent / "htmlvalidate.json"


@pytest.fixture(scope="module")
def complaints(
    find: Find, node_modules: Path, tmp_path_factory: pytest.TempPathFactory
) -> Mapping[str, list[str]]:
    """What there is to say of each page, by the visit's name; one run for all."""
    folder = tmp_path_factory.mktemp("served")
    for visit in VISITS:
        method = "POST" if visit.form else "GET"
        answer = httpx.request(method, find(visit), data=visit.form or None)
        assert answer.status_code == visit.status, visit
        (folder / f"{visit}.html").write_bytes(answer.content)
    node = shutil.which("node")
    assert node, "no node on PATH: run `make gates`"
    program = str(node_modules / "html-validate" / "bin" / "html-validate.mjs")
    report = folder / "report.json"  # what it writes to a pipe is cut off
    command = [node, program, "--config", str(RULES), "--formatter", f"json={report}", str(folder)]
    subprocess.run(command, check=False)
    found: dict[str, list[str]] = {str(visit): [] for visit in VISITS}
    for file in json.loads(report.read_bytes()):
        found[Path(file["filePath"]).stem] = [
            f"{m['line']}:{m['column']} {m['ruleId']}: {m['message']}" for m in file["messages"]
        ]
    return found


@pytest.mark.parametrize("visit", VISITS, ids=str)
def test_the_markup_is_valid(complaints: Mapping[str, list[str]], visit: Visit) -> None:
    assert complaints[str(visit)] == []
