#!/usr/bin/env python3
"""The backend "http" against a server of a few lines: with Terraform on the same state, locks, retries, variables, other writers."""

import base64
import json
import os
import shutil
import ssl
import subprocess
import tempfile
import threading
import unittest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

HERE = Path(__file__).resolve().parent
PIPECTL = os.environ.get("PIPECTL") or str(HERE.parents[1] / "build" / "pipectl")
TERRAFORM = shutil.which("terraform")

NEW_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
MAIN = {"terraform": {"backend": {"http": {}}},
        "resource": {"terraform_data": {"a": {"input": 1}}}}


class Server(ThreadingHTTPServer):
    def __init__(self, tls=None):
        super().__init__(("127.0.0.1", 0), Handler)
        self.state, self.lock, self.calls, self.failures = None, None, [], []
        self.user = None
        self.url = f"http{'s' if tls else ''}://127.0.0.1:{self.server_port}"
        if tls:
            self.socket = tls.wrap_socket(self.socket, server_side=True)
        threading.Thread(target=self.serve_forever, daemon=True).start()


class Handler(BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def answer(self, status, body=b""):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def serve(self):
        server, body = self.server, self.rfile.read(int(self.headers.get("Content-Length") or 0))
        server.calls.append((self.command, self.path))
        wanted = server.user and "Basic " + base64.b64encode(server.user.encode()).decode()
        if wanted and self.headers.get("Authorization") != wanted:
            return self.answer(401)
        if server.failures:
            return self.answer(server.failures.pop(0))
        if self.command == "GET":
            return self.answer(200, server.state) if server.state else self.answer(404)
        if self.command in ("POST", "PUT"):
            if server.lock and server.lock["ID"] not in self.path:
                return self.answer(409)
            server.state = body
        elif self.command in ("LOCK", "PATCH"):
            if server.lock:
                return self.answer(423, json.dumps(server.lock).encode())
            server.lock = json.loads(body)
        elif self.command in ("UNLOCK", "DELETE"):
            server.lock = None
        return self.answer(200)

    do_GET = do_POST = do_PUT = do_LOCK = do_UNLOCK = do_PATCH = do_DELETE = serve


class Authority:
    """Certificates of one day: its own, the server's and a client's."""

    def __init__(self, folder):
        self.folder = folder
        self.openssl("req", "-x509", *NEW_KEY, "-keyout", "authority.key", "-out", "authority.pem", "-subj", "/CN=authority")
        for name in ("server", "client"):
            (folder / f"{name}.ext").write_text("subjectAltName=IP:127.0.0.1\n")
            self.openssl("req", *NEW_KEY, "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", f"/CN={name}")
            self.openssl("x509", "-req", "-in", f"{name}.csr", "-CA", "authority.pem", "-CAkey", "authority.key", "-days", "1",
                         "-extfile", f"{name}.ext", "-out", f"{name}.pem")

    def openssl(self, *arguments):
        subprocess.run(["openssl", *arguments], cwd=self.folder, check=True, capture_output=True)

    def text(self, name):
        return (self.folder / name).read_text()

    def server(self):
        """Who has no certificate of this authority is not served."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.folder / "server.pem", self.folder / "server.key")
        context.load_verify_locations(self.folder / "authority.pem")
        context.verify_mode = ssl.CERT_REQUIRED
        return context


class HttpBackend(unittest.TestCase):
    def setUp(self):
        self.server = Server()
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)
        self.folder = Path(tempfile.mkdtemp(prefix="http-state-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        (self.folder / "main.tf.json").write_text(json.dumps(MAIN))
        self.variables = {"TF_HTTP_ADDRESS": self.server.url + "/state?a=b", "TF_HTTP_RETRY_WAIT_MIN": "1",
                          "TF_HTTP_LOCK_ADDRESS": self.server.url + "/lock", "TF_HTTP_UNLOCK_ADDRESS": self.server.url + "/lock"}

    def run_tool(self, tool, *arguments, status=0):
        keep = {name: os.environ[name] for name in ("PATH", "ASAN_OPTIONS", "UBSAN_OPTIONS") if name in os.environ}
        environment = {**keep, "HOME": str(self.folder), "CHECKPOINT_DISABLE": "1", "TF_CLI_CONFIG_FILE": os.devnull,
                       **self.variables}
        done = subprocess.run([tool, *arguments], cwd=self.folder, env=environment, text=True, capture_output=True,
                              timeout=60)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return done.stdout + done.stderr

    def init_and_apply(self, tool=PIPECTL):
        self.run_tool(tool, "init", "-input=false")
        self.run_tool(tool, "apply", "-auto-approve")

    @unittest.skipUnless(TERRAFORM, "terraform is not installed")
    def test_with_terraform_on_the_same_state(self):
        for first, second in ((PIPECTL, TERRAFORM), (TERRAFORM, PIPECTL)):
            with self.subTest(first=Path(first).name):
                self.server.state = None
                self.init_and_apply(first)
                self.run_tool(second, "init", "-input=false")
                self.run_tool(second, "plan", "-detailed-exitcode")
                self.run_tool(second, "destroy", "-auto-approve")
                self.assertEqual(json.loads(self.server.state)["resources"], [])
                self.assertIsNone(self.server.lock)
                shutil.rmtree(self.folder / ".terraform")

    def test_a_write_names_its_lock(self):
        self.init_and_apply()
        (path,) = {path for verb, path in self.server.calls if verb == "POST"}
        self.assertRegex(path, r"^/state\?a=b&ID=[0-9a-f-]{36}$")
        self.assertIsNone(self.server.lock)
        self.assertFalse((self.folder / ".terraform/http.journal").exists())

    def test_a_held_lock_names_its_holder_and_can_be_broken(self):
        self.init_and_apply()
        self.server.lock = {"ID": "abc", "Operation": "OperationTypeApply", "Who": "someone@elsewhere"}
        said = self.run_tool(PIPECTL, "plan", "-no-color", status=1)
        self.assertIn("HTTP remote state already locked: ID=abc", said)
        self.assertIn("someone@elsewhere", said)
        self.run_tool(PIPECTL, "plan", "-lock=false")
        self.run_tool(PIPECTL, "force-unlock", "-force", "abc")
        self.assertIsNone(self.server.lock)

    def test_it_waits_for_a_lock(self):
        self.init_and_apply()
        self.server.lock = {"ID": "abc"}
        threading.Timer(1.5, lambda: setattr(self.server, "lock", None)).start()
        self.assertIn("Acquiring state lock", self.run_tool(PIPECTL, "plan", "-lock-timeout=20s"))

    def test_methods_user_and_password(self):
        self.server.user = "me:secret"
        said = self.run_tool(PIPECTL, "init", "-no-color", status=1)
        self.assertIn("requires auth", said)
        self.assertFalse((self.folder / ".terraform").exists())
        self.variables |= {"TF_HTTP_USERNAME": "me", "TF_HTTP_PASSWORD": "secret", "TF_HTTP_UPDATE_METHOD": "PUT",
                           "TF_HTTP_LOCK_METHOD": "PATCH", "TF_HTTP_UNLOCK_METHOD": "DELETE"}
        self.server.calls.clear()
        self.init_and_apply()
        self.assertEqual({verb for verb, _ in self.server.calls}, {"GET", "PUT", "PATCH", "DELETE"})

    def test_failures_of_the_server_are_tried_again_as_often_as_said(self):
        self.init_and_apply()
        self.server.failures = [500, 503]
        self.run_tool(PIPECTL, "plan", "-lock=false")
        self.server.failures = [500, 500, 500, 500]
        self.assertIn("500", self.run_tool(PIPECTL, "plan", "-lock=false", status=1))
        self.assertEqual(len(self.server.failures), 1)

    def test_another_writer_is_not_overwritten(self):
        self.init_and_apply()
        writes = {"local-exec": {"command": f"curl -s -X POST -d other '{self.server.url}/state'"}}
        text = json.dumps({**MAIN, "resource": {"terraform_data": {"a": {"input": 2}, "b": {"provisioner": writes}}}})
        (self.folder / "main.tf.json").write_text(text)
        self.server.lock = None
        self.variables.pop("TF_HTTP_LOCK_ADDRESS")
        said = self.run_tool(PIPECTL, "apply", "-auto-approve", "-no-color", status=1)
        self.assertIn("Somebody else has written the state", said)
        self.assertEqual(self.server.state, b"other")
        self.assertEqual(len(json.loads((self.folder / "errored.tfstate").read_text())["resources"]), 2)

    def test_certificates(self):
        authority = Authority(self.folder)
        server = Server(authority.server())
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        self.variables = {"TF_HTTP_ADDRESS": server.url + "/state", "TF_HTTP_RETRY_MAX": "0"}
        certificate = {"TF_HTTP_CLIENT_CERTIFICATE_PEM": authority.text("client.pem"),
                       "TF_HTTP_CLIENT_PRIVATE_KEY_PEM": authority.text("client.key")}
        trust = {"TF_HTTP_CLIENT_CA_CERTIFICATE_PEM": authority.text("authority.pem")}
        unchecked = {"backend": {"http": {"skip_cert_verification": True}}}
        for tool in filter(None, (PIPECTL, TERRAFORM)):
            with self.subTest(tool=Path(tool).name):
                (self.folder / "main.tf.json").write_text(json.dumps(MAIN))
                plain = dict(self.variables)
                for given in ({}, certificate, trust):
                    self.variables = plain | given
                    self.run_tool(tool, "init", "-input=false", status=1)
                self.variables = plain | certificate | trust
                self.run_tool(tool, "init", "-input=false")
                self.run_tool(tool, "apply", "-auto-approve")
                self.assertIn(b'"outputs"', server.state)
                self.variables = plain | certificate
                (self.folder / "main.tf.json").write_text(json.dumps({**MAIN, "terraform": unchecked}))
                self.run_tool(tool, "init", "-reconfigure")
                self.run_tool(tool, "plan", "-detailed-exitcode")
                self.variables, server.state = plain, None
                shutil.rmtree(self.folder / ".terraform")

    def test_there_is_one_workspace(self):
        self.run_tool(PIPECTL, "init", "-input=false")
        for verb in (["list"], ["new", "x"], ["select", "x"]):
            self.assertIn("workspaces not supported", self.run_tool(PIPECTL, "workspace", *verb, status=1))
        self.variables["TF_WORKSPACE"] = "x"
        self.assertIn("only the workspace", self.run_tool(PIPECTL, "plan", status=1))


if __name__ == "__main__":
    unittest.main()
