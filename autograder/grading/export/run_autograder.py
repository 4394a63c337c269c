#!/usr/bin/env python3
"""In Gradescope: hand out the grade that was given elsewhere, and run nothing.

Needs nothing but Python's own library, in any version 3. Where there is no grade there
is no result: Gradescope then shows the instructor this program's last words.
"""

import json
import shutil
import sys
from pathlib import Path


def main(home: Path) -> None:
    """Copy the result of the submission that ``home`` holds."""
    about = json.loads((home / "submission_metadata.json").read_text("utf-8"))
    result = home / "source" / "results" / f"{about['id']}.json"
    if not result.is_file():
        sys.exit(f"Submission {about['id']} has no grade yet, or is newer than it.")
    (home / "results").mkdir(exist_ok=True)
    shutil.copyfile(result, home / "results" / "results.json")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "/autograder"))
