"""Hostile archives: nothing is written outside, nothing followed, nothing unpacked without end."""

import io
import os
import stat
import tarfile
import time
import zipfile
from pathlib import Path

import pytest

from indexer.articles import read_content
from indexer.importing import ImportReport, ImportSourceError, archives, import_source
from search.records import Article

PNG_START = b"\x89PNG\r\n\x1a\n"


def write(root: Path, files: dict[str, str | bytes]) -> Path:
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return root


def zipped(path: Path, files: dict[str, str | bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def tarred(path: Path, *members: tuple[tarfile.TarInfo, bytes]) -> Path:
    with tarfile.open(path, "w:gz", format=tarfile.PAX_FORMAT) as archive:
        for info, content in members:
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return path


def member(name: str, kind: bytes = tarfile.REGTYPE, target: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info


def articles(folder: Path) -> dict[str, Article]:
    """What reads back, by `lang/id`; nothing may be wrong with it."""
    content = read_content(folder)
    assert [str(problem) for problem in content.problems if problem.severity == "error"] == []
    return {f"{article.lang}/{article.id}": article for article in content.knowledge.articles}


def reasons(report: ImportReport) -> dict[str, str]:
    return {refused.path: refused.reason for refused in report.refused}


def files_in(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_a_tar_never_writes_outside_nor_follows_links(tmp_path: Path) -> None:
    secret = tmp_path / "secret.md"
    secret.write_text("segreto", encoding="utf-8")
    text = b"# T\n\ntesto"
    source = tarred(
        tmp_path / "t.tgz",
        (member("../slip.md"), text),
        (member("c/../../slip.md"), text),
        (member("/tmp/absolute.md"), text),
        (member("C:\\windows.md"), text),
        (member("c/link.md", tarfile.SYMTYPE, str(secret)), b""),
        (member("c/hard.md", tarfile.LNKTYPE, "good/good.md"), b""),
        (member("c/device.md", tarfile.CHRTYPE), b""),
        (member("c/fifo.md", tarfile.FIFOTYPE), b""),
        (member("c/new\nline.md"), text),
        (member("c/bell\x07.md"), text),
        (member("/".join("d" * 10_000) + "/deep.md"), text),
        (member("c/twice.md"), text),
        (member("c/twice.md"), b"# T\n\naltro"),
        (member("good/good.md"), text),
    )
    report = import_source(source, tmp_path / "out", lang="it")
    assert set(articles(tmp_path / "out")) == {"it/c/twice", "it/good/good"}
    assert len(report.refused) == 12
    assert not list(tmp_path.rglob("slip*"))
    assert "segreto" not in "".join(
        text.decode(errors="replace") for text in files_in(tmp_path / "out").values()
    )
    assert all("\n" not in refused.path and len(refused.path) <= 200 for refused in report.refused)


def test_a_zip_never_writes_outside_nor_follows_links(tmp_path: Path) -> None:
    source = tmp_path / "t.zip"
    with zipfile.ZipFile(source, "w", zipfile.ZIP_DEFLATED) as archive:
        link = zipfile.ZipInfo("c/link.md")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
        for name in (
            "../slip.md",
            "/absolute.md",
            "..\\slip.md",
            "c/tab\t.md",
            "d/" * 5_000 + "deep.md",
            "c/good.md",
        ):
            archive.writestr(name, "# T\n\ntesto")
        archive.writestr("c/bomb.md", "a" * 990_000)
        archive.writestr("c/ratio.png", PNG_START + b"\0" * 4_000_000)
    report = import_source(source, tmp_path / "out", lang="it")
    assert set(articles(tmp_path / "out")) == {"it/c/good"}
    assert len(report.refused) == 8
    assert not list(tmp_path.rglob("slip*"))


def test_a_nul_in_a_name_of_a_zip_ends_the_name(tmp_path: Path) -> None:
    source = zipped(tmp_path / "t.zip", {"c/goodXx.md": "# T\n\ntesto", "c/b.md": "# B\n\ntesto"})
    source.write_bytes(source.read_bytes().replace(b"goodXx.md", b"good\0x.md"))
    import_source(source, tmp_path / "out", lang="it")
    assert set(articles(tmp_path / "out")) <= {"it/c/b", "it/c/good"}


def test_bombs_stop_early(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = tarred(
        tmp_path / "t.tgz", (member("c/zeros.bin"), b"\0" * 60_000_000), (member("c/a.md"), b"# A\n\nx")
    )
    started = time.monotonic()
    with pytest.raises(ImportSourceError, match="may be a bomb"):
        import_source(bomb, tmp_path / "out", lang="it")
    assert time.monotonic() - started < 10
    monkeypatch.setattr(archives, "MAX_FILES", 5)
    with pytest.raises(ImportSourceError, match="more than 5 files"):
        import_source(
            zipped(tmp_path / "many.zip", {f"c/{n}.md": "x" for n in range(9)}), tmp_path / "out", lang="it"
        )
    monkeypatch.setattr(archives, "MAX_UNPACKED", 1_000)
    for source in (
        zipped(tmp_path / "big.zip", {"c/a.md": "x" * 2_000}),
        tarred(tmp_path / "big.tgz", (member("c/a.md"), b"x" * 2_000)),
        write(tmp_path / "big", {"c/a.md": "x" * 2_000}),
    ):
        with pytest.raises(ImportSourceError, match="larger than 1,000 bytes"):
            import_source(source, tmp_path / "out", lang="it")
    assert not (tmp_path / "out").exists()


def test_a_folder_is_read_without_following_links(tmp_path: Path) -> None:
    write(tmp_path, {"outside/secret.md": "segreto"})
    tree = write(tmp_path / "tree", {"c/a.md": "# A\n\nx", "c/b.md": "# B\n\nx"})
    (tree / "c/link.md").symlink_to(tmp_path / "outside/secret.md")
    (tree / "folder").symlink_to(tmp_path / "outside")
    os.mkfifo(tree / "c/pipe.md")
    report = import_source(tree, tmp_path / "out", lang="it")
    assert set(articles(tmp_path / "out")) == {"it/c/a", "it/c/b"}
    assert set(reasons(report)) == {"c/link.md", "c/pipe.md"}


def test_a_destination_that_is_a_way_out_is_not_taken(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "out").mkdir()
    (tmp_path / "out/it").symlink_to(tmp_path / "elsewhere")
    report = import_source(
        write(tmp_path / "t", {"c/a.md": "# A\n\nx", "d/b.md": "x"}), tmp_path / "out", lang="it"
    )
    assert (report.written, len(report.refused)) == (0, 2)
    assert files_in(tmp_path / "elsewhere") == {}


def test_a_full_disk_leaves_no_half_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tree = write(tmp_path / "t", {"c/a.md": "# A\n\nx", "d/b.md": "x"})

    def full(self: Path, data: bytes) -> int:
        if self.name.endswith(".importing") and "a.md" in self.name:
            self.touch()
            raise OSError(28, "No space left on device")
        return len(data) if self.open("wb").write(data) else 0

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(ImportSourceError, match="No space left on device"):
        import_source(tree, tmp_path / "out", lang="it")
    assert [name for name in files_in(tmp_path / "out") if "a.md" in name] == []
