#!/usr/bin/env python3
"""What a person at a terminal, and a program that is careless with descriptors, gets: PIPECTL is the program."""
import os
import pty
import select
import signal
import socket
import subprocess
import tempfile
import time
import unittest

PIPECTL = os.path.abspath(os.environ.get("PIPECTL", "build/pipectl"))
CONFIGURATION = 'resource "terraform_data" "a" {\n  input = "x"\n}\n'


class Folder(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.write("main.tf", CONFIGURATION)

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def write(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)

    def run_program(self, *arguments, **settings):
        return subprocess.run([PIPECTL, *arguments], cwd=self.folder.name, check=False, timeout=60, **settings)


class Prompt(Folder):
    def answer(self, keys, *arguments):
        """Waits for the prompt on a pseudo terminal, types [keys]; returns what was printed, and the status."""
        child, terminal = pty.fork()
        if child == 0:
            os.chdir(self.folder.name)
            os.execv(PIPECTL, [PIPECTL, *arguments])
        text, typed, end = "", False, time.monotonic() + 30
        while time.monotonic() < end and select.select([terminal], [], [], end - time.monotonic())[0]:
            try:
                text += os.read(terminal, 65536).decode()
            except OSError:                        # the other side has gone
                break
            if not typed and "Enter a value: " in text:
                os.write(terminal, keys)
                typed = True
        else:
            os.kill(child, 9)
        os.close(terminal)
        return text.replace("\r\n", "\n"), os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

    def test_yes(self):
        text, status = self.answer(b"yes\n", "apply", "-no-color")
        self.assertIn("Enter a value: yes\n\nterraform_data.a: Creating...\n", text)
        self.assertEqual(status, 0)

    def test_no(self):
        for keys in (b"no\n", b"y\n", b"YES\n", b"\n"):
            with self.subTest(keys):
                text, status = self.answer(keys, "apply")
                self.assertTrue(text.endswith("\n\nApply cancelled.\n"), text)
                self.assertFalse(text.endswith("\n\n\nApply cancelled.\n"), text)
                self.assertEqual((status, os.listdir(self.folder.name)), (1, ["main.tf"]))

    def test_end_of_input(self):
        text, status = self.answer(b"\x04", "apply", "-no-color")
        self.assertIn("Error: error asking for approval: EOF", text)
        self.assertEqual((status, os.listdir(self.folder.name)), (1, ["main.tf"]))

    def test_interrupt(self):
        text, status = self.answer(b"\x03", "apply", "-no-color")
        self.assertIn("Interrupt received.", text)
        self.assertIn("Error: error asking for approval: interrupted", text)
        self.assertEqual((status, os.listdir(self.folder.name)), (1, ["main.tf"]))

    def test_interrupt_of_a_silent_endpoint(self):
        """Nothing is being changed: reads end at once, however long AWS would take."""
        self.write("main.tf", 'resource "aws_kinesis_stream" "s" {\n  name = "s"\n  shard_count = 1\n}\ndata "aws_caller_identity" "me" {}\n')
        with socket.create_server(("127.0.0.1", 0)) as server:
            server.settimeout(20)
            environment = dict(os.environ, AWS_ENDPOINT_URL=f"http://127.0.0.1:{server.getsockname()[1]}", AWS_REGION="us-east-1",
                               AWS_ACCESS_KEY_ID="AKIAIOSFODNN7EXAMPLE", AWS_SECRET_ACCESS_KEY="x")
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                with self.subTest(number), subprocess.Popen([PIPECTL, "apply", "-no-color"], cwd=self.folder.name, env=environment,
                                                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as program:
                    server.accept()
                    program.send_signal(number)
                    out, err = program.communicate(timeout=10)
                    self.assertNotIn("Plan:", out)
                    self.assertTrue(err.endswith("\n\nError: Interrupted\n\nThe plan was interrupted before it was complete.\n"), err)
                    self.assertEqual(err.count("Error: "), 1)
                    self.assertEqual((program.returncode, os.listdir(self.folder.name)), (1, ["main.tf"]))

    def test_variable(self):
        self.write("main.tf", CONFIGURATION + 'variable "v" {\n  description = "Which one?"\n}\n')
        text, status = self.answer(b"this\n", "plan")
        self.assertIn("var.v\n  Which one?\n\n  Enter a value: this\n\n", text)
        self.assertEqual(status, 0)


class Console(Folder):
    """The console on a terminal: editing, history, input of several lines, mistakes."""

    def talk(self, *typed):
        """Types each once there is a prompt; returns what was printed, and the status."""
        child, terminal = pty.fork()
        if child == 0:
            os.chdir(self.folder.name)
            os.environ["TERM"] = "vt100"
            os.execv(PIPECTL, [PIPECTL, "console", "-no-color"])
        text, waiting, new = "", list(typed), ""
        while select.select([terminal], [], [], 30)[0]:
            try:
                new += os.read(terminal, 65536).decode()
            except OSError:                        # the other side has gone
                break
            if waiting and new.endswith(("> ", ": ")):
                os.write(terminal, waiting.pop(0).encode())
                text, new = text + new, ""
        os.close(terminal)
        return (text + new).replace("\r", ""), os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

    def test_answers(self):
        text, status = self.talk("1 + 1\n", "[\n", '"é",\n', "]\n", "<<EOT\n", "x\n", "EOT\n", "terraform_data.a.id\n", "exit\n")
        self.assertIn("> 1 + 1\n2\n", text)
        self.assertIn('[\n  "é",\n]\n', text)
        self.assertIn("<<EOT\nx\n\nEOT\n", text)
        self.assertIn("(known after apply)\n", text)
        self.assertEqual(status, 0)

    def test_mistakes_end_nothing(self):
        text, status = self.talk("nope\n", "{\n", "\n", "2 + 2\n", "\x04")
        self.assertIn("Error: Invalid reference", text)
        self.assertIn("Error: Missing expression", text)
        self.assertIn("> 2 + 2\n4\n", text)
        self.assertEqual(status, 0)

    def test_editing_and_history(self):
        text, status = self.talk("20 + 3\x1b[D\x7f4 * \x1b[F\n", "\x1b[A + 1000\n", "\x04")
        self.assertIn("\n32\n", text)             # of 20 +4 * 3
        self.assertIn("\n1032\n", text)
        self.assertEqual(status, 0)


class Descriptors(Folder):
    def test_full(self):
        with open("/dev/full", "w", encoding="utf-8") as full:
            done = self.run_program("plan", stdout=full, stderr=subprocess.PIPE, text=True)
        self.assertEqual((done.returncode, done.stderr), (1, "pipectl: standard output: No space left on device\n"))

    def test_closed(self):
        for closed in ("<&-", ">&-", "2>&-", "<&- >&- 2>&-"):
            with self.subTest(closed):
                command = f'"{PIPECTL}" apply -auto-approve {closed}'
                done = subprocess.run(["sh", "-c", command], cwd=self.folder.name, check=False, stdout=subprocess.DEVNULL, timeout=60)
                self.assertEqual(done.returncode, 0)
                self.assertEqual(self.run_program("plan", "-detailed-exitcode", stdout=subprocess.DEVNULL).returncode, 0)
                self.assertEqual(self.run_program("destroy", "-auto-approve", stdout=subprocess.DEVNULL).returncode, 0)

    def test_pipe_without_blocking(self):
        """More than a pipe holds, into one that another program made non-blocking."""
        self.write("main.tf", 'output "o" {\n  value = [for i in range(1000) : "%s"]\n}\n' % ("x" * 200))
        reader, writer = os.pipe()
        os.set_blocking(writer, False)
        with subprocess.Popen([PIPECTL, "plan"], cwd=self.folder.name, stdout=writer) as program:
            os.close(writer)
            time.sleep(0.5)
            read = 0
            while piece := os.read(reader, 65536):
                read += len(piece)
            os.close(reader)
        self.assertEqual(program.returncode, 0)
        self.assertGreater(read, 200000)


if __name__ == "__main__":
    unittest.main()
