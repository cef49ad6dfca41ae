"""Signs a request, in the form of tests/aws/sigv4/*/request.json, with botocore's signer."""
import datetime
from unittest import mock
from urllib.parse import quote

from botocore import auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials


def target(request):
    pairs = ['='.join(quote(part, safe='-._~') for part in pair) for pair in request.get('query', [])]
    return request['path'] + ('?' + '&'.join(pairs) if pairs else '')


class Recorder:
    """Keeps the intermediate texts of a signer."""
    def canonical_request(self, request):
        self.canonical = super().canonical_request(request)
        return self.canonical

    def string_to_sign(self, request, canonical_request):
        self.to_sign = super().string_to_sign(request, canonical_request)
        return self.to_sign

    def _set_necessary_date_headers(self, request):     # a Date header stays, as in AWS's example
        request.headers['X-Amz-Date'] = request.context['timestamp']


class S3Headers(Recorder, auth.S3SigV4Auth):
    pass


class Headers(Recorder, auth.SigV4Auth):
    pass


class S3Query(Recorder, auth.S3SigV4QueryAuth):
    pass


class Query(Recorder, auth.SigV4QueryAuth):
    pass


def sign(request):
    """canonical_request, string_to_sign and authorization, or url."""
    time = datetime.datetime.fromisoformat(request['time'].replace('Z', '+00:00'))
    keys = Credentials(request['access_key'], request['secret_key'], request.get('token'))
    is_s3, expires = request['service'] == 's3', request.get('expires')
    kind = (S3Query if is_s3 else Query) if expires else (S3Headers if is_s3 else Headers)
    signer = kind(keys, request['service'], request['region'], *([expires] if expires else []))
    outgoing = AWSRequest(method=request['method'], url='https://' + request['host'] + target(request), data=request.get('body', ''))
    for name, value in request.get('headers', []):
        outgoing.headers[name] = value
    if is_s3 and not expires:       # over TLS it could leave the body unsigned
        outgoing.context['client_config'] = mock.Mock(s3={'payload_signing_enabled': True})

    with mock.patch.object(auth, 'get_current_datetime', lambda remove_tzinfo=True: time.replace(tzinfo=None)):
        signer.add_auth(outgoing)
    if expires:
        return {'url': outgoing.url}
    return {'canonical_request': signer.canonical, 'string_to_sign': signer.to_sign, 'authorization': outgoing.headers['Authorization']}
