#!/usr/bin/env python3
"""The merge job: every `run:` step of .github/workflows/pipeline.yml, in order, in a bare environment, against a strict AWS endpoint;
each job in a fresh folder with nothing but the repository. A pull request gets the plan as a comment; a merge creates, the next one
finds what the first has made and changes it. Token and comments are stubs.

Needs bash, curl, jq, git and tests/awsgate/requirements.txt. PIPECTL stands in for what the job's cache holds; with WORKFLOW_BUILDS=1
the job builds it itself.
"""
import http.server
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import unittest
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / 'tests/awsgate/tests'))
from gateproc import Gate  # noqa: E402

PIPECTL = os.path.abspath(os.environ.get('PIPECTL', ROOT / 'build/pipectl'))
ACCOUNT = '123456789012'
GITHUB = 'token.actions.githubusercontent.com'
API_TOKEN = 'ghs_a-token-of-the-job'
VARIABLES = {'PIPELINE_PLAN_ROLE_ARN': f'arn:aws:iam::{ACCOUNT}:role/plan', 'PIPELINE_APPLY_ROLE_ARN': f'arn:aws:iam::{ACCOUNT}:role/apply',
             'PIPELINE_STATE_BUCKET': 'states-of-the-pipeline', 'PIPELINE_STATE_REGION': 'us-east-1'}


# --- the job, as a runner does it -------------------------------------------------------------------

def lookup(context, path):
    for name in path.split('.'):
        context = context.get(name) if isinstance(context, dict) else None
    return context


def evaluate(expression, context):
    """As much of the workflow language as this workflow uses: names, 'texts', == != && || and status functions."""
    tokens = re.findall(r"'[^']*'|==|!=|&&|\|\||[()]|[\w.-]+(?:\(\))?", expression)
    python = []
    for token in tokens:
        if token in ('&&', '||', '==', '!=', '(', ')'):
            python.append({'&&': 'and', '||': 'or'}.get(token, token))
        elif token.startswith("'"):
            python.append(repr(token[1:-1]))
        else:
            python.append(repr(lookup(context, token.removesuffix('()'))))
    return eval(' '.join(python))                            # pylint: disable=eval-used


def expand(value, context):
    def one(match):
        if match[1].startswith('hashFiles'):
            return 'hash'
        found = evaluate(match[1], context)
        return '' if found is None else str(found)
    return re.sub(r'\$\{\{\s*(.*?)\s*\}\}', one, str(value))


class Job:
    """Runs the steps; a step that fails ends the job, but for those that say otherwise."""

    def __init__(self, test, event, folder):
        self.test, self.folder = test, folder
        self.temp = Path(folder) / 'temp'
        self.temp.mkdir()
        self.home = Path(folder) / 'home'
        (self.home / '.local/bin').mkdir(parents=True)
        self.work = Path(folder) / 'work'
        self.be_allowed()
        self.checkout()
        self.context = {'github': {'event_name': event, 'run_id': '77', 'repository': 'octo-org/octo-repo', 'token': API_TOKEN,
                                   'event': {'pull_request': {'number': 5, 'head': {'repo': {'full_name': 'octo-org/octo-repo'}}}}},
                        'vars': VARIABLES, 'runner': {'temp': str(self.temp), 'os': 'Linux'}}
        self.log, self.failed, self.ran = '', False, []

    def be_allowed(self):
        """A runner's sudo asks for nothing."""
        (self.home / 'bin').mkdir()
        (self.home / 'bin/sudo').write_text('#!/bin/sh\nexec "$@"\n')
        (self.home / 'bin/sudo').chmod(0o755)

    def checkout(self):
        """What is committed, and what is about to be."""
        names = subprocess.run(['git', 'ls-files', '-z', '--cached', '--others', '--exclude-standard'], cwd=ROOT, check=True,
                               stdout=subprocess.PIPE).stdout.decode().split('\0')
        for name in filter(None, names):
            if (ROOT / name).is_file():
                (self.work / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, self.work / name)

    def environment(self, workflow, step):
        variables = {'HOME': str(self.home), 'PATH': f'{self.home}/bin:/usr/local/bin:/usr/bin:/bin', 'GITHUB_API_URL': self.test.github.url,
                     'GITHUB_REPOSITORY': 'octo-org/octo-repo', 'RUNNER_TEMP': str(self.temp), 'GITHUB_PATH': str(self.temp / 'path'),
                     'GITHUB_STEP_SUMMARY': str(self.temp / 'summary.md'),
                     'ACTIONS_ID_TOKEN_REQUEST_URL': self.test.imds['oidc_url'], 'ACTIONS_ID_TOKEN_REQUEST_TOKEN': self.test.imds['oidc_token'],
                     'AWS_ENDPOINT_URL': self.test.gate.url}                # the one thing that a real runner does not have
        if (self.temp / 'path').exists():
            variables['PATH'] = ':'.join((self.temp / 'path').read_text().split()[::-1] + [variables['PATH']])
        for scope in (workflow.get('env', {}), step.get('env', {})):
            variables |= {name: expand(value, self.context) for name, value in scope.items()}
        return variables

    def wanted(self, step):
        condition = step.get('if', 'success()')
        status = {'always': True, 'failure': self.failed, 'success': not self.failed}
        said = evaluate(condition, self.context | status)
        return bool(said) and (re.search(r'\b(always|failure|success)\(', condition) is not None or not self.failed)

    def run(self):
        workflow = yaml.safe_load((self.work / '.github/workflows/pipeline.yml').read_text())
        job = workflow['jobs']['pipeline']
        self.test.assertTrue(evaluate(job['if'], self.context))
        for step in job['steps']:
            if 'run' not in step:
                self.use(step)
            elif self.wanted(step):
                self.run_step(workflow, step)
        return self

    def use(self, step):
        """Actions are GitHub's own; of the cache it matters what it restores."""
        if step['uses'].startswith('actions/cache') and not os.environ.get('WORKFLOW_BUILDS'):
            self.test.assertEqual(step['with']['path'], '~/.local/bin/pipectl')
            shutil.copy2(PIPECTL, self.home / '.local/bin/pipectl')

    def run_step(self, workflow, step):
        script = self.temp / 'step.sh'
        script.write_text(expand(step['run'], self.context))
        done = subprocess.run(['bash', '--noprofile', '--norc', '-eo', 'pipefail', str(script)], cwd=self.work, env=self.environment(workflow, step),
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=600, check=False)
        self.ran.append(step['name'])
        self.log += f'--- {step["name"]}\n{done.stdout}'
        self.failed |= done.returncode != 0


class GitHub(http.server.BaseHTTPRequestHandler):
    """The comments of a pull request."""

    def log_message(self, *_):
        pass

    def answer(self, status, document):
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def handle_one(self, method):
        server = self.server
        body = self.rfile.read(int(self.headers.get('Content-Length', 0)))
        server.asked.append((method, self.path))
        if self.headers['Authorization'] != 'bearer ' + API_TOKEN:
            self.answer(401, {'message': 'Bad credentials'})
        elif method == 'GET':
            self.answer(200, [{'url': server.url + f'/comments/{i}', 'body': text} for i, text in enumerate(server.comments)])
        elif method == 'POST':
            server.comments.append(json.loads(body)['body'])
            self.answer(201, {})
        else:
            server.comments[int(self.path.rsplit('/', 1)[1])] = json.loads(body)['body']
            self.answer(200, {})

    def do_GET(self):
        self.handle_one('GET')

    def do_POST(self):
        self.handle_one('POST')

    def do_PATCH(self):
        self.handle_one('PATCH')


# --- what it must do --------------------------------------------------------------------------------

@unittest.skipUnless(shutil.which('jq') and shutil.which('curl'), 'the job needs jq and curl')
class Workflow(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.gate = Gate('--strict', '--realism', 'default', '--imds-port', '0')
        cls.imds = cls.gate.info['imds']
        cls.github = http.server.ThreadingHTTPServer(('127.0.0.1', 0), GitHub)
        cls.github.url, cls.github.comments, cls.github.asked = f'http://127.0.0.1:{cls.github.server_port}', ['a comment of a person'], []
        threading.Thread(target=cls.github.serve_forever, daemon=True).start()
        cls.prepare_account()

    @classmethod
    def tearDownClass(cls):
        cls.github.shutdown()
        cls.gate.stop()

    @classmethod
    def prepare_account(cls):
        """What README.md says has to be there once."""
        def trust(subject):
            return json.dumps({'Version': '2012-10-17', 'Statement': [{
                'Effect': 'Allow', 'Action': 'sts:AssumeRoleWithWebIdentity',
                'Principal': {'Federated': f'arn:aws:iam::{ACCOUNT}:oidc-provider/{GITHUB}'},
                'Condition': {'StringEquals': {f'{GITHUB}:aud': 'sts.amazonaws.com', f'{GITHUB}:sub': subject}}}]})
        cls.gate.preload('iam', 'CreateOpenIDConnectProvider', Url=f'https://{GITHUB}', ClientIDList=['sts.amazonaws.com'], ThumbprintList=['0' * 40])
        cls.gate.preload('iam', 'CreateRole', RoleName='plan', AssumeRolePolicyDocument=trust('repo:octo-org/octo-repo:pull_request'))
        cls.gate.preload('iam', 'CreateRole', RoleName='apply', AssumeRolePolicyDocument=trust('repo:octo-org/octo-repo:ref:refs/heads/main'))
        for bucket in (VARIABLES['PIPELINE_STATE_BUCKET'], 'helper-bucket123'):
            cls.gate.preload('s3', 'CreateBucket', Bucket=bucket)
        archive = (ROOT / 'helper-resources/process_data.zip').read_bytes()
        import base64
        cls.gate.preload('s3', 'PutObject', Bucket='helper-bucket123', Key='process_data.zip', Body={'$base64': base64.b64encode(archive).decode()})
        cls.gate.ctl('advance-time', {'seconds': 10})

    def job(self, event, *edits):
        subject = 'pull_request' if event == 'pull_request' else 'ref:refs/heads/main'
        self.gate.ctl('imds', {'oidc': {'sub': 'repo:octo-org/octo-repo:' + subject}})
        with tempfile.TemporaryDirectory() as folder:
            job = Job(self, event, folder)
            for name, old, new in edits:
                path = job.work / name
                self.assertIn(old, path.read_text())
                path.write_text(path.read_text().replace(old, new))
            job.run()
            job.left = sorted(path.name for path in (job.work / 'setups').iterdir())
            job.summary = (job.temp / 'summary.md').read_text() if (job.temp / 'summary.md').exists() else ''
        self.check_secrets(job)
        return job

    def check_secrets(self, job):
        secrets = [self.gate.secret, self.imds['oidc_token'], API_TOKEN]
        for secret in secrets:
            self.assertNotIn(secret, job.log)
        self.assertIsNone(re.search(r'eyJ[\w-]+\.[\w-]+\.', job.log), 'a token in the log')

    def state(self):
        client = self.gate.client('s3')
        return json.loads(client.get_object(Bucket=VARIABLES['PIPELINE_STATE_BUCKET'], Key='pipeline/terraform.tfstate')['Body'].read())

    def test_a_pull_request_a_merge_that_creates_and_one_that_changes(self):
        change = ('setups/terraform.tfvars', 'timeout       = 60 ', 'timeout       = 90 ')

        proposed = self.job('pull_request')
        self.assertFalse(proposed.failed, proposed.log)
        self.assertEqual(proposed.ran, ['Build pipectl', 'Fetch a token for AWS', 'Say where the state lives', 'Validate', 'Plan',
                                        'Show the plan on the job\'s page', 'Comment on the pull request'])
        self.assertEqual(len(self.github.comments), 2)
        self.assertTrue(self.github.comments[1].startswith('<!-- pipectl plan -->\n### pipectl plan: 2'), self.github.comments[1][:200])
        self.assertEqual(self.gate.client('kinesis').list_streams()['StreamNames'], [])

        again = self.job('pull_request')                                    # a push to the same branch: the same comment
        self.assertFalse(again.failed, again.log)
        self.assertEqual(len(self.github.comments), 2)

        created = self.job('push')
        self.assertFalse(created.failed, created.log)
        self.assertEqual(created.ran[-1], 'Apply')
        self.assertIn('Apply complete!', created.log)
        self.assertNotIn('terraform.tfstate', created.left)
        self.assertTrue(created.summary.startswith('### pipectl plan: '))
        self.assertEqual(self.gate.client('kinesis').list_streams()['StreamNames'], ['demo-datastream'])
        first = self.state()

        merged = self.job('push', change)
        self.assertFalse(merged.failed, merged.log)
        self.assertIn('Plan: 0 to add, 1 to change, 0 to destroy.', merged.log)
        self.assertIn('Apply complete! Resources: 0 added, 1 changed, 0 destroyed.', merged.log)
        function = self.gate.client('lambda').get_function_configuration(FunctionName='run_data_processing')
        self.assertEqual(function['Timeout'], 90)
        second = self.state()
        self.assertEqual((second['lineage'], second['serial'] > first['serial']), (first['lineage'], True))

        idle = self.job('pull_request', change)                             # nothing is left to do
        self.assertFalse(idle.failed, idle.log)
        self.assertIn('### pipectl plan: no changes', self.github.comments[1])
        self.assertEqual(self.gate.ctl('violations'), [])
        names = [item['Key'] for item in self.gate.client('s3').list_objects_v2(Bucket=VARIABLES['PIPELINE_STATE_BUCKET'])['Contents']]
        self.assertEqual(names, ['pipeline/terraform.tfstate'])             # neither a lock nor a journal

    def test_what_is_wrong_is_said(self):
        wrong = self.job('pull_request', ('setups/terraform.tfvars', 'timeout       = 60 ', 'timeout       = [] '))
        self.assertTrue(wrong.failed)
        self.assertEqual(wrong.ran[-1], 'What is wrong')
        self.assertNotIn('Apply', wrong.ran)
        self.assertIn('Error: ', wrong.log)


if __name__ == '__main__':
    unittest.main()
