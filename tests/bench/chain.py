#!/usr/bin/env python3
"""chain.py LOG [BEGIN END]: the longest chain of calls and waits in a log of awsgate.

The chain is read from its end: before each request came the one that ended last before it began. What lies
between them is a wait, if both ask the same thing (a poll: the tool waits for AWS), or follow a refusal of the
same call (AWS was not ready for it); else it is the tool's own time. What the gate itself needed are the calls.
A plan never waits for AWS: two objects that ask the same there have nothing to do with one another.
BEGIN and END are marks (POST mark) of the log; without them it is all of it.
"""

import json
import sys
from typing import NamedTuple

LONGEST_PAUSE = 5.5     # seconds between two looks at the same object; what lies further apart are two questions


class Chain(NamedTuple):
    requests: list
    calls: float        # seconds in which the endpoint was at work
    waits: float        # seconds in which the tool waited for AWS to become ready
    own: float          # seconds between the calls that are neither

    def __str__(self):
        return f"{len(self.requests)} calls {self.calls:.3f} s + waits {self.waits:.3f} s + own time {self.own:.3f} s"


def read_requests(log, begin=None, end=None):
    """The requests between the marks, in the order of their beginning."""
    found, inside = [], begin is None
    with open(log, encoding="utf-8") as lines:
        for line in map(json.loads, lines):
            if "mark" in line:
                inside = line["mark"] == begin if not inside else line["mark"] != end
            elif inside and line.get("t_start") and line.get("operation"):
                found.append(line)
    return sorted(found, key=lambda request: request["t_start"])


def same_question(one, other):
    return all(one.get(key) == other.get(key) for key in ("service", "operation", "method", "path", "params"))


def predecessor(requests, request, polls):
    """The request that ended last before this one began; a call that is asked again is followed first."""
    before = [other for other in requests if other["t_end"] <= request["t_start"]]
    again = [other for other in before if polls and same_question(other, request)
             and request["t_start"] - other["t_end"] <= LONGEST_PAUSE]
    return max(again or before, key=lambda other: other["t_end"], default=None)


def lateness(chain, delays):
    """Seconds by which waits of the chain were longer than AWS's delay, which goes from a write to the poll that was the last."""
    late, written = 0.0, chain.requests[0]["t_end"]
    for request, after in zip(chain.requests, chain.requests[1:] + [None]):
        delay = delays.get(f"{request['service']}.{request['operation']}")
        polled = delay and not (after and same_question(request, after))
        if polled and request["t_start"] - written > delay:
            late += request["t_start"] - written - delay
        if not request["operation"].startswith(("Get", "List", "Describe", "Head")) and request["status"] < 400:
            written = request["t_end"]
    return late


def longest_chain(requests, polls=True):
    chain, calls, waits, own = [], 0.0, 0.0, 0.0
    request = max(requests, key=lambda each: each["t_end"], default=None)
    while request:
        chain.append(request)
        calls += request["t_end"] - request["t_start"]
        before = predecessor(requests, request, polls)
        if before:
            gap = request["t_start"] - before["t_end"]
            if polls and same_question(before, request):
                waits += gap
            else:
                own += gap
        request = before
    return Chain(chain[::-1], calls, waits, own)


def main():
    chain = longest_chain(read_requests(*sys.argv[1:4]))
    start = chain.requests[0]["t_start"] if chain.requests else 0
    for request in chain.requests:
        print(f"{request['t_start'] - start:8.3f} {request['ms']:7.1f} ms  {request['service']}.{request['operation']} {request['status']}"
              f" {request.get('error') or ''}")
    print(chain)


if __name__ == "__main__":
    main()
