#!/usr/bin/env python3
"""load.py [--blocks N] [--rounds N]: how long a large configuration takes to be read and validated.

N blocks (10,000 of them are 4 MB of YAML), the same in YAML, JSON and native syntax, and a half and a quarter of them:
time, CPU time and peak memory of `validate`, of a block, and of Terraform beside it (which reads no YAML). Linear means
that a block costs the same in all sizes. Not a test, but --limit SECONDS makes it one: exit 1 where a syntax takes longer.
"""
import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PIPECTL = os.environ.get("PIPECTL", str(Path(__file__).resolve().parents[2] / "build/pipectl"))
ENVIRONMENT = {k: v for k, v in os.environ.items() if not k.startswith("TF_")} | {"CHECKPOINT_DISABLE": "1"}


def unit_native(i):
    return f"""\
variable "name_{i}" {{
  description = "The name of the stream number {i}, as its consumers and its operators know it."
  type        = string
  default     = "stream-{i}"
  validation {{
    condition     = length(var.name_{i}) > 2 && length(var.name_{i}) <= 128
    error_message = "A name has between 3 and 128 characters: it cannot be ${{var.name_{i}}}."
  }}
}}

resource "terraform_data" "stream_{i}" {{
  input = {{
    name      = "${{var.name_{i}}}-${{terraform.workspace}}"
    shards    = {i % 64 + 1}
    retention = 24
    metrics   = ["IncomingBytes", "OutgoingBytes", "IteratorAgeMilliseconds"]
    tags      = {{ Name = upper(var.name_{i}), Number = "{i}", Team = "data" }}
  }}
  lifecycle {{
    ignore_changes = [output]
  }}
}}

output "stream_{i}" {{
  description = "What is known of the stream number {i}, for those who read from it."
  value       = [for key, value in terraform_data.stream_{i}.input.tags : "${{key}}=${{value}}" if value != ""]
}}

"""


def unit_tree(i):
    return {
        "variable": {f"name_{i}": {
            "description": f"The name of the stream number {i}, as its consumers and its operators know it.",
            "type": "string",
            "default": f"stream-{i}",
            "validation": {
                "condition": f"${{length(var.name_{i}) > 2 && length(var.name_{i}) <= 128}}",
                "error_message": f"A name has between 3 and 128 characters: it cannot be ${{var.name_{i}}}."}}},
        "resource": {"terraform_data": {f"stream_{i}": {
            "input": {
                "name": f"${{var.name_{i}}}-${{terraform.workspace}}",
                "shards": i % 64 + 1,
                "retention": 24,
                "metrics": ["IncomingBytes", "OutgoingBytes", "IteratorAgeMilliseconds"],
                "tags": {"Name": f"${{upper(var.name_{i})}}", "Number": str(i), "Team": "data"}},
            "lifecycle": {"ignore_changes": ["output"]}}}},
        "output": {f"stream_{i}": {
            "description": f"What is known of the stream number {i}, for those who read from it.",
            "value": f"${{[for key, value in terraform_data.stream_{i}.input.tags : \"${{key}}=${{value}}\" if value != \"\"]}}"}},
    }


def merged(units):
    tree = {"variable": {}, "resource": {"terraform_data": {}}, "output": {}}
    for unit in units:
        tree["variable"] |= unit["variable"]
        tree["resource"]["terraform_data"] |= unit["resource"]["terraform_data"]
        tree["output"] |= unit["output"]
    return tree


def yaml_text(value, indent=0):
    """Block style; texts in quotes where they need some."""
    lines = []
    for key, member in value.items():
        if isinstance(member, dict):
            lines += [f"{' ' * indent}{key}:", *yaml_text(member, indent + 2)]
        elif isinstance(member, list):
            lines += [f"{' ' * indent}{key}:", *(f"{' ' * indent}  - {item}" for item in member)]
        else:
            lines.append(f"{' ' * indent}{key}: {json.dumps(member)}")
    return lines


def write_configuration(folder, syntax, blocks):
    """Returns the file's size."""
    units = range(blocks // 3)
    if syntax == "native":
        path, text = folder / "main.tf", "".join(map(unit_native, units))
    elif syntax == "JSON":
        path, text = folder / "main.tf.json", json.dumps(merged(map(unit_tree, units)), indent=2)
    else:
        path, text = folder / "main.tf.yaml", "\n".join(yaml_text(merged(map(unit_tree, units)))) + "\n"
    path.write_text(text)
    return path.stat().st_size


def measure(tool, folder):
    """Seconds, CPU seconds, and the peak of the resident memory in bytes."""
    begin = time.monotonic()
    run = subprocess.Popen([tool, "validate", "-no-color"], cwd=folder, env=ENVIRONMENT, stdin=subprocess.DEVNULL,
                           stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    output = run.stdout.read()
    _, status, usage = os.wait4(run.pid, 0)
    run.returncode = status
    if status != 0:
        raise SystemExit(f"{tool} validate: {output.decode()[-2000:]}")
    return time.monotonic() - begin, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024


def best(tool, folder, rounds):
    return min((measure(tool, folder) for _ in range(rounds)), key=lambda result: result[1])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--blocks", type=int, default=10000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--limit", type=float)
    options = parser.parse_args()
    tools = [PIPECTL] + ([shutil.which("terraform")] if shutil.which("terraform") and not options.limit else [])
    slow = False

    print(f"{'':10}{'syntax':8}{'blocks':>8}{'MB':>7}{'seconds':>10}{'CPU s':>8}{'peak MB':>9}{'us/block':>10}{'KB/block':>10}")
    for tool in tools:
        for syntax in ("YAML", "JSON", "native"):
            if syntax == "YAML" and tool != PIPECTL:
                continue
            for blocks in (options.blocks // 4, options.blocks // 2, options.blocks):
                with tempfile.TemporaryDirectory() as folder:
                    size = write_configuration(Path(folder), syntax, blocks)
                    seconds, cpu, memory = best(tool, folder, options.rounds)
                    slow |= options.limit is not None and seconds > options.limit
                    print(f"{Path(tool).name:10}{syntax:8}{blocks:8}{size / 1e6:7.1f}{seconds:10.2f}{cpu:8.2f}{memory / 1e6:9.0f}"
                          f"{cpu / blocks * 1e6:10.0f}{memory / blocks / 1e3:10.1f}", flush=True)
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
