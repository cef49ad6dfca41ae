#!/usr/bin/env python3
"""Where a runner's keys come from, through a strict endpoint (tests/awsgate): web identity, a container, an instance, a program, a
sign-in; renewed before they expire, and one clear error where they cannot be had. Needs tests/awsgate/requirements.txt.

    sources.py BUILD        BUILD is the folder that holds exchange_test
"""
import datetime
import hashlib
import http.server
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

BUILD = None
ACCOUNT = '123456789012'
GITHUB = 'token.actions.githubusercontent.com'
ROLE = f'arn:aws:iam::{ACCOUNT}:role/ci'


def whoami(*arguments, timeout=60, **environment):
    """What exchange_test prints, in an environment of these variables alone."""
    variables = {'HOME': '/nowhere', 'PATH': os.environ['PATH'], 'AWS_REGION': 'us-east-1', **environment}
    done = subprocess.run([os.path.join(BUILD, 'exchange_test'), '-identity', *arguments], capture_output=True, text=True,
                          timeout=timeout, env={name: value for name, value in variables.items() if value is not None})
    return (done.stdout + done.stderr).strip()


def in_time(seconds):
    return (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)).strftime('%Y-%m-%dT%H:%M:%SZ')


class Sources(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.gate = Gate('--strict', '--realism', 'default', '--imds-port', '0')
        cls.imds = cls.gate.info['imds']
        cls.here = {'AWS_ENDPOINT_URL': cls.gate.url}
        cls.make_role()

    @classmethod
    def tearDownClass(cls):
        cls.gate.stop()
        cls.folder.cleanup()

    @classmethod
    def make_role(cls):
        trust = {'Version': '2012-10-17', 'Statement': [
            {'Effect': 'Allow', 'Action': 'sts:AssumeRoleWithWebIdentity',
             'Principal': {'Federated': f'arn:aws:iam::{ACCOUNT}:oidc-provider/{GITHUB}'},
             'Condition': {'StringEquals': {f'{GITHUB}:aud': 'sts.amazonaws.com'},
                           'StringLike': {f'{GITHUB}:sub': 'repo:octo-org/octo-repo:*'}}},
            {'Effect': 'Allow', 'Action': 'sts:AssumeRole', 'Principal': {'AWS': ACCOUNT}}]}
        cls.gate.preload('iam', 'CreateOpenIDConnectProvider', Url=f'https://{GITHUB}', ClientIDList=['sts.amazonaws.com'],
                         ThumbprintList=['0' * 40])
        for name in ('ci', 'deploy', 'deeper'):
            cls.gate.preload('iam', 'CreateRole', RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))
        cls.gate.ctl('advance-time', {'seconds': 10})

    def setUp(self):
        self.gate.ctl('imds', {'ec2': {'mode': 'ok', 'duration_s': 21600, 'role': 'awsgate-instance', 'v1': False},
                               'ecs': {'mode': 'ok', 'duration_s': 21600},
                               'oidc': {'mode': 'ok', 'ttl_s': 300, 'sub': 'repo:octo-org/octo-repo:ref:refs/heads/main'}})

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def write(self, name, text):
        with open(self.path(name), 'w', encoding='utf-8') as file:
            file.write(text)
        return self.path(name)

    def identity_token(self, audience='sts.amazonaws.com', name='token'):
        request = urllib.request.Request(self.imds['oidc_url'] + '&audience=' + audience,
                                         headers={'Authorization': 'bearer ' + self.imds['oidc_token']})
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=10) as answer:
            return self.write(name, json.load(answer)['value'] + '\n')

    def asked(self, operation):
        return len(self.gate.log(operation=operation))

    def metadata_log(self):
        return [line for line in self.gate.log() if 'metadata' in line]


class WebIdentity(Sources):
    def runner(self, **more):
        return {**self.here, 'AWS_ROLE_ARN': ROLE, 'AWS_ROLE_SESSION_NAME': 'job-1',
                'AWS_WEB_IDENTITY_TOKEN_FILE': self.path('token'), **more}

    def test_the_environment(self):
        self.identity_token()
        self.assertEqual(whoami(**self.runner()), f'{ACCOUNT} arn:aws:sts::{ACCOUNT}:assumed-role/ci/job-1')

    def test_a_profile_with_another_role_on_top(self):
        self.identity_token()
        config = self.write('config', f'[profile ci]\nweb_identity_token_file = {self.path("token")}\nrole_arn = {ROLE}\n\n'
                            f'[profile deploy]\nsource_profile = ci\nrole_arn = arn:aws:iam::{ACCOUNT}:role/deploy\n'
                            f'role_session_name = me\n')
        self.assertEqual(whoami(**self.here, AWS_CONFIG_FILE=config, AWS_PROFILE='deploy'),
                         f'{ACCOUNT} arn:aws:sts::{ACCOUNT}:assumed-role/deploy/me')

    def test_a_wrong_audience(self):
        self.identity_token(audience='https://github.com/octo-org')
        before = self.asked('AssumeRoleWithWebIdentity')
        self.assertRegex(whoami(**self.runner()),
                         r'The keys were to come from the web identity token of AWS_WEB_IDENTITY_TOKEN_FILE, but the role '
                         rf'{ROLE} was not given for it: InvalidIdentityToken: Incorrect token audience.*'
                         rf'The token is from https://{GITHUB}, for audience "https://github.com/octo-org", subject '
                         r'repo:octo-org/octo-repo:ref:refs/heads/main\. The account needs an identity provider')
        self.assertEqual(self.asked('AssumeRoleWithWebIdentity') - before, 1)

    def test_a_wrong_subject(self):
        self.gate.ctl('imds', {'oidc': {'sub': 'repo:somebody/else:ref:refs/heads/main'}})
        self.identity_token()
        self.assertRegex(whoami(**self.runner()), r'AccessDenied: .*subject repo:somebody/else:.* trust policy has to allow')

    def test_an_expired_token(self):
        self.gate.ctl('imds', {'oidc': {'ttl_s': 1}})
        self.identity_token()
        self.gate.ctl('advance-time', {'seconds': 5})
        self.assertRegex(whoami(**self.runner()), r'ExpiredTokenException: .*has to write a new one before it expires')

    def test_no_token(self):
        self.assertRegex(whoami(**self.runner(AWS_WEB_IDENTITY_TOKEN_FILE='/no/token')), r'but /no/token: No such file or directory\.$')
        self.assertRegex(whoami(**self.runner(AWS_WEB_IDENTITY_TOKEN_FILE=self.write('empty', '\n'))), r'the file .*/empty is empty\.$')
        self.assertRegex(whoami(**self.runner(AWS_WEB_IDENTITY_TOKEN_FILE=self.write('odd', 'no.token'))), r'The token is no JWT')

    def test_keys_are_fetched_again_when_they_expire_and_the_token_is_read_anew(self):
        self.identity_token()
        rotated = {**self.runner(), 'AWS_WEB_IDENTITY_TOKEN_FILE': self.path('rotating')}
        os.replace(self.path('token'), self.path('rotating'))
        with subprocess.Popen([os.path.join(BUILD, 'exchange_test'), '-identity', '2'], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              text=True, env={'HOME': '/nowhere', 'AWS_REGION': 'us-east-1', **rotated}) as process:
            self.assertRegex(process.stdout.readline(), 'assumed-role/ci/job-1')
            self.gate.ctl('advance-time', {'seconds': 4000})      # keys and token are over
            self.identity_token(name='rotating')
            process.stdin.write('\n')
            process.stdin.flush()
            self.assertRegex(process.stdout.readline(), 'assumed-role/ci/job-1')

    def test_and_without_a_new_token_that_is_said(self):
        self.identity_token(name='once')
        with subprocess.Popen([os.path.join(BUILD, 'exchange_test'), '-identity', '2'], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              text=True, env={'HOME': '/nowhere', 'AWS_REGION': 'us-east-1', **self.runner(),
                                              'AWS_WEB_IDENTITY_TOKEN_FILE': self.path('once')}) as process:
            self.assertRegex(process.stdout.readline(), 'assumed-role/ci/job-1')
            self.gate.ctl('advance-time', {'seconds': 4000})
            process.stdin.write('\n')
            process.stdin.flush()
            self.assertRegex(process.stdout.readline(), 'ExpiredTokenException.*has to write a new one')


class Surroundings(Sources):
    def test_a_container(self):
        container = {**self.here, 'AWS_CONTAINER_CREDENTIALS_FULL_URI': self.imds['container_url']}
        token = self.write('authorization', self.imds['container_token'] + '\n')
        who = r'123456789012 arn:aws:sts::123456789012:assumed-role/awsgate-task/'
        self.assertRegex(whoami(**container, AWS_CONTAINER_AUTHORIZATION_TOKEN=self.imds['container_token']), who)
        self.assertRegex(whoami(**container, AWS_CONTAINER_AUTHORIZATION_TOKEN='no', AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE=token), who)
        self.assertRegex(whoami(**container, AWS_CONTAINER_AUTHORIZATION_TOKEN='no'),
                         r"The keys were to come from the container's credentials endpoint, but it answered with status 403")
        self.assertRegex(whoami(**container, AWS_CONTAINER_AUTHORIZATION_TOKEN='a\nb'), 'authorization token has more than one line')

    def test_a_container_that_fails_for_a_while(self):
        self.gate.ctl('imds', {'ecs': {'mode': 503}})
        container = {**self.here, 'AWS_CONTAINER_CREDENTIALS_FULL_URI': self.imds['container_url'],
                     'AWS_CONTAINER_AUTHORIZATION_TOKEN': self.imds['container_token']}
        before = len(self.metadata_log())
        self.assertRegex(whoami(**container), 'it answered with status 503')
        self.assertEqual(len(self.metadata_log()) - before, 3)

    def test_an_instance(self):
        instance = {**self.here, 'AWS_EC2_METADATA_SERVICE_ENDPOINT': self.imds['url']}
        before = len(self.metadata_log())
        self.assertRegex(whoami(**instance), r'123456789012 arn:aws:sts::123456789012:assumed-role/awsgate-instance/i-')
        self.assertEqual([(line['method'], line['status']) for line in self.metadata_log()[before:]],
                         [('PUT', 200), ('GET', 200), ('GET', 200)])
        self.assertRegex(whoami(**instance, http_proxy='http://127.0.0.1:1', NO_PROXY='nothing'), 'Connection refused|connect to')

    def test_the_metadata_of_version_1(self):
        old = http.server.HTTPServer(('127.0.0.1', 0), OldMetadata)
        threading.Thread(target=old.serve_forever, daemon=True).start()
        OldMetadata.gate = self.imds['url']
        self.gate.ctl('imds', {'ec2': {'v1': True}})
        instance = {**self.here, 'AWS_EC2_METADATA_SERVICE_ENDPOINT': f'http://127.0.0.1:{old.server_port}/'}
        self.assertRegex(whoami(**instance), r'assumed-role/awsgate-instance/i-')
        self.assertRegex(whoami(**instance, AWS_EC2_METADATA_V1_DISABLED='true'), 'instance metadata: it answered with status 405')
        old.shutdown()

    def test_an_instance_without_a_role(self):
        self.gate.ctl('imds', {'ec2': {'role': ''}})
        self.assertRegex(whoami(**self.here, AWS_EC2_METADATA_SERVICE_ENDPOINT=self.imds['url']),
                         '(?s)No credentials for AWS were found.*instance metadata: the instance has no role')

    def test_metadata_that_hang(self):
        self.gate.ctl('imds', {'ec2': {'mode': 'hang', 'hang_s': 4}})
        begin = time.monotonic()
        self.assertRegex(whoami(**self.here, AWS_EC2_METADATA_SERVICE_ENDPOINT=self.imds['url']),
                         r'(?s)No credentials for AWS were found.*instance metadata: .*timed out')
        self.assertLess(time.monotonic() - begin, 4)
        begin = time.monotonic()
        whoami(**self.here, AWS_EC2_METADATA_SERVICE_ENDPOINT=self.imds['url'], AWS_METADATA_SERVICE_TIMEOUT='3',
               AWS_EC2_METADATA_V1_DISABLED='true')
        self.assertGreater(time.monotonic() - begin, 2.9)

    def test_metadata_that_are_turned_off(self):
        before = len(self.metadata_log())
        self.assertRegex(whoami(**self.here, AWS_EC2_METADATA_SERVICE_ENDPOINT=self.imds['url'], AWS_EC2_METADATA_DISABLED='TRUE'),
                         '(?s)No credentials for AWS were found.*turned off by AWS_EC2_METADATA_DISABLED')
        self.assertEqual(len(self.metadata_log()), before)

    def test_keys_of_an_instance_that_expire_early(self):
        self.gate.ctl('imds', {'ec2': {'duration_s': 900}})
        with subprocess.Popen([os.path.join(BUILD, 'exchange_test'), '-identity', '2'], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              text=True, env={'HOME': '/nowhere', 'AWS_REGION': 'us-east-1', **self.here,
                                              'AWS_EC2_METADATA_SERVICE_ENDPOINT': self.imds['url']}) as process:
            self.assertRegex(process.stdout.readline(), 'awsgate-instance')
            self.gate.ctl('advance-time', {'seconds': 1000})
            process.stdin.write('\n')
            process.stdin.flush()
            self.assertRegex(process.stdout.readline(), 'awsgate-instance')       # ExpiredToken: fetched anew


class OldMetadata(http.server.BaseHTTPRequestHandler):
    """Metadata of before the tokens, in front of the gate's."""
    gate = None

    def log_message(self, *_):
        pass

    def do_PUT(self):
        self.send_error(405)

    def do_GET(self):
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(self.gate + self.path, timeout=5) as answer:
            body = answer.read()
        self.send_response(200)
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class Process(Sources):
    def profile(self, command):
        return {**self.here, 'AWS_PROFILE': 'p', 'AWS_CONFIG_FILE': self.write('config', f'[profile p]\ncredential_process = {command}\n')}

    def keys(self, **more):
        document = {'Version': 1, 'AccessKeyId': self.gate.key, 'SecretAccessKey': self.gate.secret, **more}
        return self.write('keys.json', json.dumps({name: value for name, value in document.items() if value is not None}))

    def test_a_program(self):
        self.assertEqual(whoami(**self.profile(f'cat "{self.keys()}"')), f'{ACCOUNT} arn:aws:sts::{ACCOUNT}:user/moto')
        self.assertEqual(whoami(**self.profile(f'cat {self.keys(Expiration=in_time(3600))}')), f'{ACCOUNT} arn:aws:sts::{ACCOUNT}:user/moto')

    def test_there_is_no_shell(self):
        self.assertRegex(whoami(**self.profile(f'cat {self.keys()} | cat')), r'cat: .?\|.?: No such file')

    def test_what_can_be_wrong(self):
        begins = r'(?s)The keys were to come from profile p \(credential_process\), but '
        for command, error in ((f'cat {self.write("x", "hello")}', 'it did not print a JSON object'),
                               (f'cat {self.write("y", json.dumps({"AccessKeyId": "A", "SecretAccessKey": "B"}))}',
                                'it did not print a JSON object with "Version": 1'),
                               ('false', 'it ended with status 1'), ('/no/such/program', 'it could not be started: No such file or directory')):
            self.assertRegex(whoami(**self.profile(command)), begins + error)
        for more, error in (({'SecretAccessKey': None}, 'its answer has no SecretAccessKey'), ({'Expiration': 'soon'}, 'the Expiration in its answer is no time'),
                            ({'Expiration': in_time(-5)}, 'the keys in its answer have expired')):
            self.assertRegex(whoami(**self.profile(f'cat {self.keys(**more)}')), begins + error)

    def test_no_secret_is_printed(self):
        self.assertNotIn('s3cr3t', whoami(**self.profile(f'cat {self.write("z", "s3cr3t")}')))


class SignIn(Sources):
    """The portal and its tokens are a stub here: the gate has none."""

    def setUp(self):
        super().setUp()
        self.portal = http.server.HTTPServer(('127.0.0.1', 0), Portal)
        Portal.keys = {'accessKeyId': self.gate.key, 'secretAccessKey': self.gate.secret, 'sessionToken': '',
                       'expiration': int((time.time() + 3600) * 1000)}
        Portal.asked, Portal.refuses = [], False
        threading.Thread(target=self.portal.serve_forever, daemon=True).start()
        self.home = tempfile.TemporaryDirectory()
        os.makedirs(os.path.join(self.home.name, '.aws/sso/cache'))

    def tearDown(self):
        self.portal.shutdown()
        self.home.cleanup()

    def cache(self, of, **document):
        path = os.path.join(self.home.name, '.aws/sso/cache', hashlib.sha1(of.encode()).hexdigest() + '.json')
        if document:
            with open(path, 'w', encoding='utf-8') as file:
                json.dump(document, file)
        return path

    def who(self, profile):
        config = self.write('config', '[profile new]\nsso_session = corp\nsso_account_id = 123456789012\nsso_role_name = dev\n\n'
                            '[sso-session corp]\nsso_start_url = https://corp.awsapps.com/start\nsso_region = us-east-1\n\n'
                            '[profile old]\nsso_start_url = https://old.awsapps.com/start\nsso_region = us-east-1\n'
                            'sso_account_id = 123456789012\nsso_role_name = dev\n')
        url = f'http://127.0.0.1:{self.portal.server_port}'
        return whoami(**self.here, HOME=self.home.name, AWS_PROFILE=profile, AWS_CONFIG_FILE=config,
                      AWS_ENDPOINT_URL_SSO=url, AWS_ENDPOINT_URL_SSO_OIDC=url)

    def test_of_old(self):
        self.cache('https://old.awsapps.com/start', accessToken='t0', expiresAt=in_time(600).replace('Z', 'UTC'))
        self.assertRegex(self.who('old'), 'user/moto')
        self.assertEqual(Portal.asked, [('GET', '/federation/credentials?role_name=dev&account_id=123456789012', 't0')])

    def test_a_session(self):
        self.cache('corp', accessToken='t1', expiresAt=in_time(3600))
        self.assertRegex(self.who('new'), 'user/moto')
        self.assertEqual(len(Portal.asked), 1)

    def test_a_session_that_ends_is_renewed(self):
        self.cache('corp', accessToken='t1', expiresAt=in_time(-60), refreshToken='r1', clientId='c', clientSecret='s',
                   registrationExpiresAt=in_time(9999), startUrl='https://corp.awsapps.com/start')
        os.chmod(self.cache('corp'), 0o600)
        self.assertRegex(self.who('new'), 'user/moto')
        self.assertEqual([asked[2] for asked in Portal.asked],
                         [{'clientId': 'c', 'clientSecret': 's', 'grantType': 'refresh_token', 'refreshToken': 'r1'}, 't2'])
        with open(self.cache('corp'), encoding='utf-8') as file:
            kept = json.load(file)
        self.assertEqual((kept['accessToken'], kept['refreshToken'], kept['startUrl']), ('t2', 'r2', 'https://corp.awsapps.com/start'))
        self.assertEqual(os.stat(self.cache('corp')).st_mode & 0o777, 0o600)

    def test_renewing_that_fails(self):
        Portal.refuses = True
        parts = {'accessToken': 't1', 'refreshToken': 'r1', 'clientId': 'c', 'clientSecret': 's', 'registrationExpiresAt': in_time(9999)}
        self.cache('corp', expiresAt=in_time(300), **parts)
        self.assertRegex(self.who('new'), 'user/moto')                         # good for a while
        self.cache('corp', expiresAt=in_time(-1), **parts)
        self.assertRegex(self.who('new'), r'profile new \(AWS SSO\), but the sign-in has expired and could not be renewed; '
                         r'sign in with "aws sso login --sso-session corp"')

    def test_nobody_is_signed_in(self):
        self.assertRegex(self.who('new'), 'nobody is signed in; sign in with "aws sso login --sso-session corp"')
        self.cache('https://old.awsapps.com/start', accessToken='t0', expiresAt=in_time(-5))
        self.assertRegex(self.who('old'), 'the sign-in has expired; sign in with "aws sso login"')
        Portal.keys = None
        self.cache('corp', accessToken='t1', expiresAt=in_time(3600))
        self.assertRegex(self.who('new'), 'the sign-in is not valid any more')


class Portal(http.server.BaseHTTPRequestHandler):
    asked, keys, refuses = [], None, False

    def log_message(self, *_):
        pass

    def answer(self, status, document):
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        Portal.asked.append(('GET', self.path, self.headers['x-amz-sso_bearer_token']))
        self.answer(200 if Portal.keys else 401, {'roleCredentials': Portal.keys} if Portal.keys else {'message': 'Session token not found or invalid'})

    def do_POST(self):
        Portal.asked.append(('POST', self.path, json.loads(self.rfile.read(int(self.headers['Content-Length'])))))
        self.answer(*((400, {'error': 'invalid_grant'}) if Portal.refuses else
                      (200, {'accessToken': 't2', 'expiresIn': 3600, 'refreshToken': 'r2'})))


if __name__ == '__main__':
    BUILD = os.path.abspath(sys.argv.pop(1))
    unittest.main()
