#!/usr/bin/env python3
"""run.py [--record] [--tool PROGRAM] [CASE...]: what people and programs read, against Terraform's own output.

A case is a folder with a configuration. It is planned, applied, shown, and planned again with -var v=2; each
output is compared with the recorded one, line by line, JSON member by member in order. Ids are numbered, and the
program's name and its own words for the same thing count as equal. --record asks Terraform instead.
Ends with `N passed, N failed`.
"""

import argparse
import difflib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
PROGRESS = re.compile(r": (Creating|Creation|Modifying|Modifications|Destroying|Destruction|Refreshing|Reading)")

STEPS = [
    ("plan.txt", ["plan", "-no-color", "-out=first"]),
    ("plan.json", ["show", "-json", "first"]),
    ("saved.txt", ["show", "-no-color", "first"]),
    ("apply.txt", ["apply", "-no-color", "first"]),
    ("show.txt", ["show", "-no-color"]),
    ("show.json", ["show", "-json"]),
    ("output.txt", ["output", "-no-color"]),
    ("output.json", ["output", "-json"]),
    ("change.txt", ["plan", "-no-color", "-var", "v=2", "-out=second"]),
    ("change.json", ["show", "-json", "second"]),
    ("same.txt", ["plan", "-no-color", "-detailed-exitcode"]),
]



def words(text):
    """The text with paragraphs on one line, and with one name for the program."""
    text = re.sub(r"Terraform used the selected providers to generate the following execution\s+plan\.", "TOOL made the following execution plan.", text)
    text = re.sub(r"pipectl made the following execution\s+plan\.", "TOOL made the following execution plan.", text)
    text = re.sub(r"(indicated with)\s+(the following)", r"\1 \2", text)
    text = re.sub(r"(found no\s+differences|compared your real infrastructure against your\s+configuration)", lambda m: " ".join(m[0].split()), text)
    text = re.sub(r"(?s)TOOL has compared.*?needed\.", "", re.sub(r"Terraform|pipectl", "TOOL", text))
    return re.sub(r"\b(terraform|TOOL) apply", "TOOL apply", text)


def normal(name, text):
    ids = {}
    if not name.endswith(".json"):  # the order of events is anyone's
        text = "\n".join(line.rstrip() for line in words(text).splitlines() if not PROGRESS.search(line)).strip("\n")
    return UUID.sub(lambda match: "<%d>" % ids.setdefault(match[0], len(ids) + 1), text).rstrip("\n")


def comparable(name, text):
    """JSON in lines, with members in their order; what differs from run to run is left out, or put in order."""
    if not name.endswith(".json"):
        return text.split("\n")
    document = json.loads(text, object_pairs_hook=lambda pairs: {key: value for key, value in pairs if key != "timestamp"})
    if "relevant_attributes" in document:
        document["relevant_attributes"].sort(key=json.dumps)
    text = json.dumps(document, indent=1, ensure_ascii=False)
    return text.split("\n")


def outputs(tool, case):
    """The normalised output of each step, in a copy of the case."""
    results = {}
    environment = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "CHECKPOINT_DISABLE": "1", "ASAN_OPTIONS": "detect_leaks=0"}
    with tempfile.TemporaryDirectory() as folder:
        for path in case.rglob("*.tf"):
            target = Path(folder) / path.relative_to(case)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, target)
        for name, command in [("init", ["init"])] + STEPS:
            run = subprocess.run([tool] + command, cwd=folder, env=environment, capture_output=True, text=True)
            if name != "init":
                results[name] = normal(name, run.stdout)
            if run.returncode not in (0, 2):
                results[name] = "exit %d\n%s" % (run.returncode, run.stderr)
    return results


def record(case):
    for name, text in outputs(shutil.which("terraform"), case).items():
        (case / name).write_text(text + "\n")


def compare(tool, case):
    failed = 0
    for name, text in outputs(tool, case).items():
        expected = (case / name).read_text().rstrip("\n")
        try:
            want, got = comparable(name, expected), comparable(name, text)
        except ValueError:
            want, got = [expected], [text]
        if want != got:
            failed += 1
            print("FAIL %s/%s" % (case.name, name))
            print("\n".join(list(difflib.unified_diff(want, got, "expected", "got", lineterm="", n=2))[:40]))
    return len(STEPS) - failed, failed


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--record", action="store_true")
    parser.add_argument("--tool", default=os.environ.get("PIPECTL", "build/pipectl"))
    parser.add_argument("cases", nargs="*")
    arguments = parser.parse_args()
    cases = [case for case in sorted(HERE.iterdir()) if (case / "main.tf").exists() and (not arguments.cases or case.name in arguments.cases)]
    if arguments.record:
        for case in cases:
            record(case)
        return 0
    passed = failed = 0
    for case in cases:
        good, bad = compare(str(Path(arguments.tool).resolve()), case)
        passed, failed = passed + good, failed + bad
    print("%d passed, %d failed" % (passed, failed))
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
