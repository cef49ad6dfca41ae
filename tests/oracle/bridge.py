#!/usr/bin/env python3
"""The bridge between pipectl's example and Terraform, so that one can judge the other.

    bridge.py config SOURCE... TARGET [--random NAME=HEX] [--to json|yaml]
    bridge.py state take STATE TARGET
    bridge.py state put STATE TARGET --config SETUPS [--random NAME=HEX]

Terraform reads no YAML, and the oracle has no provider but aws. So:

config  Copies the folders SOURCE to TARGET/<name of the folder>. Each *.tf.yaml becomes *.tf.json
        of the same meaning; what pipectl alone lets users write is spelled out: a mapping where
        a string holds a JSON document becomes ${jsonencode(...)}. A random_id becomes a local with
        its attributes, made of the hex digits given (--random NAME=HEX), and so do the references
        to it. With --to yaml only that last change is made, and the result is YAML again: the
        same configuration for pipectl.
state   take: a copy of the state without its random_id instances; prints NAME=HEX for each, the
        argument for the other direction. put: a copy with the instances that the configuration
        SETUPS declares (the folder as pipectl reads it), made of the hex digits given.

Files of other kinds (terraform.tfvars, *.tf, *.tf.json) are copied as they are; what a run leaves
behind (.terraform, states, plans) is not.
"""

import argparse
import base64
import json
import re
import shutil
import sys
from pathlib import Path

import yaml

TYPE_FILES = Path(__file__).resolve().parents[2] / "src/provider/types"
LEFT_BEHIND = shutil.ignore_patterns(".terraform", ".terraform.lock.hcl", "*.tfstate*", "*.tfplan", "README*")


# ---------------------------------------------------------------- YAML, as its core schema has it

class CoreLoader(yaml.SafeLoader):
    """PyYAML speaks YAML 1.1, where `on` is true and 2012-10-17 a date; this is 1.2."""

    yaml_implicit_resolvers = {}

    def construct_mapping(self, node, deep=False):
        written = [key.value for key, _ in node.value]
        for key, _ in node.value:
            if written.count(key.value) > 1:
                raise yaml.constructor.ConstructorError(None, None, f"duplicate key {key.value!r}", key.start_mark)
        self.flatten_mapping(node)              # what is merged comes first, what is written wins
        return {self.construct_object(key, deep=True): self.construct_object(value, deep=True) for key, value in node.value}


def construct_core_mapping(loader, node):
    return loader.construct_mapping(node, deep=True)


def construct_core_int(loader, node):
    text = node.value
    return int(text, 0) if text[:2] in ("0o", "0x") else int(text)


CoreLoader.add_constructor("tag:yaml.org,2002:map", construct_core_mapping)
CoreLoader.add_constructor("tag:yaml.org,2002:int", construct_core_int)
for tag, pattern, first in (
        ("null", r"~|null|Null|NULL|", "~nN\0"),
        ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
        ("int", r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", "-+0123456789"),
        ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)",
         "-+0123456789."),
        ("merge", r"<<", "<")):
    CoreLoader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(rf"^(?:{pattern})$"),
                                     [letter if letter != "\0" else "" for letter in first])


def read_yaml(path):
    with open(path, encoding="utf-8") as file:
        document = yaml.load(file, Loader=CoreLoader) or {}
    return {key: value for key, value in document.items() if not key.startswith("x-")}


def write_yaml(value, indent=0):
    """Block style, every string in JSON's quotes: plain enough that every reader agrees on it."""
    pad = "  " * indent
    if isinstance(value, dict) and value:
        return "".join(f"{pad}{json.dumps(key)}:{write_member(item, indent)}" for key, item in value.items())
    if isinstance(value, list) and value:
        return "".join(f"{pad}-{write_member(item, indent)}" for item in value)
    return f"{pad}{json.dumps(value, ensure_ascii=False)}\n"


def write_member(item, indent):
    if isinstance(item, (dict, list)) and item:
        return "\n" + write_yaml(item, indent + 1)
    return f" {json.dumps(item, ensure_ascii=False)}\n"


# ---------------------------------------------------------------- JSON documents in strings

def document_names(rows):
    """The attributes in a type file's rows, at any depth, that hold a JSON document."""
    names = set()
    for name, row in (rows.get("attributes") or {}).items():
        kind = row[0] if isinstance(row, list) else row
        if kind in ("policy", "json"):
            names.add(name)
    for block in (rows.get("blocks") or {}).values():
        names |= document_names(block)
    return names


def document_attributes(type_name):
    path = TYPE_FILES / f"{type_name}.yaml"
    return document_names(read_yaml(path)) if path.exists() else set()


def template_parts(text):
    """Splits a template into (is it an interpolation?, its text), the braces included."""
    parts, start, at = [], 0, 0
    while at < len(text):
        if text[at:at + 3] in ("$${", "%%{"):
            at += 3
        elif text[at:at + 2] in ("${", "%{"):
            end = interpolation_end(text, at + 2)
            parts += [(False, text[start:at]), (True, text[at:end])]
            start = at = end
        else:
            at += 1
    return parts + [(False, text[start:])]


def interpolation_end(text, at):
    depth, quoted = 1, False
    while depth:
        letter = text[at]
        if quoted:
            at += letter == "\\"
            quoted = letter != '"'
        elif letter == '"':
            quoted = True
        else:
            depth += (letter == "{") - (letter == "}")
        at += 1
    return at


def quoted_template(text):
    """The template in native syntax: its literal parts escaped, its interpolations as they are."""
    return '"' + "".join(part if is_code else json.dumps(part, ensure_ascii=False)[1:-1]
                         for is_code, part in template_parts(text)) + '"'


def native(value):
    """The value as an expression in native syntax."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{quoted_template(key)} = {native(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(native, value)) + "]"
    return quoted_template(value) if isinstance(value, str) else json.dumps(value)


def encode_documents(body, names):
    if isinstance(body, list):
        return [encode_documents(item, names) for item in body]
    if not isinstance(body, dict):
        return body
    return {name: f"${{jsonencode({native(value)})}}" if name in names and isinstance(value, (dict, list))
            else encode_documents(value, names) for name, value in body.items()}


def spell_documents(configuration):
    for type_name, resources in configuration.get("resource", {}).items():
        names = document_attributes(type_name)
        for name in resources if names else ():
            resources[name] = encode_documents(resources[name], names)


# ---------------------------------------------------------------- random_id

def random_attributes(block, digits):
    """What the provider random makes of these bytes."""
    length, prefix = block["byte_length"], block.get("prefix")
    octets = bytes.fromhex(digits)
    if len(octets) != length:
        sys.exit(f"bridge: {digits} has {len(octets)} bytes, and byte_length is {length}")
    identity = base64.urlsafe_b64encode(octets).decode().rstrip("=")
    before = prefix or ""
    return {"b64_std": before + base64.b64encode(octets).decode(), "b64_url": before + identity,
            "byte_length": length, "dec": before + str(int.from_bytes(octets, "big")), "hex": before + digits,
            "id": identity, "keepers": block.get("keepers"), "prefix": prefix}


def replace_strings(value, change):
    if isinstance(value, dict):
        return {key: replace_strings(item, change) for key, item in value.items()}
    if isinstance(value, list):
        return [replace_strings(item, change) for item in value]
    return change(value) if isinstance(value, str) else value


def without_dependency(value, address):
    if isinstance(value, dict):
        value = {key: without_dependency(item, address) for key, item in value.items()}
        if "depends_on" in value:
            value["depends_on"] = [item for item in value["depends_on"] if item != address]
        return value
    return [without_dependency(item, address) for item in value] if isinstance(value, list) else value


def take_random(files, given):
    """Replaces the random_id of one module's files (name → configuration) by locals."""
    found = {name: block for configuration in files.values()
             for name, block in configuration.get("resource", {}).pop("random_id", {}).items()}
    for file, configuration in files.items():
        for name in found:
            configuration = without_dependency(configuration, f"random_id.{name}")
            configuration = replace_strings(configuration, lambda text, name=name: re.sub(
                rf"\brandom_id\.{name}\b", f"local.random_id_{name}", text))
        configuration.get("terraform", {}).get("required_providers", {}).pop("random", None)
        files[file] = {name: value for name, value in configuration.items() if value != {}}
    if found:
        if missing := found.keys() - given.keys():
            sys.exit(f"bridge: say what it is: --random {sorted(missing)[0]}=HEX")
        files[Path("random_id.tf.yaml")] = {"locals": {
            f"random_id_{name}": random_attributes(block, given[name]) for name, block in found.items()}}


# ---------------------------------------------------------------- configuration

def bridge_folder(folder, target, given, syntax):
    files = {path.relative_to(folder): read_yaml(path) for path in sorted(folder.glob("*.tf.y*ml"))}
    take_random(files, given)
    for name, configuration in files.items():
        if syntax == "yaml":
            text = write_yaml(configuration)
        else:
            spell_documents(configuration)
            text = json.dumps(configuration, indent=2, ensure_ascii=False) + "\n"
        (target / name.with_suffix(f".{syntax}")).write_text(text, encoding="utf-8")


def bridge_config(sources, target, given, syntax):
    for source in sources:
        copy = target / source.resolve().name
        shutil.copytree(source, copy, ignore=LEFT_BEHIND, dirs_exist_ok=True)
        for folder in [copy, *(path for path in copy.rglob("*") if path.is_dir())]:
            old = list(folder.glob("*.tf.y*ml"))
            bridge_folder(folder, folder, given, syntax)
            for path in old if syntax == "json" else ():
                path.unlink()


# ---------------------------------------------------------------- state

def declared_random(folder, module=""):
    """(module address, name, block, addresses that name it) of each random_id below the folder."""
    files = [read_yaml(path) for path in sorted(folder.glob("*.tf.y*ml"))]
    prefix = f"{module}." if module else ""
    for configuration in files:
        for name, block in configuration.get("resource", {}).get("random_id", {}).items():
            users = {f"{prefix}{kind}.{user}" for other in files for kind, resources in other.get("resource", {}).items()
                     for user, body in resources.items() if re.search(rf"\brandom_id\.{name}\b", json.dumps(body))}
            yield module, name, block, users
        for name, call in configuration.get("module", {}).items():
            if call["source"].startswith("."):
                yield from declared_random(folder / call["source"], f"{prefix}module.{name}")


def address_of(resource):
    return ".".join(filter(None, [resource.get("module"), resource["type"], resource["name"]]))


def take_from_state(state):
    """Removes the random_id instances and every mention of them; returns name → hex."""
    taken = {}
    for resource in state["resources"]:
        if resource["type"] == "random_id":
            attributes = resource["instances"][0]["attributes"]
            taken[resource["name"]] = attributes["hex"].removeprefix(attributes["prefix"] or "")
    state["resources"] = [resource for resource in state["resources"] if resource["type"] != "random_id"]
    for resource in state["resources"]:
        for instance in resource["instances"]:
            if "dependencies" in instance:
                instance["dependencies"] = [address for address in instance["dependencies"]
                                            if ".random_id." not in f".{address}"]
                if not instance["dependencies"]:
                    del instance["dependencies"]
    return taken


def put_into_state(state, declared, given):
    for module, name, block, users in declared:
        address = ".".join(filter(None, [module, "random_id", name]))
        for resource in state["resources"]:
            for instance in resource["instances"]:
                known = set(instance.get("dependencies", ()))
                if resource["mode"] == "managed" and (address_of(resource) in users or known & users):
                    instance["dependencies"] = sorted(known | {address})
        state["resources"].append({
            **({"module": module} if module else {}), "mode": "managed", "type": "random_id", "name": name,
            "provider": 'provider["registry.terraform.io/hashicorp/random"]',
            "instances": [{"schema_version": 0, "attributes": random_attributes(block, given[name]),
                           "sensitive_attributes": []}]})
    state["resources"].sort(key=lambda resource: (resource.get("module", ""), resource["mode"], resource["type"],
                                                  resource["name"]))


def bridge_state(arguments, given):
    state = json.loads(arguments.state.read_text(encoding="utf-8"))
    if arguments.direction == "take":
        for name, digits in take_from_state(state).items():
            print(f"{name}={digits}")
    else:
        put_into_state(state, list(declared_random(arguments.config)), given)
    arguments.target.write_text(json.dumps(state, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    config = commands.add_parser("config")
    config.add_argument("source", nargs="+", type=Path)
    config.add_argument("target", type=Path)
    config.add_argument("--to", choices=["json", "yaml"], default="json")
    state = commands.add_parser("state")
    state.add_argument("direction", choices=["take", "put"])
    state.add_argument("state", type=Path)
    state.add_argument("target", type=Path)
    state.add_argument("--config", type=Path, help="the folder whose random_id are put back")
    for command in (config, state):
        command.add_argument("--random", action="append", default=[], metavar="NAME=HEX")
    arguments = parser.parse_args()

    given = dict(pair.split("=", 1) for pair in arguments.random)
    if arguments.command == "config":
        bridge_config(arguments.source, arguments.target, given, arguments.to)
    else:
        if arguments.direction == "put" and not arguments.config:
            parser.error("state put needs --config")
        bridge_state(arguments, given)


if __name__ == "__main__":
    main()
