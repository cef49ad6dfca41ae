#!/usr/bin/env python3
"""bench.py [--rounds N] [--aws | --scale F] [--s3] [--keep LOG]: pipectl beside Terraform on the example, through one strict endpoint.

For version, first plan, apply, empty plan and destroy: wall time, CPU time, peak memory and number of API
calls of both, and of pipectl the longest chain of calls and waits (chain.py), which no tool can undercut.
The endpoint has been warmed, and is the same for both; the figures are medians of the rounds. Memory is the
peak of the resident memory of all processes of the tool together; Terraform's provider is one of them.

With --aws the endpoint takes the time that AWS takes; with --s3 the state is there, with a lock file beside it.

PIPECTL names the program (build/pipectl). Without Terraform here, pipectl is measured alone. Not a test.
"""

import argparse
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "oracle"))
import judge                    # noqa: E402
from chain import lateness, longest_chain, read_requests  # noqa: E402
from judge import PIPECTL, TERRAFORM            # noqa: E402

STEPS = {
    "version": ["version"],
    "first plan": ["plan", "-no-color", "-out=first.tfplan"],
    "apply": ["apply", "-no-color", "first.tfplan"],
    "empty plan": ["plan", "-no-color", "-detailed-exitcode"],
    "destroy": ["destroy", "-no-color", "-auto-approve"],
}

AWS_LATENCY = 80                                          # milliseconds of every call
IAM_LAG, STREAM_MOVES, DELIVERY_MOVES = 10, 15, 20        # seconds
AWS_DELAYS = {
    "iam.consistency": {"read_s": IAM_LAG},
    "firehose.role": {"propagation_s": IAM_LAG},
    "lambda.role": {"propagation_s": IAM_LAG},
    "kinesis.lifecycle": {"create_s": STREAM_MOVES, "update_s": STREAM_MOVES, "delete_s": STREAM_MOVES},
    "firehose.lifecycle": {"create_s": DELIVERY_MOVES, "delete_s": DELIVERY_MOVES},
}
AWS_WAITS = {                                             # of an apply, by the call that sees their end
    "iam.GetRole": IAM_LAG, "iam.GetPolicy": IAM_LAG, "firehose.CreateDeliveryStream": IAM_LAG,
    "kinesis.DescribeStreamSummary": STREAM_MOVES, "firehose.DescribeDeliveryStream": DELIVERY_MOVES,
}
STATE_BUCKET = "state-bucket123"
BACKEND = {"terraform": {"backend": {"s3": {"bucket": STATE_BUCKET, "key": "pipeline.tfstate", "region": judge.REGION,
                                            "use_lockfile": True, "use_path_style": True}}}}


def processes_of(pid):
    """The process and all that came from it."""
    found = [pid]
    for each in found:
        try:
            for task in os.listdir(f"/proc/{each}/task"):
                found += map(int, Path(f"/proc/{each}/task/{task}/children").read_text().split())
        except OSError:
            pass
    return found


def memory(pid, member):
    """A member of the process's status in bytes; 0 when it has gone."""
    try:
        found = re.search(rf"^{member}:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)
    except OSError:
        return 0
    return int(found[1]) * 1024 if found else 0


class Watch(threading.Thread):
    """Looks at the memory of a process and its children until they end. (The kernel's own account of the peak would count
    the memory of this program, in the moment before it became the other.)"""

    def __init__(self, pid):
        super().__init__(daemon=True)
        self.pid, self.peak, self.ended = pid, 0, threading.Event()

    def run(self):
        while not self.ended.wait(0.003):
            if not os.path.exists(f"/proc/{self.pid}/exe"):
                return                                    # it has ended already
            if os.path.realpath(f"/proc/{self.pid}/exe") != os.path.realpath(sys.executable):
                together = sum(memory(each, "VmRSS") for each in processes_of(self.pid))
                self.peak = max(self.peak, together, memory(self.pid, "VmHWM"))


def measure(place, tool, setups, name):
    """One step of one tool: a row of figures."""
    mark = f"{tool} {name} {time.monotonic_ns()}"
    place.gate.ctl("mark", {"text": mark})
    with tempfile.TemporaryFile("w+") as said:
        begin = time.monotonic()
        process = subprocess.Popen([tool, *STEPS[name]], cwd=setups, env=place.environment, stdin=subprocess.DEVNULL, stdout=said,
                                   stderr=said)
        watch = Watch(process.pid)
        watch.start()
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.monotonic() - begin
        watch.ended.set()
        process.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        if process.returncode:
            raise SystemExit(f"{tool} {name}: status {process.returncode}\n{said.read()[-3000:]}")
    place.gate.ctl("mark", {"text": "end"})
    time.sleep(0.1)
    requests = read_requests(place.gate.log_file, mark, "end")
    return {"wall": wall, "cpu": usage.ru_utime + usage.ru_stime, "memory": watch.peak,
            "calls": len(requests), "chain": longest_chain(requests, polls="plan" not in name)}


def prepare(place, options):
    """Gives the endpoint its delays and the state its bucket."""
    scale = 1 if options.aws else float(options.scale)
    place.gate.ctl("realism", {"merge": True, "scale": scale, "rules": AWS_DELAYS if options.aws else {}})
    if options.s3:
        client = place.client("s3")
        client.create_bucket(Bucket=STATE_BUCKET)
        client.get_waiter("bucket_exists").wait(Bucket=STATE_BUCKET, WaiterConfig={"Delay": 1})
    if options.aws:
        place.gate.ctl("config", {"latency": AWS_LATENCY})


def example(place, options, name, syntax=None):
    setups = place.example(name, syntax)
    if options.s3:
        (setups / "backend.tf.json").write_text(json.dumps(BACKEND))
    return setups


def life(place, tool, setups):
    place.run(tool, setups, "init", *(["-no-color"] if tool == PIPECTL else []))
    rows = {name: measure(place, tool, setups, name) for name in STEPS}
    left = place.left()
    left.get("s3", {}).pop(STATE_BUCKET, None)
    if any(left.values()):
        raise SystemExit(f"{tool} left {left}")
    shutil.rmtree(setups.parent)
    return rows


def medians(rounds):
    return {name: {key: (statistics.median(each[name][key] for each in rounds) if key != "chain"
                         else min((each[name] for each in rounds), key=lambda row: row["wall"])["chain"])
                   for key in rounds[0][name]} for name in STEPS}


def installed_size():
    """Of the program as it is installed, without shared libraries; and without its symbols."""
    with tempfile.TemporaryDirectory() as folder:
        stripped = Path(folder) / "pipectl"
        subprocess.run(["strip", "-o", stripped, PIPECTL], check=True)
        return Path(PIPECTL).stat().st_size, stripped.stat().st_size


def print_table(ours, theirs):
    print("| | wall s | CPU s | peak MB | API calls |" + (" Terraform: wall s | CPU s | peak MB | API calls | CPU ratio | memory ratio |" if theirs else ""))
    print("|---|" + "---|" * (10 if theirs else 4))
    for name, row in ours.items():
        line = f"| {name} | {row['wall']:.3f} | {row['cpu']:.3f} | {row['memory'] / 1e6:.1f} | {row['calls']} |"
        if theirs:
            other = theirs[name]
            line += (f" {other['wall']:.2f} | {other['cpu']:.2f} | {other['memory'] / 1e6:.0f} | {other['calls']} |"
                     f" 1/{other['cpu'] / max(row['cpu'], 0.001):.0f} | 1/{other['memory'] / row['memory']:.0f} |")
        print(line)


def print_chains(ours, delays):
    print("\nThe longest chain of pipectl's calls and waits, and what the run took beyond it:\n")
    for name, row in ours.items():
        chain = row["chain"]
        if chain.requests:
            beyond = row["wall"] - chain.calls - chain.waits
            print(f"- {name}: {chain}; the run took {beyond * 1000:.0f} ms more than calls and waits ({beyond / row['wall']:.1%})")
            if delays and name == "apply":
                late = beyond + lateness(chain, delays)
                print(f"  With AWS's delays instead of the waits the path takes {row['wall'] - late:.3f} s, the run {late / (row['wall'] - late):.1%} more")


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--scale", default="1", help="of the delays of awsgate's realism")
    options.add_argument("--aws", action="store_true", help="delays as AWS's own, whatever --scale says")
    options.add_argument("--s3", action="store_true", help="the state in an S3 bucket")
    options.add_argument("--keep", metavar="LOG", help="keeps the endpoint's log")
    options = options.parse_args()
    place = judge.Place()
    prepare(place, options)
    life(place, PIPECTL, example(place, options, "warm"))
    rounds = {PIPECTL: [], TERRAFORM: []}
    for number in range(options.rounds):
        rounds[PIPECTL].append(life(place, PIPECTL, example(place, options, f"ours-{number}")))
        if not judge.missing():
            rounds[TERRAFORM].append(life(place, TERRAFORM, example(place, options, f"theirs-{number}", "json")))
    if options.keep:
        shutil.copy(place.gate.log_file, options.keep)
    place.close()
    ours = medians(rounds[PIPECTL])
    print_table(ours, medians(rounds[TERRAFORM]) if rounds[TERRAFORM] else None)
    print_chains(ours, AWS_WAITS if options.aws else {})
    whole, stripped = installed_size()
    print(f"\nThe program: {whole / 1e6:.2f} MB, {stripped / 1e6:.2f} MB without symbols; shared libraries not counted.")


if __name__ == "__main__":
    main()
