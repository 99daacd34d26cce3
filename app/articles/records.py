"""What an editor says in the form of an article."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class ArticleDraft:
    """An article as the form says it, which no file may say yet.

    `id` is the path below the language, empty before a new article has one. `body` is Markdown with `\\n` at
    the ends of its lines. `fields` holds the other fields of the front matter by name, each as the texts to
    write: one for a text, a day or a number (`{"status": ("draft",)}`), any number for a list, none for a
    field that is to be left out. What `fields` does not name stays in the file as it is.
    """

    lang: str
    id: str
    title: str
    questions: tuple[str, ...] = ()
    body: str = ""
    fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def category(self) -> str:
        """The folder it is in."""
        return self.id.partition("/")[0]

    def text(self, name: str) -> str:
        """The first text of a field; empty where there is none."""
        return next(iter(self.fields.get(name, ())), "")
