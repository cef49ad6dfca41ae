#!/usr/bin/env python3
"""Writes the folders of tests/aws/sigv4 with botocore's signer (run once; the folders are the test).

The requests named doc_* are the worked examples of AWS's documentation; their signatures, as printed there, are
checked here against botocore's, so that the folders hold what the documentation says.
"""
import json
import os

from sigv4_botocore import sign

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'sigv4')
S3 = {'service': 's3', 'region': 'us-east-1', 'time': '2013-05-24T00:00:00Z', 'host': 'examplebucket.s3.amazonaws.com',
      'access_key': 'AKIAIOSFODNN7EXAMPLE', 'secret_key': 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'}
REST = {'service': 'lambda', 'region': 'eu-west-1', 'time': '2026-01-02T03:04:05Z', 'host': 'lambda.eu-west-1.amazonaws.com',
        'access_key': 'AKIDEXAMPLE', 'secret_key': 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY'}

# name: (request, the signature that the documentation prints)
VECTORS = {
    's3_get_object': ({**S3, 'method': 'GET', 'path': '/test.txt', 'headers': [['Range', 'bytes=0-9']]},
                      'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41'),
    's3_put_object': ({**S3, 'method': 'PUT', 'path': '/test%24file.text', 'body': 'Welcome to Amazon S3.',
                       'headers': [['Date', 'Fri, 24 May 2013 00:00:00 GMT'], ['x-amz-storage-class', 'REDUCED_REDUNDANCY']]},
                      '98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd'),
    's3_get_lifecycle': ({**S3, 'method': 'GET', 'path': '/', 'query': [['lifecycle']]},
                         'fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543'),
    's3_list_objects': ({**S3, 'method': 'GET', 'path': '/', 'query': [['max-keys', '2'], ['prefix', 'J']]},
                        '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7'),
    's3_presigned': ({**S3, 'method': 'GET', 'path': '/test.txt', 'expires': 86400},
                     'aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404'),
    'iam_list_users': ({'service': 'iam', 'region': 'us-east-1', 'time': '2015-08-30T12:36:00Z', 'host': 'iam.amazonaws.com',
                        'access_key': 'AKIDEXAMPLE', 'secret_key': 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY', 'method': 'GET',
                        'path': '/', 'query': [['Action', 'ListUsers'], ['Version', '2010-05-08']],
                        'headers': [['Content-Type', 'application/x-www-form-urlencoded; charset=utf-8']]},
                       '5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7'),
    'path_encoded_twice': ({**REST, 'method': 'GET', 'query': [['Qualifier', '$LATEST']],
                            'path': '/2015-03-31/functions/arn%3Aaws%3Alambda%3Aeu-west-1%3A123456789012%3Afunction%3Af'}, None),
    'path_normalised': ({**REST, 'method': 'GET', 'path': '/a//b/./c/../d/'}, None),
    's3_path_as_it_is': ({**S3, 'method': 'GET', 'path': '/a//b/./c/../env%3A/%C3%A4%20%2B'}, None),
    'session_token': ({**REST, 'method': 'POST', 'path': '/2015-03-31/functions', 'body': '{"FunctionName":"f"}',
                       'token': 'FwoGZXIvYXdzEXAMPLE//token==', 'headers': [['Content-Type', 'application/json']]}, None),
    's3_presigned_token': ({**S3, 'method': 'PUT', 'path': '/a%20b', 'expires': 900, 'token': 'FwoGZXIvYXdzEXAMPLE//token==',
                            'query': [['x-id', 'PutObject']]}, None),
    'headers_folded': ({**REST, 'method': 'PUT', 'path': '/x', 'headers': [['X-Amz-Meta-Note', '  a   b  '], ['Zebra', '1'],
                                                                         ['Accept', 'application/json']]}, None),
    'query_sorted': ({**REST, 'method': 'GET', 'path': '/', 'query': [['b', '2'], ['a', 'z'], ['a', 'A'], ['a-', ''], ['A', '~'],
                                                                      ['ä', 'ö &=+']]}, None),
}


def write(folder, name, text):
    with open(os.path.join(folder, name), 'w', encoding='utf-8') as file:
        file.write(text + '\n')


def main():
    for name, (request, documented) in VECTORS.items():
        folder = os.path.join(HERE, name)
        signed = sign(request)
        if documented and documented not in signed.get('url', '') + signed.get('authorization', ''):
            raise SystemExit(f'{name}: botocore does not sign as the documentation says')
        os.makedirs(folder, exist_ok=True)
        write(folder, 'request.json', json.dumps(request, indent=2, ensure_ascii=False))
        for part, text in signed.items():
            write(folder, part + '.txt', text)
    print(f'{len(VECTORS)} vectors')


if __name__ == '__main__':
    main()
