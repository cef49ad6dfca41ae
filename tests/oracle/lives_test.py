#!/usr/bin/env python3
"""Lives of AWS objects under both tools: the same configurations, one after another, against the same endpoint.

    lives_test.py [--tool build/pipectl] [--count N] [--show] [NAME ...]

A case is a file lives/NAME.yaml: a list of steps, each with what it changes against the step before: `main`, the configuration (a
file NAME.tf.json of each of `modules` beside it); `run`, arguments of `plan` or `apply` (the plan is saved, shown as JSON, and
applied); `faults`, what the endpoint does meanwhile. Compared are how each step ends, its errors by name, the planned changes, what
drifted, the outputs, and what is then in the state. Values that AWS makes up are masked. A case takes Terraform half a minute and
more: `--count 1` takes one, another each day. Ends with `N passed, N failed, N skipped`.
"""
import argparse
import datetime
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import yaml

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "types" / "facts"))
from steps import PLAIN, Tool  # noqa: E402

PROVIDER = {"aws": {"region": "us-east-1", "s3_use_path_style": True}}
MASKS = [(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[.\d]*(Z|[+-]\d{4})", "<time>"), (r"\b(AROA|ANPA)[A-Z0-9]{16,17}\b", "<id>"),
         (r"\d{18}[0-9a-f]{8}", "<unique>")]


def masked(value):
    text = json.dumps(value, sort_keys=True)
    for pattern, name in MASKS:
        text = re.sub(pattern, name, text)
    return json.loads(text)


def errors(said):
    """The summaries, without those of single calls, which each tool words for itself."""
    found = [line[7:] for line in said.splitlines() if line.startswith("Error: ")]
    found = [each for each in found if each != "Too many command line arguments"]      # it has stopped reading them
    return sorted(re.sub(r"[ (:]*(\S+ (failed|error)|deleting|creating|updating|reading|operation error).*", " <a call>", each) for each in found)


def change_of(each):
    change = {key: each["change"].get(key) for key in ("actions", "before", "after", "after_unknown", "replace_paths", "importing")}
    if change["replace_paths"]:
        change["replace_paths"].sort(key=json.dumps)
    names = ("address", "previous_address", "deposed", "action_reason")
    return {**{name: each[name] for name in names if name in each}, **{key: value for key, value in change.items() if value is not None}}


def plan_of(shown):
    changes = [change_of(each) for each in shown.get("resource_changes", [])]
    for each in changes:
        each["deposed"] = "<key>" if "deposed" in each else ""
        if each["actions"] == ["delete"]:       # what Terraform shows of an orphan is older than what it has read
            each["before"] = {name: value for name, value in each["before"].items() if value not in (None, {}, [])}
    drift = [change_of(each) for each in shown.get("resource_drift", [])]
    outputs = {name: change["actions"] for name, change in shown.get("output_changes", {}).items()}
    return {"changes": sorted(changes, key=lambda each: [each["address"], each["deposed"], json.dumps(each, sort_keys=True)]),
            "drift": sorted(drift, key=lambda each: each["address"]), "outputs": outputs}


def state_of(folder):
    path = Path(folder) / "terraform.tfstate"
    state = json.loads(path.read_text()) if path.exists() else {}
    found = []
    for resource in state.get("resources", []):
        if resource["mode"] == "managed":
            for each in resource["instances"]:
                found.append({"address": ".".join(filter(None, (resource.get("module"), resource["type"], resource["name"]))),
                              "key": each.get("index_key"), "deposed": "deposed" in each, "status": each.get("status"),
                              "create_before_destroy": each.get("create_before_destroy", False), "attributes": each["attributes"],
                              "dependencies": sorted(each.get("dependencies", []))})
    return {"objects": sorted(found, key=json.dumps), "outputs": {name: each["value"] for name, each in state.get("outputs", {}).items()}}


class Life:
    """One case with one tool."""

    def __init__(self, tool, steps):
        self.tool, self.steps, self.said = tool, steps, []

    def write(self, step):
        main = dict(step["main"])
        provider = main.pop("provider", {}).get("aws", {})
        self.tool.write(self.tool.folder, "main", {"provider": {"aws": {**PROVIDER["aws"], **provider}}, **main})
        for name, module in step.get("modules", {}).items():
            folder = os.path.join(self.tool.folder, name)
            os.makedirs(folder, exist_ok=True)
            self.tool.write(folder, "main", module)

    def run(self, *arguments):
        done = subprocess.run([self.tool.program, *arguments], cwd=self.tool.folder, env=self.tool.env, capture_output=True, text=True, timeout=200)
        self.said.append(f"$ {' '.join(arguments)} -> {done.returncode}\n{done.stdout}{done.stderr}")
        return done

    def step(self, step):
        self.write(step)
        self.tool.gate.ctl("set-faults", {"rules": step.get("faults", [])})
        command, *arguments = step["run"].split()
        found = {"init": self.run("init", "-no-color").returncode}
        planned = self.run("plan", "-out=p", *arguments, *PLAIN)
        found["plan"], found["errors"] = planned.returncode, errors(planned.stderr)
        if planned.returncode == 0:
            found |= plan_of(json.loads(self.run("show", "-json", "p").stdout))
        if planned.returncode == 0 and command == "apply":
            applied = self.run("apply", *PLAIN, "p")
            found["apply"], found["errors"] = applied.returncode, errors(applied.stderr)
        return masked({**found, **state_of(self.tool.folder)})

    def live(self):
        self.tool.clear()
        full, found = {}, []
        for step in self.steps:
            full = {**{name: value for name, value in full.items() if name not in ("faults",)}, **step}
            found.append(self.step(full))
        return found


def differences(one, other, path=""):
    if type(one) is not type(other) or not isinstance(one, (dict, list)):
        return [] if one == other else [f"{path}: {json.dumps(one)[:300]} is here {json.dumps(other)[:300]}"]
    if isinstance(one, list) and len(one) != len(other):
        return [f"{path}: {json.dumps([each for each in one if each not in other])[:600]} is here "
                f"{json.dumps([each for each in other if each not in one])[:600]}"]
    keys = range(len(one)) if isinstance(one, list) else sorted({*one, *other})
    get = (lambda whole, key: whole[key]) if isinstance(one, list) else (lambda whole, key: whole.get(key, "(absent)"))
    return [line for key in keys for line in differences(get(one, key), get(other, key), f"{path}.{key}")]


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--tool", default=os.environ.get("PIPECTL", "build/pipectl"))
    options.add_argument("--count", type=int, default=0, help="only so many, others each day; 0: all")
    options.add_argument("--show", action="store_true", help="what both said, also where nothing differs")
    options.add_argument("cases", nargs="*")
    options = options.parse_args()
    found = subprocess.run([HERE / "tf", "--plugins"], capture_output=True, text=True)
    cases = [path for path in sorted((HERE / "lives").glob("*.yaml")) if not options.cases or path.stem in options.cases]
    if options.count:
        first = datetime.date.today().toordinal() * options.count % len(cases)
        cases = (cases + cases)[first:first + min(options.count, len(cases))]
    if found.returncode:
        return print(f"0 passed, 0 failed, {len(cases)} skipped") or 77
    terraform, failed = Tool("terraform", found.stdout.strip()), 0
    tool = terraform.beside(os.path.abspath(options.tool))
    for path in cases:
        steps = yaml.safe_load(path.read_text())
        lives = [Life(each, steps) for each in (terraform, tool)]
        results = [life.live() for life in lives]
        lines = differences(*results)
        failed += bool(lines)
        print(("FAILED " if lines else "ok     ") + path.stem, *lines, sep="\n    ", flush=True)
        for life in lives if options.show else ():
            print(*life.said, sep="\n")
    terraform.stop()
    print(f"{len(cases) - failed} passed, {failed} failed, 0 skipped")
    return bool(failed or not cases)


if __name__ == "__main__":
    sys.exit(main())
