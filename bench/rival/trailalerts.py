"""
TrailAlerts' analyzer, as a command: python3 trailalerts.py CHECKOUT RULES FILE

CHECKOUT is https://github.com/adanalvarez/terraform-aws-trailalerts, RULES a folder of Sigma's rules, FILE CloudTrail as JSON lines. Its own
code reads, judges and makes the messages, a log file's worth of records at a time; AWS is left out: what it sends is counted. Prints how
many matches there were. Needs PyYAML, as the analyzer does.
"""
import json
import logging
import os
import sys
import types
from pathlib import Path

PER_FILE = 2500


class Nothing:
    """A client of AWS's that accepts all."""

    def __init__(self, *_):
        pass

    def send_message_batch(self, **_):
        return {}


checkout, rules, log = (Path(name) for name in sys.argv[1:4])
os.environ |= {"SQS_QUEUE_URL": "none", "TRAILALERTS_BUCKET": "none"}
sys.modules["boto3"] = types.SimpleNamespace(client=Nothing)
sys.path.insert(0, str(checkout / "lambda_code" / "cloudtrail_analyzer"))

import lambda_function as analyzer  # noqa: E402
import yaml  # noqa: E402

logging.disable()
analyzer.rule_index, analyzer.wildcard_rules = analyzer.build_rule_index(
    [yaml.safe_load(path.read_text()) for path in sorted(rules.rglob("*.yml"))]
)
matches = 0
lines = []


def judge():
    global matches
    matches += analyzer.process_cloudtrail_records('{"Records":[' + ",".join(lines) + "]}")["matches"]
    lines.clear()


with log.open() as text:
    for line in text:
        lines.append(line)
        if len(lines) == PER_FILE:
            judge()
if lines:
    judge()
print(matches)
