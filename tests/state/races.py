#!/usr/bin/env python3
"""races.py [--count N] [--seed S] [--kind K,...]: two runs on one state at the same time, pipectl against itself and against Terraform.

The state is a local file, or lies in S3 (awsgate) with the lock object, the table, or both. Each run may wait for the lock or not.
Every apply makes one object of its own, and while it is under way it writes `begin` and `end` into a log that both share. Then:

  never two holders        `begin` and `end` in the log take turns
  never a lost update      what an apply that succeeded has made is in the state, and nothing else
  never an unreadable one  both tools list it afterwards
  nothing else goes wrong  a run succeeds, or says that the state is locked (or, for a local file that was replaced while
                           Terraform waited for it, that it was replaced)

A pipectl that waits must get the lock. A Terraform that waits gives up at once when the holder has gone between its attempt
and its look at who that is (it finds no lock to read): that is a refusal like another.

Ends with `N passed, N failed`.
"""

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "awsgate" / "tests"))
from gateproc import Gate  # noqa: E402

PIPECTL = os.environ.get("PIPECTL") or str(HERE.parents[1] / "build" / "pipectl")
TERRAFORM = shutil.which("terraform")
ROUNDS = 8      # on one state, then a new one

BACKENDS = {
    "local": '"local": {"path": "%(shared)s/%(key)s.tfstate"}',
    "lockfile": '"s3": {"bucket": "states", "key": "%(key)s", "use_lockfile": true}',
    "table": '"s3": {"bucket": "states", "key": "%(key)s", "dynamodb_table": "locks"}',
    "both": '"s3": {"bucket": "states", "key": "%(key)s", "use_lockfile": true, "dynamodb_table": "locks"}',
}

MAIN = """{
"terraform": {"backend": {%(backend)s}},
"resource": {"terraform_data": {"object": {
  "for_each": "${toset([for i in range(%(rounds)d * 2) : tostring(i)])}",
  "input": "${each.key}",
  "provisioner": {"local-exec": {"command": "echo begin >> %(shared)s/log; sleep 0.1; echo end >> %(shared)s/log"}}
}}}}
"""

# Which tool does what.
PAIRS = [((PIPECTL, "apply"), (PIPECTL, "apply")), ((PIPECTL, "plan"), (PIPECTL, "apply"))]
if TERRAFORM:
    PAIRS += [((PIPECTL, "apply"), (TERRAFORM, "apply")), ((TERRAFORM, "apply"), (PIPECTL, "apply")),
              ((PIPECTL, "plan"), (TERRAFORM, "apply")), ((TERRAFORM, "plan"), (PIPECTL, "apply"))]


class Place:
    """The shared state of one kind, and two machines that use it."""

    def __init__(self, kind, gate):
        self.kind, self.gate = kind, gate
        self.folder = Path(tempfile.mkdtemp(prefix="races-"))
        self.rounds = ROUNDS
        self.key = 0

    def environment(self):
        return {"PATH": os.environ["PATH"], "HOME": str(self.folder), "CHECKPOINT_DISABLE": "1",
                "TF_CLI_CONFIG_FILE": os.devnull, "AWS_ENDPOINT_URL": self.gate.url, "AWS_REGION": "us-east-1",
                "AWS_ACCESS_KEY_ID": self.gate.key, "AWS_SECRET_ACCESS_KEY": self.gate.secret}

    def run(self, tool, machine, *arguments):
        return subprocess.Popen([tool, *arguments], cwd=self.folder / machine, env=self.environment(), text=True,
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def next_round(self):
        """A new state when the old one is full; the two objects of this round."""
        if self.rounds == ROUNDS:
            self.rounds, self.key, self.made = 0, self.key + 1, set()
            shared = {"shared": self.folder, "key": f"{self.kind}{self.key}"}
            text = MAIN % {"backend": BACKENDS[self.kind] % shared, "rounds": ROUNDS, **shared}
            for machine in ("one", "two"):
                (self.folder / machine).mkdir(exist_ok=True)
                (self.folder / machine / "main.tf.json").write_text(text)
                done = self.run(PIPECTL, machine, "init", "-reconfigure", "-input=false")
                said = done.communicate()[0]
                assert done.returncode == 0, said
        self.rounds += 1
        (self.folder / "log").write_text("")
        return str(2 * self.rounds - 2), str(2 * self.rounds - 1)


def is_refusal(place, tool, said):
    """One of the ends that a run may have without success."""
    if "Error acquiring the state lock" in said:
        return True
    return place.kind == "local" and tool == TERRAFORM and ("was replaced by another run" in said or
                                                           "Unsupported state file format" in said or
                                                           "invalid character" in said)


def race(place, pair, waits, delay):
    """What went wrong."""
    wrong, processes = [], []
    objects = place.next_round()
    for machine, (tool, verb), waiting, name in zip(("one", "two"), pair, waits, objects):
        arguments = [verb, "-no-color", "-input=false", f'-target=terraform_data.object["{name}"]']
        arguments += ["-auto-approve"] * (verb == "apply") + ["-lock-timeout=60s"] * waiting
        processes.append((tool, verb, waiting, name, place.run(tool, machine, *arguments)))
        time.sleep(delay)
    for tool, verb, waiting, name, process in processes:
        said = process.communicate(timeout=120)[0]
        who = f"{Path(tool).name} {verb}"
        if process.returncode == 0 and verb == "apply":
            place.made.add(name)
        elif process.returncode != 0 and not is_refusal(place, tool, said):
            wrong.append(f"{who} failed:\n{said}")
        elif process.returncode != 0 and waiting and tool == PIPECTL:
            wrong.append(f"{who} waited, and did not get the lock:\n{said}")
    return wrong + check(place)


def check(place):
    wrong = []
    words = (place.folder / "log").read_text().split()
    if words != ["begin", "end"] * (len(words) // 2):
        wrong.append(f"two holders: {words}")
    wanted = sorted(f'terraform_data.object["{name}"]' for name in place.made)
    for tool in (PIPECTL, TERRAFORM):
        if not tool:
            continue
        process = place.run(tool, "one", "state", "list")
        said = process.communicate()[0]
        if not place.made and "No state file was found" in said:
            continue
        if process.returncode != 0:
            wrong.append(f"{Path(tool).name} cannot read the state:\n{said}")
        elif sorted(said.split()) != wanted:
            wrong.append(f"{Path(tool).name} finds {said.split()}, and {wanted} were made")
            place.made = {name.split('"')[1] for name in said.split()}
    return wrong


def prepare_gate():
    gate = Gate("--strict", "--no-managed-policies")
    gate.client("s3").create_bucket(Bucket="states")
    gate.client("dynamodb").create_table(TableName="locks", BillingMode="PAY_PER_REQUEST",
                                         KeySchema=[{"AttributeName": "LockID", "KeyType": "HASH"}],
                                         AttributeDefinitions=[{"AttributeName": "LockID", "AttributeType": "S"}])
    return gate


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=24)
    parser.add_argument("--seed", default=time.strftime("%F"))
    parser.add_argument("--kind", default=",".join(BACKENDS))
    options = parser.parse_args()
    chance = random.Random(options.seed)
    gate = prepare_gate()
    places = [Place(kind, gate) for kind in options.kind.split(",")]
    failed = 0
    try:
        for number in range(options.count):
            place, pair = places[number % len(places)], chance.choice(PAIRS)
            waits, delay = (chance.random() < 0.5, chance.random() < 0.5), chance.choice((0, 0, 0.05, 0.2, 0.5))
            wrong = race(place, pair, waits, delay)
            failed += bool(wrong)
            names = " and ".join(f"{Path(tool).name} {verb}" for tool, verb in pair)
            if wrong:
                print(f"FAILED {number}: {place.kind}: {names}, waiting {waits}, {delay} s apart", *wrong, sep="\n  ",
                      flush=True)
    finally:
        gate.stop()
        for place in places:
            shutil.rmtree(place.folder, ignore_errors=True)
    print(f"{options.count - failed} passed, {failed} failed (seed {options.seed})"
          + ("" if TERRAFORM else "; terraform is not installed: pipectl against itself only"))
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
