"""Reads CloudTrail files on its own, and compares every record with what a case gave back.

usage: compare-records.py ROOT < exported.ndjson
Each line of standard input: {"sourcePath", "recordIndex", "record": "<JSON text>"}. The reader here shares no code with
the product: it knows the wrappers that occur in ROOT and uses Python's json, whose integers are exact.
Prints one line of JSON: {"compared", "missing": [...], "differing": [...], "unexpected": [...]}.
"""

import gzip
import json
import sys
from decimal import Decimal
from pathlib import Path


# Fields of which a record has at least one beside its eventName.
DECISIVE = {"eventTime", "eventVersion", "userIdentity", "awsRegion", "eventID", "recipientAccountId", "requestParameters"}


def load(text):
    return json.loads(text, parse_float=Decimal)


def documents(text):
    decoder = json.JSONDecoder(parse_float=Decimal)
    position, found = 0, []
    while True:
        while position < len(text) and text[position] in " \t\r\n\ufeff":
            position += 1
        if position == len(text):
            return found
        value, position = decoder.raw_decode(text, position)
        found.append(value)


def records_of(value):
    """The records in a document, in order; an object that is none counts, as null."""
    if isinstance(value, list):
        return [record for item in value for record in records_of(item)]
    if not isinstance(value, dict):
        return [None]
    if "Records" in value:
        return records_of(value["Records"])
    if "CloudTrailEvent" in value:
        return [load(value["CloudTrailEvent"])]
    if value.get("detail-type", "").endswith("via CloudTrail"):
        return [value["detail"]]
    if "insightDetails" in value:
        return [value]
    is_event = "eventName" in value and len(set(value) & DECISIVE) > 0
    return [value if is_event else None]


def main():
    root = Path(sys.argv[1])
    exported = {}
    for line in sys.stdin:
        row = json.loads(line)
        exported[(row["sourcePath"], row["recordIndex"])] = row["record"]
    compared, missing, differing = 0, [], []
    imported_paths = {path for path, _ in exported}
    for path in sorted(imported_paths):
        if path.endswith(".csv"):
            for key in [key for key in exported if key[0] == path]:
                del exported[key]
            continue
        data = Path(path).read_bytes()
        if data[:2] == b"\x1f\x8b":
            data = gzip.decompress(data)
        originals = [record for document in documents(data.decode("utf-8")) for record in records_of(document)]
        for index, original in enumerate(originals):
            if original is None:
                continue
            given = exported.pop((path, index), None)
            if given is None:
                missing.append(f"{path}#{index}")
            elif load(given) != original:
                differing.append(f"{path}#{index}")
            else:
                compared += 1
    unexpected = [f"{path}#{index}" for path, index in exported]
    print(json.dumps({"compared": compared, "missing": missing, "differing": differing, "unexpected": unexpected}))


main()
