"""Files of strangers: judged by what is in them, kept under names of ours, given back as nothing to run."""

import gzip
import io
import os
import time
import zipfile
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from app.contact import attachments
from app.contact.attachments import Limits, Upload, check, download_headers, keep, kind_of, read, safe_name
from app.store import Attachment, Store

LIMITS = Limits(files=3, bytes=2_000_000)


def picture(kind: str) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (40, 30), "#12596b").save(file, kind)
    return file.getvalue()


def zipped(content: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a", content)
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (picture("JPEG"), "image/jpeg"),
        (picture("PNG"), "image/png"),
        (picture("GIF"), "image/gif"),
        (picture("WEBP"), "image/webp"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 40, "image/heif"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\n%%EOF", "application/pdf"),
        ("È arrivato rotto.\r\n".encode(), "text/plain"),
        (b"\xef\xbb\xbfciao", "text/plain"),
        (b"<script>alert(1)</script>", "text/plain"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "text/plain"),
    ],
)
def test_what_is_taken(content: bytes, kind: str) -> None:
    assert kind_of(content) == kind


@pytest.mark.parametrize(
    "content",
    [
        b"", b"\0", b"MZ" + b"\0" * 200, b"\x7fELF" + b"\0" * 99, zipped(b"\0" * 50_000_000),
        gzip.compress(b"\0" * 10_000_000), zlib.compress(b"\0" * 10_000_000), b"\xff\xfe\x00\x01", b"Rar!\x1a\x07\x00",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "è".encode("latin-1"), b"\xed\xa0\x80", b"a\x00b", b"\n \n",
    ],
)  # fmt: skip
def test_what_is_not(content: bytes) -> None:
    assert kind_of(content) is None
    assert [p.wrong for p in check([Upload("foto.jpg", content)], LIMITS)] == [
        "files_kind" if content else "files_empty"
    ]


def test_limits() -> None:
    text = Upload("a.txt", b"ciao")
    assert check([text] * 3, LIMITS) == ()
    assert [p.wrong for p in check([text] * 4, LIMITS)] == ["files_many"]
    assert [p.wrong for p in check([Upload("a", b"x" * 1_000_001)] * 2, LIMITS)] == ["files_large"]
    assert [p.about for p in check([Upload("<b>\0.zip", b"\0")], LIMITS)] == ["<b>.zip"]


@pytest.mark.parametrize(
    ("name", "kind", "kept"),
    [
        ("foto vaso.JPG", "image/jpeg", "foto vaso.JPG"),
        ("../../etc/passwd", "text/plain", "passwd.txt"),
        ("C:\\Windows\\evil.exe", "image/png", "evil.exe.png"),
        ("evil.html", "text/plain", "evil.html.txt"),
        (".htaccess", "text/plain", "htaccess.txt"),
        ("a\r\nContent-Type: text/html.png", "image/png", "a Content-Type_ text_html.png"),
        ('x"; filename="y.pdf', "application/pdf", "x__ filename=_y.pdf"),
        ("", "application/pdf", "file.pdf"),
        (".pdf", "application/pdf", "pdf.pdf"),
        ("\u202egpj.exe", "image/jpeg", "gpj.exe.jpg"),
        ("x" * 5_000 + ".png", "image/png", "x" * 120 + ".png"),
        ("ricevuta è.pdf", "application/pdf", "ricevuta è.pdf"),
    ],
)
def test_names(name: str, kind: str, kept: str) -> None:
    found = safe_name(name, kind)
    if name.startswith("a\r\n"):
        assert "\n" not in found
        assert found.endswith(".png")
        return
    assert found == kept


@given(st.text(max_size=200), st.sampled_from(sorted(attachments.KINDS)))
def test_any_name_is_only_a_name(name: str, kind: str) -> None:
    found = safe_name(name, kind)
    assert found == Path(found).name
    assert not found.startswith(".")
    assert found.lower().endswith(attachments.KINDS[kind])
    assert len(found) <= 130
    header = download_headers(Attachment("i", found, kind, 1, "h"))["Content-Disposition"]
    assert header.isascii()
    assert "\n" not in header
    assert header.count('"') == 2


@given(st.binary(max_size=400))
def test_any_content_is_judged(content: bytes) -> None:
    kind = kind_of(content)
    assert kind is None or kind in attachments.KINDS


def test_files_are_kept_apart_from_all_names(tmp_path: Path) -> None:
    (file,) = keep([Upload("../x.png", picture("PNG"))], tmp_path)
    assert file.name == "x.png"
    path = tmp_path / "attachments" / file.id
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert read(file, tmp_path) == picture("PNG")
    headers = download_headers(file)
    assert headers["Content-Type"] == "application/octet-stream"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Disposition"].startswith("attachment;")


def test_a_file_that_changed_is_not_given_out(tmp_path: Path) -> None:
    (file,) = keep([Upload("x.txt", b"ciao")], tmp_path)
    (tmp_path / "attachments" / file.id).write_bytes(b"altro")
    with pytest.raises(OSError, match="damaged"):
        read(file, tmp_path)


def test_nothing_is_left_where_one_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.fsync
    calls = iter([False, True])

    def failing(handle: int) -> None:
        if next(calls):
            raise OSError(28, "No space left on device")
        real(handle)

    monkeypatch.setattr(os, "fsync", failing)
    with pytest.raises(OSError, match="No space"):
        keep([Upload("a", b"one"), Upload("b", b"two")], tmp_path)
    assert list((tmp_path / "attachments").iterdir()) == []


def test_files_without_a_ticket_are_swept_after_a_day(tmp_path: Path, store: Store) -> None:
    old, new = keep([Upload("a", b"one"), Upload("b", b"two")], tmp_path)
    (tmp_path / "attachments" / "README").write_text("not ours")
    for name in (old.id, "README"):
        os.utime(tmp_path / "attachments" / name, (time.time() - 90_000,) * 2)
    assert attachments.sweep(tmp_path, store.tickets) == 1
    assert {p.name for p in (tmp_path / "attachments").iterdir()} == {new.id, "README"}
