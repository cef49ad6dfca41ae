"""What the tests beside this share: an endpoint, the example in a folder, and both tools run on it.

PIPECTL names the program under test (build/pipectl where it is not said).
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(HERE), str(ROOT / "tests/awsgate/tests")]

import boto3                    # noqa: E402
import bridge                   # noqa: E402
from gateproc import Gate       # noqa: E402

PIPECTL = os.environ.get("PIPECTL", str(ROOT / "build/pipectl"))
TERRAFORM = str(HERE / "tf")
HEX = {"bucket_suffix": "0a1b2c3d"}
HELPER_BUCKET, REGION = "helper-bucket123", "us-east-1"


def missing():
    """Why these tests cannot run here, or None."""
    if subprocess.run([TERRAFORM, "--have"]).returncode:
        return "terraform and its AWS provider are not here"
    return None if shutil.which(PIPECTL) else f"there is no {PIPECTL}"


class Place:
    """A strict gate with the helper bucket in it, and a folder for configurations."""

    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="oracle-"))
        self.gate = Gate("--strict", "--realism", "default", "--realism-scale", "0.1")
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "TF_"))} | {
            "AWS_ENDPOINT_URL": self.gate.url, "AWS_REGION": REGION, "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_ACCESS_KEY_ID": self.gate.key, "AWS_SECRET_ACCESS_KEY": self.gate.secret}
        client = self.client("s3")
        client.create_bucket(Bucket=HELPER_BUCKET)
        client.get_waiter("bucket_exists").wait(Bucket=HELPER_BUCKET, WaiterConfig={"Delay": 1})
        client.upload_file(str(ROOT / "helper-resources/process_data.zip"), HELPER_BUCKET, "process_data.zip")

    def client(self, service):
        return boto3.client(service, endpoint_url=self.gate.url, region_name=REGION, aws_access_key_id=self.gate.key,
                            aws_secret_access_key=self.gate.secret)

    def example(self, name, syntax=None):
        """The example's setups in a folder of their own: as it is, or bridged to a syntax."""
        target = self.folder / name
        for source in (ROOT / "modules", ROOT / "setups"):
            if syntax is None:
                shutil.copytree(source, target / source.name, ignore=bridge.LEFT_BEHIND)
            else:
                bridge.bridge_config([source], target, HEX, syntax)
        return target / "setups"

    def run(self, tool, setups, *arguments, status=0):
        """Runs the tool; what it printed. Any other status is an error that shows all of it."""
        done = subprocess.run([tool, *arguments], cwd=setups, env=self.environment, capture_output=True, text=True)
        if done.returncode != status:
            raise AssertionError(f"{Path(tool).name} {' '.join(arguments)}: status {done.returncode} and not {status}\n"
                                 f"{done.stdout[-6000:]}\n{done.stderr[-6000:]}")
        return done.stdout

    def left(self):
        """What there is but the helper bucket."""
        dump = self.gate.ctl("dump")
        dump.get("s3", {}).pop(HELPER_BUCKET, None)
        return {service: content for service, content in dump.items() if content}

    def close(self):
        violations = self.gate.ctl("violations")
        self.gate.stop()
        shutil.rmtree(self.folder)
        if violations:
            raise AssertionError(f"requests that AWS would have refused: {json.dumps(violations, indent=2)}")
