"""Asks two tools for the same cases and compares: whether a case is accepted, its value, its type (of unknown values,
too), what is unknown in it and whether it is sensitive.

A case is a few files, whose names begin with its own name (e000); all cases of a batch stand in one module. What a
tool refuses is told by the file that its message points at; the rest is planned again without it.
"""
import decimal
import json
import os
import re
import shutil
import subprocess
import tempfile

ENV = {k: v for k, v in os.environ.items() if not k.startswith(("TF_", "AWS_"))}
ENV.update(CHECKPOINT_DISABLE="1", TF_IN_AUTOMATION="1", NO_COLOR="1")
UNWRITTEN = ("not written", None)                 # an infinite number: no plan holds it
NO_PLAN_HOLDS_IT = ("Failed to write plan file", "Infinite number")         # as the one and the other tool say so
ROUNDS = 12                                       # of planning again without what was refused


class Num(decimal.Decimal):
    """A number as it stands in the text; equality is exact."""


def loads(text):
    return json.loads(text, parse_float=Num, parse_int=Num)


def run(tool, folder, *arguments, given=None):
    try:
        return subprocess.run([tool, *arguments], cwd=folder, env=ENV, input=given, stdin=None if given else subprocess.DEVNULL,
                              capture_output=True, text=True, errors="replace", timeout=120, check=False)
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(arguments, 124, "", "timed out")


def case_of(diagnostic):
    """The name of the case that a message is about, or None."""
    place = (diagnostic.get("range") or {}).get("filename", "")
    found = re.match(r"(e\d+)\.", os.path.basename(place)) or re.search(r"var\.(e\d+)\b", diagnostic.get("detail", ""))
    return found.group(1) if found else None


def refused(output):
    """name → summary of what a plan's stream complains about; under None what is nobody's."""
    names = {}
    for line in output.splitlines():
        try:
            event = json.loads(line)
        except ValueError:
            continue
        diagnostic = event.get("diagnostic")
        if diagnostic and diagnostic["severity"] == "error":
            names.setdefault(case_of(diagnostic), diagnostic["summary"])
    return names


class Answers:
    """What one tool says to a batch: name → ("refused", summary) or ("value", value, unknown, type)."""

    def __init__(self, tool, files_of, common):
        self.tool, self.files_of, self.common, self.of, self.trouble = tool, files_of, common, {}, {}
        self.ask(list(files_of))

    def write(self, names):
        folder = tempfile.mkdtemp(prefix="fuzz-")
        for files in [self.common, *(self.files_of[name] for name in names)]:
            for name, text in files.items():
                with open(os.path.join(folder, name), "w", encoding="utf-8", newline="") as file:
                    file.write(text)
        return folder

    def ask(self, names):
        names = list(names)
        for _ in range(ROUNDS):
            if not names:
                return None
            folder = self.write(names)
            try:
                planned = run(self.tool, folder, "plan", "-json", "-input=false", "-out=saved")
                if planned.returncode == 0:
                    return self.read(folder, names)
                found = refused(planned.stdout)
            finally:
                shutil.rmtree(folder, ignore_errors=True)
            told = [name for name in found if name in names]
            if not told:
                break
            for name in told:
                self.of[name] = UNWRITTEN if found[name] in NO_PLAN_HOLDS_IT else ("refused", found[name])
            names = [name for name in names if name not in told]
        if len(names) == 1:                        # nobody says which it was: it was this one
            self.of[names[0]] = ("refused", next(iter(found.values()), planned.stderr.strip()[-80:]))
            if self.of[names[0]][1] in NO_PLAN_HOLDS_IT:
                self.of[names[0]] = UNWRITTEN
            if planned.returncode not in (0, 1):
                self.trouble[names[0]] = "ended with status %d" % planned.returncode
            return None
        return self.ask_halves(names)

    def ask_halves(self, names):
        self.ask(names[:len(names) // 2])
        return self.ask(names[len(names) // 2:])

    def read(self, folder, names):
        plan = run(self.tool, folder, "show", "-json", "saved")
        try:
            changes = loads(plan.stdout)["output_changes"]
        except ValueError:                         # an infinite number: JSON has none
            if len(names) > 1:
                return self.ask_halves(names)
            self.of[names[0]] = UNWRITTEN
            return None
        asked = run(self.tool, folder, "console", "-plan", given="type([%s])\n" % ", ".join("local." + n for n in names))
        types = split_types(asked.stdout)
        for i, name in enumerate(names):
            change = changes[name]
            kind = types[i] if len(types) == len(names) else asked.stdout[:200] + asked.stderr[:200]
            self.of[name] = ("value", change.get("after"), change.get("after_unknown"), kind)
        return None


def split_types(text):
    """The members of a tuple([...]) as the console's type() writes it."""
    members, member = [], []
    for line in text.splitlines()[1:-1]:
        member.append(line[4:])
        if line.startswith("    ") and not line.startswith("     ") and line.endswith(",") and balanced(member):
            members.append("\n".join(member)[:-1])
            member = []
    return members


def balanced(lines):
    text = "".join(lines)
    return all(text.count(a) == text.count(b) for a, b in ("()", "[]", "{}"))


def near(a, b):
    """Whether two values differ in the last digits of numbers only. Terraform computes with 53 or 64 bits where all that a
    number was made of came from certain functions (log, pow, length); the tool with 512, as of what is written."""
    if isinstance(a, Num) and isinstance(b, Num):
        return a == b or abs(a - b) <= abs(a) * decimal.Decimal("1e-12")
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(near, a, b))
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(near(a[k], b[k]) for k in a)
    return a == b


def difference(want, got):
    """What is different in kind, or None. Both are answers; the words of refusals are another matter."""
    if want[0] != got[0]:
        return "%s, want %s" % (shown(got), shown(want))
    if want[0] == "value" and want[1:] != got[1:]:
        for what, a, b in zip(("value", "unknown", "type"), want[1:], got[1:]):
            if a != b and not near(a, b):
                return "%s %s, want %s" % (what, text_of(b), text_of(a))
    return None


def text_of(value):
    return value if isinstance(value, str) and "\n" in value else json.dumps(value, default=str, ensure_ascii=False)


def shown(answer):
    return "refused (%s)" % answer[1] if answer[0] == "refused" else "accepted as %s" % text_of(answer[1:2])[1:200]
