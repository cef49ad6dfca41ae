#!/usr/bin/env python3
"""The state lock and the state file against the real Terraform, in both directions.

    tests/state/interop.py BUILD        BUILD/store_test must have been built

Skipped (exit 77) where terraform is not installed.
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

TOOL = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "build").resolve() / "store_test"
ENVIRONMENT = {**os.environ, "CHECKPOINT_DISABLE": "1", "TF_IN_AUTOMATION": "1"}
ENVIRONMENT.pop("TF_CLI_CONFIG_FILE", None)
STATE = "terraform.tfstate"

CONFIGURATION = """
resource "terraform_data" "a" {
  count = 3
  input = { name = "a<b>&é", number = 1.5, list = [1, "x", null], key = count.index }
}
resource "terraform_data" "slow" {
  triggers_replace = var.run
  provisioner "local-exec" { command = "sleep ${var.seconds}" }
}
variable "run" { default = "" }
variable "seconds" { default = "0" }
output "o" { value = { first = terraform_data.a[0].output, type = "t", value = "v" } }
output "s" {
  value     = "secret"
  sensitive = true
}
"""


class Folder:
    def __init__(self):
        self.path = pathlib.Path(tempfile.mkdtemp(prefix="pipectl-interop-"))
        (self.path / "main.tf").write_text(CONFIGURATION)
        self.terraform("init")

    def start(self, *command):
        return subprocess.Popen(command, cwd=self.path, env=ENVIRONMENT, text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def start_terraform(self, *arguments):
        return self.start("terraform", *arguments, "-no-color")

    def terraform(self, *arguments):
        process = self.start_terraform(*arguments)
        output = process.communicate(timeout=120)[0]
        return process.returncode, output

    def apply(self, *arguments, run="", seconds="0"):
        return self.terraform("apply", "-auto-approve", f"-var=run={run}", f"-var=seconds={seconds}",
                              *arguments)

    def hold(self, milliseconds, replacements=0, timeout=0):
        process = self.start(str(TOOL), "hold", str(milliseconds), str(replacements), str(timeout))
        return process, process.stdout.readline()

    def state(self):
        return json.loads((self.path / STATE).read_text())

    def names(self):
        return sorted(p.name for p in self.path.iterdir() if "tfstate" in p.name)


def lock_fields(text):
    """The block of the holder's fields."""
    lines = text.splitlines()
    start = next(i for i, line in enumerate(lines) if "Lock Info:" in line)
    return [line.strip("│ ").rstrip() for line in lines[start:start + 8]]


def ours_excludes_terraform(folder):
    process, said = folder.hold(2500)
    assert said.startswith("held"), said
    code, output = folder.apply()
    assert code == 1, output
    assert "Error acquiring the state lock" in output
    info = json.loads((folder.path / f".{STATE}.lock.info").read_text())
    assert any(info["ID"] in line for line in lock_fields(output)), output
    process.wait()
    code, output = folder.apply()
    assert code == 0, output


def terraform_excludes_ours(folder):
    terraform = folder.start_terraform("apply", "-auto-approve", "-var=run=x1", "-var=seconds=4")
    time.sleep(2.5)
    ours, said = folder.hold(0)
    said += ours.stdout.read()
    assert ours.wait() == 1, said
    code, output = folder.apply()
    assert code == 1, output
    assert lock_fields(said) == lock_fields(output), (said, output)
    assert terraform.wait() == 0, terraform.stdout.read()


def ours_waits_for_terraform(folder):
    terraform = folder.start_terraform("apply", "-auto-approve", "-var=run=x2", "-var=seconds=3")
    time.sleep(2)
    ours, said = folder.hold(0, timeout=20)
    assert ours.wait() == 0, said
    assert terraform.wait() == 0
    assert said == f"held {os.path.getsize(folder.path / STATE)}\n", said


def terraform_waits_for_ours(folder):
    process, _ = folder.hold(3000)
    code, output = folder.apply("-lock-timeout=20s", run="x3")
    assert process.wait() == 0
    assert code == 0, output


def who_waited_on_a_replaced_file_fails_and_loses_nothing(folder):
    before = (folder.path / STATE).read_text()
    process, _ = folder.hold(6000, replacements=2)
    time.sleep(0.3)
    waiting = folder.start_terraform("apply", "-auto-approve", "-lock-timeout=30s", "-var=run=x4")
    output = waiting.communicate(timeout=60)[0]
    assert process.wait() == 0
    after = folder.state()
    if waiting.returncode == 0:  # it opened the last file: then its work is in the file at the path
        assert after["serial"] > json.loads(before)["serial"], output
    else:
        assert (folder.path / STATE).read_text() == before
    code, output = folder.apply(run="x5")
    assert code == 0, output
    return waiting.returncode


def terraform_reads_what_ours_wrote(folder):
    assert folder.apply(run="x6")[0] == 0
    before = folder.state()
    assert subprocess.run([TOOL, "rewrite"], cwd=folder.path).returncode == 0
    after = folder.state()
    assert after["serial"] == before["serial"] + 1 and after["lineage"] == before["lineage"]
    assert after["resources"] == before["resources"]
    code, output = folder.terraform("plan", "-detailed-exitcode", "-var=run=x6")
    assert code == 2 and "added" in output and "Plan:" not in output, output
    assert folder.apply(run="x6")[0] == 0
    ours = (folder.path / f"{STATE}.backup").read_text()
    theirs = (folder.path / STATE).read_text()
    # Terraform's next file is ours but for the serial and the output that it removed.
    shift = ours.replace(f'"serial": {after["serial"]}', f'"serial": {after["serial"] + 1}')
    shift = shift.replace('    "added": {\n      "value": true,\n      "type": "bool"\n    },\n', "")
    assert shift == theirs, "the bytes differ"


def nothing_is_left_beside(folder):
    assert folder.names() == [STATE, f"{STATE}.backup"], folder.names()


TESTS = (ours_excludes_terraform, terraform_excludes_ours, ours_waits_for_terraform,
         terraform_waits_for_ours, who_waited_on_a_replaced_file_fails_and_loses_nothing,
         terraform_reads_what_ours_wrote, nothing_is_left_beside)


def main():
    if not shutil.which("terraform"):
        print("SKIPPED: terraform is not installed")
        print(f"0 passed, 0 failed, {len(TESTS)} skipped")
        return 77
    folder = Folder()
    for test in TESTS:
        result = test(folder)
        print("ok", test.__name__, "" if result is None else f"(terraform's exit: {result})", flush=True)
    shutil.rmtree(folder.path)
    print(f"{len(TESTS)} passed, 0 failed")
    return 0


sys.exit(main())
