#!/usr/bin/env python3
"""doctor: a line for everything that a run needs, and what to do about it. Needs tests/awsgate/requirements.txt.

    PIPECTL=build/pipectl doctor_test.py
"""
import email.utils
import fcntl
import http.server
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '../awsgate/tests'))
from gateproc import Gate  # noqa: E402

PIPECTL = os.path.abspath(os.environ.get('PIPECTL', 'build/pipectl'))
MAIN = 'provider: { aws: { region: us-east-1 } }\nresource: { aws_kinesis_stream: { s: { name: doctor, shard_count: 1 } } }\n'
S3 = 'terraform:\n  backend:\n    s3: { bucket: states, key: it.tfstate, region: us-east-1, use_path_style: true, use_lockfile: true }\n'


class Doctor(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.gate = Gate('--strict', '--realism', 'off')
        cls.gate.preload('s3', 'CreateBucket', Bucket='states')

    @classmethod
    def tearDownClass(cls):
        cls.gate.stop()

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.environment = {'HOME': self.folder.name, 'PATH': os.environ['PATH'], 'AWS_ENDPOINT_URL': self.gate.url,
                            'AWS_ACCESS_KEY_ID': self.gate.key, 'AWS_SECRET_ACCESS_KEY': self.gate.secret, 'AWS_EC2_METADATA_DISABLED': 'true'}
        self.environment |= {name: os.environ[name] for name in ('ASAN_OPTIONS', 'UBSAN_OPTIONS') if name in os.environ}
        self.write('main.tf.yaml', MAIN)

    def tearDown(self):
        self.folder.cleanup()

    def write(self, name, text):
        with open(os.path.join(self.folder.name, name), 'w', encoding='utf-8') as file:
            file.write(text)

    def run_tool(self, *arguments, **environment):
        done = subprocess.run([PIPECTL, *arguments], cwd=self.folder.name, env={**self.environment, **environment}, check=False,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=60)
        return done.returncode, done.stdout, done.stderr

    def doctor(self, *arguments, **environment):
        """The exit status, {what: (finding, text)}, and what stands below."""
        status, out, error = self.run_tool('doctor', '-no-color', *arguments, **environment)
        lines = {}
        for line in out.splitlines():
            finding, what, text = line[:6].strip(), line[6:21].strip(), line[21:]
            if finding in ('ok', 'note', 'wrong'):
                lines[what] = (finding, text)
        return status, lines, out + error

    def test_all_is_well(self):
        status, lines, text = self.doctor()
        self.assertEqual(status, 0, text)
        self.assertEqual({what: finding for what, (finding, _) in lines.items()},
                         {'configuration': 'ok', 'certificates': 'ok', 'region': 'ok', 'credentials': 'ok', 'endpoint': 'ok', 'account': 'ok',
                          'clock': 'ok', 'lock': 'ok', 'state': 'note', 'journal': 'ok'}, text)
        self.assertEqual(lines['credentials'][1], f'from environment variables ({self.gate.key[:4]}...{self.gate.key[-4:]})')
        self.assertNotIn(self.gate.secret, text)
        self.assertRegex(lines['account'][1], '^123456789012, as arn:aws:')
        self.assertIn(self.gate.url, lines['endpoint'][1])
        self.assertEqual(sorted(os.listdir(self.folder.name)), ['main.tf.yaml'])        # it leaves nothing behind

    def test_a_state(self):
        self.run_tool('apply', '-auto-approve')
        self.assertEqual(self.doctor()[1]['state'], ('ok', 'terraform.tfstate: serial 1, 1 objects'))
        self.run_tool('destroy', '-auto-approve')

    def test_no_configuration(self):
        os.remove(os.path.join(self.folder.name, 'main.tf.yaml'))
        status, lines, text = self.doctor(AWS_REGION='eu-west-1')
        self.assertEqual((status, lines['configuration'][0], lines['region'][1], lines['account'][0]), (0, 'note', 'eu-west-1', 'ok'), text)
        status, lines, text = self.doctor()
        self.assertEqual((status, lines['provider aws'][0]), (1, 'wrong'), text)
        self.assertIn('Missing region', text)

    def test_a_configuration_that_cannot_be_read(self):
        self.write('main.tf.yaml', 'resource: [\n')
        status, lines, text = self.doctor()
        self.assertEqual((status, lines['configuration'][0]), (1, 'wrong'), text)
        self.assertIn('main.tf.yaml line', text)

    def test_credentials(self):
        status, lines, text = self.doctor(AWS_ACCESS_KEY_ID='', AWS_SECRET_ACCESS_KEY='')
        self.assertEqual((status, lines['credentials']), (1, ('wrong', 'No AWS credentials: see below for the places that were asked')), text)
        self.assertIn('AWS_ACCESS_KEY_ID is not set', text)
        self.assertEqual(lines['state'][0], 'note', text)                               # the rest is looked at all the same
        status, lines, text = self.doctor(AWS_SECRET_ACCESS_KEY='wrong')
        self.assertEqual((status, lines['account'][0]), (1, 'wrong'), text)
        self.assertIn('The credentials come from environment variables', ' '.join(text.split()))

    def test_an_endpoint_where_nobody_is(self):
        status, lines, text = self.doctor(AWS_ENDPOINT_URL='http://127.0.0.1:1')
        self.assertEqual((status, lines['account'][0]), (1, 'wrong'), text)
        self.assertIn('AWS cannot be reached', lines['account'][1])

    def test_certificates(self):
        status, lines, text = self.doctor(AWS_CA_BUNDLE='/no/such.pem')
        self.assertEqual((status, lines['certificates']), (1, ('wrong', 'AWS_CA_BUNDLE names /no/such.pem, which cannot be read: correct or unset it')), text)

    def test_a_clock_that_is_wrong(self):
        server = http.server.HTTPServer(('127.0.0.1', 0), Late)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        status, lines, text = self.doctor(AWS_ENDPOINT_URL=f'http://127.0.0.1:{server.server_port}')
        server.shutdown()
        self.assertEqual((status, lines['clock'][0]), (1, 'wrong'), text)
        self.assertRegex(lines['clock'][1], r"^it is (3599|360\d) s behind AWS's: ")

    def test_a_lock_that_a_program_has(self):
        with subprocess.Popen(['sleep', '30']) as _other, open(os.path.join(self.folder.name, 'terraform.tfstate'), 'w+', encoding='utf-8') as file:
            fcntl.lockf(file, fcntl.LOCK_EX)
            self.write('.terraform.tfstate.lock.info', json.dumps({'ID': 'f00', 'Operation': 'OperationTypeApply', 'Who': 'ann@laptop',
                                                                   'Created': '2026-01-02T03:04:05Z', 'Path': 'terraform.tfstate'}))
            status, lines, text = self.doctor()
            _other.send_signal(signal.SIGKILL)
        self.assertEqual((status, lines['lock']), (1, ('wrong', 'held by ann@laptop since 2026-01-02 03:04:05 +0000 UTC (OperationTypeApply): '
                                                      'wait for it; it ends with that program')), text)
        self.assertIn('not tried', self.doctor('-lock=false')[1]['lock'][1])

    def test_a_lock_in_s3(self):
        self.write('backend.tf.yaml', S3)
        self.assertEqual(self.doctor()[1]['backend'][0], 'wrong')                       # init has not written it down
        self.assertEqual(self.run_tool('init')[0], 0)
        status, lines, text = self.doctor()
        self.assertEqual((status, lines['lock'][0], lines['state'][0]), (0, 'ok', 'note'), text)
        self.assertIn('s3://states/it.tfstate', lines['state'][1])
        self.gate.preload('s3', 'PutObject', Bucket='states', Key='it.tfstate.tflock', Body={'$base64': self.base64(json.dumps(
            {'ID': 'f00-1', 'Operation': 'OperationTypeApply', 'Info': '', 'Who': 'runner@ci', 'Version': '1.11.4',
             'Created': '2026-01-02T03:04:05Z', 'Path': 'states/it.tfstate'}))})
        status, lines, text = self.doctor()
        self.assertEqual(status, 1, text)
        self.assertEqual(lines['lock'][1], 'held by runner@ci since 2026-01-02 03:04:05 +0000 UTC (OperationTypeApply): wait for it; '
                         'if that run is dead, "pipectl force-unlock f00-1"')

    @staticmethod
    def base64(text):
        import base64
        return base64.b64encode(text.encode()).decode()

    def test_what_a_dead_run_left(self):
        self.gate.ctl('set-faults', {'rules': [{'match': {'operation': 'CreateStream', 'nth': 1}, 'phase': 'before', 'kind': 'hang', 'seconds': 3}]})
        with subprocess.Popen([PIPECTL, 'apply', '-auto-approve'], cwd=self.folder.name, env=self.environment, stdin=subprocess.DEVNULL,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            end = time.monotonic() + 20
            while not any(name.endswith('.journal') for name in os.listdir(self.folder.name)) and time.monotonic() < end:
                time.sleep(0.02)
            time.sleep(0.3)
            process.kill()
        self.gate.ctl('set-faults', {'rules': []})
        status, lines, text = self.doctor()
        self.assertEqual((status, lines['journal'][0]), (0, 'note'), text)
        self.assertIn('1 change may have been made or not', lines['journal'][1])


    def test_a_runner_that_died(self):
        """Its lock and its journal are in the bucket; with the lock away, the next run finds what it made."""
        self.write('backend.tf.yaml', S3.replace('it.tfstate', 'died.tfstate'))
        self.write('main.tf.yaml', MAIN.replace('name: doctor', 'name: died'))
        self.assertEqual(self.run_tool('init')[0], 0)
        self.gate.ctl('set-faults', {'rules': [{'match': {'operation': 'CreateStream', 'nth': 1}, 'phase': 'after', 'kind': 'hang', 'seconds': 4}]})
        with subprocess.Popen([PIPECTL, 'apply', '-auto-approve'], cwd=self.folder.name, env=self.environment, stdin=subprocess.DEVNULL,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            end = time.monotonic() + 20
            while 'died' not in self.gate.client('kinesis').list_streams()['StreamNames'] and time.monotonic() < end:
                time.sleep(0.05)
            process.kill()
        self.gate.ctl('set-faults', {'rules': []})
        self.folder.cleanup()                                                # the machine is gone
        self.folder = tempfile.TemporaryDirectory()
        self.write('backend.tf.yaml', S3.replace('it.tfstate', 'died.tfstate'))
        self.write('main.tf.yaml', MAIN.replace('name: doctor', 'name: died'))
        self.assertEqual(self.run_tool('init')[0], 0)
        status, lines, text = self.doctor()
        self.assertEqual((status, lines['lock'][0], lines['journal'][0]), (1, 'wrong', 'note'), text)
        lock = lines['lock'][1].rpartition('force-unlock ')[2].strip('"')
        self.assertEqual(self.run_tool('force-unlock', '-force', lock)[0], 0)
        status, out, error = self.run_tool('apply', '-auto-approve', '-no-color')
        self.assertEqual(status, 0, out + error)
        self.assertEqual(self.run_tool('plan', '-detailed-exitcode')[0], 0)
        self.assertEqual(self.doctor()[1]['journal'][0], 'ok')
        self.run_tool('destroy', '-auto-approve')


class Late(http.server.BaseHTTPRequestHandler):
    """STS with a clock of its own."""

    def log_message(self, *_):
        pass

    def date_time_string(self, timestamp=None):
        return email.utils.formatdate(time.time() + 3600, usegmt=True)

    def do_POST(self):
        self.rfile.read(int(self.headers['Content-Length']))
        body = (b'<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>'
                b'<Arn>arn:aws:iam::123456789012:user/x</Arn><UserId>A</UserId><Account>123456789012</Account>'
                b'</GetCallerIdentityResult></GetCallerIdentityResponse>')
        self.send_response(200)
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)


if __name__ == '__main__':
    unittest.main()
