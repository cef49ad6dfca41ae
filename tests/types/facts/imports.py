#!/usr/bin/env python3
"""What a tool finds of an object that it imports, by the id that the type's file says.

    imports.py --tool build/pipectl [TYPE[/CASE] ...]                      against imports.json
    imports.py --tool terraform --plugins FOLDER --record [TYPE[/CASE] ...]     writes imports.json, of all cases that are named

All cases are applied at once, the state is thrown away, and import blocks for every object are planned. Noted is, for each object, what
differs from the state that made it: `[applied, imported]`. Ends with `N passed, N failed`."""
import argparse
import json
import os
import re
import sys

import yaml

from steps import HERE, PLAIN, Run, StepFailed, Tool, case_names

FACTS = os.path.join(HERE, "imports.json")
TYPES = os.path.join(HERE, "../../../src/provider/types")
# Differences that are meant.
MEANT = {"aws_lambda_permission.function_name": "an ARN that was given stays one"}
OF_AN_ARN = {"partition": 1, "region": 3, "account": 4}


def pattern_of(kind):
    with open(os.path.join(TYPES, f"{kind}.yaml"), encoding="utf-8") as file:
        pattern = yaml.safe_load(file)["import"]
    pattern = pattern["id"] if isinstance(pattern, dict) else pattern
    return pattern if isinstance(pattern, list) else [pattern]


def import_id(kind, attributes):
    """The first pattern for which the object has everything."""
    def value(match):
        name = match[1].rstrip("+")
        if name in attributes:
            return str(attributes[name] or "\0")
        return attributes["arn"].split(":")[OF_AN_ARN[name]]

    for pattern in pattern_of(kind):
        text = re.sub(r"\{([^}]*)\}", value, pattern)
        if "\0" not in text:
            return text
    raise StepFailed(f"{kind}: no pattern fits", "")


def objects(module):
    """All managed ones of a state as `show -json` has it, by address."""
    found = {each["address"]: each for each in module.get("resources", []) if each["mode"] == "managed"}
    for child in module.get("child_modules", []):
        found.update(objects(child))
    return found


def imported(tool, names):
    """{address: {attribute: [applied, imported]}}, with what is made up by chance left out."""
    tool.clear()
    run = Run(tool, names)
    run.place({case: case.main for case in run.cases})
    tool.run("init", "-no-color")
    tool.run("apply", "-auto-approve", *PLAIN)
    applied = objects(json.loads(tool.run("show", "-json").stdout)["values"]["root_module"])
    os.remove(os.path.join(tool.folder, "terraform.tfstate"))
    tool.write(tool.folder, "imports", {"import": [{"to": address, "id": import_id(each["type"], each["values"])}
                                                    for address, each in applied.items()]})
    tool.run("plan", "-out=plan.out", *PLAIN)
    shown = json.loads(tool.run("show", "-json", "plan.out").stdout)
    found = objects(shown["prior_state"]["values"]["root_module"])
    return {address: (masked(each["values"]), masked(found[address]["values"])) for address, each in applied.items()}


def masked(values):
    """Ids of APIs are made up."""
    return json.loads(re.sub(r"\b[0-9a-z]{10}\b", "<id>", json.dumps(values)))


def differences(applied, found):
    """An attachment's id is made anew."""
    return {key: [applied[key], found[key]] for key in sorted(applied)
            if applied[key] != found[key] and not (key == "id" and "policy_arn" in applied)}


def wrong_ones(applied, found, wanted):
    """What a tool has imported otherwise than Terraform would, had it applied the same."""
    differs = differences(applied, found)
    return {key: f"Terraform imports {wanted[key][1] if key in wanted else applied[key]!r}, here it is {found[key]!r}"
            for key in sorted({*wanted, *differs}) if found[key] != (wanted[key][1] if key in wanted else applied[key])}


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--tool", required=True)
    options.add_argument("--plugins", default="")
    options.add_argument("--record", action="store_true")
    options.add_argument("cases", nargs="*")
    options = options.parse_args()
    program = options.tool if options.tool == "terraform" else os.path.abspath(options.tool)
    tool = Tool(program, options.plugins or None)
    names = [name for name in case_names(options.cases) if not name.startswith("data.")]
    try:
        found = imported(tool, names)
    finally:
        tool.stop()
    if options.record:
        with open(FACTS, "w", encoding="utf-8") as file:
            json.dump({address: differences(*pair) for address, pair in found.items()}, file, indent=1, sort_keys=True)
            file.write("\n")
        return 0
    with open(FACTS, encoding="utf-8") as file:
        facts = json.load(file)
    failed = 0
    for address, pair in found.items():
        wrong = {key: text for key, text in wrong_ones(*pair, facts.get(address, {})).items()
                 if f"{address.split('.')[-2]}.{key}" not in MEANT}
        failed += bool(wrong)
        for key, text in wrong.items():
            print(f"FAILED {address}.{key}: {text}")
    print(f"{len(found) - failed} passed, {failed} failed")
    return bool(failed or not found)


if __name__ == "__main__":
    sys.exit(main())
