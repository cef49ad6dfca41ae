"""The points of the matrix: where pipectl is killed, and what happens to the call that it was making.

A point has a name, so that one failure can be run again by it:

    apply s3.CreateBucket#1 late        destroy iam.DeleteRole/my-firehose-role#1 after       apply disk#17 half
"""

import re
import zlib

# Who a request is about. Names of ours are all different, but the bucket's, which is random.
NAMING = ("RoleName", "PolicyName", "PolicyArn", "StreamName", "DeliveryStreamName", "FunctionName", "StatementId", "pathPart", "httpMethod")
KEYLESS = ("CreateRestApi", "CreateDeployment")
READS = ("Get", "List", "Describe", "Head")

CALL_KINDS = {
    "before": "the call never reached AWS",
    "after": "it was carried out, and nobody was told",
    "late": "it is carried out while the next run looks for it",
    "later": "it is carried out when the next run has looked and is making the same call",
    "undo": "as after, and the next run is a destroy",
    "twice": "as after, and the next run is killed, too",
}
DISK_KINDS = ("before", "half", "power", "twice")        # twice: the next run dies over its files, too


class Point:
    def __init__(self, phase, kind, service="", operation="", names=(), nth=1, disk=0):
        self.phase, self.kind, self.service, self.operation = phase, kind, service, operation
        self.names, self.nth, self.disk = tuple(names), nth, disk

    @property
    def name(self):
        if self.disk:
            return f"{self.phase} disk#{self.disk} {self.kind}"
        about = "".join(f"/{name}" for name in self.names)
        return f"{self.phase} {self.service}.{self.operation}{about}#{self.nth} {self.kind}"

    @property
    def changes(self):
        return not self.operation.startswith(READS)

    @property
    def keeps_state(self):
        """It is about the state in its bucket: nothing of the example is an object there."""
        return self.service == "s3" and self.operation in ("GetObject", "PutObject", "DeleteObject")

    def came_between(self, text):
        """The dead run's lock or journal came when the next run had begun: it stops there, and one more is needed."""
        return self.kind in ("late", "later") and ("Error acquiring the state lock" in text or "Somebody else has written the state" in text)

    @property
    def doubles(self):
        """Nothing tells AWS that it is the same object: when it has been made again, the late effect is a second one."""
        return self.kind == "later" and self.operation in KEYLESS

    def match(self, nth):
        """As a fault rule's `match` says it."""
        match = {"service": self.service, "operation": self.operation, "nth": nth}
        if self.names:
            match["regex"] = "".join(f"(?=.*{re.escape(name)}\\b)" for name in self.names)
        return match


def names_of(request):
    """The objects that a request names, as they are spelled in its body or path whatever the protocol."""
    found = []
    for member in NAMING:
        value = request["params"].get(member)
        if isinstance(value, str):
            found.append(re.sub("^(generated-).*", r"\1", re.split("[/:]", value)[-1]))
    return found


def call_points(phase, requests):
    """All kinds of death at all calls of an undisturbed run."""
    seen, points = {}, []
    for request in requests:
        key = (request["service"], request["operation"], *names_of(request))
        if request["service"] == "sts":
            continue
        seen[key] = seen.get(key, 0) + 1
        point = Point(phase, "after", key[0], key[1], key[2:], seen[key])
        kinds = ["after"]       # a call that only reads has no effect that could come late
        if point.changes:
            kinds = [kind for kind in CALL_KINDS if kind != "undo" or phase != "destroy"]
        points += [Point(phase, kind, key[0], key[1], key[2:], seen[key]) for kind in kinds]
    return points


def disk_points(phase, events):
    """All kinds of death at all that a run does to its files."""
    points = []
    for index, event in enumerate(events, 1):
        kinds = [kind for kind in DISK_KINDS if kind != "half" or event.startswith("write")]
        points += [Point(phase, kind, disk=index) for kind in kinds]
    return points


def of_the_day(points, date, count):
    """A slice of the matrix that is another one each day; a date always gives the same."""
    return sorted(points, key=lambda point: zlib.crc32(f"{date} {point.name}".encode()))[:count]

