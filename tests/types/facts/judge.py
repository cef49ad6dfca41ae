#!/usr/bin/env python3
"""Runs the cases with a tool and compares what its state and its plans say with what Terraform's said.

    judge.py --tool build/pipectl [--jobs N] [TYPE[/CASE] ...]
    judge.py --tool terraform --plugins FOLDER        judges the judge: no differences

Each difference is a line: where it is, what Terraform has, what the tool has. `known.txt` beside this file lists differences that are
meant, each with its reason; one that is not met any more is an error too. Ends with `N passed, N failed`."""
import argparse
import concurrent.futures
import fnmatch
import json
import os
import queue
import shutil
import sys

from steps import HERE, StepFailed, Tool, case_names, run_cases

MISSING = "(missing)"


def differences(where, wanted, got):
    """Leaves at which two JSON values differ, as (path, wanted, got)."""
    if isinstance(wanted, dict) and isinstance(got, dict):
        for key in sorted({*wanted, *got}):
            yield from differences(f"{where}.{key}", wanted.get(key, MISSING), got.get(key, MISSING))
    elif isinstance(wanted, list) and isinstance(got, list) and len(wanted) == len(got):
        for index, (one, other) in enumerate(zip(wanted, got)):
            yield from differences(f"{where}[{index}]", one, other)
    elif wanted != got:
        yield where, wanted, got


def read(name, file):
    with open(os.path.join(HERE, name, file), encoding="utf-8") as facts:
        return json.load(facts)


def read_known():
    """(pattern of a path, reason) of each line `PATTERN: reason`."""
    path = os.path.join(HERE, "known.txt")
    if not os.path.exists(path):
        return []
    with open(path, encoding="utf-8") as file:
        lines = [line.strip() for line in file if line.strip() and not line.startswith("#")]
    return [tuple(part.strip() for part in line.split(": ", 1)) for line in lines]


def judge(tool, name):
    """What differs from Terraform in a case that runs alone, and lines of what is wrong without comparing."""
    try:
        (case,), wrong = run_cases(tool, [name])
    except StepFailed as failure:
        return [], [str(failure)]
    state, plan = case.facts()
    return [*differences(f"{name} state", read(name, "state.json"), state), *differences(f"{name} plan", read(name, "plan.json"), plan)], wrong


def judge_all(tools, names):
    """(name, judgement) of the cases in their order, each handed to a tool that is free; most of the time is spent waiting for AWS's delays."""
    free = queue.Queue()
    for tool in tools:
        free.put(tool)

    def work(name):
        tool = free.get()
        try:
            return name, judge(tool, name)
        finally:
            free.put(tool)

    try:
        with concurrent.futures.ThreadPoolExecutor(len(tools)) as pool:
            yield from pool.map(work, names)
    finally:
        for tool in tools:
            tool.stop()


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--tool", required=True)
    options.add_argument("--plugins", default="")
    options.add_argument("--jobs", type=int, default=4)
    options.add_argument("cases", nargs="*")
    options = options.parse_args()
    program = os.path.abspath(options.tool) if os.path.sep in options.tool else options.tool
    if not shutil.which(program):
        return print(f"There is no program {program}.") or 1
    names, known, met, failed = case_names(options.cases), read_known(), set(), 0
    for name, (found, lines) in judge_all([Tool(program, options.plugins) for _ in range(min(options.jobs, len(names)))], names):
        for where, wanted, got in found:
            patterns = [pattern for pattern, _ in known if fnmatch.fnmatchcase(where, pattern)]
            met.update(patterns)
            if not patterns:
                lines.append(f"{where.removeprefix(name)[1:]}: {json.dumps(wanted)[:300]} is here {json.dumps(got)[:300]}")
        failed += bool(lines)
        print(("FAILED " if lines else "ok     ") + name, *lines, sep="\n    ", flush=True)
    for pattern, reason in known if not options.cases else ():
        if pattern not in met:
            failed += 1
            print(f"FAILED known.txt: nothing differs at {pattern} ({reason})")
    print(f"{len(names) - failed} passed, {failed} failed")
    return bool(failed or not names)


if __name__ == "__main__":
    sys.exit(main())
