#!/usr/bin/env python3
"""mistakes_test.py [--table | --record]: each case of mistakes.yaml is told as it says there.

--table prints, case by case, what Terraform says (as recorded in mistakes.json) and what pipectl says now, with their
places: ours must be at least as helpful. --record asks terraform again; its AWS provider must be here (tests/oracle/tf).
"""
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import yaml

HERE = Path(__file__).resolve().parent
PIPECTL = os.environ.get("PIPECTL", str(HERE.parents[1] / "build/pipectl"))
CASES = yaml.safe_load((HERE / "mistakes.yaml").read_text())
RECORDED = HERE / "mistakes.json"
ENVIRONMENT = {k: v for k, v in os.environ.items() if not k.startswith(("TF_", "AWS_"))} | {"CHECKPOINT_DISABLE": "1"}


def places(case):
    """Where the marks stand, as (line, column), and the text without them."""
    found, text = [], case["main"]
    while "§" in text:
        before, _, after = text.partition("§")
        found.append((before.count("\n") + 1, len(before.rpartition("\n")[2]) + 1))
        text = before + after
    return found, text


def ask(tool, case, folder):
    """The errors that [tool] finds in the case: summary, line, column, detail."""
    for name in ("main.tf", "main.tf.json"):
        (Path(folder) / name).unlink(missing_ok=True)
    (Path(folder) / case.get("file", "main.tf")).write_bytes(places(case)[1].encode("utf-8", "surrogateescape"))
    run = subprocess.run([tool, "validate", "-json"], cwd=folder, env=ENVIRONMENT, stdin=subprocess.DEVNULL,
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120)
    errors = []
    for diag in json.loads(run.stdout)["diagnostics"]:
        start = diag.get("range", {}).get("start", {})
        errors.append([diag["summary"], start.get("line"), start.get("column"), diag["detail"]])
    return errors


def check(case, folder):
    """What is wrong with what pipectl says; empty where nothing is."""
    errors = ask(PIPECTL, case, folder)
    wanted, summaries = places(case)[0], case["error"] if isinstance(case["error"], list) else [case["error"]]
    told = f"{errors}"
    if [error[0] for error in errors] != summaries:
        return f"the errors should be {summaries}\n{told}"
    if wanted and tuple(errors[0][1:3]) != wanted[0]:
        return f"it should point at line {wanted[0][0]}, column {wanted[0][1]}\n{told}"
    if case.get("says", "") not in " ".join(error[3] for error in errors):
        return f"it should say {case['says']!r}\n{told}"
    return ""


def record():
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "main.tf").write_text('terraform {\n  required_providers {\n    aws = { source = "hashicorp/aws" }\n  }\n}\n')
        subprocess.run([HERE.parent / "oracle" / "tf", "init"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
        answers = {case["name"]: ask("terraform", case, folder) for case in CASES}
    RECORDED.write_text(json.dumps(answers, indent=1, ensure_ascii=False) + "\n")


def table():
    terraform = json.loads(RECORDED.read_text())
    with tempfile.TemporaryDirectory() as folder:
        for case in CASES:
            print(f"=== {case['name']}\n{case['main'].encode('utf-8', 'replace').decode()}")
            for who, errors in (("terraform", terraform[case["name"]]), ("pipectl", ask(PIPECTL, case, folder))):
                for summary, line, column, detail in errors:
                    print(f"{who:9} {line}:{column}  {summary}: {' '.join(detail.split())}")
            print()


def main():
    if sys.argv[1:] in (["--record"], ["--table"]):
        record() if sys.argv[1] == "--record" else table()
        return 0
    failed = 0
    terraform = json.loads(RECORDED.read_text())
    with tempfile.TemporaryDirectory() as folder:
        for case in CASES:
            wrong = check(case, folder) if terraform.get(case["name"]) else "mistakes.json has no answer of Terraform's"
            if wrong:
                failed += 1
                print(f"FAIL {case['name']}: {wrong}")
    print(f"{len(CASES) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
