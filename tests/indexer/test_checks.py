"""The lint on whole folders: what one file alone does not show."""

from datetime import date
from pathlib import Path

import pytest

from indexer.articles import Problem, read_content
from indexer.checks import check_content
from indexer.readability import reading_ease

TODAY = date(2026, 6, 1)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "content"


def write(root: Path, relative: str, body: str = "Testo.", **fields: str) -> None:
    path = root / relative
    path.parent.mkdir(parents=True, exist_ok=True)
    fields.setdefault("title", f"Domanda {relative.removesuffix('.md')}?")
    front_matter = "".join(f"{name}: {value}\n" for name, value in fields.items())
    path.write_text(f"---\n{front_matter}---\n{body}\n", encoding="utf-8")


def check(root: Path) -> list[Problem]:
    return list(check_content(root, read_content(root), TODAY))


def only(root: Path, code: str) -> Problem:
    """The one problem of the folder, which must have this code."""
    problems = check(root)
    assert [p.code for p in problems] == [code], [str(p) for p in problems]
    return problems[0]


def test_a_sound_folder_has_no_problems(root: Path) -> None:
    for lang in ("it", "en"):
        write(
            root,
            f"{lang}/resi/a.md",
            "[b](b.md#come-si-fa) [c](../ordini/c.md) [qui](#x)\n\n![Foto](f.png)\n\n## X",
        )
        write(
            root,
            f"{lang}/resi/b.md",
            f"## Come si fa\n\n[a](/{lang}/a/resi/a) [s](https://example.org) [m](mailto:a@b.it)",
        )
        write(
            root,
            f"{lang}/ordini/c.md",
            "[modulo](modulo.pdf) nota[^1]\n\n[^1]: Qui.",
            related="[resi/a]",
            redirect_from=f"/{lang}/old",
        )
        (root / lang / "resi/f.png").write_bytes(b"png")
        (root / lang / "ordini/modulo.pdf").write_bytes(b"pdf")
    assert [str(p) for p in check(root)] == []


@pytest.mark.parametrize(
    ("link", "code", "severity", "words"),
    [
        ("rimborsi.md", "broken-link", "error", "Did you mean “resi/rimborso”?"),
        ("../resi/niente.md#x", "broken-link", "error", "no article resi/niente in it"),
        ("/it/a/resi/rimborsi", "broken-link", "error", "resi/rimborso"),
        ("rimborsi", "broken-link", "error", "resi/rimborso"),
        ("/xx/a/resi/rimborso", "broken-link", "error", "no language xx"),
        ("../../../../fuori.md", "broken-link", "error", "leads nowhere"),
        ("rimborso.md#quand", "broken-anchor", "warning", "Did you mean “quando”?"),
        ("/it/a/resi/rimborso#quanto-costa", "broken-anchor", "warning", "no heading"),
        ("#altrove", "broken-anchor", "warning", "it/resi/a.md"),
        ("bozza.md", "link-to-draft", "warning", "draft"),
        ("interno.md", "link-to-internal", "warning", "staff"),
        ("modulo.pdf", "missing-file", "error", "it/resi/modulo.pdf"),
        ("/media/it/resi/modulo.pdf", "missing-file", "error", "add it"),
        ("", "link", "error", "no address"),
    ],
)
def test_a_link_that_leads_nowhere_is_found_at_its_line(
    root: Path, link: str, code: str, severity: str, words: str
) -> None:
    write(root, "it/resi/rimborso.md", "## Quando\n\nSubito.")
    write(root, "it/resi/bozza.md", status="draft")
    write(root, "it/resi/interno.md", visibility="internal")
    write(root, "it/resi/a.md", f"Prima.\n\nVedi [qui]({link}).")
    problem = only(root, code)
    assert (problem.path, problem.line, problem.severity) == ("it/resi/a.md", 6, severity)
    assert words in problem.message


def test_a_link_to_an_article_that_is_broken_is_said_once(root: Path) -> None:
    write(root, "it/resi/b.md", status="boh")
    write(root, "it/resi/a.md", "[b](b.md)")
    assert only(root, "front-matter").path == "it/resi/b.md"


def test_links_are_looked_for_in_the_language_they_name(root: Path) -> None:
    write(root, "it/resi/a.md", "[en](../../en/resi/a.md)")
    write(root, "en/resi/a.md", "[it](/it/a/resi/a)")
    assert check(root) == []


@pytest.mark.parametrize(
    ("image", "code", "severity"),
    [
        ("![Il tasto](niente.png)", "missing-image", "error"),
        ("![Il tasto](/media/it/niente.png)", "missing-image", "error"),
        ("![Il tasto](../../../fuori.png)", "missing-image", "error"),
        ("![](c'è.png)", "image-alt", "warning"),
        ('<p><img src="c\'è.png" alt=" "></p>', "image-alt", "warning"),
        ("![Il tasto](data:image/png;base64,AA)", "image-address", "error"),
    ],
)
def test_images_are_there_and_have_words(root: Path, image: str, code: str, severity: str) -> None:
    write(root, "it/resi/a.md", f"Testo.\n\n{image}")
    (root / "it/resi/c'è.png").write_bytes(b"png")
    (root.parent / "fuori.png").write_bytes(b"png")
    problem = only(root, code)
    assert (problem.line, problem.severity) == (6, severity)


def test_images_elsewhere_are_not_looked_for(root: Path) -> None:
    write(root, "it/resi/a.md", "![Foto](https://example.org/a.png)")
    assert check(root) == []


def test_untranslated_articles_are_named(root: Path) -> None:
    write(root, "it/resi/a.md")
    write(root, "it/resi/b.md")
    write(root, "it/resi/vecchio.md", status="archived")
    write(root, "en/resi/a.md")
    problem = only(root, "missing-translation")
    assert (problem.path, problem.severity) == ("en/resi/b.md", "warning")
    assert "translate it/resi/b.md" in problem.message


def test_a_broken_translation_is_not_missing(root: Path) -> None:
    write(root, "it/resi/a.md")
    write(root, "it/resi/b.md")
    write(root, "en/resi/a.md")
    write(root, "en/resi/b.md", status="boh")
    assert only(root, "front-matter").path == "en/resi/b.md"


def test_many_untranslated_articles_are_one_problem(root: Path) -> None:
    for number in range(22):
        write(root, f"it/resi/a{number:02}.md")
    write(root, "en/resi/a00.md")
    problem = only(root, "missing-translation")
    assert problem.path == "en"
    assert problem.message.startswith("21 articles of it have no translation, such as resi/a01")


def test_a_review_is_stale_the_day_after(root: Path) -> None:
    write(root, "it/resi/a.md", review_by="2026-06-01")
    write(root, "it/resi/b.md", review_by="2026-05-31")
    write(root, "it/resi/c.md", review_by="2020-01-01", status="archived")
    problem = only(root, "stale-review")
    assert (problem.path, problem.line) == ("it/resi/b.md", 2)


def test_the_same_question_twice_is_found_whatever_its_accents(root: Path) -> None:
    write(root, "it/resi/a.md", title="Perché non arriva?")
    write(root, "it/resi/b.md", title="Altro?", questions='["Uno?", "PERCHE non arriva"]')
    write(root, "it/resi/c.md", title="Solo?", questions="[Solo, solo!]")
    write(root, "it/resi/d.md", title="Altro ancora?", questions="[Uno]", status="archived")
    problem = only(root, "duplicate-question")
    assert (problem.path, problem.line) == ("it/resi/b.md", 3)
    assert "it/resi/a.md" in problem.message


def test_the_same_question_in_two_languages_is_right(root: Path) -> None:
    write(root, "it/resi/a.md", title="Password?")
    write(root, "en/resi/a.md", title="Password?")
    assert check(root) == []


def test_related_articles_exist(root: Path) -> None:
    write(root, "it/resi/rimborso.md")
    write(root, "it/resi/a.md", related="\n  - resi/rimborso\n  - resi/rimborsi")
    problem = only(root, "related")
    assert (problem.line, problem.severity) == (4, "warning")
    assert "Did you mean “resi/rimborso”?" in problem.message


def test_an_old_address_leads_to_one_article(root: Path) -> None:
    write(root, "it/resi/a.md", redirect_from="[/vecchio, /it/a/resi/a]")
    write(root, "it/resi/b.md", redirect_from="[/it/a/resi/a, /vecchio]")
    problems = check(root)
    assert [(p.path, p.code, p.severity) for p in problems] == [
        ("it/resi/a.md", "redirect", "error"),
        ("it/resi/b.md", "redirect", "error"),
        ("it/resi/b.md", "redirect", "error"),
    ]
    assert "own address" in problems[0].message


@pytest.mark.parametrize(
    ("field", "limit", "code"), [("title", 120, "long-title"), ("summary", 300, "long-summary")]
)
def test_long_lines_of_results_are_warned_about(root: Path, field: str, limit: int, code: str) -> None:
    write(root, "it/resi/a.md", **{"title": "Sì?", field: "x" * limit})
    assert check(root) == []
    write(root, "it/resi/a.md", **{"title": "Sì?", field: "x" * (limit + 1)})
    assert str(limit + 1) in only(root, code).message


EASY = (
    "Apri la pagina dei tuoi ordini. Scegli quello da rendere. Premi il tasto. Stampa il foglio nel pacco. "
)
HARD = (
    "La restituzione anticipata dell'apparecchiatura precedentemente commercializzata presuppone "
    "l'accertamento dell'inadempimento contrattuale conseguentemente documentabile mediante comunicazione "
    "raccomandata indirizzata all'amministrazione territorialmente competente. "
)


def test_hard_italian_is_warned_about_with_its_value(root: Path) -> None:
    write(root, "it/resi/facile.md", EASY * 4)
    write(root, "it/resi/difficile.md", HARD * 4)
    problem = only(root, "reading-ease")
    assert (problem.path, problem.line) == ("it/resi/difficile.md", 4)
    assert "Gulpease" in problem.message
    assert "shorter sentences" in problem.message


def test_a_list_of_names_is_no_hard_reading_and_short_sentences_are_not_blamed(root: Path) -> None:
    write(root, "it/resi/nomi.md", "".join("- Elettrocardiogrammi computerizzati\n" for _ in range(50)))
    assert check(root) == []
    write(
        root,
        "it/resi/parole.md",
        "Elettrocardiogrammi computerizzati precedentemente commercializzati. " * 20,
    )
    assert "plainer words" in only(root, "reading-ease").message


def test_reading_ease_follows_its_formulas() -> None:
    # 60 words of 5 letters in 6 sentences: 89 + (300·6 - 10·300) / 60 = 69.
    gulpease = reading_ease("it", ["parol " * 9 + "parol."] * 6)
    assert gulpease is not None
    assert (gulpease.measure, gulpease.value, gulpease.words_per_sentence) == ("Gulpease", 69.0, 10.0)
    # One syllable a word, 10 words a sentence: 206.835 - 10.15 - 84.6 = 112, more than the scale has.
    flesch = reading_ease("en-GB", ["make " * 9 + "make."] * 6)
    assert flesch is not None
    assert flesch.value == 100
    assert reading_ease("it", ["breve testo"]) is None
    assert reading_ease("de", ["Wort " * 100]) is None


def test_a_category_with_nothing_to_show_is_found(root: Path) -> None:
    write(root, "it/resi/a.md")
    write(root, "it/vuota/_category.md", title="Vuota")
    write(root, "it/bozze/b.md", status="draft")
    assert [(p.path, p.code) for p in check(root)] == [
        ("it/bozze/_category.md", "empty-category"),
        ("it/vuota/_category.md", "empty-category"),
    ]


def test_archived_articles_are_left_in_peace(root: Path) -> None:
    write(root, "it/resi/a.md")
    write(root, "it/resi/b.md", "[x](niente.md) ![](niente.png)", status="archived", related="[niente]")
    assert check(root) == []


def test_problems_of_reading_and_of_the_lint_come_together_in_order(root: Path) -> None:
    write(root, "it/resi/a.md", "[x](niente.md)", status="published", tagz="a")
    write(root, "it/resi/b.md", status="boh")
    (root / "it/synonyms.yaml").write_text("a:\n")
    assert [(p.path, p.line, p.code) for p in check(root)] == [
        ("it/resi/a.md", 3, "front-matter"),
        ("it/resi/a.md", 6, "broken-link"),
        ("it/resi/b.md", 2, "front-matter"),
        ("it/synonyms.yaml", 1, "synonyms"),
    ]


def test_a_file_deleted_while_checking_is_left_out(root: Path) -> None:
    write(root, "it/resi/a.md", "[x](niente.md)")
    write(root, "it/resi/b.md")
    content = read_content(root)
    (root / "it/resi/a.md").unlink()
    assert check_content(root, content, TODAY) == ()
