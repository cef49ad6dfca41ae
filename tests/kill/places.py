"""Where the state lives, and what of it survives a death."""

import json

BUCKET = "state-bucket123"
KEY = "team/pipeline.tfstate"

BACKEND = f"""
terraform:
  backend:
    s3:
      bucket: {BUCKET}
      key: {KEY}
      region: us-east-1
      use_lockfile: true
"""

# Where no file can be made, the state file must be there before.
EMPTY_STATE = {"version": 4, "terraform_version": "1.11.4", "serial": 1, "lineage": "11111111-2222-3333-4444-555555555555",
               "outputs": {}, "resources": [], "check_results": None}


class File:
    """A file in the working directory, as it is without any settings."""

    environment = {}

    def prepare(self, world):
        """Once the configuration is there."""

    def die(self, world):
        """What else is lost when a run dies, and what a person then has to do."""

    def read(self, world):
        """The state's text; None: there is none."""
        path = world.setups / "terraform.tfstate"
        return path.read_text() if path.exists() else None

    def litter(self, world):
        """What a finished run must not leave behind."""
        allowed = {"terraform.tfstate", "terraform.tfstate.backup"}
        spare = [f".terraform/{path.name}" for path in world.setups.glob(".terraform/*.journal*")]
        return sorted(path.name for path in world.setups.iterdir() if "tfstate" in path.name and path.name not in allowed) + spare


class Mount(File):
    """The state file is mounted by itself: nothing can take its place."""

    environment = {"KILL_DENY": "rename"}


class Folder(File):
    """Nothing can be made beside the state file."""

    environment = {"KILL_DENY": "folder"}

    def prepare(self, world):
        (world.setups / ".terraform").mkdir()
        (world.setups / "terraform.tfstate").write_text(json.dumps(EMPTY_STATE, indent=2) + "\n")


class Bucket(File):
    """An object in S3. The machine goes with the run: nothing of its disk is left."""

    def prepare(self, world):
        world.gate.preload("s3", "CreateBucket", Bucket=BUCKET)
        self.set_up(world)

    def set_up(self, world):
        (world.setups / "backend.tf.yaml").write_text(BACKEND)
        run = world.run("init", "-input=false")
        if run.status != 0:
            raise RuntimeError(f"init failed: {run.text}")

    def die(self, world):
        world.new_machine()
        self.set_up(world)
        lock = self.get(world, KEY + ".tflock")
        if lock is not None:
            world.run("force-unlock", "-force", json.loads(lock)["ID"])

    def get(self, world, key):
        client = world.gate.client("s3")
        found = client.list_objects_v2(Bucket=BUCKET, Prefix=key).get("Contents", [])
        if key not in [entry["Key"] for entry in found]:
            return None
        return client.get_object(Bucket=BUCKET, Key=key)["Body"].read().decode()

    def read(self, world):
        return self.get(world, KEY)

    def litter(self, world):
        found = world.gate.client("s3").list_objects_v2(Bucket=BUCKET).get("Contents", [])
        return sorted(entry["Key"] for entry in found if entry["Key"] != KEY)


PLACES = {"file": File, "mount": Mount, "folder": Folder, "s3": Bucket}
