"""Other people's content made ours: labelled sets, tables, and trees of Markdown."""

from indexer.importing.drafts import ImportSourceError, Refused
from indexer.importing.run import Format, ImportReport, import_source

__all__ = ["Format", "ImportReport", "ImportSourceError", "Refused", "import_source"]
