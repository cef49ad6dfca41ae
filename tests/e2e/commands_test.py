#!/usr/bin/env python3
"""What commands print, and how they end: each file in commands/ is one session, as it stands on a screen.

    $ # a comment
    --- main.tf
    file contents, up to the next line that begins with "---" or "$"
    $ pipectl validate
    what it prints, stdout and stderr together
    [1]                 the exit status, where it is not 0

What differs from run to run is written <id> or <time>; all is said to be done in 0s. With --write the files are made anew from what happens: read the diff.
"""
import os
import re
import subprocess
import sys
import tempfile
import unittest

PIPECTL = os.path.abspath(os.environ.get("PIPECTL", "build/pipectl"))
CASES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "commands")
TIME = re.compile(r'"@timestamp":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z"')
RANDOM = re.compile(r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")
SECONDS = re.compile(r'(complete after |"elapsed_seconds":)\d+')
EMPTY = re.compile(r"^│ $", re.MULTILINE)  # no file here ends a line with a blank
FORMS = [(TIME, '"@timestamp":"<time>"'), (RANDOM, "<id>"), (SECONDS, r"\g<1>0"), (EMPTY, "│")]
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "TF_"))}


def run(line, folder):
    """What a shell prints for [line], in the form in which a case has it."""
    environment = dict(ENVIRONMENT, PATH=os.path.dirname(PIPECTL) + ":" + os.environ["PATH"], HOME=folder)
    done = subprocess.run(["bash", "-c", line], cwd=folder, env=environment, check=False, timeout=60, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    text = done.stdout.decode("utf-8", "replace")
    for pattern, shown in FORMS:
        text = pattern.sub(shown, text)
    text += "" if not text or text.endswith("\n") else "\n"
    return text + (f"[{done.returncode}]\n" if done.returncode else "")


def play(text, folder):
    """The session of [text] with what is really printed in place of what is expected."""
    result, file = "", None
    for line in text.splitlines(keepends=True):
        if line.startswith("$ "):
            result += line + run(line[2:], folder)
            file = None
        elif line.startswith("--- "):
            result += line
            file = os.path.join(folder, line[4:].strip())
            os.makedirs(os.path.dirname(file), exist_ok=True)
        elif file:
            result += line
            with open(file, "a", encoding="utf-8") as open_file:
                open_file.write(line)
    return result                                         # all else was expected output


class Commands(unittest.TestCase):
    maxDiff = None


def add_case(name):
    path = os.path.join(CASES, name)

    def test(self):
        with open(path, encoding="utf-8") as file:
            expected = file.read()
        with tempfile.TemporaryDirectory() as folder:
            real = play(expected, folder)
        if WRITE:
            with open(path, "w", encoding="utf-8") as file:
                file.write(real)
        else:
            self.assertEqual(real, expected)

    setattr(Commands, "test_" + name.removesuffix(".txt").replace("-", "_"), test)


WRITE = "--write" in sys.argv
sys.argv = [argument for argument in sys.argv if argument != "--write"]
for case in sorted(os.listdir(CASES)):
    add_case(case)

if __name__ == "__main__":
    unittest.main()
