#!/usr/bin/env python3
"""Asks a strict AWS endpoint (tests/awsgate) who we are, with exchange_test -identity, through all that can go wrong. Needs
tests/awsgate/requirements.txt.

    gate.py BUILD           BUILD is the folder that holds exchange_test
"""
import json
import os
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '../awsgate/tests'))
from gateproc import Gate  # noqa: E402

BUILD = None
US = '123456789012 arn:aws:sts::123456789012:user/moto'


def whoami(**environment):
    """What exchange_test prints, in an environment of these variables alone."""
    variables = {'HOME': '/nowhere', 'AWS_REGION': 'us-east-1', **environment}
    done = subprocess.run([os.path.join(BUILD, 'exchange_test'), '-identity'], capture_output=True, text=True, timeout=60,
                          env={name: value for name, value in variables.items() if value is not None})
    return (done.stdout + done.stderr).strip()


class Identity(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.ca = os.path.join(cls.folder.name, 'ca.pem')
        cls.gate = Gate('--strict', '--realism', 'default', '--ca-file', cls.ca)
        cls.keys = {'AWS_ACCESS_KEY_ID': cls.gate.key, 'AWS_SECRET_ACCESS_KEY': cls.gate.secret}
        cls.here = {**cls.keys, 'AWS_ENDPOINT_URL': cls.gate.url}

    @classmethod
    def tearDownClass(cls):
        cls.gate.stop()
        cls.folder.cleanup()

    def setUp(self):
        self.gate.ctl('set-faults', {'rules': []})

    def faults(self, *rules):
        self.gate.ctl('set-faults', {'seed': 1, 'rules': [{'match': {'nth': 1}, **rule} for rule in rules]})

    def test_plain(self):
        self.assertEqual(whoami(**self.here), US)
        self.assertEqual(self.gate.ctl('violations'), [])

    def test_over_tls_with_the_real_host_names(self):
        proxy = {'HTTPS_PROXY': self.gate.url, 'AWS_CA_BUNDLE': self.ca}
        self.assertEqual(whoami(**self.keys, **proxy), US)
        self.assertEqual(whoami(**self.keys, **proxy, **{'AWS_REGION': 'eu-central-1'}), US)

    def test_an_untrusted_certificate_is_refused_at_once(self):
        self.assertRegex(whoami(**self.keys, HTTPS_PROXY=self.gate.url), r'failure after 1 attempts: sts.us-east-1.amazonaws.com: .*certificate')
        self.assertRegex(whoami(**self.keys, HTTPS_PROXY=self.gate.url, AWS_CA_BUNDLE='/no/such/file'), 'failure after 1 attempts: .*/no/such/file')

    def test_no_proxy(self):
        self.assertEqual(whoami(**self.here, http_proxy='http://127.0.0.1:1', NO_PROXY='127.0.0.1'), US)

    def test_wrong_keys(self):
        self.assertRegex(whoami(**{**self.here, 'AWS_SECRET_ACCESS_KEY': 'wrong'}), '^refused: 403 SignatureDoesNotMatch: ')
        self.assertRegex(whoami(**{**self.here, 'AWS_ACCESS_KEY_ID': 'AKWRONG'}), '^refused: 403 InvalidClientTokenId: ')
        self.assertRegex(whoami(AWS_ENDPOINT_URL=self.gate.url), '^error: No credentials for AWS were found')

    def test_nobody_there(self):
        self.assertRegex(whoami(**{**self.here, 'AWS_ENDPOINT_URL': 'http://127.0.0.1:1'}), '^failure after 6 attempts: 127.0.0.1:1: ')
        self.assertRegex(whoami(**{**self.here, 'AWS_ENDPOINT_URL': 'http://no-such-host.invalid'}), '^failure after 3 attempts: no-such-host.invalid: ')
        self.assertRegex(whoami(**{**self.here, 'AWS_ENDPOINT_URL': 'nonsense'}), '^error: The endpoint "nonsense" of sts is no URL')

    def test_broken_connections(self):
        for fault in ({'kind': 'reset'}, {'kind': 'close'}, {'kind': 'empty'}, {'kind': 'bad_status_line'}, {'kind': 'garbage', 'body': '<html>'},
                      {'kind': 'truncate'}, {'kind': 'truncate', 'reset': True}, {'kind': 'bad_length'}, {'kind': 'bad_length', 'extra': -40},
                      {'kind': 'drip', 'interval_s': 0.001}):
            with self.subTest(fault=fault):
                self.faults({'phase': 'after', **fault})
                self.assertEqual(whoami(**self.here), US)

    def test_failures_of_the_service(self):
        for fault in ({'kind': 'http', 'status': 500}, {'kind': 'http', 'status': 503, 'body': '<html>'}, {'kind': 'throttle'},
                      {'kind': 'throttle', 'retry_after': 1}, {'kind': 'error', 'code': 'RequestTimeout', 'message': 'slow'}):
            with self.subTest(fault=fault):
                self.faults(fault)
                self.assertEqual(whoami(**self.here), US)

    def test_a_role_of_a_profile(self):
        trust = {'Version': '2012-10-17', 'Statement': [{'Effect': 'Allow', 'Action': 'sts:AssumeRole', 'Principal': {'AWS': '123456789012'},
                                                        'Condition': {'StringEquals': {'sts:ExternalId': 'x1'}}}]}
        self.gate.ctl('resource', {'service': 'iam', 'operation': 'CreateRole', 'region': 'us-east-1',
                                   'params': {'RoleName': 'deploy', 'AssumeRolePolicyDocument': json.dumps(trust)}})
        self.gate.ctl('advance-time', {'seconds': 10})
        config, shared = os.path.join(self.folder.name, 'config'), os.path.join(self.folder.name, 'credentials')
        with open(config, 'w') as file:
            file.write('[profile ci]\nsource_profile = base\nrole_arn = arn:aws:iam::123456789012:role/deploy\n'
                       'role_session_name = ci-job\nexternal_id = x1\n\n[profile stranger]\nsource_profile = base\n'
                       'role_arn = arn:aws:iam::123456789012:role/none\n')
        with open(shared, 'w') as file:
            file.write(f'[base]\naws_access_key_id = {self.gate.key}\naws_secret_access_key = {self.gate.secret}\n')
        files = {'AWS_CONFIG_FILE': config, 'AWS_SHARED_CREDENTIALS_FILE': shared, 'AWS_ENDPOINT_URL': self.gate.url}
        self.assertEqual(whoami(**files, AWS_PROFILE='ci'), '123456789012 arn:aws:sts::123456789012:assumed-role/deploy/ci-job')
        self.assertRegex(whoami(**files, AWS_PROFILE='stranger'),
                         'failure after 0 attempts: The role arn:aws:iam::123456789012:role/none could not be assumed: AccessDenied: ')


if __name__ == '__main__':
    BUILD = os.path.abspath(sys.argv.pop(1))
    unittest.main()
