#!/usr/bin/env python3
"""kill -9 at API calls of apply and destroy: the next run must end with exactly what is wanted.

    kill.py                            the whole matrix: every call, killed in three ways
    kill.py --slice 2026-11-24 --points 40        as many points of it, chosen by the date
    kill.py --list                     the points
    kill.py apply/iam.CreateRole/1/after ...      these points

A point is PHASE/SERVICE.OPERATION/NTH/KIND. The endpoint (tests/awsgate) pauses at the NTH call of that
operation, pipectl is killed there, and the same command runs again:

    before   the call had no effect
    after    it had its effect, and nobody was told
    late     it has its effect while the second run is at work

Afterwards the account must hold what a run without a kill leaves there (nothing more, nothing twice), the
state the same objects, a plan must be empty, no journal may be left, AWS must have taken every request, and
what the first run had created must be said to be adopted. All of that is checked for the example without
its API, whose objects have no natural key. Ends with `N passed, N failed, N skipped`; skipped are calls that
this time were not made so often (polls), and late effects for which the second run was too quick.
"""

import argparse
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "oracle"))
import judge                    # noqa: E402
from judge import PIPECTL       # noqa: E402

KINDS = {
    "before": {"phase": "before", "then": "close"},
    "after": {"phase": "after"},
    "late": {"phase": "before", "then": "continue"},
}
SERVICES = {"s3", "kinesis", "firehose", "iam", "lambda"}

# Each makes an object: killed after it, the next run has something to adopt.
CREATES = {"CreateBucket", "PutBucketOwnershipControls", "PutBucketPolicy", "CreateStream", "CreateRole", "CreatePolicy",
           "AttachRolePolicy", "CreateDeliveryStream", "CreateFunction", "AddPermission"}

# What takes the API out of the example.
CUTS = [("main.tf.yaml", r"\n  # The API in front(.|\n)*", "\n"),
        ("output.tf.yaml", r"  invoke_url:\n(    .*\n)*\n", ""),
        ("variables.tf.yaml", r"\n  # api-gateway\n(.|\n)*", "\n"),
        ("terraform.tfvars", r"\n# api-gateway\n(.|\n)*", "\n")]


class Point(NamedTuple):
    phase: str
    call: str
    nth: int
    kind: str

    def __str__(self):
        return "/".join(map(str, self))

    @staticmethod
    def parse(text):
        phase, call, nth, kind = text.split("/")
        if phase not in ("apply", "destroy") or kind not in KINDS:
            sys.exit(f"not a point: {text}")
        return Point(phase, call, int(nth), kind)


class Unreached(Exception):
    """The point was not met: nothing can be said."""


class World(judge.Place):
    """A gate that serves one point after the other, each in an empty account and a folder of its own."""

    def begin(self):
        self.gate.ctl("set-faults", {"rules": []})
        self.gate.ctl("reset", {})
        self.gate.preload("s3", "CreateBucket", Bucket=judge.HELPER_BUCKET)
        code = (judge.ROOT / "helper-resources/process_data.zip").read_bytes()
        self.client("s3").put_object(Bucket=judge.HELPER_BUCKET, Key="process_data.zip", Body=code)
        for leftover in self.folder.iterdir():
            shutil.rmtree(leftover) if leftover.is_dir() else leftover.unlink()
        self.setups = self.example("example")
        for name, pattern, text in CUTS:
            path = self.setups / name
            path.write_text(re.sub(pattern, text, path.read_text()))
        self.first_line = self.count_lines()

    def count_lines(self):
        with open(self.gate.log_file, "rb") as log:
            return sum(1 for _ in log)

    def calls(self, since):
        """(service.operation) of the requests after a line of the log."""
        with open(self.gate.log_file, encoding="utf-8") as log:
            lines = [json.loads(line) for line in list(log)[since:]]
        return [f"{line['service']}.{line['operation']}" for line in lines if line.get("service") in SERVICES and line.get("operation")]

    def command(self, phase):
        return [PIPECTL, phase, "-no-color", "-auto-approve"]

    def start(self, phase):
        output = open(self.folder / f"{phase}-{time.monotonic_ns()}.txt", "w+")
        process = subprocess.Popen(self.command(phase), cwd=self.setups, env=self.environment, stdin=subprocess.DEVNULL,
                                   stdout=output, stderr=subprocess.STDOUT)
        process.said = lambda: Path(output.name).read_text()
        return process

    def finish(self, phase, process=None):
        process = process or self.start(phase)
        status = process.wait(timeout=120)
        if status:
            raise AssertionError(f"the {phase} after the kill: status {status}\n{process.said()[-3000:]}")
        return process.said()

    def outcome(self):
        """What there is, in AWS and in the state; the same after every run that went well."""
        state_path = self.setups / "terraform.tfstate"
        state = json.loads(state_path.read_text()) if state_path.exists() else {"resources": []}
        instances = sorted(f"{resource.get('module', '')}.{resource['type']}.{resource['name']} {instance.get('deposed', '')}"
                           f"{instance.get('status', '')}" for resource in state["resources"] for instance in resource["instances"])
        left = json.dumps(self.left(), sort_keys=True, indent=1)
        return instances, re.sub(r"product-data-[0-9a-f]{8}", "product-data-HEX", left)


def wait_for(condition, process, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        if process.poll() is not None:
            return False
        if time.monotonic() > end:
            raise AssertionError(f"nothing happened in {seconds} s\n{process.said()[-2000:]}")
        time.sleep(0.005)
    return True


def kill_at(world, point):
    """Runs the phase until the gate pauses at the point, and kills it."""
    service, operation = point.call.split(".")
    here, go_on = world.folder / "here", world.folder / "go-on"
    world.gate.ctl("set-faults", {"rules": [{"match": {"service": service, "operation": operation, "nth": point.nth}, "kind": "pause",
                                             "marker": str(here), "until": str(go_on), "timeout_s": 60, **KINDS[point.kind]}]})
    process = world.start(point.phase)
    if not wait_for(here.exists, process):
        if process.returncode:
            raise AssertionError(f"the run that was to be killed ended by itself: status {process.returncode}\n{process.said()[-2000:]}")
        raise Unreached(f"there were fewer than {point.nth} calls of {point.call}")
    process.send_signal(signal.SIGKILL)
    process.wait()
    return go_on


def recover(world, point, go_on):
    """The same command again, the paused call let go at its time; what it said."""
    if point.kind != "late":
        go_on.touch()
        time.sleep(0.05)
        return world.finish(point.phase)
    looks = random.Random(str(point)).randrange(4)          # how often it has asked when the effect comes
    first = world.count_lines()
    process = world.start(point.phase)
    reached = wait_for(lambda: world.count_lines() - first >= looks, process)
    go_on.touch()
    said = world.finish(point.phase, process)
    if not reached:
        raise Unreached("the second run had ended before the late effect came")
    return said


def check(world, point, wanted, said):
    instances, left = world.outcome()
    problems = [f"left beside the state: {path.name}" for path in world.setups.glob("*.journal*")]
    if instances != wanted[0]:
        problems.append(f"in the state: {instances}\nand not {wanted[0]}")
    if left != wanted[1]:
        problems.append(f"in the account:\n{difference(wanted[1], left)}")
    if point.kind == "after" and point.phase == "apply" and point.call.split(".")[1] in CREATES and "adopted" not in said:
        problems.append("it does not say what it adopted")
    if violations := world.gate.ctl("violations"):
        world.gate.ctl("reset-stats", {})
        problems.append(f"AWS would have refused: {json.dumps(violations)[:1000]}")
    plan = subprocess.run([PIPECTL, "plan", "-no-color", "-detailed-exitcode", *(["-destroy"] if point.phase == "destroy" else [])],
                          cwd=world.setups, env=world.environment, capture_output=True, text=True)
    if plan.returncode:
        problems.append(f"a plan afterwards: status {plan.returncode}\n{(plan.stdout + plan.stderr)[-2000:]}")
    if problems:
        raise AssertionError("\n".join(problems) + f"\nthe second run said:\n{said[-2500:]}")


def difference(wanted, found):
    wanted, found = wanted.splitlines(), found.splitlines()
    return "\n".join([f"  lacks {line}" for line in wanted if line not in found][:20] +
                     [f"  has   {line}" for line in found if line not in wanted][:20]) or f"{len(found)} lines and not {len(wanted)}"


def judge_point(world, point, wanted):
    """(result, what is wrong)"""
    try:
        world.begin()
        if point.phase == "destroy":
            world.finish("apply")
        go_on = kill_at(world, point)
        check(world, point, wanted[point.phase], recover(world, point, go_on))
        return "passed", ""
    except Unreached as why:
        return "skipped", str(why)
    except (AssertionError, subprocess.TimeoutExpired, json.JSONDecodeError) as problem:
        return "failed", str(problem)


def record(world):
    """Runs both phases undisturbed: all points, and what each phase leaves."""
    world.begin()
    points, wanted = [], {}
    for phase in ("apply", "destroy"):
        first = world.count_lines()
        world.finish(phase)
        wanted[phase] = world.outcome()
        calls = world.calls(first)
        points += [Point(phase, call, calls[:at + 1].count(call), kind) for at, call in enumerate(calls) for kind in KINDS]
    return points, wanted


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("points", nargs="*", type=Point.parse)
    options.add_argument("--slice", metavar="DATE")
    options.add_argument("--points", dest="count", type=int, default=40)
    options.add_argument("--gates", type=int, default=2 * os.cpu_count())
    options.add_argument("--list", action="store_true")
    options = options.parse_args()

    worlds, free = [World()], SimpleQueue()
    points, wanted = record(worlds[0])
    if options.list:
        print(*points, sep="\n")
    elif options.slice:
        random.Random(options.slice).shuffle(points)
        points = points[:options.count]
    points = options.points or points
    lock, counts = threading.Lock(), {"passed": 0, "failed": 0, "skipped": 0}

    def run(point):
        world = free.get()
        result, why = judge_point(world, point, wanted)
        free.put(world)
        with lock:
            counts[result] += 1
            print(f"{result:8}{point}", *([why] if why else []), sep="\n        " if result == "failed" else "  ", flush=True)

    if not options.list:
        worlds += [World() for _ in range(min(options.gates, len(points)) - 1)]
        for world in worlds:
            free.put(world)
        with ThreadPoolExecutor(len(worlds)) as executor:
            list(executor.map(run, points))
    for world in worlds:
        world.close()
    print(", ".join(f"{count} {result}" for result, count in counts.items()))
    return bool(counts["failed"])


if __name__ == "__main__":
    sys.exit(main())
