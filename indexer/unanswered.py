"""`unanswered.yaml`, read: what customers ask and no article answers, by subject.

cutlery and tablecloths:        for whoever reads the file; not searched
  - do you sell cutlery?        as it is asked
"""

from collections.abc import Mapping
from typing import Final

from indexer.markdown import printable
from indexer.problems import Finding
from indexer.yamlmap import YamlMap

_CODE: Final = "unanswered"


def read_unanswered(text: str, findings: list[Finding]) -> Mapping[str, int]:
    """The questions, each with its line; what is wrong with others goes to `findings`."""
    mapping = YamlMap(text, 1, _CODE)
    found: dict[str, int] = {}
    for subject, value in mapping.values.items():
        if not value.items and not value.is_list:
            mapping.error(
                value.line, f"“{subject}” has no questions: write one a line below it, “  - do you sell it?”."
            )
        for item, line in value.items:
            question = " ".join(printable(item).split())
            if question in found:
                mapping.warn(
                    line, f"“{question}” is written twice (the first is at line {found[question]}): keep one."
                )
            elif question:
                found[question] = line
    findings += mapping.findings
    return found
