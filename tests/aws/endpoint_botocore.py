#!/usr/bin/env python3
"""AWS's own hosts against botocore's endpoint rules: each service of src/provider/services and those that keys come from, in regions
of each kind, plain, FIPS, dual-stack and both. Needs the Python of tests/awsgate/requirements.txt.

    endpoint_botocore.py BUILD      BUILD is the folder that holds endpoint_test
"""
import itertools
import os
import subprocess
import sys

import botocore.exceptions
import botocore.session
from botocore.endpoint_provider import EndpointProvider

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), '../..')
MODELS = {'states': 'stepfunctions'}                        # names of botocore's own
REGIONS = ('us-east-1', 'eu-west-1', 'us-gov-west-1', 'us-gov-east-1', 'cn-north-1')
# botocore sends a plain dual-stack call of Step Functions in aws-us-gov to a FIPS host; who wants that says so.
DIFFERENT = {('states', 'us-gov-west-1', False, True), ('states', 'us-gov-east-1', False, True)}


def services():
    names = {name[:-5] for name in os.listdir(os.path.join(ROOT, 'src/provider/services')) if name.endswith('.yaml')}
    return sorted((names | {'sts', 'sso', 'sso-oidc'}) - {'route53'})


def wanted(loader, service, region, fips, dual):
    rules = loader.load_service_model(MODELS.get(service, service), 'endpoint-rule-set-1')
    parameters = {'Region': region, 'UseFIPS': fips, 'UseDualStack': dual}
    if service == 'sts':
        parameters['UseGlobalEndpoint'] = False
    if service == 's3':
        parameters |= {'Bucket': 'bucket', 'ForcePathStyle': False, 'Accelerate': False, 'UseGlobalEndpoint': False}
    return EndpointProvider(rules, loader.load_data('partitions')).resolve_endpoint(**parameters).url


def main():
    loader = botocore.session.get_session().get_component('data_loader')
    cases, urls = [], []
    for case in itertools.product(services(), REGIONS, (False, True), (False, True)):
        service, region, fips, _ = case
        if case in DIFFERENT or (region.startswith('cn-') and fips):      # China has no FIPS
            continue
        try:
            urls.append(wanted(loader, *case))
            cases.append(case)
        except (botocore.exceptions.EndpointProviderError, botocore.exceptions.UnknownServiceError):
            continue
    lines = ''.join(f'{service} {region} {"fips" if fips else "-"} {"dual" if dual else "-"}\n' for service, region, fips, dual in cases)
    done = subprocess.run([os.path.join(sys.argv[1], 'endpoint_test'), '-hosts'], input=lines, capture_output=True, text=True,
                          timeout=60, env={'HOME': '/nowhere'}, check=True)
    failed = 0
    for case, want, got in zip(cases, urls, done.stdout.split(), strict=True):
        if want != got:
            failed += 1
            print('FAILED', *case, 'gives', got, 'not', want)
    print(f'{len(cases) - failed} passed, {failed} failed')
    sys.exit(failed > 0)


if __name__ == '__main__':
    main()
