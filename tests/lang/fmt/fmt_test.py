#!/usr/bin/env python3
"""fmt_test.py TOOL [--slice SEED] [--count N] [--record]: `fmt` against Terraform's own answers.

cases/NAME.tf are files with everything that is hard to format, cases/NAME.tf.fmt what Terraform made of them (absent:
it refused the file); recorded.jsonl holds 500 random files, each with what Terraform made of it, and of that.
commands.yaml are command lines, commands.json how they ended. Where terraform is installed, a slice of new random
files is compared with it, too: today's, or that of --slice. --record asks terraform for all recorded answers anew."""
import argparse
import datetime
import difflib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import yaml

from generator import generate

HERE = Path(__file__).resolve().parent
RECORDED = HERE / "recorded.jsonl"
RECORDED_COUNT = 500
COMMANDS = HERE / "commands.yaml"
ANSWERS = HERE / "commands.json"
ENVIRONMENT = {k: v for k, v in os.environ.items() if not k.startswith("TF_")} | {"CHECKPOINT_DISABLE": "1"}


def format_all(tool, texts):
    """What [tool] makes of each text; None where it refuses. One run for all of them."""
    with tempfile.TemporaryDirectory() as folder:
        for i, text in enumerate(texts):
            (Path(folder) / f"{i:05}.tf").write_bytes(text)
        run = subprocess.run([tool, "fmt", "-no-color", "-list=false"], cwd=folder, env=ENVIRONMENT, timeout=600,
                             stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        refused = {int(line.split(b".tf")[0][-5:]) for line in run.stderr.split(b"\n")
                   if line.strip().startswith(b"on 0") and b".tf line" in line}
        if run.returncode not in (0, 2) or (run.returncode == 2) != bool(refused):
            raise SystemExit(f"{tool} fmt: exit {run.returncode}\n{run.stderr.decode(errors='replace')[-2000:]}")
        return [None if i in refused else (Path(folder) / f"{i:05}.tf").read_bytes() for i in range(len(texts))]


def show(name, text, expected, got):
    print(f"FAIL {name}")
    if expected is None or got is None:
        print("  " + ("should be refused" if expected is None else "should not be refused"))
        print("  " + text.decode(errors="replace").replace("\n", "\n  "))
        return
    for line in difflib.unified_diff(expected.decode(errors="replace").splitlines(), got.decode(errors="replace").splitlines(),
                                     "expected", "got", lineterm=""):
        print("  " + line.replace("\r", "␍"))


def format_twice(tool, texts):
    """Each text's answer and the answer to that."""
    once = format_all(tool, texts)
    return once, format_all(tool, [text if text is not None else b"" for text in once])


def compare(tool, names, texts, once, twice):
    """The names of the texts that [tool] formats otherwise than terraform: [once], [twice]. What terraform itself
    cannot read any more after it has formatted it (a comment or an index got lost) must only be stable."""
    got, again = format_twice(tool, texts)
    failed = []
    for i, name in enumerate(names):
        spoilt = once[i] is not None and twice[i] is None
        if not spoilt and (got[i], again[i]) != (once[i], twice[i]):
            show(name, texts[i], *((once[i], got[i]) if got[i] != once[i] else (twice[i], again[i])))
            failed.append(name)
        elif spoilt and again[i] is None:
            print(f"FAIL {name}: cannot be read any more after it was formatted")
            failed.append(name)
    return failed


def case_paths():
    return sorted((HERE / "cases").glob("*.tf"))


def answer_path(path):
    return path.with_name(path.name + ".fmt")


def read_case(path):
    """Input, answer, and the answer to that, which is the same one (of a case)."""
    answer = answer_path(path).read_bytes() if answer_path(path).exists() else None
    return path.read_bytes(), answer, answer if answer is not None else b""


def recorded():
    for line in RECORDED.read_text(encoding="utf-8").splitlines():
        text, once, twice = (part.encode() if part is not None else None for part in json.loads(line))
        yield text, once, once if once == twice else twice


def record():
    paths = case_paths()
    for path, text in zip(paths, format_all("terraform", [path.read_bytes() for path in paths])):
        answer_path(path).unlink(missing_ok=True)
        if text is not None:
            answer_path(path).write_bytes(text)
    texts = [generate(seed) for seed in range(RECORDED_COUNT)]
    once, twice = format_twice("terraform", [text.encode() for text in texts])
    with open(RECORDED, "w", encoding="utf-8") as file:
        for row in zip(texts, once, twice):
            row = [part.decode() if isinstance(part, bytes) else part for part in row]
            file.write(json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n")
    commands = yaml.safe_load(COMMANDS.read_text())
    ANSWERS.write_text(json.dumps([run_command("terraform", command) for command in commands], indent=1) + "\n")


# --- command lines ---------------------------------------------------------------------------------------------------

def run_command(tool, command):
    """Exit status, standard output, and the files afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        for path, text in command["files"].items():
            target = Path(folder) / path
            target.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(text, dict):
                target.symlink_to(text["link"])
            else:
                target.write_bytes(text.encode())
        arguments = [argument.replace("FOLDER", folder) for argument in command["arguments"]]
        run = subprocess.run([tool, "fmt", "-no-color", *arguments], cwd=Path(folder) / command.get("in", ""),
                             input=command.get("input", "").encode(), env=ENVIRONMENT, timeout=60,
                             stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        after = {path: (Path(folder) / path).read_bytes().decode() for path, text in command["files"].items()
                 if not isinstance(text, dict)}
        return {"exit": run.returncode, "output": run.stdout.decode(), "files": after}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("tool", type=os.path.abspath)
    parser.add_argument("--slice", default=datetime.date.today().isoformat())
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--record", action="store_true")
    options = parser.parse_args()
    if options.record:
        record()
        return 0

    names = [path.name for path in case_paths()]
    rows = [read_case(path) for path in case_paths()]
    for number, row in enumerate(recorded()):
        names.append(f"recorded {number}")
        rows.append(row)
    failed = len(compare(options.tool, names, *map(list, zip(*rows))))
    total = len(rows)

    commands = yaml.safe_load(COMMANDS.read_text())
    for command, expected in zip(commands, json.loads(ANSWERS.read_text()), strict=True):
        got = run_command(options.tool, command)
        if got != expected:
            print(f"FAIL fmt {' '.join(command['arguments'])}\n  expected {expected}\n  got      {got}")
            failed += 1
    total += len(commands)

    skipped = 0
    if shutil.which("terraform"):
        texts = [generate(f"{options.slice} {i}").encode() for i in range(options.count)]
        names = [f"slice {options.slice} {i}" for i in range(options.count)]
        failed += len(compare(options.tool, names, texts, *format_twice("terraform", texts)))
        total += options.count
    else:
        skipped = 1
    print(f"{total - failed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
