"""A gate, a folder with the configuration, and pipectl on it: one world a worker, made anew for each point."""

import base64
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(ROOT / "tests/awsgate/tests"))

from gateproc import Gate       # noqa: E402

import places                   # noqa: E402

HELPER_BUCKET = "helper-bucket123"
SERVICES = "s3,kinesis,firehose,iam,lambda,apigateway,logs"

# The example without its API: creates that have no natural key follow in an issue of their own.
API_MODULE = re.compile(r"\n  # The API in front.*", re.S)
API_OUTPUT = re.compile(r"  invoke_url:.*?\n\n", re.S)


# What the phase "change" edits: a line an edit. Four objects change in place, three are replaced.
EDITS = (
    ("setups/terraform.tfvars", "timeout       = 60 ", "timeout       = 90 "),
    ("setups/terraform.tfvars", '"demo-datastream"', '"other-datastream"'),
    ("modules/s3/bucket_iam.tf.yaml", "- s3:GetObject", "- s3:GetObject\n              - s3:DeleteObject"),
    ("modules/s3/s3_bucket.tf.yaml", "acl: private", "acl: log-delivery-write"),
    ("modules/lambda/lambda_iam.tf.yaml", "- s3:PutObjectAcl", "- s3:PutObjectTagging"),
)

# Beside the example: a name that is made up at the last moment, and so stands in no plan.
GENERATED = """
resource:
  aws_iam_role:
    generated:
      name_prefix: generated-
      assume_role_policy:
        Version: "2012-10-17"
        Statement: [{ Effect: Allow, Action: "sts:AssumeRole", Principal: { Service: lambda.amazonaws.com } }]
"""


def differences(found, wanted, path=""):
    if isinstance(found, dict) and isinstance(wanted, dict):
        return [line for key in sorted(set(found) | set(wanted))
                for line in differences(found.get(key, "nothing"), wanted.get(key, "nothing"), f"{path}/{key}")]
    return [] if found == wanted else [f"{path} is {json.dumps(found)[:300]} and not {json.dumps(wanted)[:300]}"]


def write_example(target, with_api):
    for name in ("modules", "setups"):
        shutil.copytree(ROOT / name, target / name, ignore=shutil.ignore_patterns("terraform.tfstate*", ".terraform*", "*.svg", "README.md"))
    (target / "setups/generated.tf.yaml").write_text(GENERATED)
    if with_api:
        return
    for name, pattern in (("main.tf.yaml", API_MODULE), ("output.tf.yaml", API_OUTPUT)):
        path = target / "setups" / name
        text, count = pattern.subn("\n" if name.startswith("main") else "", path.read_text())
        if count != 1:
            raise SystemExit(f"kill: setups/{name} is not as it was: the API cannot be left out")
        path.write_text(text)


class Run:
    """What a finished run of pipectl came to; status None: it was killed."""

    def __init__(self, process, text, status):
        self.process, self.text, self.status = process, text, status


class World:
    def __init__(self, tool, with_api=False, scale="0.1", patience=60, place=None, killer=""):
        self.tool, self.with_api, self.patience = str(Path(tool).resolve()), with_api, patience
        self.place = place or places.File()
        self.base = Path(tempfile.mkdtemp(prefix="kill-"))
        self.gate = Gate("--strict", "--realism", "default", "--realism-scale", scale, "--no-managed-policies")
        self.zip = base64.b64encode((ROOT / "helper-resources/process_data.zip").read_bytes()).decode()
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "TF_"))} | {
            "AWS_ENDPOINT_URL": self.gate.url, "AWS_REGION": "us-east-1", "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_ACCESS_KEY_ID": self.gate.key, "AWS_SECRET_ACCESS_KEY": self.gate.secret, "AWS_MAX_ATTEMPTS": "3",
            "AWS_CONFIG_FILE": "/nonexistent", "AWS_SHARED_CREDENTIALS_FILE": "/nonexistent"} | self.place.environment
        if self.place.environment:
            self.environment["LD_PRELOAD"] = killer
        self.edited = False
        self.number = 0
        self.log_at = 0
        self.folder = self.base
        self.transcript = []

    def fresh(self):
        """An empty account with the helper bucket in it, and an empty folder with the configuration."""
        self.gate.ctl("set-faults", {"rules": []})
        self.gate.ctl("reset", {})
        self.gate.preload("s3", "CreateBucket", Bucket=HELPER_BUCKET)
        self.gate.preload("s3", "PutObject", Bucket=HELPER_BUCKET, Key="process_data.zip", Body={"$base64": self.zip})
        self.log_at += self.log_length()
        self.transcript = []
        self.edited = False
        self.new_machine()
        self.place.prepare(self)

    def new_machine(self):
        """A folder that holds only the configuration."""
        shutil.rmtree(self.folder if self.number else self.base / "none", ignore_errors=True)
        self.number += 1
        self.folder = self.base / str(self.number)
        write_example(self.folder, self.with_api)
        if self.edited:
            self.edit()

    @property
    def setups(self):
        return self.folder / "setups"

    def edit(self):
        self.edited = True
        for name, old, new in EDITS:
            path = self.folder / name
            text = path.read_text()
            if text.count(old) != 1:
                raise SystemExit(f"kill: {name} has not one {old!r}")
            path.write_text(text.replace(old, new))

    def close(self):
        self.gate.stop()
        shutil.rmtree(self.base, ignore_errors=True)

    # --- running the tool

    def start(self, command, *arguments, **environment):
        output = tempfile.TemporaryFile(mode="w+", errors="replace")
        verb, arguments = (arguments[:1], arguments[1:]) if command == "state" else ((), arguments)
        process = subprocess.Popen([self.tool, command, *verb, "-no-color", *arguments], cwd=self.setups, env=self.environment | environment,
                                   stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT)
        process.output = output
        process.words = " ".join([command, *verb, *arguments])
        return process

    def finish(self, process):
        try:
            status = process.wait(self.patience)         # seconds that a run may take
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            status = "too slow"
        process.output.seek(0)
        text = process.output.read()
        process.output.close()
        self.transcript.append(f"$ pipectl {process.words}   [{status}]\n{text}")
        return Run(process, text, status)

    def run(self, *arguments, **environment):
        return self.finish(self.start(*arguments, **environment))

    def kill(self, process):
        process.kill()
        return self.finish(process)

    # --- looking

    def requests(self, since=0.0):
        """The requests that came since then, in this world."""
        with open(self.gate.log_file, "rb") as log:
            log.seek(self.log_at)
            lines = log.read().split(b"\n")[:-1]
        records = [json.loads(line) for line in lines]
        return [{"params": {}} | record for record in records if record.get("t_start", -1) >= since and record.get("operation")]

    def dump(self):
        """What exists but the helper bucket, with the random digits of names told apart and not read."""
        dump = self.gate.ctl(f"dump?services={SERVICES}")
        for bucket in (HELPER_BUCKET, places.BUCKET):
            dump.get("s3", {}).pop(bucket, None)
        text = json.dumps({service: content for service, content in dump.items() if content}, sort_keys=True)
        # moto counts the same attachment twice, and a policy that was changed twice has one more old version
        text = re.sub(r'"(AttachmentCount|VersionCount)": [0-9]+', r'"\1": 0', text)
        for index, random in enumerate(sorted(set(re.findall(r"(?:product-data|generated)-([0-9a-f]{8,})", text)), key=len)):
            text = text.replace(random, f"X{index}")
        return json.loads(text)

    def addresses(self):
        """All addresses in the state, deposed objects marked. No state: none."""
        text, found = self.place.read(self), []
        for resource in json.loads(text)["resources"] if text else []:
            name = ".".join(filter(None, (resource.get("module"), resource["mode"], resource["type"], resource["name"])))
            for instance in resource["instances"]:
                marks = [word for word in ("deposed", "status") if instance.get(word)]
                found.append(" ".join([name, str(instance.get("index_key", "")), *marks]).strip())
        return sorted(found)

    def litter(self):
        return self.place.litter(self)

    def log_length(self):
        """Of this world's part of the log, in whole lines."""
        with open(self.gate.log_file, "rb") as log:
            log.seek(self.log_at)
            return log.read().rfind(b"\n") + 1

    def violations(self):
        return self.gate.ctl("violations")

    def wait_for(self, condition, seconds, process=None):
        """Waits until the condition holds; False when that takes too long, or the process ends before."""
        end = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > end or (process is not None and process.poll() is not None):
                return bool(condition())
            time.sleep(0.01)
        return True

    def keep(self, folder):
        """Transcript, requests and files of a failure, to look at."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "transcript").write_text("\n".join(self.transcript))
        (folder / "requests").write_text("".join(
            f"{r['t_start']:.3f} {r['service']}.{r['operation']} {r['status']} {r.get('error') or ''} {json.dumps(r['params'])[:200]} {r.get('faults') or ''}\n"
            for r in sorted(self.requests(), key=lambda r: r["t_start"])))
        for path in self.setups.glob("*tfstate*"):
            (folder / path.name).write_bytes(path.read_bytes())
