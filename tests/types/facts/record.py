#!/usr/bin/env python3
"""Asks Terraform with its AWS provider, through awsgate, and writes state.json and plan.json of the cases.

    record.py [--plugins FOLDER] [TYPE[/CASE] ...]

FOLDER holds registry.terraform.io/hashicorp/aws/...; without it TF_PLUGIN_DIR says where. Nothing is written where a command failed, something
was left behind or a rule of the wire was broken. Plans that are not empty after an apply are listed: most are limits of the emulator."""
import argparse
import json
import os
import sys

from steps import StepFailed, Tool, case_names, run_cases


def write(path, facts):
    with open(path, "w", encoding="utf-8") as out:
        json.dump(facts, out, indent=1, sort_keys=True, ensure_ascii=False)
        out.write("\n")


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--plugins", default=os.environ.get("TF_PLUGIN_DIR", ""))
    options.add_argument("cases", nargs="*")
    options = options.parse_args()
    tool = Tool("terraform", options.plugins)
    try:
        cases, wrong = run_cases(tool, case_names(options.cases))
    except StepFailed as failure:
        return print(failure) or 1
    finally:
        tool.stop()
    for case in cases if not wrong else ():
        state, plan = case.facts()
        write(os.path.join(case.folder, "state.json"), state)
        write(os.path.join(case.folder, "plan.json"), plan)
        for key in ("again", "again_after_update"):
            if key in plan:
                print(f"{case.name}: {key}: {json.dumps(plan[key])[:700]}")
    print(*wrong, f"{0 if wrong else len(cases)} cases recorded", sep="\n")
    return bool(wrong or not cases)


if __name__ == "__main__":
    sys.exit(main())
