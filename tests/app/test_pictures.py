"""Pictures for articles: made anew, kept beside them, and nothing in them but what they show."""

import io
import random
import subprocess
import zlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image, ImageCms, PngImagePlugin

from app.articles.history import Author
from app.articles.images import ImageError, Picture, keep, note
from app.articles.writing import Desk
from app.routes.media import image_file
from app.staff.roles import ROLES
from app.store import open_store
from indexer.markdown import render
from tests.conftest import WriteArticle
from tests.office import Office, Visitor

ARTICLE = "bici/freni"
SECRET = b"45.4642N 9.1900E Canon"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def drawn(size: tuple[int, int] = (60, 40), colour: str = "red", mode: str = "RGB") -> Image.Image:
    return Image.new(mode, size, colour)


def photograph(size: tuple[int, int] = (400, 300)) -> Image.Image:
    """What no drawing looks like: noise, smoothed."""
    grains = random.Random(7).randbytes(size[0] * size[1] * 3 // 64)
    small = Image.frombytes(
        "RGB", (size[0] // 8, size[1] // 8), grains[: (size[0] // 8) * (size[1] // 8) * 3]
    )
    return small.resize(size, Image.Resampling.BICUBIC)


def saved(image: Image.Image, kind: str, **options: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def moving(frames: int, wait: int, kind: str = "GIF") -> bytes:
    pictures = [drawn(colour=f"hsl({n * 20 % 360}, 90%, 50%)") for n in range(frames)]
    return saved(pictures[0], kind, save_all=True, append_images=pictures[1:], duration=wait, loop=0)


def kept(content: Path, sent: bytes, name: str = "", alt: str = "") -> tuple[Picture, bytes]:
    picture = keep(content, "it", ARTICLE, sent, name, alt)
    return picture, (content / "it/bici" / picture.name).read_bytes()


def refusal(content: Path, sent: bytes, article: str = ARTICLE, lang: str = "it") -> str:
    before = sorted(content.rglob("*"))
    with pytest.raises(ImageError) as error:
        keep(content, lang, article, sent)
    assert sorted(content.rglob("*")) == before
    return error.value.problem


# What is kept of it


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF", "GIF"])
def test_a_picture_of_every_kind_is_kept_and_served(content: Path, kind: str) -> None:
    picture, made = kept(content, saved(drawn(), kind), "etichetta-del-pacco.xyz")
    with Image.open(io.BytesIO(made)) as again:
        assert again.size == (picture.width, picture.height) == (60, 40)
        assert again.format == ("JPEG" if kind == "JPEG" else "PNG")
    assert picture.name == f"etichetta-del-pacco.{'jpg' if kind == 'JPEG' else 'png'}"
    assert image_file(content, f"it/bici/{picture.name}")
    assert picture.markdown == f"![Etichetta del pacco]({picture.name})"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_nothing_but_what_it_shows(content: Path, kind: str) -> None:
    exif = Image.Exif()
    exif[0x010F] = SECRET.decode()
    exif.get_ifd(0x8825)[1] = "N"
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Comment", SECRET.decode())
    notes.add_itxt("XML:com.adobe.xmp", SECRET.decode())
    own: dict[str, dict[str, Any]] = {"PNG": {"pnginfo": notes}, "JPEG": {"comment": SECRET}}
    more = own.get(kind, {})
    if kind in {"JPEG", "WEBP"}:
        more["xmp"] = SECRET
    sent = saved(drawn(), kind, exif=exif, icc_profile=srgb(), dpi=(300, 300), **more) + SECRET + b"<script>"
    assert sent.count(SECRET) >= 2
    _, made = kept(content, sent)
    with Image.open(io.BytesIO(made)) as again:
        assert not again.getexif()
        assert not set(again.info) - {
            "jfif",
            "jfif_version",
            "jfif_unit",
            "jfif_density",
            "progression",
            "progressive",
        }
    assert SECRET not in made
    assert b"<script>" not in made


def srgb() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def test_it_is_turned_as_the_camera_was_held(content: Path) -> None:
    picture = drawn((80, 40), "red")
    picture.paste("blue", (0, 0, 40, 40))
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned clockwise by a quarter
    _, made = kept(content, saved(picture, "JPEG", exif=exif))
    with Image.open(io.BytesIO(made)) as again:
        assert again.size == (40, 80)
        red, _, blue = again.getpixel((20, 10))  # type: ignore[misc]
        assert blue > 200 > red


def test_a_colour_stays_what_it_was_meant_to_be(content: Path) -> None:
    """In a profile whose red is green: without it, red would be shown."""
    swapped = srgb().replace(b"rXYZ", b"zXYZ").replace(b"gXYZ", b"rXYZ").replace(b"zXYZ", b"gXYZ")
    for profile, shown in ((srgb(), (255, 0, 0)), (swapped, (0, 255, 0)), (b"no profile", (255, 0, 0))):
        _, made = kept(content, saved(drawn(), "PNG", icc_profile=profile))
        with Image.open(io.BytesIO(made)) as again:
            found = again.convert("RGB").getpixel((5, 5))
        assert isinstance(found, tuple)
        assert all(abs(one - other) < 4 for one, other in zip(found, shown, strict=True))


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_every_way_of_writing_colours_is_read(content: Path, mode: str) -> None:
    picture = Image.new("I;16", (60, 40), 0x9999) if mode == "I;16" else drawn(colour="#999999").convert(mode)
    _, made = kept(content, saved(picture, "PNG"))
    with Image.open(io.BytesIO(made)) as again:
        assert again.mode in {"L", "RGB"}
        shown = again.convert("L").getextrema()
    assert shown == ((0, 255) if mode == "1" else (153, 153))


def test_what_shines_through_goes_on_doing_so(content: Path) -> None:
    picture = drawn(mode="RGBA", colour="#ff000080")
    made, again = kept(content, saved(picture, "WEBP", lossless=True))
    assert made.name.endswith(".png")
    with Image.open(io.BytesIO(again)) as opened:
        assert opened.getpixel((3, 3)) == (255, 0, 0, 128)
    _, cmyk = kept(content, saved(drawn().convert("CMYK"), "JPEG"))
    with Image.open(io.BytesIO(cmyk)) as opened:
        assert opened.mode == "RGB"


def test_a_photograph_from_the_clipboard_is_kept_as_one(content: Path) -> None:
    picture, made = kept(content, saved(photograph(), "PNG"), "image.png")
    assert picture.name == "freni.jpg"
    assert len(made) < 40_000
    letters = drawn((400, 300), "white")
    letters.paste("black", (10, 10, 200, 12))
    assert kept(content, saved(letters, "PNG"))[0].name == "freni.png"


def test_a_large_one_is_made_as_wide_as_pages_show(content: Path) -> None:
    picture, made = kept(content, saved(drawn((4_000, 1_000)), "PNG"))
    assert (picture.width, picture.height) == (2_000, 500)
    with Image.open(io.BytesIO(made)) as again:
        assert again.size == (2_000, 500)


def test_what_moves_stops(content: Path) -> None:
    for kind in ("GIF", "PNG", "WEBP"):
        picture, made = kept(content, moving(10, 100, kind), f"{kind} che si muove")
        assert picture.name.endswith("-che-si-muove.webp")
        with Image.open(io.BytesIO(made)) as again:
            assert (again.n_frames, again.info["loop"]) == (10, 1)  # type: ignore[attr-defined]


# What is not


def test_what_moves_for_long_is_refused(content: Path) -> None:
    assert refusal(content, moving(60, 100)) == "moving"
    assert refusal(content, moving(60, 0)) == "moving"  # browsers take a tenth of a second for none


@pytest.mark.parametrize(
    "sent",
    [SVG, b"<?xml version='1.0'?>" + SVG, b"%PDF-1.7", b"GIF89a<script>alert(1)</script>", b"hello", b"\0" * 5_000,
     b"BM" + b"\0" * 60, b"II*\0" + b"\0" * 100, b"\x00\x00\x00\x18ftypheic", b"8BPS\0\x01" + b"\0" * 30],
)  # fmt: skip
def test_what_is_no_picture_is_refused(content: Path, sent: bytes) -> None:
    assert refusal(content, sent) in {"kind", "broken"}


def test_other_kinds_that_the_library_reads_are_refused(content: Path) -> None:
    for kind in ("TIFF", "BMP", "ICO", "TGA", "PPM", "EPS", "PDF", "ICNS"):
        assert refusal(content, saved(drawn((64, 64)), kind)) == "kind"


def test_half_a_picture_is_refused(content: Path) -> None:
    for kind in ("JPEG", "PNG", "WEBP", "AVIF"):
        whole = saved(photograph(), kind)
        assert refusal(content, whole[: len(whole) // 2]) in {"broken", "kind"}


def test_a_picture_that_fills_the_memory_is_refused_before_it_does(content: Path) -> None:
    black = saved(Image.new("1", (9_000, 9_000)), "PNG", optimize=True)
    assert len(black) < 50_000
    assert refusal(content, black) == "pixels"
    header = bytearray(saved(drawn(), "PNG"))
    header[16:24] = (100_000).to_bytes(4) * 2
    header[29:33] = zlib.crc32(header[12:29]).to_bytes(4)
    assert refusal(content, bytes(header)) == "pixels"


def test_nothing_and_too_much(content: Path) -> None:
    assert refusal(content, b"") == "none"
    assert refusal(content, b"\xff\xd8" + b"\0" * 15_000_000) == "large"


def test_damage_anywhere_is_refused_or_kept_as_a_picture(content: Path) -> None:
    chance = random.Random(3)
    for kind in ("JPEG", "PNG", "WEBP", "GIF"):
        whole = saved(photograph((64, 48)), kind)
        for _ in range(30):
            damaged = bytearray(whole)
            for _ in range(4):
                damaged[chance.randrange(len(damaged))] = chance.randrange(256)
            try:
                _, made = kept(content, bytes(damaged))
            except ImageError:
                continue
            Image.open(io.BytesIO(made)).verify()


# Where it is kept


def test_nothing_is_written_over(content: Path) -> None:
    red, blue = (saved(drawn(colour=colour), "PNG") for colour in ("red", "blue"))
    first, made = kept(content, red, alt="Il freno")
    second, _ = kept(content, blue, alt="Il freno")
    assert (first.name, second.name) == ("il-freno.png", "il-freno-2.png")
    assert (content / "it/bici/il-freno.png").read_bytes() == made
    assert kept(content, red, alt="Il freno")[0].name == "il-freno.png"
    assert not list(content.rglob(".*"))


@pytest.mark.parametrize(
    ("name", "alt", "wanted", "shown"),
    [
        ("IMG_20260102_101112.jpg", "", "freni.png", ""),
        ("Screenshot 2026-11-22 at 10.11.12.png", "", "freni.png", ""),
        ("image.png", "", "freni.png", ""),
        ("a3f9c2d1-77e0-4b1c.png", "", "freni.png", ""),
        ("C:\\fakepath\\leva del freno.png", "", "leva-del-freno.png", "Leva del freno"),
        ("../../../etc/passwd.png", "", "passwd.png", "Passwd"),
        (".htaccess", "", "htaccess.png", "Htaccess"),
        ("con.png", "", "con-1.png", "Con"),
        ("x" * 5_000, "", "x" * 50, "Xxxxxxxx"),
        ("\ud800\0\n.png", "", "freni.png", ""),
        ('"><img src=x onerror=alert(1)>.png', "", "img-src-x-onerror-alert-1.png", '" img src=x'),
        (
            "foto.png",
            "La leva [del freno]: *qui* <b>",
            "la-leva-del-freno-qui-b.png",
            "La leva [del freno]: *qui* b",
        ),
        ("foto.png", "перёд", "перёд.png", "перёд"),
    ],
)
def test_its_name_and_its_words(content: Path, name: str, alt: str, wanted: str, shown: str) -> None:
    picture, _ = kept(content, saved(drawn(), "PNG"), name, alt)
    assert picture.name.startswith(wanted.removesuffix(".png"))
    assert "/" not in picture.name
    assert len(picture.name.encode()) < 120
    assert picture.alt.startswith(shown) if shown else not picture.alt
    rendered = render(picture.markdown, lang="it", article_id=ARTICLE)
    assert [(image.src, image.alt) for image in rendered.images] == [(picture.name, picture.alt)]
    assert "alert" not in rendered.html.replace(picture.alt.replace('"', "&quot;"), "").replace(
        picture.name, ""
    )


@pytest.mark.parametrize(
    ("lang", "article"),
    [("it", "bici/none"), ("it", "../../bici/freni"), ("..", "it/bici/freni"), ("de", ARTICLE), ("", ""),
     ("it", "bici"), ("it", "bici/freni.md"), ("\0", "\ud800"), ("it", "/etc/passwd"), ("it", "x" * 5_000)],
)  # fmt: skip
def test_an_article_that_is_not_there_gets_no_picture(content: Path, lang: str, article: str) -> None:
    assert refusal(content, saved(drawn(), "PNG"), article, lang) == "gone"


def test_it_is_committed_where_the_folder_is_a_repository(content: Path, tmp_path: Path) -> None:
    def git(*said: str) -> str:
        return subprocess.run(["git", *said], cwd=content, check=True, capture_output=True, text=True).stdout

    desk = Desk(content, tmp_path / "data", Author("Anna Verdi", "anna@example.com"))
    picture, _ = kept(content, saved(drawn(), "PNG"), alt="La leva")
    note(desk, picture)  # of no repository
    assert not (tmp_path / "data").exists()
    git("init", "-q")
    for _ in range(2):  # nothing new the second time
        note(desk, picture)
    assert git("log", "--format=%an %ae %s", "--name-only").split("\n", 2) == [
        "Anna Verdi anna@example.com Picture: la-leva.png", "", "it/bici/la-leva.png\n"
    ]  # fmt: skip


# Over HTTP


@pytest.fixture(scope="module")
def office(
    serve: Callable[..., AbstractContextManager[httpx.Client]],
    write_article: WriteArticle,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Office]:
    folder = tmp_path_factory.mktemp("pictures")
    write_article(folder / "content", f"it/{ARTICLE}", "Come regolo i freni?", "Gira la vite.")
    with serve(folder / "content", folder / "data", trusted_proxies="127.0.0.1") as client:
        store = open_store("", folder / "data")
        found = Office(str(client.base_url), store, folder / "data")
        for role in ROLES:
            found.user(f"{role}@example.com", role)
        yield found
        store.close()


def send(
    visitor: Visitor, content: bytes, name: str = "leva.png", article: str = ARTICLE, **fields: str
) -> httpx.Response:
    headers = {"Accept": fields.pop("accept", "application/json")}
    form = {"form_token": visitor.token(), **fields}
    files = {"picture": (name, content, "image/png")}
    return visitor.client.post(
        f"/admin/articles/it/{article}/images", data=form, files=files, headers=headers
    )


def test_a_script_gets_the_line_to_write(office: Office) -> None:
    editor = office.member("editor")
    answer = send(editor, saved(drawn(), "PNG"), alt="La leva")
    assert answer.status_code == 201
    assert answer.json() == {
        "pictures": [
            {
                "name": "la-leva.png",
                "alt": "La leva",
                "markdown": "![La leva](la-leva.png)",
                "width": 60,
                "height": 40,
            }
        ]
    }
    served = httpx.get(f"{office.url}/media/it/bici/la-leva.png")
    assert served.headers["content-type"] == "image/png"


@pytest.mark.parametrize(
    ("sent", "article", "status", "said"),
    [
        (SVG, ARTICLE, 422, "save it as JPEG"),
        (b"\0" * 16_000_000, ARTICLE, 413, "too large"),
        (b"\0" * 18_000_000, ARTICLE, 413, "too large"),
        (saved(drawn(), "PNG"), "bici/none", 404, "save the article first"),
        (b"", ARTICLE, 422, "choose a picture"),
    ],
)
def test_a_script_is_told_in_one_sentence(
    office: Office, sent: bytes, article: str, status: int, said: str
) -> None:
    answer = send(office.member("editor"), sent, article=article)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert said in answer.json()["detail"]


def test_without_a_script_nothing_that_was_typed_is_lost(office: Office) -> None:
    typed = "Prima riga.\n\n<textarea> & </textarea> «è»\n"
    fields = {"accept": "text/html", "body": typed, "title": "Un <titolo>", "version": "abc"}
    for sent, shows in ((saved(drawn(), "PNG"), True), (SVG, False)):
        page = send(office.member("editor"), sent, alt="La leva", **fields)
        assert page.status_code == (200 if shows else 422)
        assert "&lt;textarea&gt; &amp; &lt;/textarea&gt; «è»" in page.text
        assert 'name="title" hidden>\nUn &lt;titolo&gt;</textarea>' in page.text
        assert 'name="version" hidden>\nabc</textarea>' in page.text
        assert ("![La leva](la-leva.png)\n</textarea>" in page.text) is shows
        assert 'action="/admin/articles/it/bici/freni/edit"' in page.text


def test_only_an_editor_and_only_from_here(office: Office) -> None:
    picture = saved(drawn(), "PNG")
    assert send(office.member("viewer"), picture).status_code == 403
    assert send(office.visitor(), picture).status_code == 403
    assert send(office.member("editor"), picture, form_token="x").status_code == 403
    editor = office.member("editor")
    editor.client.headers["Sec-Fetch-Site"] = "cross-site"
    assert send(editor, picture).status_code == 403
    editor = office.member("editor")
    kind = {"Content-Type": "multipart/form-data; boundary=x"}
    for body in (b"", b"--x", b"--x\r\n\r\n", b"\xff" * 1_000):
        answer = editor.client.post(f"/admin/articles/it/{ARTICLE}/images", content=body, headers=kind)
        assert answer.status_code in {400, 403}
