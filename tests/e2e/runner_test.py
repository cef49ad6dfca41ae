#!/usr/bin/env python3
"""A CI runner's credentials in the middle of a run: sessions that expire while an apply is under way, a token file that rotates, an
instance whose metadata hang, a token for somebody else; and what the provider block says about them. Each time all goes on with
fresh keys, or there is one clear error. Needs tests/awsgate/requirements.txt.

    PIPECTL=build/pipectl runner_test.py
"""
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '../awsgate/tests'))
from gateproc import Gate  # noqa: E402

PIPECTL = os.path.abspath(os.environ.get('PIPECTL', 'build/pipectl'))
ACCOUNT = '123456789012'
GITHUB = 'token.actions.githubusercontent.com'
ROLE = f'arn:aws:iam::{ACCOUNT}:role/ci'

# Three streams one after another: each takes about as long as a short session lives.
CHAIN = """
provider:
  aws:
    region: us-east-1
resource:
  aws_kinesis_stream:
    a: { name: a, shard_count: 1 }
    b: { name: b, shard_count: 1, depends_on: [aws_kinesis_stream.a] }
    c: { name: c, shard_count: 1, depends_on: [aws_kinesis_stream.b] }
"""


class Runner(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.gate = Gate('--strict', '--realism', 'default', '--imds-port', '0', '--set', 'sts.sessions.min_s=1',
                        '--set', 'kinesis.lifecycle.create_s=1.4')
        cls.imds = cls.gate.info['imds']
        trust = {'Version': '2012-10-17', 'Statement': [
            {'Effect': 'Allow', 'Action': 'sts:AssumeRoleWithWebIdentity',
             'Principal': {'Federated': f'arn:aws:iam::{ACCOUNT}:oidc-provider/{GITHUB}'},
             'Condition': {'StringEquals': {f'{GITHUB}:aud': 'sts.amazonaws.com'}}},
            {'Effect': 'Allow', 'Action': 'sts:AssumeRole', 'Principal': {'AWS': ACCOUNT}}]}
        cls.gate.preload('iam', 'CreateOpenIDConnectProvider', Url=f'https://{GITHUB}', ClientIDList=['sts.amazonaws.com'],
                         ThumbprintList=['0' * 40])
        for name in ('ci', 'deploy', 'deeper'):
            cls.gate.preload('iam', 'CreateRole', RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))
        cls.gate.ctl('advance-time', {'seconds': 10})

    @classmethod
    def tearDownClass(cls):
        cls.gate.stop()

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.environment = {'HOME': self.folder.name, 'PATH': os.environ['PATH'], 'AWS_ENDPOINT_URL': self.gate.url}
        self.environment |= {name: os.environ[name] for name in ('ASAN_OPTIONS', 'UBSAN_OPTIONS') if name in os.environ}
        self.gate.ctl('imds', {'ec2': {'mode': 'ok'}, 'oidc': {'ttl_s': 300}})

    def tearDown(self):
        self.run_tool('destroy', '-auto-approve', AWS_ACCESS_KEY_ID=self.gate.key, AWS_SECRET_ACCESS_KEY=self.gate.secret)
        self.folder.cleanup()

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def write(self, name, text):
        with open(self.path(name) + '.new', 'w', encoding='utf-8') as file:
            file.write(text)
        os.rename(self.path(name) + '.new', self.path(name))
        return self.path(name)

    def write_token(self, audience='sts.amazonaws.com'):
        request = urllib.request.Request(self.imds['oidc_url'] + '&audience=' + audience,
                                         headers={'Authorization': 'bearer ' + self.imds['oidc_token']})
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=10) as answer:
            return self.write('token', json.load(answer)['value'])

    def run_tool(self, *arguments, **environment):
        done = subprocess.run([PIPECTL, *arguments, '-no-color'], cwd=self.folder.name, env={**self.environment, **environment},
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=120, check=False)
        return done.returncode, ' '.join(done.stdout.split())

    def asked(self, operation):
        return self.gate.log(operation=operation)

    def assert_applied(self, result, **environment):
        self.assertEqual(result[0], 0, result[1])
        status, text = self.run_tool('plan', '-detailed-exitcode', **environment)
        self.assertEqual(status, 0, text)

    def assert_one_error(self, result, *parts):
        self.assertEqual(result[0], 1, result[1])
        self.assertEqual(result[1].count('Error: '), 1, result[1])
        for part in parts:
            self.assertIn(part, result[1])


class InTheMiddle(Runner):
    def by_token(self, seconds=None):
        """A profile, since sessions of the environment live as long as AWS says."""
        config = self.write('config', f'[profile ci]\nweb_identity_token_file = {self.path("token")}\nrole_arn = {ROLE}\n'
                            'role_session_name = job\n' + (f'duration_seconds = {seconds}\n' if seconds else ''))
        return {'AWS_CONFIG_FILE': config, 'AWS_PROFILE': 'ci'}

    def test_sessions_that_are_shorter_than_the_apply(self):
        self.write('main.tf.yaml', CHAIN)
        self.write_token()
        before, refused = len(self.asked('AssumeRoleWithWebIdentity')), len(self.gate.log(error='ExpiredTokenException'))
        self.assert_applied(self.run_tool('apply', '-auto-approve', **self.by_token(2)), **self.by_token())
        self.assertGreaterEqual(len(self.asked('AssumeRoleWithWebIdentity')) - before, 3)
        self.assertEqual(len(self.gate.log(error='ExpiredTokenException')), refused)      # always renewed in time

    def test_a_chain_of_roles_is_taken_on_again(self):
        self.write('main.tf.yaml', CHAIN.replace('region: us-east-1', f"""region: us-east-1
    assume_role:
      - role_arn: arn:aws:iam::{ACCOUNT}:role/deploy
        session_name: first
        duration: 3s
        tags: {{ job: "1" }}
      - role_arn: arn:aws:iam::{ACCOUNT}:role/deeper
        session_name: second
        duration: 3s
        policy_arns: ["arn:aws:iam::aws:policy/AdministratorAccess"]"""))
        keys = {'AWS_ACCESS_KEY_ID': self.gate.key, 'AWS_SECRET_ACCESS_KEY': self.gate.secret}
        before = len(self.asked('AssumeRole'))
        self.assert_applied(self.run_tool('apply', '-auto-approve', **keys), **keys)
        taken = [call['params'] for call in self.asked('AssumeRole')[before:]]
        self.assertEqual({call['RoleSessionName'] for call in taken}, {'first', 'second'})
        self.assertGreaterEqual(len(taken), 4)
        self.assertEqual(self.gate.ctl('violations'), [])

    def when_the_second_stream_is_made(self, then):
        before = len(self.asked('CreateStream'))

        def watch():
            for _ in range(600):
                if len(self.asked('CreateStream')) >= before + 2:
                    then()
                    return
                time.sleep(0.05)
        thread = threading.Thread(target=watch)
        thread.start()
        return thread

    def test_a_token_file_that_rotates(self):
        self.write('main.tf.yaml', CHAIN)
        self.write_token()

        def rotate():
            self.gate.ctl('advance-time', {'seconds': 4000})                # session and token are over
            self.write_token()
        thread = self.when_the_second_stream_is_made(rotate)
        result = self.run_tool('apply', '-auto-approve', **self.by_token())
        thread.join()
        self.assert_applied(result, **self.by_token())

    def test_a_token_file_that_does_not(self):
        self.write('main.tf.yaml', CHAIN)
        self.write_token()
        thread = self.when_the_second_stream_is_made(lambda: self.gate.ctl('advance-time', {'seconds': 4000}))
        status, text = self.run_tool('apply', '-auto-approve', **self.by_token())
        thread.join()
        self.assertEqual(status, 1, text)
        self.assertIn('ExpiredTokenException', text)
        self.assertIn('has to write a new one before it expires', text)
        self.write_token()                                                  # the next job finishes it
        self.assert_applied(self.run_tool('apply', '-auto-approve', **self.by_token()), **self.by_token())

    def test_keys_of_a_container_that_expire(self):
        self.write('main.tf.yaml', CHAIN)
        container = {'AWS_CONTAINER_CREDENTIALS_FULL_URI': self.imds['container_url'],
                     'AWS_CONTAINER_AUTHORIZATION_TOKEN': self.imds['container_token']}
        thread = self.when_the_second_stream_is_made(lambda: self.gate.ctl('advance-time', {'seconds': 30000}))
        result = self.run_tool('apply', '-auto-approve', **container)
        thread.join()
        self.assert_applied(result, **container)


class AtTheBeginning(Runner):
    def by_environment(self):
        return {'AWS_WEB_IDENTITY_TOKEN_FILE': self.path('token'), 'AWS_ROLE_ARN': ROLE}

    def test_a_wrong_audience(self):
        self.write('main.tf.yaml', CHAIN)
        self.write_token(audience='https://github.com/octo-org')
        self.assert_one_error(self.run_tool('apply', '-auto-approve', **self.by_environment()), 'AWS credentials cannot be fetched',
                              'Incorrect token audience', 'for audience "https://github.com/octo-org"')
        self.assertFalse(os.path.exists(self.path('terraform.tfstate')))

    def test_metadata_that_hang(self):
        self.write('main.tf.yaml', CHAIN)
        self.gate.ctl('imds', {'ec2': {'mode': 'hang', 'hang_s': 5}})
        begin = time.monotonic()
        self.assert_one_error(self.run_tool('plan', AWS_EC2_METADATA_SERVICE_ENDPOINT=self.imds['url']), 'No AWS credentials',
                              'instance metadata: ', 'timed out')
        self.assertLess(time.monotonic() - begin, 5)

    def test_no_keys_at_all(self):
        self.write('main.tf.yaml', CHAIN)
        self.assert_one_error(self.run_tool('plan', AWS_EC2_METADATA_DISABLED='true'), 'No AWS credentials',
                              'environment variables: AWS_ACCESS_KEY_ID is not set', 'web identity: ', 'profile default: ', 'container: ')

    def test_the_provider_block(self):
        self.write_token()
        for arguments, environment in (
                (f'assume_role_with_web_identity: {{ role_arn: "{ROLE}", session_name: block, web_identity_token_file: {self.path("token")} }}', {}),
                (f'ec2_metadata_service_endpoint: {self.imds["url"]}', {}),
                (f'shared_credentials_files: ["{self.write("keys", self.keys_file("odd"))}"]\n    profile: odd', {}),
                ('skip_metadata_api_check: "false"', {'AWS_EC2_METADATA_DISABLED': 'true', 'AWS_EC2_METADATA_SERVICE_ENDPOINT': self.imds['url']})):
            with self.subTest(arguments=arguments):
                self.write('main.tf.yaml', 'provider:\n  aws:\n    region: us-east-1\n    ' + arguments +
                           '\ndata:\n  aws_caller_identity:\n    me: {}\noutput:\n  arn: { value: "${data.aws_caller_identity.me.arn}" }\n')
                status, text = self.run_tool('plan', **environment)
                self.assertEqual(status, 0, text)
                self.assertIn('+ arn = ', text)

    def keys_file(self, profile):
        return f'[{profile}]\naws_access_key_id = {self.gate.key}\naws_secret_access_key = {self.gate.secret}\n'

    def test_the_region_of_the_instance(self):
        self.write('main.tf.yaml', 'data:\n  aws_region:\n    here: {}\noutput:\n  region: { value: "${data.aws_region.here.name}" }\n')
        self.gate.ctl('imds', {'ec2': {'region': 'eu-west-3'}})
        status, text = self.run_tool('plan', AWS_EC2_METADATA_SERVICE_ENDPOINT=self.imds['url'])
        self.gate.ctl('imds', {'ec2': {'region': 'us-east-1'}})
        self.assertEqual(status, 0, text)
        self.assertIn('+ region = "eu-west-3"', text)
        self.assert_one_error(self.run_tool('plan', AWS_EC2_METADATA_DISABLED='true'), 'Missing region')

    def test_what_only_one_value_is_supported_of(self):
        for argument, value in (('retry_mode', 'adaptive'), ('s3_us_east_1_regional_endpoint', 'legacy')):
            self.write('main.tf.yaml', f'provider:\n  aws:\n    region: us-east-1\n    {argument}: {value}\n'
                       'data:\n  aws_caller_identity:\n    me: {}\n')
            self.assert_one_error(self.run_tool('plan'), f'{argument} = "{value}" is not supported', 'main.tf.yaml line 4')

    def test_a_proxy_and_certificates_of_the_provider_block(self):
        authority = self.path('ca.pem')
        with Gate('--strict', '--realism', 'off', '--ca-file', authority) as gate:
            for arguments, error in ((f'https_proxy: "{gate.url}"\n    custom_ca_bundle: {authority}', None),
                                     (f'http_proxy: "{gate.url}"\n    insecure: true', None),
                                     (f'https_proxy: "{gate.url}"', 'AWS cannot be reached')):
                self.write('main.tf.yaml', f'provider:\n  aws:\n    region: us-east-1\n    access_key: {gate.key}\n    secret_key: {gate.secret}\n'
                           f'    {arguments}\ndata:\n  aws_caller_identity:\n    me: {{}}\n')
                status, text = self.run_tool('plan', AWS_ENDPOINT_URL='')
                self.assertEqual(status, 1 if error else 0, text)
                self.assertIn(error or 'No changes', text)

    def test_half_a_web_identity_block(self):
        self.write('main.tf.yaml', 'provider:\n  aws:\n    region: us-east-1\n    assume_role_with_web_identity: { session_name: x }\n'
                   'data:\n  aws_caller_identity:\n    me: {}\n')
        self.assert_one_error(self.run_tool('plan'), 'An assume_role_with_web_identity block needs role_arn')


if __name__ == '__main__':
    unittest.main()
