"""`make lighthouse`: the four scores of three pages on Lighthouse's phone profile, at least 98 each.

One audit is left out, and the output says so: answers to searches are kept out of search engines by intent,
and Lighthouse takes a page that asks for that to be a mistake.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from tests.chromium import ARGUMENTS, chromium_path
from tests.served import REPO, serve_shop

PROGRAM: Final = Path(__file__).parent / "node_modules" / "lighthouse" / "cli" / "index.js"
PAGES: Final = {
    "home": "/it/",
    "search": "/it/search?q=rimborso",
    "article": "/it/a/consegna/seguire-il-pacco",
}
LEAST: Final = 98
INTENDED: Final = {"search": "is-crawlable"}


def main() -> int:
    """Print the scores, and what costs points; 1 if one is too low."""
    lowest = 100
    with (
        tempfile.TemporaryDirectory() as folder,
        serve_shop(Path(folder) / "data", content=REPO / "content") as client,
    ):
        for name, path in PAGES.items():
            report = measured(f"{client.base_url}{path}", INTENDED.get(name))
            scores = {c["title"]: round(c["score"] * 100) for c in report["categories"].values()}
            print(f"{name:8} " + "  ".join(f"{title} {score}" for title, score in scores.items()))
            lowest = min(lowest, *scores.values())
            if name in INTENDED:
                print(f"         without the audit {INTENDED[name]}: the page is kept out of search engines")
            for line in lost(report):
                print(f"         {line}")
    return int(lowest < LEAST)


def measured(address: str, skipped: str | None) -> dict[str, Any]:
    """Lighthouse's report of one page, but for an audit."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        command = [
            *("node", str(PROGRAM), address, "--quiet", "--output=json", f"--output-path={report}"),
            f"--chrome-flags={' '.join(ARGUMENTS)}",
            *([f"--skip-audits={skipped}"] if skipped else []),
        ]
        subprocess.run(command, check=True, env=os.environ | {"CHROME_PATH": chromium_path()})
        read: dict[str, Any] = json.loads(report.read_bytes())
        return read


def lost(report: Mapping[str, Any]) -> list[str]:
    """The audits that count and are not perfect."""
    counted = {ref["id"] for c in report["categories"].values() for ref in c["auditRefs"] if ref["weight"]}
    return [
        f"{audit['score']:.2f} {audit['title']} {audit.get('displayValue', '')}"
        for audit in report["audits"].values()
        if audit["id"] in counted and audit["score"] is not None and audit["score"] < 1
    ]


if __name__ == "__main__":
    sys.exit(main())
