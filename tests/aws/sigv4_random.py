#!/usr/bin/env python3
"""Signs random requests with pipectl and with botocore, and compares. Needs tests/awsgate/requirements.txt.

    sigv4_random.py BUILD [COUNT] [SEED]        BUILD is the folder that holds sign_test
"""
import json
import os
import random
import subprocess
import sys
from urllib.parse import quote

from sigv4_botocore import sign

LETTERS = 'abcXYZ019-._~ /+=&%$:;,!*\'()@ü€😀"<>\\|'
SERVICES = ['s3', 'kinesis', 'iam', 'lambda', 'apigateway', 'execute-api']


def text(rng, longest=12, letters=LETTERS):
    return ''.join(rng.choice(letters) for _ in range(rng.randint(0, longest)))


def path(rng, service):
    parts = [quote(text(rng, letters=LETTERS.replace('/', '')), safe='-._~') for _ in range(rng.randint(1, 4))]
    joined = '/' + '/'.join(parts)
    if service != 's3' and (joined.endswith(('/.', '/..')) or '/..' in joined):
        return '/'                          # botocore drops the last slash of such paths, RFC 3986 keeps it
    return joined


def request(rng):
    service = rng.choice(SERVICES)
    made = {'service': service, 'region': rng.choice(['us-east-1', 'eu-central-1', 'cn-north-1']), 'host': f'{service}.example.com',
            'time': f'20{rng.randint(10, 40)}-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}T{rng.randint(0, 23):02}:{rng.randint(0, 59):02}:07Z',
            'access_key': 'AK' + text(rng, 18, 'ABCDEFGH234567'), 'secret_key': text(rng, 40, 'abcDEF0123/+') or 'x',
            'method': rng.choice(['GET', 'PUT', 'POST', 'DELETE', 'HEAD', 'PATCH']), 'path': path(rng, service),
            'query': [[text(rng, 8) or 'k', text(rng)] for _ in range(rng.randint(0, 5))],
            'headers': [[name, text(rng, 20, "ab  \tc,;='\"/").strip() or 'v'] for name in rng.sample(
                ['Content-Type', 'x-amz-acl', 'X-Amz-Meta-Some', 'Accept', 'x-amz-storage-class', 'If-Match'], rng.randint(0, 4))]}
    if rng.random() < 0.4:
        made['token'] = text(rng, 60, 'abcDEF0123/+=') or 't'
    if rng.random() < 0.2:
        # here botocore keeps a query as a dictionary, without empty and repeated ones
        made.update(expires=rng.randint(1, 604800), query=[[k, v] for k, v in dict(made['query']).items() if v], headers=[])
    elif made['method'] in ('PUT', 'POST', 'PATCH'):
        made['body'] = text(rng, 200)
    return made


def comparable(signed):
    """A presigned URL's parameters may stand in any order."""
    return sorted(signed.split('?')[-1].split('&')) if signed.startswith('https://') else signed


def main():
    build, count, seed = sys.argv[1], int((sys.argv[2:] or [500])[0]), int((sys.argv[3:] or [random.randrange(1 << 30)])[0])
    rng = random.Random(seed)
    requests = [request(rng) for _ in range(count)]
    lines = ''.join(json.dumps(each) + '\n' for each in requests)
    ours = subprocess.run([os.path.join(build, 'sign_test'), '-lines'], input=lines, capture_output=True, text=True, check=True).stdout.splitlines()
    wrong = 0
    for made, mine in zip(requests, ours, strict=True):
        signed = sign(made)
        theirs = signed.get('url') or signed['authorization']
        if comparable(mine) != comparable(theirs):
            wrong += 1
            print(json.dumps(made), mine, theirs, signed.get('canonical_request', ''), '', sep='\n')
    print(f'{count} random requests (seed {seed}): {wrong} signed otherwise than by botocore')
    print(f'{count - wrong} passed, {wrong} failed')
    return wrong > 0


if __name__ == '__main__':
    sys.exit(main())
