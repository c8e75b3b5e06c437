"""What Athena would answer to the queries of queries.ts, counted from the original log files with plain Python.

Usage: count-athena.py FOLDER. Prints {"query": [[cell, ...], ...]} with cells as text, booleans or null.
An event that was delivered twice counts once, as in a case. Knows nothing of Trailbench.
"""
import datetime
import decimal
import gzip
import json
import os
import re
import sys
import urllib.parse
import zoneinfo
from collections import Counter, defaultdict

UTC = datetime.timezone.utc
NEW_YORK = zoneinfo.ZoneInfo("America/New_York")


def read(folder):
    seen = {}
    for root, _, names in sorted(os.walk(folder)):
        for name in sorted(names):
            path = os.path.join(root, name)
            if not re.search(r"\.json(\.gz)?$", name):
                continue
            opened = gzip.open(path, "rt", encoding="utf-8") if name.endswith(".gz") else open(path, encoding="utf-8")
            with opened as file:
                for record in json.load(file)["Records"]:
                    partition = re.search(r"CloudTrail_([a-z0-9-]+)_(\d{4})(\d\d)(\d\d)T", name)
                    seen.setdefault(record["eventID"].lower(), []).append((record, partition))
    return seen


def g(record, path):
    """A field as Athena's table shows it: text, or None."""
    for key in path.split("."):
        record = record.get(key) if isinstance(record, dict) else None
    return as_text(record)


def as_text(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if value is None or isinstance(value, str) else str(value)


def scalar(value, *path):
    """json_extract_scalar: None for objects and lists."""
    value = extract(value, *path)
    return None if isinstance(value, (dict, list)) else as_text(value)


def extract(value, *path):
    for key in path:
        if isinstance(key, int):
            value = value[key] if isinstance(value, list) and key < len(value) else None
        else:
            value = value.get(key) if isinstance(value, dict) else None
    return value


def time(record):
    return datetime.datetime.strptime(record["eventTime"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)


def grouped(records, key):
    groups = defaultdict(list)
    for record in records:
        groups[key(record)].append(record)
    return groups


def counted(records, key):
    return [list(k if isinstance(k, tuple) else (k,)) + [n] for k, n in Counter(map(key, records)).items()]


def last(value):
    """A key that sorts None last."""
    return (value is None, value or "")


def half_up(numerator, denominator, digits):
    context = decimal.Context(prec=50)
    exact = context.divide(decimal.Decimal(numerator), decimal.Decimal(denominator))
    return exact.quantize(decimal.Decimal(1).scaleb(-digits), rounding=decimal.ROUND_HALF_UP)


def resources(record):
    return record.get("resources") or []


def between(text, low, high):
    return low <= text <= high


def count(folder):
    copies = read(folder)
    R = [entries[0][0] for entries in copies.values()]
    login = [r for r in R if r["eventName"] == "ConsoleLogin"]
    answers = {}

    def answer(function):
        answers[function.__name__] = function()

    @answer
    def first_template():
        ordered = sorted(R, key=lambda r: r["eventID"])
        return [[g(r, "userIdentity.arn"), r["eventName"], g(r, "sourceIPAddress"), r["eventTime"]] for r in ordered[:100]]

    @answer
    def anonymous_s3():
        def matches(r):
            account = g(r, "userIdentity.accountId")
            anonymous = r["eventSource"] == "s3.amazonaws.com" and r["eventName"] == "GetObject" and account and "ANONYMOUS" in account
            return anonymous or g(r, "userIdentity.type") == "AWSAccount"
        found = [r for r in R if matches(r)]
        return [[r["eventName"], g(r, "userIdentity.accountId"), g(r, "sourceIPAddress"), r.get("requestParameters") and {"json": r["requestParameters"]}] for r in found]

    @answer
    def calls_by_service_and_user():
        rows = [row for row in counted(R, lambda r: (r["eventSource"], g(r, "userIdentity.type"))) if row[2] >= 5]
        return sorted(rows, key=lambda row: (-row[2], row[0], last(row[1])))

    @answer
    def date_range_as_text():
        found = [r["eventTime"] for r in R if "2026-03-05T00:00:00Z" <= r["eventTime"] < "2026-03-06T00:00:00Z"
                 or between(r["eventTime"], "2023-07-10T12:00:00Z", "2023-07-10T13:00:00Z") or r["eventTime"].startswith("2021-08-0")]
        return [[len(found), min(found), max(found)]]

    @answer
    def console_logins():
        return [[r["eventID"], g(r, "userIdentity.userName"), g(r, "sourceIPAddress"), r["eventTime"],
                 r.get("additionalEventData") and {"json": r["additionalEventData"]},
                 scalar(r.get("additionalEventData"), "MFAUsed"), scalar(r.get("responseElements"), "ConsoleLogin")] for r in login]

    @answer
    def console_without_mfa():
        return [[sum(scalar(r.get("additionalEventData"), "MFAUsed") == "No" and scalar(r.get("responseElements"), "ConsoleLogin") not in (None, "Failure") for r in login)]]

    @answer
    def login_failures_per_hour():
        rows = []
        for (ip, hour), group in grouped(login, lambda r: (g(r, "sourceIPAddress"), r["eventTime"][:13])).items():
            outcomes = [scalar(r.get("responseElements"), "ConsoleLogin") for r in group]
            who = sorted({g(r, "userIdentity.userName") or g(r, "userIdentity.arn") or "unknown" for r in group})
            rows.append([ip, hour + ":00:00.000Z", outcomes.count("Failure"), outcomes.count("Success"), ",".join(who)])
        return rows

    @answer
    def access_key_use():
        rows = []
        for (key, arn), group in grouped([r for r in R if (g(r, "userIdentity.accessKeyId") or "").startswith("AKIA")],
                                         lambda r: (g(r, "userIdentity.accessKeyId"), g(r, "userIdentity.arn"))).items():
            times = [r["eventTime"] for r in group]
            rows.append([key, arn, min(times), max(times), len(group)])
        return sorted(rows, key=lambda row: (-row[4], row[0]))

    @answer
    def denied_by_caller():
        denied = [r for r in R if "Denied" in (g(r, "errorCode") or "") or "Unauthorized" in (g(r, "errorCode") or "")]
        rows = [[n, arn, source, name, code] for source, name, code, arn, n in
                counted(denied, lambda r: (r["eventSource"], r["eventName"], g(r, "errorCode"), g(r, "userIdentity.arn")))]
        return sorted(rows, key=lambda row: (-row[0], row[3], row[4], last(row[1]), row[2]))

    @answer
    def root_use():
        found = [r for r in R if g(r, "userIdentity.sessionContext.sessionIssuer.type") == "Root"
                 or g(r, "userIdentity.type") == "Root" and g(r, "eventType") not in (None, "AwsServiceEvent")]
        return [[r["eventID"], r["eventName"], r["eventTime"], g(r, "sourceIPAddress")] for r in found]

    @answer
    def role_sessions():
        def key(r):
            parts = (g(r, "userIdentity.principalId") or "").split(":")
            return (g(r, "userIdentity.sessionContext.sessionIssuer.userName"), parts[1] if len(parts) > 1 else None)
        rows = [[*k, len({g(r, "sourceIPAddress") for r in group} - {None})] for k, group in grouped([r for r in R if g(r, "userIdentity.type") == "AssumedRole"], key).items()]
        return [row for row in rows if row[2] > 1]

    @answer
    def mfa_attribute():
        rows = counted(R, lambda r: g(r, "userIdentity.sessionContext.attributes.mfaAuthenticated"))
        return sorted(rows, key=lambda row: (row[0] is not None, row[0] or ""))

    @answer
    def first_resource():
        some = [r for r in R if resources(r)]
        return counted(some, lambda r: (g(resources(r)[0], "ARN"), g(resources(r)[0], "type"), g(resources(r)[-1], "type")))

    @answer
    def resources_as_rows():
        items = [i for r in R for i in resources(r)]
        rows = [[kind, len(group), len({g(i, "ARN") for i in group} - {None}), sum(g(i, "accountId") is not None for i in group)]
                for kind, group in grouped(items, lambda i: g(i, "type")).items()]
        return sorted(rows, key=lambda row: (-row[1], last(row[0])))

    @answer
    def resources_as_columns():
        rows = [(r["eventID"], n, [r["eventName"], n, g(i, "ARN"), g(i, "accountId"), g(i, "type")])
                for r in R for n, i in enumerate(resources(r), 1) if g(i, "type") == "AWS::S3::Bucket" and r["eventName"] != "GetObject"]
        return [row for _, _, row in sorted(rows, key=lambda row: row[:2])[:200]]

    @answer
    def resources_or_none():
        items = [i for r in R for i in (resources(r) or [None])]
        return [[len(items), sum(i is not None and g(i, "ARN") is not None for i in items), sum(i is None for i in items)]]

    @answer
    def resource_arns_by_action():
        items = [(r, i) for r in R if not g(r, "errorCode") for i in resources(r)]
        return [[*k, len({g(i, "ARN") for _, i in group}), len(group)] for k, group in
                grouped(items, lambda pair: (pair[0]["eventSource"], pair[0]["eventName"])).items()]

    @answer
    def days_of_lake_format():
        return sorted(counted([r for r in R if "2020-01-01" <= r["eventTime"] <= "2026-03-08T00:00:00Z"], lambda r: r["eventTime"][:10]))

    @answer
    def hours_by_parse_datetime():
        rows = counted([r for r in R if r["eventTime"] <= "2026-03-09T23:59:59Z"], lambda r: time(r).hour)
        return sorted(rows, key=lambda row: (-row[1], row[0]))

    @answer
    def format_datetime_days():
        def shown(r):
            t = time(r)
            return f"{t:%a}, {t.day} {t:%b} {t.year} {t.hour}:{t.minute:02}"
        return [row for row in counted(R, shown) if row[1] > 20]

    @answer
    def local_days():
        rows = []
        for day, group in sorted(grouped(R, lambda r: time(r).astimezone(NEW_YORK).date()).items()):
            hours = [time(r).astimezone(NEW_YORK).hour for r in group]
            rows.append([str(day), len(group), sum(not 8 <= hour <= 18 for hour in hours)])
        return rows

    @answer
    def local_hours_shown():
        hours = Counter(time(r).replace(minute=0, second=0) for r in R)
        return [[f"{hour.astimezone(NEW_YORK):%Y-%m-%d %H:00:00.000} America/New_York", n] for hour, n in sorted(hours.items())[:24]]

    @answer
    def minutes_between_first_and_last():
        start = datetime.datetime(2020, 1, 1, 0, 30, tzinfo=UTC)
        rows = []
        for arn, group in grouped([r for r in R if g(r, "userIdentity.arn") is not None], lambda r: g(r, "userIdentity.arn")).items():
            times = [time(r) for r in group]
            seconds = int((max(times) - min(times)).total_seconds())
            rows.append([arn, seconds // 60, seconds // 86400, int((min(times) - start).total_seconds()) // 3600])
        return rows

    @answer
    def last_days_of_now():
        return [[len(R)]]

    @answer
    def objects_read():
        found = [r for r in R if r["eventSource"] == "s3.amazonaws.com" and r["eventName"] == "GetObject"]
        rows = [[bucket, len(group), len({scalar(r.get("requestParameters"), "key") for r in group} - {None}), len({g(r, "sourceIPAddress") for r in group} - {None})]
                for bucket, group in grouped(found, lambda r: scalar(r.get("requestParameters"), "bucketName")).items()]
        return sorted(rows, key=lambda row: (-row[1], last(row[0])))

    @answer
    def scalar_of_objects_is_null():
        def number(f):
            return sum(f(r.get("requestParameters"), r.get("responseElements")) is not None for r in R)
        return [[len(R), number(lambda q, _: scalar(q)), number(lambda q, _: q), number(lambda _, a: scalar(a, "credentials")),
                 number(lambda _, a: scalar(a, "credentials", "accessKeyId")), number(lambda q, _: scalar(q, "filterSet", "items", 0, "name")),
                 number(lambda q, _: extract(q, "instancesSet", "items"))]]

    @answer
    def security_groups_opened():
        rows = []
        for r in R:
            if not re.fullmatch("AuthorizeSecurityGroup.*gress", r["eventName"]):
                continue
            for p in extract(r.get("requestParameters"), "ipPermissions", "items") or []:
                ranges = extract(p, "ipRanges", "items")
                rows.append([r["eventID"], scalar(r["requestParameters"], "groupId"), scalar(p, "ipProtocol"), extract(p, "fromPort"),
                             len(ranges) if isinstance(ranges, list) else None, scalar(p, "ipRanges", "items", 0, "cidrIp")])
        return rows

    @answer
    def instances_started():
        found = [r for r in R if r["eventName"] == "RunInstances" and g(r, "errorCode") is None and r.get("responseElements") is not None]
        return [[r["eventID"], g(r, "awsRegion"), scalar(r.get("requestParameters"), "instanceType"),
                 [i.get("instanceId") for i in extract(r["responseElements"], "instancesSet", "items")]] for r in found]

    @answer
    def role_chains():
        by_key = Counter(g(r, "userIdentity.accessKeyId") for r in R)
        assumed = [(scalar(r.get("requestParameters"), "roleArn"), scalar(r.get("responseElements"), "credentials", "accessKeyId")) for r in R
                   if r["eventName"] == "AssumeRole" and g(r, "errorCode") is None]
        pairs = [(role, key) for role, key in assumed if key is not None and by_key[key] > 0]
        rows = [[role, len(group), sum(by_key[key] for _, key in group)] for role, group in grouped(pairs, lambda pair: pair[0]).items()]
        return sorted(rows, key=lambda row: (-row[2], last(row[0])))

    @answer
    def role_name_by_pattern():
        def name(r):
            found = re.search("assumed-role/([^/]+)/(.+)$", g(r, "userIdentity.arn"))
            return found and found.group(1)
        rows = counted([r for r in R if "assumed-role/" in (g(r, "userIdentity.arn") or "")], name)
        return sorted(rows, key=lambda row: (-row[1], last(row[0])))

    @answer
    def reads_and_writes():
        def kind(r):
            if re.match("List|Describe|Get", r["eventName"]):
                return "reads"
            return "other reads" if g(r, "readOnly") == "true" else "writes"
        return [[k, len(group), len({(r["eventSource"], r["eventName"]) for r in group})] for k, group in grouped(R, kind).items()]

    @answer
    def snake_case_names():
        return counted(R, lambda r: re.sub("([a-z])([A-Z])", r"\1_\2", r["eventName"]).lower())

    @answer
    def permissions_used():
        return [[p] for p in {r["eventSource"].split(".")[0] + ":" + r["eventName"] for r in R if "role" in (g(r, "userIdentity.arn") or "") and not g(r, "errorCode")}]

    @answer
    def agents():
        rows = [[a, n, cli] for a, cli, n in counted([r for r in R if g(r, "userAgent") is not None], lambda r: (g(r, "userAgent").split(" ")[0], "cli" in g(r, "userAgent")))]
        return sorted(rows, key=lambda row: (-row[1], row[0], row[2]))[:20]

    @answer
    def agents_position_and_substring():
        def key(r):
            a = g(r, "userAgent")
            return (None,) * 4 if a is None else (a[:7], a[1:4], a.find("/") + 1, len(a.strip()))
        return counted(R, key)

    @answer
    def spread_over_regions():
        rows = [[ip, ", ".join(sorted({r["awsRegion"] for r in group})), len(group)] for ip, group in grouped(R, lambda r: g(r, "sourceIPAddress")).items()]
        return [row for row in rows if ", " in row[1]]

    @answer
    def contains_any_of():
        return [[sum(r["eventName"] in ("CreateUser", "CreateAccessKey", "AttachUserPolicy") for r in R),
                 sum(any(g(i, "type") == "AWS::S3::Bucket" for i in resources(r)) for r in R),
                 sum(any((g(i, "type") or "").endswith("Object") for i in resources(r)) for r in R),
                 sum(len(resources(r)) for r in R)]]

    @answer
    def rows_before():
        rows = []
        found = [r for r in R if r["eventSource"] == "iam.amazonaws.com" and not re.match("Get|List", r["eventName"])]
        for group in grouped(found, lambda r: g(r, "userIdentity.arn")).values():
            before = None
            for r in sorted(group, key=lambda r: (r["eventTime"], r["eventID"])):
                rows.append([r["eventID"], r["eventName"], before and before["eventName"], before and int((time(r) - time(before)).total_seconds())])
                before = r
        return rows

    @answer
    def top_of_each_service():
        rows = []
        for source, group in sorted(grouped(R, lambda r: r["eventSource"]).items()):
            names = sorted(Counter(r["eventName"] for r in group).items(), key=lambda pair: (-pair[1], pair[0]))
            rows += [[source, name, n, place] for place, (name, n) in enumerate(names[:2], 1)]
        return rows

    @answer
    def running_total():
        days = sorted(Counter(r["eventTime"][:10] for r in R).items())
        total, rows = 0, []
        for day, n in days:
            total += n
            rows.append([day, n, total, 1 + sum(other > n for _, other in days)])
        return rows

    @answer
    def shares():
        rows = []
        for source, group in grouped(R, lambda r: r["eventSource"]).items():
            failed = sum(g(r, "errorCode") is not None for r in group)
            rows.append([source, len(group) * 100 // len(R), str(half_up(len(group) * 100, len(R), 1)), float(half_up(failed, len(group), 4)), len(group)])
        return [row[:4] for row in sorted(rows, key=lambda row: (-row[4], row[0]))]

    @answer
    def first_and_last_name():
        rows = []
        for ip, group in grouped(R, lambda r: g(r, "sourceIPAddress")).items():
            ordered = sorted(group, key=lambda r: r["eventTime"] + r["eventID"])
            rows.append([ip, ordered[0]["eventName"], ordered[-1]["eventName"], ip and ip[:3]])
        return rows

    @answer
    def never_seen_before():
        def late(t):
            return t >= "2026-03-09" or "2023-07-10T12:30:00Z" <= t < "2024" or between(t, "2021-08-03", "2022")
        def early(t):
            return "2024" <= t < "2026-03-09" or "2022" <= t < "2023-07-10T12:30:00Z" or t < "2021-08-03"
        return [[n] for n in sorted({r["eventName"] for r in R if late(r["eventTime"])} - {r["eventName"] for r in R if early(r["eventTime"])})]

    @answer
    def union_of_actors():
        denied = [r for r in R if g(r, "errorCode") == "AccessDenied"]
        rows = {("key", g(r, "userIdentity.accessKeyId")) for r in denied}
        rows |= {("ip", g(r, "sourceIPAddress")) for r in denied if g(r, "sourceIPAddress") is not None and not g(r, "sourceIPAddress").endswith(".amazonaws.com")}
        return [list(row) for row in sorted(rows, key=lambda row: (row[0], last(row[1])))]

    @answer
    def in_a_subquery():
        keys = {g(r, "userIdentity.accessKeyId") for r in R if g(r, "errorCode") is not None} - {None}
        ips = {g(r, "sourceIPAddress") for r in login}
        found = [] if None in ips else [r for r in R if g(r, "userIdentity.accessKeyId") in keys and g(r, "sourceIPAddress") is not None and g(r, "sourceIPAddress") not in ips]
        return sorted(counted(found, lambda r: r["eventName"]), key=lambda row: (-row[1], row[0]))[2:12]

    @answer
    def policies_urls():
        def key(r):
            url = scalar(r.get("additionalEventData"), "LoginTo")
            if url is None:
                return (None, None, None)
            parts = urllib.parse.urlsplit(url)
            return (parts.hostname, urllib.parse.unquote(parts.path), urllib.parse.parse_qs(parts.query).get("isauthcode", [None])[0])
        return counted(login, key)

    @answer
    def bytes_out():
        found = [r for r in R if scalar(r.get("additionalEventData"), "bytesTransferredOut") is not None]
        return [[kind, float(sum(float(scalar(r["additionalEventData"], "bytesTransferredOut")) for r in group))] for kind, group in grouped(found, lambda r: g(r, "userIdentity.type")).items()]

    @answer
    def tls():
        rows = counted([r for r in R if g(r, "tlsDetails.tlsVersion") is not None], lambda r: (g(r, "tlsDetails.tlsVersion"), g(r, "tlsDetails.cipherSuite")))
        return sorted(rows, key=lambda row: -row[2])

    @answer
    def partitions():
        # An event that came twice lies in two partitions of Athena's; a case keeps one copy.
        rows = Counter()
        for entries in copies.values():
            places = {partition.groups() for _, partition in entries}
            rows[tuple(sorted(places))] += 1
        return [["/".join(p[1:]), p[0], *p[1:], n] for places, n in rows.items() for p in places[:1]] if all(len(p) == 1 for p in rows) else None

    @answer
    def rollup_of_errors():
        failed = [r for r in R if g(r, "errorCode") is not None]
        return counted(failed, lambda r: (r["awsRegion"], g(r, "errorCode"))) + counted(failed, lambda r: (r["awsRegion"], None)) + [[None, None, len(failed)]]

    @answer
    def weekdays():
        return [[*k, len(group), sum(g(r, "readOnly") == "false" for r in group), sum(g(r, "managementEvent") == "true" for r in group), max(time(r).year for r in group)]
                for k, group in grouped(R, lambda r: (time(r).isoweekday(), time(r).hour // 6)).items()]

    @answer
    def keys_of_parameters():
        return [[k, n] for k, n in Counter(k for r in R for k in (r.get("requestParameters") or {})).items()]

    @answer
    def sequence_of_hours():
        hours = Counter(time(r).hour for r in login)
        return [[h, hours[h]] for h in range(24)]

    @answer
    def lake_style():
        found = [r for r in R if "2020-01-01T00:00:00Z" < r["eventTime"] < "2026-03-07T00:00:00Z" and g(r, "readOnly") == "false"]
        return sorted(counted(found, lambda r: r["eventSource"]), key=lambda row: (-row[1], row[0]))[:10]

    return answers


json.dump(count(sys.argv[1]), sys.stdout)
