"""html-validate finds nothing in any page as it is served."""

from collections.abc import Mapping
from pathlib import Path

import httpx
import pytest

from tests.browser.conftest import Find
from tests.browser.gates import invalid
from tests.browser.visits import VISITS, Visit


@pytest.fixture(scope="module")
def complaints(
    find: Find, node_modules: Path, tmp_path_factory: pytest.TempPathFactory
) -> Mapping[str, list[str]]:
    """What there is to say of each page, by the visit's name; one run for all."""
    folder = tmp_path_factory.mktemp("served")
    served: dict[str, bytes] = {}
    for visit in VISITS:
        method = "POST" if visit.form else "GET"
        answer = httpx.request(method, find(visit), data=visit.form or None)
        assert answer.status_code == visit.status, visit
        served[str(visit)] = answer.content
    found: dict[str, list[str]] = {name: [] for name in served}
    for said in invalid(served, folder, node_modules):
        found[said.partition(":")[0]].append(said)
    return found


@pytest.mark.parametrize("visit", VISITS, ids=str)
def test_the_markup_is_valid(complaints: Mapping[str, list[str]], visit: Visit) -> None:
    assert complaints[str(visit)] == []
