#!/usr/bin/env python3
"""Speaks with a strict AWS endpoint (tests/awsgate): who are we, through all that can go wrong (exchange_test -identity), and calls
of every service in src/provider/services (protocol_test -send). Needs tests/awsgate/requirements.txt.

    gate.py BUILD           BUILD is the folder that holds exchange_test and protocol_test
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
from protocol_botocore import load  # noqa: E402

BUILD = None
US = '123456789012 arn:aws:sts::123456789012:user/moto'


def whoami(**environment):
    """What exchange_test prints, in an environment of these variables alone."""
    variables = {'HOME': '/nowhere', 'AWS_REGION': 'us-east-1', **environment}
    done = subprocess.run([os.path.join(BUILD, 'exchange_test'), '-identity'], capture_output=True, text=True, timeout=60,
                          env={name: value for name, value in variables.items() if value is not None})
    return (done.stdout + done.stderr).strip()


class OneGate(unittest.TestCase):
    realism = 'default'

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.ca = os.path.join(cls.folder.name, 'ca.pem')
        cls.gate = Gate('--strict', '--realism', cls.realism, '--ca-file', cls.ca)
        cls.keys = {'AWS_ACCESS_KEY_ID': cls.gate.key, 'AWS_SECRET_ACCESS_KEY': cls.gate.secret}
        cls.here = {**cls.keys, 'AWS_ENDPOINT_URL': cls.gate.url}

    @classmethod
    def tearDownClass(cls):
        cls.gate.stop()
        cls.folder.cleanup()

    def setUp(self):
        self.gate.ctl('set-faults', {'rules': []})

    def violations(self):
        return [line for line in self.gate.log() if 'violation' in line or 'auth_failure' in line]


class Identity(OneGate):
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

    def test_certificates_of_a_profile(self):
        with tempfile.NamedTemporaryFile('w', suffix='.ini') as file:
            file.write(f'[default]\nca_bundle = {self.ca}\n')
            file.flush()
            proxy = {'HTTPS_PROXY': self.gate.url, 'AWS_CONFIG_FILE': file.name}
            self.assertEqual(whoami(**self.keys, **proxy), US)
            self.assertRegex(whoami(**self.keys, **proxy, AWS_CA_BUNDLE='/no/such/file'), '/no/such/file')

    def test_certificates_that_all_programs_are_told_of(self):
        self.assertEqual(whoami(**self.keys, HTTPS_PROXY=self.gate.url, SSL_CERT_FILE=self.ca), US)
        self.assertRegex(whoami(**self.keys, HTTPS_PROXY=self.gate.url, SSL_CERT_FILE=self.ca, AWS_CA_BUNDLE='/no/such/file'),
                         '/no/such/file')

    def test_no_proxy(self):
        self.assertEqual(whoami(**self.here, http_proxy='http://127.0.0.1:1', NO_PROXY='127.0.0.1'), US)

    def test_wrong_keys(self):
        self.assertRegex(whoami(**{**self.here, 'AWS_SECRET_ACCESS_KEY': 'wrong'}), '^refused: 403 SignatureDoesNotMatch: ')
        self.assertRegex(whoami(**{**self.here, 'AWS_ACCESS_KEY_ID': 'AKWRONG'}), '^refused: 403 InvalidClientTokenId: ')
        self.assertRegex(whoami(AWS_ENDPOINT_URL=self.gate.url, AWS_EC2_METADATA_DISABLED='true'),
                         '^(error|failure after 0 attempts): No credentials for AWS were found')

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


def calls(environment, *wanted):
    """Sends (service, operation, members) one after another and gives what came of each."""
    lines = ''.join(json.dumps({'service': load(service), 'operation': operation, 'members': members}) + '\n'
                    for service, operation, members in wanted)
    done = subprocess.run([os.path.join(BUILD, 'protocol_test'), '-send'], input=lines, capture_output=True, text=True, timeout=60,
                          env={'HOME': '/nowhere', 'AWS_REGION': 'eu-west-1', **environment})
    return [json.loads(line) if line.startswith('{') else line for line in done.stdout.splitlines()] + [done.stderr][:bool(done.stderr)]


class Calls(OneGate):
    """Every kind of request there is: the gate compares each with AWS's model and its signature."""
    realism = 'off'                             # what was made is there at once

    def check(self, *wanted, codes=None, environment=None):
        outcomes = calls({**(environment or self.here)}, *wanted)
        for (service, operation, _), outcome in zip(wanted, outcomes, strict=True):
            code = (codes or {}).get(operation)
            self.assertEqual((operation, outcome.get('code')), (operation, code), outcome)
            self.assertTrue(code or 'members' in outcome, outcome)
        self.assertEqual(self.violations(), [])
        return {operation: outcome.get('members') for (_, operation, _), outcome in zip(wanted, outcomes)}

    def s3_calls(self, bucket, file):
        return [
            ('s3', 'HeadBucket', {'Bucket': bucket}),
            ('s3', 'CreateBucket', {'Bucket': bucket, 'CreateBucketConfiguration': {'LocationConstraint': 'eu-west-1'}}),
            ('s3', 'PutBucketOwnershipControls', {'Bucket': bucket, 'OwnershipControls': {'Rules': [{'ObjectOwnership': 'BucketOwnerPreferred'}]}}),
            ('s3', 'PutBucketAcl', {'Bucket': bucket, 'ACL': 'private'}),
            ('s3', 'PutBucketVersioning', {'Bucket': bucket, 'VersioningConfiguration': {'Status': 'Enabled'}}),
            ('s3', 'PutBucketTagging', {'Bucket': bucket, 'Tagging': {'TagSet': [{'Key': 'a b', 'Value': '<&>"'}, {'Key': 'e', 'Value': '1'}]}}),
            ('s3', 'GetBucketTagging', {'Bucket': bucket}),
            ('s3', 'PutBucketLifecycleConfiguration', {'Bucket': bucket, 'LifecycleConfiguration': {'Rules': [
                {'ID': 'one', 'Status': 'Enabled', 'Filter': {'And': {'Prefix': 'x', 'Tags': [{'Key': 'k', 'Value': 'v'}]}},
                 'Transitions': [{'Days': 30, 'StorageClass': 'GLACIER'}]}]}}),
            ('s3', 'GetBucketLifecycleConfiguration', {'Bucket': bucket}),
            ('s3', 'PutBucketEncryption', {'Bucket': bucket, 'ServerSideEncryptionConfiguration': {'Rules': [
                {'ApplyServerSideEncryptionByDefault': {'SSEAlgorithm': 'AES256'}}]}}),
            ('s3', 'GetBucketEncryption', {'Bucket': bucket}),
            ('s3', 'PutPublicAccessBlock', {'Bucket': bucket, 'PublicAccessBlockConfiguration': {'BlockPublicAcls': True}}),
            ('s3', 'PutBucketPolicy', {'Bucket': bucket, 'Policy': json.dumps({'Version': '2012-10-17', 'Statement': [{
                'Effect': 'Allow', 'Principal': {'Service': 'kinesis.amazonaws.com'}, 'Action': 's3:PutObject', 'Resource': f'arn:aws:s3:::{bucket}/*'}]})}),
            ('s3', 'GetBucketPolicy', {'Bucket': bucket}),
            ('s3', 'GetBucketAcl', {'Bucket': bucket}),
            ('s3', 'PutBucketNotificationConfiguration', {'Bucket': bucket, 'NotificationConfiguration': {'EventBridgeConfiguration': {}}}),
            ('s3', 'PutObject', {'Bucket': bucket, 'Key': 'a b/ü+~(1).txt', 'Body': 'hello', 'ContentType': 'text/plain',
                                 'Metadata': {'who': 'me'}, 'Tagging': 'a=b%20c', 'ChecksumAlgorithm': 'SHA256'}),
            ('s3', 'HeadObject', {'Bucket': bucket, 'Key': 'a b/ü+~(1).txt'}),
            ('s3', 'PutObject', {'Bucket': bucket, 'Key': 'file', 'Body': {'file': file}}),
            ('s3', 'PutObjectTagging', {'Bucket': bucket, 'Key': 'file', 'Tagging': {'TagSet': [{'Key': 'a', 'Value': 'b'}]}}),
            ('s3', 'ListObjectVersions', {'Bucket': bucket, 'Prefix': 'a b', 'MaxKeys': 5}),
            ('s3', 'DeleteObjects', {'Bucket': bucket, 'Delete': {'Quiet': True, 'Objects': [{'Key': 'file'}]}}),
            ('s3', 'GetBucketPolicy', {'Bucket': bucket + '-none'}),
        ]

    def test_s3(self):
        file = os.path.join(self.folder.name, 'content')
        with open(file, 'wb') as made:
            made.write(os.urandom(300000))
        proxied = {**self.keys, 'HTTPS_PROXY': self.gate.url, 'AWS_CA_BUNDLE': self.ca}
        for style, environment in (('path', self.here), ('virtual', proxied)):
            with self.subTest(style=style):
                wanted = self.s3_calls(f'product-data-{style}', file)
                outcomes = calls(environment, *wanted)
                codes = [outcome.get('code') for outcome in outcomes]
                self.assertEqual(codes, ['NotFound'] + [None] * (len(wanted) - 2) + ['NoSuchBucket'], outcomes)
                self.assertEqual(self.violations(), [])
                answers = {operation: outcome.get('members') for (_, operation, _), outcome in zip(wanted[:-1], outcomes)}
                self.assertEqual(answers['GetBucketTagging']['TagSet'], [{'Key': 'a b', 'Value': '<&>"'}, {'Key': 'e', 'Value': '1'}])
                self.assertEqual(answers['GetBucketLifecycleConfiguration']['Rules'][0]['Filter']['And']['Tags'], [{'Key': 'k', 'Value': 'v'}])
                self.assertEqual(json.loads(answers['GetBucketPolicy']['Policy'])['Statement'][0]['Action'], 's3:PutObject')
                self.assertEqual(answers['GetBucketAcl']['Grants'][0]['Grantee']['Type'], 'CanonicalUser')
                self.assertEqual(answers['HeadObject']['Metadata'], {'who': 'me'})
                self.assertEqual(answers['ListObjectVersions']['Versions'][0]['Key'], 'a b/ü+~(1).txt')

    def test_json_and_query(self):
        trust = json.dumps({'Version': '2012-10-17', 'Statement': [{'Effect': 'Allow', 'Action': 'sts:AssumeRole',
                                                                   'Principal': {'Service': 'lambda.amazonaws.com'}}]})
        got = self.check(
            ('kinesis', 'CreateStream', {'StreamName': 'demo', 'ShardCount': 1, 'Tags': {'a': 'b'}}),
            ('kinesis', 'DescribeStreamSummary', {'StreamName': 'demo'}),
            ('kinesis', 'ListTagsForStream', {'StreamName': 'demo'}),
            ('logs', 'CreateLogGroup', {'logGroupName': '/aws/x', 'tags': {'a': 'b'}}),
            ('logs', 'DescribeLogGroups', {'logGroupNamePrefix': '/aws/x'}),
            ('iam', 'CreateRole', {'RoleName': 'r', 'AssumeRolePolicyDocument': trust, 'Path': '/', 'Tags': [{'Key': 'a', 'Value': ''}]}),
            ('iam', 'ListAttachedRolePolicies', {'RoleName': 'r'}),
            ('iam', 'ListRoles', {}),
            ('iam', 'DeleteRole', {'RoleName': 'r'}),
            ('iam', 'GetRole', {'RoleName': 'r2'}),
            ('firehose', 'DescribeDeliveryStream', {'DeliveryStreamName': 'none'}),
            codes={'GetRole': 'NoSuchEntity', 'DescribeDeliveryStream': 'ResourceNotFoundException'})
        self.assertEqual(got['DescribeStreamSummary']['StreamDescriptionSummary']['StreamName'], 'demo')
        self.assertEqual(got['ListAttachedRolePolicies']['AttachedPolicies'], [])
        self.assertEqual(got['CreateRole']['Role']['Tags'], [{'Key': 'a', 'Value': ''}])

    def test_rest_json(self):
        got = self.check(('apigateway', 'CreateRestApi', {'name': 'api', 'endpointConfiguration': {'types': ['REGIONAL']}}))
        api = got['CreateRestApi']['id']
        got = self.check(('apigateway', 'GetResources', {'restApiId': api, 'limit': 500}))
        root = got['GetResources']['items'][0]['id']
        at = {'restApiId': api, 'resourceId': root, 'httpMethod': 'ANY'}
        got = self.check(
            ('apigateway', 'CreateResource', {'restApiId': api, 'parentId': root, 'pathPart': 'product'}),
            ('apigateway', 'PutMethod', {**at, 'authorizationType': 'NONE'}),
            ('apigateway', 'PutIntegration', {**at, 'type': 'HTTP_PROXY', 'integrationHttpMethod': 'GET', 'uri': 'http://example.com'}),
            ('apigateway', 'GetIntegration', at),
            ('apigateway', 'UpdateRestApi', {'restApiId': api, 'patchOperations': [{'op': 'replace', 'path': '/name', 'value': 'b'}]}),
            ('apigateway', 'TagResource', {'resourceArn': f'arn:aws:apigateway:eu-west-1::/restapis/{api}', 'tags': {'a': 'b c'}}),
            ('apigateway', 'UntagResource', {'resourceArn': f'arn:aws:apigateway:eu-west-1::/restapis/{api}', 'tagKeys': ['a']}),
            ('lambda', 'GetFunction', {'FunctionName': 'arn:aws:lambda:eu-west-1:123456789012:function:none'}),
            ('apigateway', 'DeleteRestApi', {'restApiId': api}),
            codes={'GetFunction': 'ResourceNotFoundException'})
        self.assertEqual(got['GetIntegration']['httpMethod'], 'GET')


if __name__ == '__main__':
    BUILD = os.path.abspath(sys.argv.pop(1))
    unittest.main()
