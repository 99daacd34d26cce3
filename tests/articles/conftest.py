"""A help centre whose staff write in the browser."""

import html
import re
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from app.routes.admin import places
from app.staff.roles import ROLES
from app.store import open_store
from tests.office import Office, Visitor

Serve = Callable[..., AbstractContextManager[httpx.Client]]

PARCEL = (
    "---\ntitle: Dove si trova il pacco?   # as they ask\nquestions:\n  - non arriva   # often\n"
    "house: ours\nstatus: published\nreview_by: 2030-01-01\n---\n\nApri il link nella mail.\r\n\nPoi aspetta.\n"
)


def git(root: Path, *command: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(root), "-c", "user.name=Hand", "-c", "user.email=hand@example.com", *command],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return done.stdout


def write(root: Path, place: str, text: str) -> Path:
    path = root / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())
    return path


def shop(root: Path) -> Path:
    """A small content folder."""
    write(root, "it/consegna/pacco.md", PARCEL)
    write(root, "it/consegna/costi.md", "---\ntitle: Quanto costa la consegna?\n---\nCinque euro.\n")
    write(root, "en/consegna/pacco.md", "---\ntitle: Where is my parcel?\n---\nOpen the link in the mail.\n")
    write(root, "it/account/accesso.md", "---\ntitle: Non riesco a entrare\nstatus: draft\n---\nScrivi.\n")
    write(root, "it/account/rotto.md", "---\ntitle: [rotto\nstatus: published\n---\nTesto rotto.\n")
    return root


@dataclass(frozen=True)
class Newsroom:
    """A help centre, its content folder, and an editor at work."""

    office: Office
    content: Path
    editor: Visitor

    @property
    def data(self) -> Path:
        return self.office.data

    def form(self, path: str) -> dict[str, str]:
        """The editor's form as it is shown, ready to be sent."""
        page = self.editor.get(path)
        assert page.status_code == 200
        return fields_of(page.text)

    def send(self, path: str, do: str = "save", **fields: str) -> httpx.Response:
        """The form as it is shown, with other fields, sent."""
        return self.post(path, {**self.form(path), "do": do, **fields})

    def post(self, path: str, fields: Mapping[str, str]) -> httpx.Response:
        """These fields, with this browser's own token."""
        sent = {"form_token": self.editor.token(), **{k: v for k, v in fields.items() if k != "form_token"}}
        return self.editor.client.post(path, data=sent)

    def until_live(self, path: str, text: str, *, gone: bool = False) -> None:
        deadline = time.monotonic() + 30
        while (text in self.editor.get(path).text) is gone:
            assert time.monotonic() < deadline, f"{path} was not published"
            time.sleep(0.05)


def fields_of(page: str) -> dict[str, str]:
    """The fields of the editor's form, as a browser reads them."""
    form = page.partition('id="editor"')[2].partition("</form>")[0]
    found = dict(
        re.findall(r'<input[^>]*? name="(\w+)" type="(?!checkbox)[a-z-]+"[^>]*? value="([^"]*)"', form)
    )
    found |= dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form))
    for name, text in re.findall(r'<textarea[^>]*? name="(\w+)"[^>]*>\n(.*?)</textarea>', form, re.DOTALL):
        found[name] = text
    for name, options in re.findall(r'<select[^>]*? name="(\w+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        values = re.findall(r'<option value="([^"]*)"( selected)?', options)
        found[name] = next((value for value, chosen in values if chosen), values[0][0])
    return {name: html.unescape(text) for name, text in found.items()}


def open_newsroom(serve: Serve, root: Path) -> Iterator[Newsroom]:
    data = root / "data"
    with serve(root / "content", data, trusted_proxies="127.0.0.1") as client:
        store = open_store("", data)
        office = Office(str(client.base_url), store, data)
        for role in ROLES:
            office.user(f"{role}@example.com", role)
        yield Newsroom(office, root / "content", office.member("editor"))
        store.close()


@pytest.fixture(scope="module")
def newsroom(serve: Serve, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Newsroom]:
    """Content without a repository."""
    root = tmp_path_factory.mktemp("newsroom")
    shop(root / "content")
    yield from open_newsroom(serve, root)


@pytest.fixture(scope="module")
def repository(serve: Serve, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Newsroom]:
    """Content that is a repository of its own."""
    root = tmp_path_factory.mktemp("repository")
    shop(root / "content")
    git(root / "content", "init", "-q", "-b", "main")
    git(root / "content", "add", ".")
    git(root / "content", "commit", "-q", "-m", "By hand")
    yield from open_newsroom(serve, root)


EDIT = places.article("it", "consegna/pacco")
