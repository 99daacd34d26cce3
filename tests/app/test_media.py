"""Images beside articles: served; everything else in the folder: not."""

import os
from pathlib import Path

import httpx
import pytest

from app.routes.media import image_file

PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
def content(tmp_path: Path) -> Path:
    folder = tmp_path / "content" / "it" / "ordini"
    folder.mkdir(parents=True)
    for name in ("foto.png", "FOTO.JPG", ".nascosta.png", "nota.md", "synonyms.yaml", "più bella.webp"):
        (folder / name).write_bytes(PNG)
    (folder / ".git").mkdir()
    (folder / ".git" / "x.png").write_bytes(PNG)
    (folder / "folder.png").mkdir()
    os.mkfifo(folder / "pipe.png")
    (tmp_path / "secret.png").write_bytes(PNG)
    (folder / "out.png").symlink_to(tmp_path / "secret.png")
    (folder / "alias.png").symlink_to(folder / "nota.md")
    (folder / "hidden.png").symlink_to(folder / ".nascosta.png")
    (folder / "loop.png").symlink_to(folder / "loop.png")
    (tmp_path / "content" / "up").symlink_to(tmp_path)
    return tmp_path / "content"


@pytest.mark.parametrize("path", ["it/ordini/foto.png", "it/ordini/FOTO.JPG", "it/ordini/più bella.webp"])
def test_images_are_served(content: Path, path: str) -> None:
    assert image_file(content, path) == content / path


@pytest.mark.parametrize(
    "path",
    [
        "it/ordini/nota.md",
        "it/ordini/synonyms.yaml",
        "it/ordini/.nascosta.png",
        "it/ordini/.git/x.png",
        "it/ordini/folder.png",
        "it/ordini/pipe.png",
        "it/ordini/out.png",
        "it/ordini/alias.png",
        "it/ordini/hidden.png",
        "it/ordini/loop.png",
        "up/secret.png",
        "it/../../secret.png",
        "../secret.png",
        "it/ordini/foto.png\x00.png",
        "it/ordini/" + "a" * 300 + ".png",
        "/etc/x.png",
        "it//etc/passwd",
        "",
        "it",
        "it/ordini/none.png",
        "it/ordini/\ud800.png",
    ],
)
def test_nothing_else_is(content: Path, path: str) -> None:
    assert image_file(content, path) is None


def test_a_content_folder_that_is_gone_has_no_images(tmp_path: Path) -> None:
    assert image_file(tmp_path / "none", "it/x.png") is None


def test_a_browser_keeps_an_image_and_asks_again(demo: httpx.Client) -> None:
    image = demo.get("/media/it/consegna/etichetta-del-pacco.png")
    assert (image.status_code, image.headers["content-type"]) == (200, "image/png")
    assert image.headers["x-content-type-options"] == "nosniff"
    again = demo.get(
        "/media/it/consegna/etichetta-del-pacco.png", headers={"If-None-Match": image.headers["etag"]}
    )
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    "path",
    [
        "/media/it/synonyms.yaml",
        "/media/it/consegna/seguire-il-pacco.md",
        "/media/..%2f..%2fetc/passwd",
        "/media/it",
        "/media/",
    ],
)
def test_over_http_too(demo: httpx.Client, path: str) -> None:
    assert demo.get(path).status_code == 404


def test_a_drawing_cannot_run_scripts(odd: httpx.Client, odd_content: Path) -> None:
    (odd_content / "it/ordini/schema.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    drawing = odd.get("/media/it/ordini/schema.svg")
    assert drawing.headers["content-type"] == "image/svg+xml"
    assert (
        drawing.headers["content-security-policy"] == "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    )
    assert drawing.headers["content-disposition"] == "attachment"
