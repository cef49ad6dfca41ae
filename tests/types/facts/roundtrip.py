#!/usr/bin/env python3
"""What one tool has applied is nothing to do for the other, and each destroys what the other has made.

    roundtrip.py --tool build/pipectl [--plugins FOLDER] [--slice DATE --count N] [TYPE[/CASE] ...]

All cases are applied at once, each as a module, by the one; the other plans with the same state, then destroys. A slice
is some of the cases, others on other dates. Without the provider's program (--plugins) there is nothing to compare with. Ends with
`N passed, N failed, N skipped`."""
import argparse
import os
import random
import sys

from steps import PLAIN, Run, StepFailed, Tool, case_names

# pipectl keeps to AWS's rate of one DeleteRestApi in 30 s; judge.py sees each of these destroyed.
SLOW = "aws_api_gateway"


def round_trip(maker, other, names):
    """{case: what the other would change}, and what is wrong besides."""
    maker.clear()
    before, run = maker.gate.ctl("dump"), Run(maker, names)
    run.place({case: case.main for case in run.cases})
    maker.run("init", "-no-color")
    maker.run("apply", "-auto-approve", *PLAIN)
    second = Run(other, names)
    second.place({case: case.main for case in second.cases})
    other.run("init", "-no-color")
    changes = {address: change for address, change in second.plan().items() if change["actions"] not in (["no-op"], ["read"])}
    found = {case.name: [f"{address}: {differences(change)}" for address, change in changes.items() if case.holds(address)] for case in second.cases}
    quick = [f"-target=module.{case.module}" for case in second.cases if case.module and not case.name.startswith(SLOW)]
    if quick or not any(case.name.startswith(SLOW) for case in second.cases):
        other.run("destroy", "-auto-approve", *quick, *PLAIN)
    terraform = other if other.plugins else maker
    Run(terraform, names).place({case: case.main for case in run.cases})
    terraform.run("destroy", "-auto-approve", *PLAIN)
    return found, [] if maker.gate.ctl("dump") == before else ["something is left behind"]


def differences(change):
    before, after = change.get("before") or {}, change.get("after") or {}
    changed = {key: (before.get(key), after.get(key)) for key in sorted({*before, *after}) if before.get(key) != after.get(key)}
    return f"{'/'.join(change['actions'])} {changed}"[:600]


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--tool", required=True)
    options.add_argument("--plugins", default=os.environ.get("TF_PLUGIN_DIR", ""))
    options.add_argument("--slice", help="a date, or any text")
    options.add_argument("--count", type=int, default=12, help="cases of a slice")
    options.add_argument("cases", nargs="*")
    options = options.parse_args()
    if not os.path.isdir(options.plugins):
        return print("0 passed, 0 failed, 2 skipped") or 77
    names, failed, passed = case_names(options.cases), 0, 0
    if options.slice:
        names = sorted(random.Random(options.slice).sample(names, min(options.count, len(names))))
    terraform = Tool("terraform", options.plugins)
    tool = terraform.beside(os.path.abspath(options.tool))
    for maker, other in ((tool, terraform), (terraform, tool)):
        who = f"{os.path.basename(maker.program)} applies, {os.path.basename(other.program)} plans"
        try:
            found, wrong = round_trip(maker, other, names)
        except StepFailed as failure:
            found, wrong = {}, [str(failure)]
        for name, lines in [*found.items(), (who, wrong)]:
            passed, failed = passed + (not lines), failed + bool(lines)
            if lines:
                print(f"FAILED {who}: {name}", *lines, sep="\n    ", flush=True)
    terraform.stop()
    print(f"{passed} passed, {failed} failed, 0 skipped")
    return bool(failed or not names)


if __name__ == "__main__":
    sys.exit(main())
