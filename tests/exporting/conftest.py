"""One shop in five languages, with what strangers would make of it, indexed once and exported as files."""

import shutil
from pathlib import Path

import pytest
from filelock import FileLock

from app.exporting.making import Exported, export_site
from app.settings import Settings
from indexer.update import update_index
from indexer.vectors import VectorCache
from tests.polyglot import write_polyglot

# The smallest picture there is.
PIXEL = bytes.fromhex(
    "47494638396101000100800000ffffff00000021f90400000000002c00000000010001000002024401003b"
)
HOSTILE = '<img src=x onerror="document.title=1"></h2><script>document.title=1</script>{{ 7*7 }} "quoted" &amp; 100%'
# What no system or host would take as it is.
NAMES = (
    "con",
    "aux",
    "Maiuscole",
    "maiuscole",
    "perché?".replace("?", ""),
    "due: punti",
    "a*b|c",
    "punto.",
    "x" * 180,
)


def write(content: Path, where: str, title: str, body: str, **matter: str) -> None:
    path = content / f"{where}.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = "".join(f"{name}: {value}\n" for name, value in matter.items())
    quoted = title.replace("'", "''")
    path.write_text(f"---\ntitle: '{quoted}'\n{lines}---\n{body}\n", "utf-8")


def write_strange(content: Path) -> None:
    for name in NAMES:
        write(content, f"it/nul/{name}", f"Che cosa c’è in «{name}»?", "Niente di strano.")
    write(
        content, "it/consegna/ostile", HOSTILE,
        f"{HOSTILE}\n\n[altrove](/non/esiste) [fuori](//evil.example/x) [relativo](quando) [passo](guida.md#{STEP})\n\n"
        "[vecchio](/vecchio/indirizzo?id=7) [via](javascript:alert(1)) [sé](#in-fondo) [assoluto]"
        "(https://help.example/it/a/consegna/quando) ![una foto](foto.gif) ![persa](persa.png) ![pericolo](vivo.svg)"
        "\n\n## In fondo\n\nFine.",
    )  # fmt: skip
    write(
        content,
        "it/consegna/spostato",
        "È stato spostato?",
        "Sì.",
        redirect_from="['/vecchio/indirizzo?id=7']",
    )
    write(content, "it/consegna/bozza", "Bozza segreta?", "Segreto.", status="draft")
    write(content, "it/consegna/interna", "Interna segreta?", "Segreto.", visibility="internal")
    (content / "it/consegna/foto.gif").write_bytes(PIXEL)
    (content / "it/consegna/vivo.svg").write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
    )
    (content / "it/synonyms.yaml").write_text("soldi indietro: [spostato]\n", "utf-8")


STEP = "mandaci-una-foto"


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory, cached_encoder: VectorCache, worker_id: str) -> Settings:
    """The shop's settings; content and data are below one folder, made once for all workers."""
    base = tmp_path_factory.getbasetemp()
    folder = (base if worker_id == "master" else base.parent) / "exported-shop"
    with FileLock(f"{folder}.lock"):
        if not (folder / "data/current").exists():
            shutil.rmtree(folder, ignore_errors=True)
            write_polyglot(folder / "content")
            write_strange(folder / "content")
            update_index(folder / "content", folder / "data", cached_encoder)
    return Settings(
        content=folder / "content",
        data=folder / "data",
        site_name="Tornigallo",
        base_url="https://help.example",
        contact_phone="+39 0546 000 214",
        contact_email="assistenza@tornigallo.example",
        contact_hours="mo-fr 09:00-18:00",
    )


@pytest.fixture(scope="session")
def site(shop: Settings, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The exported site, of which the address is unknown."""
    return exported(shop, tmp_path_factory)[0]


def exported(
    shop: Settings, tmp_path_factory: pytest.TempPathFactory, base_url: str = ""
) -> tuple[Path, Exported]:
    folder = tmp_path_factory.mktemp("export") / "site"
    return folder, export_site(shop, folder, base_url)
