"""Service files: calls, pages, headers, and how members travel, against botocore's models."""
import os
import re

import botocore.session
import yaml

from .expressions import check_expressions
from .words import check_words, listed, load

SESSION = botocore.session.get_session()
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), '../beyond.yaml'), encoding='utf-8') as beyond_file:
    BEYOND = yaml.safe_load(beyond_file)
BEYOND_MET = set()


def is_beyond(kind, service, name):
    """What botocore lacks and beyond.yaml has."""
    if name in BEYOND[kind].get(service, {}):
        BEYOND_MET.add((kind, service, name))
    return name in BEYOND[kind].get(service, {})


class Service:
    def __init__(self, findings, name):
        self.findings, self.name, self.path = findings, name, f'services/{name}.yaml'
        self.model, self.words = SESSION.get_service_model(name), load(findings, self.path)
        self.errors = {name for shape in self.model.error_shapes for name in (shape.name, shape.metadata.get('error', {}).get('code'))}
        self.rest = self.words['protocol'].startswith('rest')
        self.calls = {name: call if isinstance(call, dict) else {'is': call} for name, call in self.words.get('calls', {}).items()}
        check_words(self.findings, self.path, self.words, 'service')
        check_expressions(self.findings, self.path, self.words)
        for name in self.calls:
            self.check_call(name)
        for name, page in self.words.get('pages', {}).items():
            self.check_page(name, page)
        self.check_headers()
        self.check_codes(self.path, [code for rule in self.words.get('retry', ()) for code in listed(rule.get('on'))])

    def check_codes(self, where, codes):
        """Error codes are the service's in botocore, or listed in beyond.yaml."""
        for code in codes:
            if code not in self.errors and not is_beyond('errors', self.name, code):
                self.findings.add(where, f'no error {code}')

    def operation(self, where, name):
        if name not in self.model.operation_names:
            return self.findings.add(where, f'no operation {name}')
        if self.rest and name not in self.calls:
            self.findings.add(where, f'{name} is not in {self.path}')
        return self.model.operation_model(name)

    def check_call(self, name):
        """botocore's method and path with members for placeholders, its query, and what the whole body is."""
        where, call, operation = f'{self.path} {name}', self.calls[name], self.operation(self.path, name)
        given, answer = operation.input_shape, operation.output_shape
        at = {member.serialization.get('name'): name for name, member in given.members.items() if member.serialization.get('location') == 'uri'}
        path, _, query = operation.http['requestUri'].partition('?')
        wanted = operation.http['method'] + ' ' + re.sub(r'\{(\w+)', lambda place: '{' + at.get(place[1], place[1]), path)
        my_path, _, my_query = call['is'].partition('?')
        if my_path != wanted or query and query not in my_query.split('&'):
            self.findings.add(where, f'{call["is"]} is not {wanted}?{query}')
        for spelled, member in re.findall(r'(?:([\w-]+)=)?\{(\w+)\*?\}', my_query):
            how = given.members[member].serialization if member in given.members else {}
            if how.get('location') != 'querystring' or how.get('name', '') != spelled:
                self.findings.add(where, f'no query member {spelled}={member}')
        for word, shape in (('body', given), ('answer', answer)):
            payload = shape.serialization.get('payload') if shape else None
            if call.get(word) != payload:
                self.findings.add(where, f'{word} is {payload}, not {call.get(word)}')

    def check_page(self, name, page):
        operation = None if name == '*' else self.operation(self.path, name)
        for word, members in page.items() if operation else ():
            shape = operation.input_shape if word in ('send', 'size') else operation.output_shape
            for member in members if isinstance(members, dict) else listed(members):
                if '${' not in member and self.follow(f'{self.path} pages', shape, member) is None:
                    self.findings.add(f'{self.path} pages {name}', f'no member {member}')

    def check_headers(self):
        shapes = [shape for name in self.calls for shape in (self.model.operation_model(name).input_shape, self.model.operation_model(name).output_shape)]
        known = {(member, each.serialization['name'] + ('*' if each.type_name == 'map' else '')) for shape in shapes if shape
                 for member, each in shape.members.items() if each.serialization.get('location') in ('header', 'headers')}
        for member, header in self.words.get('headers', {}).items():
            if (member, header) not in known:
                self.findings.add(self.path, f'no header {member}: {header}')

    def wire(self, name, options, direction):
        """The wire name of a row or block, None where it does not travel this way."""
        wire = options.get('wire', '')
        if isinstance(wire, dict):
            wire = wire.get(direction) or (wire.get('send') if direction == 'update' else None) or 'none'
        pascal = ''.join(part[:1].upper() + part[1:] for part in name.split('_'))
        return None if wire == 'none' else wire or (pascal if self.words['names'] == 'Pascal' else pascal[0].lower() + pascal[1:])

    def follow(self, where, shape, path, above=''):
        """The shape at a wire path, or None; `above` is the member that holds it."""
        for part in path.split('.'):
            name, index = re.fullmatch(r'([^\[]+)(\[.*\])?', part).groups()
            while shape.type_name == 'list':
                shape = shape.member
            if shape.type_name == 'map':
                shape = shape.value
                continue
            if shape.type_name != 'structure' or name not in shape.members:
                return None
            shape = shape.members[name]
            if index and (shape.type_name != 'list' or '=' in index and index[1:].split('=')[0] not in shape.member.members):
                return None
            self.check_spelling(where, above, name, shape)
            above = name
        return shape

    def check_spelling(self, where, above, name, shape):
        """What does not travel under its own name, or not in the body, is said in the service."""
        how, spelled, lists = shape.serialization, self.words.get('spelled', {}), self.words.get('lists', {})
        if not self.rest or how.get('location') in ('uri', 'querystring'):
            return
        element = ('@' if how.get('xmlAttribute') else '') + how.get('name', name)
        if how.get('location'):
            if name not in self.words.get('headers', {}):
                self.findings.add(where, f'{name} is a header and not in {self.path}')
        elif shape.type_name == 'list' and self.words['protocol'] == 'rest_xml':
            element += '' if how.get('flattened') else '/' + shape.member.serialization.get('name', 'member')
            if lists.get(name) != element:
                self.findings.add(where, f'lists in {self.path} lacks {name}: {element}')
        elif element != name and element not in (spelled.get(name), spelled.get(f'{above}.{name}')):
            self.findings.add(where, f'spelled in {self.path} lacks {name}: {element}')
