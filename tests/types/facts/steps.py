"""The steps that cases of facts go through, with any tool that has Terraform's commands, against an awsgate.

A case is a folder TYPE/CASE (data.TYPE/CASE for a data source); names of objects differ from case to case.
    main.tf.yaml     a configuration; the resource (or data source) called `this` is looked at, the others are what it needs
    changes.yaml     {name: {argument: other value, null takes it away}}: a plan each, nothing is applied; the one called `update` is
    update.tf.yaml   or another configuration for that: planned, applied, planned again
    state.json       what `this` is in the state: `applied`, `refreshed` where a refresh shows something else, `updated`
    plan.json        the change of `this`: `create`, `changes`, `update`; `again` where a plan after an apply is not empty
The last two are written by record.py and compared by judge.py. Values that AWS makes up are masked (see `Masks`).

Terraform needs seconds of processor time for each command, whatever it does, so a run takes many cases at once, each as a module. A run of
one case is that case alone, in the root module.
"""
import base64
import copy
import glob
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading

import yaml

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../../awsgate/tests"))
from gateproc import Gate                                                # noqa: E402

PROVIDER = {"provider": {"aws": {"region": "us-east-1", "s3_use_path_style": True}}}
PLAIN = ["-no-color", "-input=false"]


class StepFailed(Exception):
    """A command of the tool failed; the text is what it said, `errors` what of it went to stderr."""

    def __init__(self, said, errors):
        super().__init__(said)
        self.errors = errors


def case_names(wanted=()):
    """All cases as TYPE/CASE, or those that begin with one of `wanted`."""
    found = []
    for kind in sorted(os.listdir(HERE)):
        folder = os.path.join(HERE, kind)
        if os.path.isdir(folder):
            found += [f"{kind}/{case}" for case in sorted(os.listdir(folder)) if os.path.exists(os.path.join(folder, case, "main.tf.yaml"))]
    return [name for name in found if not wanted or any(name.startswith(each) for each in wanted)]


def read_yaml(path):
    if not os.path.exists(path):
        return None
    with open(path, encoding="utf-8") as file:
        return yaml.safe_load(file)


class Tool:
    """Terraform, or a tool that takes its place, and the gate that it works against. What differs is how a configuration is written, and
    that Terraform's provider takes seconds to start: it is started once and reattached to."""

    def __init__(self, program, plugins=None):
        self.program, self.plugins, self.gate = program, plugins, start_gate()
        self.env, self.folder = self.gate.env(), tempfile.mkdtemp(prefix="facts-")
        self.provider = self.start_provider() if plugins else None

    def beside(self, program):
        """Another tool in the same folder and account."""
        other = copy.copy(self)
        other.program, other.plugins, other.provider = program, None, None
        return other

    def start_provider(self):
        found = glob.glob(os.path.join(self.plugins, "registry.terraform.io/hashicorp/aws/*/*/terraform-provider-aws_v*"))
        provider = subprocess.Popen([found[0], "-debug"], cwd=self.folder, env=self.env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        for line in provider.stdout:
            if "TF_REATTACH_PROVIDERS=" in line:
                self.env["TF_REATTACH_PROVIDERS"] = line.split("=", 1)[1].strip().strip("'")
                break
        threading.Thread(target=provider.stdout.read, daemon=True).start()
        return provider

    def stop(self):
        if self.provider:
            self.provider.terminate()
            self.provider.wait()
        self.gate.stop()
        if not os.environ.get("FACTS_KEEP"):
            shutil.rmtree(self.folder)

    def clear(self):
        """An empty account, and an empty folder but for the files that cases need."""
        self.gate.ctl("reset", {})
        for entry in os.scandir(self.folder):
            shutil.rmtree(entry.path) if entry.is_dir() else os.remove(entry.path)
        for file in os.listdir(os.path.join(HERE, "files")):
            shutil.copy(os.path.join(HERE, "files", file), self.folder)

    def write(self, folder, name, configuration):
        """Terraform reads JSON; the other tool the YAML that people write."""
        for old in ("json", "yaml"):
            if os.path.exists(os.path.join(folder, f"{name}.tf.{old}")):
                os.remove(os.path.join(folder, f"{name}.tf.{old}"))
        with open(os.path.join(folder, f"{name}.tf." + ("json" if self.plugins else "yaml")), "w", encoding="utf-8") as file:
            if self.plugins:
                json.dump(configuration, file, indent=2)
            else:
                yaml.safe_dump(configuration, file, sort_keys=False, width=1000)

    def run(self, *arguments):
        try:
            done = subprocess.run([self.program, *arguments], cwd=self.folder, env=self.env, capture_output=True, text=True,
                                  timeout=900 if self.plugins else 120)
        except subprocess.TimeoutExpired as failure:
            raise StepFailed(f"{' '.join(arguments)} did not end in time\n{failure.stdout}", "")
        if done.returncode:
            said = f"{' '.join(arguments)} ended with {done.returncode}\n{done.stdout[-3000:]}{done.stderr[-3000:]}"
            raise StepFailed(said, done.stderr)
        return done


class Masks:
    """Puts names for what AWS makes up: ids by where they were first seen, times and generated names by their form."""
    IDS = {
        "aws_api_gateway_rest_api": ["id", "root_resource_id"], "aws_api_gateway_resource": ["id"], "aws_api_gateway_deployment": ["id"],
        "aws_iam_role": ["unique_id"], "aws_iam_policy": ["policy_id"], "aws_s3_object": ["version_id"],
    }
    TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[.\d]*(Z|[+-]\d{4})")
    UNIQUE = re.compile(r"\d{18}[0-9a-f]{8}")

    def __init__(self):
        self.names = {}

    def learn(self, resource):
        for attribute in self.IDS.get(resource["type"], []):
            for instance in resource["instances"]:
                if instance["attributes"].get(attribute):
                    self.names[instance["attributes"][attribute]] = f"<{resource['type']}.{resource['name']}.{attribute}>"

    def apply(self, value):
        if isinstance(value, dict):
            return {key: "<time>" if self.is_time(key, each) else self.apply(each) for key, each in value.items()}
        if isinstance(value, list):
            return [self.apply(each) for each in value]
        if isinstance(value, str):
            for made_up in sorted(self.names, key=len, reverse=True):
                value = value.replace(made_up, self.names[made_up])
            return self.UNIQUE.sub("<unique>", value)
        return value

    def is_time(self, key, value):
        return key in ("created_date", "create_date", "last_modified") and isinstance(value, str) and self.TIME.fullmatch(value)


class Case:
    """A case, and how it lies in a configuration: alone, or as a module."""

    def __init__(self, name, alone):
        self.name, self.folder = name, os.path.join(HERE, name)
        kind = name.split("/")[0]
        self.data, self.type = kind.startswith("data."), kind.removeprefix("data.")
        self.module = None if alone else re.sub(r"\W", "_", name)
        self.address = (f"module.{self.module}." if self.module else "") + ("data." if self.data else "") + f"{self.type}.this"
        self.main = read_yaml(os.path.join(self.folder, "main.tf.yaml"))
        self.changes = read_yaml(os.path.join(self.folder, "changes.yaml")) or {}
        self.update = read_yaml(os.path.join(self.folder, "update.tf.yaml"))
        if self.update is None and "update" in self.changes:
            self.update = self.changed("update")
        self.states, self.plans, self.masks = {}, {}, Masks()

    def changed(self, change):
        configuration = copy.deepcopy(self.main)
        this = configuration["data" if self.data else "resource"][self.type]["this"]
        for argument, value in self.changes[change].items():
            if value is None:
                this.pop(argument, None)
            else:
                this[argument] = value
        return configuration

    def facts(self):
        masked = [{key: self.masks.apply(value) for key, value in facts.items()} for facts in (self.states, self.plans)]
        return masked[0], masked[1]

    def holds(self, address):
        return not self.module or address.startswith(f"module.{self.module}.")


class Run:
    """Cases with one tool, all at the same step."""

    def __init__(self, tool, names):
        self.tool, self.folder = tool, tool.folder
        self.cases = [Case(name, alone=len(names) == 1) for name in names]

    def steps(self):
        """The cases, their facts filled in, and complaints that need no comparing."""
        before = self.tool.gate.ctl("dump")
        self.place({case: case.main for case in self.cases})
        self.tool.run("init", "-no-color")
        changes = self.plan()
        for case in self.cases:
            case.plans["create"] = self.fact(case, changes)
            case.plans["create"].pop("before", None)
        self.apply("applied", "again")
        self.refresh()
        for number in range(max(len(case.changes) for case in self.cases)):
            self.small_changes(number)
        self.update()
        self.tool.run("destroy", "-auto-approve", *PLAIN)
        after = self.tool.gate.ctl("dump")
        wrong = [] if after == before else [f"left behind: {json.dumps(after)[:400]}"]
        return self.cases, wrong + [f"violation: {json.dumps(each)}" for each in self.tool.gate.ctl("violations")]

    def place(self, configurations):
        """Writes the configuration of each case that is given."""
        for case, configuration in configurations.items():
            folder = os.path.join(self.folder, "modules", case.module) if case.module else self.folder
            os.makedirs(folder, exist_ok=True)
            self.tool.write(folder, "main", configuration)
        calls = {case.module: {"source": f"./modules/{case.module}"} for case in self.cases if case.module}
        self.tool.write(self.folder, "root", {**PROVIDER, **({"module": calls} if calls else {})})

    def plan(self):
        """The changes of a new plan, by address."""
        self.tool.run("plan", "-out=plan.out", *PLAIN)
        shown = json.loads(self.tool.run("show", "-json", "plan.out").stdout)
        return {each["address"]: each["change"] for each in shown.get("resource_changes", [])}

    def fact(self, case, changes):
        change = changes.get(case.address, {"actions": ["no-op"], "after_unknown": {}})
        fact = {key: change[key] for key in ("actions", "before", "after", "after_unknown", "after_sensitive", "replace_paths")
                if change.get(key) is not None}
        if "replace_paths" in fact:
            fact["replace_paths"].sort(key=json.dumps)      # in a provider's chance order
        return fact

    def small_fact(self, case, changes):
        """The plan of one small change: of the values only those that change."""
        change = self.fact(case, changes)
        before, after = change.pop("before", {}), change.pop("after", None) or {}
        change.pop("after_sensitive", None)
        if change["actions"] != ["no-op"]:
            change["after"] = {key: value for key, value in after.items() if key not in before or before[key] != value}
        return change

    def apply(self, state, again):
        """Applies the plan; notes the states, and what a second plan would do."""
        self.tool.run("apply", *PLAIN, "plan.out")
        states = self.read_states()
        changes = {address: change for address, change in self.plan().items() if change["actions"] not in (["no-op"], ["read"])}
        for case in self.cases:
            case.states[state] = states.get(case.address)
            mine = {address.removeprefix(f"module.{case.module}."): {"actions": change["actions"], **differences(change)}
                    for address, change in changes.items() if case.holds(address)}
            if mine:
                case.plans[again] = mine

    def refresh(self):
        """What a refresh sees is written by an apply of nothing."""
        self.tool.run("apply", *PLAIN, "plan.out")
        states = self.read_states()
        for case in self.cases:
            if states.get(case.address) != case.states["applied"]:
                case.states["refreshed"] = states.get(case.address)

    def small_changes(self, number):
        """Plans the change of this number of each case. One that is refused is a fact too, but not the words."""
        asked = {case: list(case.changes)[number] for case in self.cases if number < len(case.changes)}
        self.place({case: case.changed(asked[case]) if case in asked else case.main for case in self.cases})
        changes = None
        while asked and changes is None:
            try:
                changes = self.plan()
            except StepFailed as failure:
                refused = [case for case in asked if not case.module or re.search(rf"\b{case.module}\b", failure.errors)]
                if not refused:
                    raise
                for case in refused:
                    case.plans.setdefault("changes", {})[asked.pop(case)] = "refused"
                    self.place({case: case.main})
        for case, change in asked.items():
            case.plans.setdefault("changes", {})[change] = self.small_fact(case, changes)

    def update(self):
        self.place({case: case.update or case.main for case in self.cases})
        changes = self.plan()
        for case in self.cases:
            if case.update:
                case.plans["update"] = self.fact(case, changes)
                case.plans["update"].pop("before", None)
        self.apply("updated", "again_after_update")
        for case in self.cases:
            if not case.update:
                case.states.pop("updated")
                case.plans.pop("again_after_update", None)

    def read_states(self):
        """The instances of the state, by address."""
        with open(os.path.join(self.folder, "terraform.tfstate"), encoding="utf-8") as file:
            state, found = json.load(file), {}
        for resource in state["resources"]:
            address = "".join([resource["module"] + "." if "module" in resource else "", "data." if resource["mode"] == "data" else "",
                               f"{resource['type']}.{resource['name']}"])
            for case in self.cases:
                if case.holds(address):
                    case.masks.learn(resource)
            instance = resource["instances"][0]
            found[address] = {key: instance[key] for key in ("schema_version", "attributes", "sensitive_attributes") if key in instance}
            if instance.get("private"):
                found[address]["private"] = json.loads(base64.b64decode(instance["private"]))
        return found


def differences(change):
    before, after = change.get("before") or {}, change.get("after") or {}
    return {"differs": {key: [before.get(key), after.get(key)] for key in sorted({*before, *after}) if before.get(key) != after.get(key)}}


def run_cases(tool, names):
    """The cases after all their steps, and what is wrong."""
    tool.clear()
    return Run(tool, names).steps()


def start_gate():
    """AWS's defaults and refusals at a tenth of its delays, without what does not matter here and may fail by chance: limits on the number of
    calls, and reads that lag behind."""
    gate = Gate("--strict", "--realism", "default", "--realism-scale", "0.1")
    off = ("throttle", "kinesis.rate", "apigateway.rate", "apigateway.conflict", "iam.consistency", "s3.stale", "s3.visibility", "s3.conflict")
    gate.ctl("realism", {"merge": True, "scale": 0.1, "rules": {**{rule: False for rule in off}, "kinesis.lifecycle": {"max_transitional": 100}}})
    return gate
