#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""api_document.py TRANSCRIPT

Checks the API's description and real answers with nobody's code but python3-jsonschema:
the structure of OpenAPI 3.1, the NLGov REST API Design Rules that a machine can check, every
schema, every example, and each answer against the schema of its status. Prints TAP.
"""
import json
import re
import sys

from jsonschema import Draft202012Validator, FormatChecker, RefResolver

with open(sys.argv[1], encoding="utf-8") as file:
    transcript = json.load(file)
document, answers = transcript["document"], transcript["answers"]
resolver = RefResolver("", document)
results = []
checks = []


def check(name):
    def run(function):
        checks.append((name, function))
        mistakes = []
        function(mistakes.append)
        results.append((name, mistakes))
    return run


def follow(node):
    while "$ref" in node:
        node = resolver.resolve(node["$ref"])[1]
    return node


def operations():
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield f"{method} {path}", path, method, operation


def contents(operation):
    """(status, media type, content) of every answer, and of the body as status 'body'."""
    for status, response in operation["responses"].items():
        for media, content in follow(response).get("content", {}).items():
            yield status, media, content
    for media, content in operation.get("requestBody", {}).get("content", {}).items():
        yield "body", media, content


def errors_of(schema, value):
    validator = Draft202012Validator(schema, resolver=resolver, format_checker=FormatChecker())
    return [f"{list(e.absolute_path)}: {e.message}" for e in validator.iter_errors(value)]


def references(node):
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for each in node.values():
            yield from references(each)
    elif isinstance(node, list):
        for each in node:
            yield from references(each)


@check("the document has what OpenAPI 3.1 asks")
def _(mistake):
    if not re.fullmatch(r"3\.1\.\d+", document["openapi"]):
        mistake("openapi: " + document["openapi"])
    for key in ("title", "version"):
        if not document["info"].get(key):
            mistake("info lacks " + key)
    for ref in set(references(document)):
        try:
            resolver.resolve(ref)
        except Exception as error:  # the library's own kind has moved between versions
            mistake(f"{ref}: {error}")
    names = [operation["operationId"] for _, _, _, operation in operations()]
    if len(names) != len(set(names)):
        mistake("an operationId occurs twice")
    for name, path, _, operation in operations():
        holes = set(re.findall(r"{(\w+)}", path))
        named = {p["name"] for p in operation.get("parameters", []) if p["in"] == "path"}
        if holes != named:
            mistake(f"{name}: path parameters {holes} and {named}")
        for parameter in operation.get("parameters", []):
            if parameter["in"] == "path" and not parameter["required"]:
                mistake(f"{name}: {parameter['name']} is not required")
            if "schema" not in parameter:
                mistake(f"{name}: {parameter['name']} has no schema")
        for status, response in operation["responses"].items():
            if not re.fullmatch(r"[1-5]\d\d", status) or not follow(response).get("description"):
                mistake(f"{name}: answer {status}")


# ---- the NLGov REST API Design Rules 2.1, each by its own name; beside them the SHOULDs we follow ----

KEBAB = r"[a-z0-9]+(-[a-z0-9]+)*"
CAMEL = r"[a-z][a-z0-9]*([A-Z][a-z0-9]*)*"
# Words of ours that do something: none may stand in a path (resources are things).
VERBS = set("get list make create add set put change update edit remove delete drop cancel stop start run "
            "join leave ask invite accept grant publish restore search find send".split())
# A path's last word may be of one thing when there is only one of it.
SINGLE = {"me", "state", "health", "openapi.json"}


def segments(path):
    return [s for s in path.split("/") if s]


def fixed(path):
    return [s for s in segments(path) if not s.startswith("{")]


@check("/core/naming-resources: no path has a verb in it")
def _(mistake):
    for path in document["paths"]:
        for segment in fixed(path):
            if set(segment.split("-")) & VERBS:
                mistake(path)


@check("/core/naming-collections: what has many has a plural name")
def _(mistake):
    plural = {"people"}
    for path in document["paths"]:
        for segment in fixed(path):
            if segment not in SINGLE | plural and not segment.endswith("s"):
                mistake(f"{path}: {segment}")


@check("/core/nested-child and /core/hide-implementation: a parameter stands behind the name of its collection")
def _(mistake):
    for path in document["paths"]:
        before = None
        for segment in segments(path):
            if segment.startswith("{") and (before is None or before in SINGLE):
                mistake(path)
            before = segment
        if re.search(r"\.(php|cgi|aspx?|do)\b", path):
            mistake(path)


@check("/core/no-trailing-slash: no path ends in a slash, and asking with one finds nothing")
def _(mistake):
    for path in document["paths"]:
        if path.endswith("/"):
            mistake(path)
    if transcript["slash"] != 404:
        mistake(f"with a slash: {transcript['slash']}")


@check("/core/path-segments-kebab-case")
def _(mistake):
    for path in document["paths"]:
        for segment in fixed(path):
            if segment != "openapi.json" and not re.fullmatch(KEBAB, segment):
                mistake(f"{path}: {segment}")


@check("/core/query-keys-camel-case, and the same of members")
def _(mistake):
    for name, _, _, operation in operations():
        for parameter in operation.get("parameters", []):
            if parameter["in"] in ("query", "path") and not re.fullmatch(CAMEL, parameter["name"]):
                mistake(f"{name}: {parameter['name']}")
    for name, schema in document["components"]["schemas"].items():
        if not re.fullmatch(r"([A-Z][a-z0-9]*)+", name):
            mistake("schema " + name)
        for key in schema["properties"]:
            if not re.fullmatch(CAMEL, key):
                mistake(f"{name}.{key}")


@check("/core/date-time/format, timezone and date-omit-time-portion: moments are in UTC, days without time")
def _(mistake):
    def values(node):
        if isinstance(node, dict):
            for key, value in node.items():
                if isinstance(value, (dict, list)):
                    yield from values(value)
                elif value is not None:
                    yield key, value
        elif isinstance(node, list):
            for each in node:
                yield from values(each)
    for answer in answers:
        for key, value in values(answer["body"]):
            if key.endswith("At") and not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", value):
                mistake(f"{answer['path']}: {key} {value}")
            if key.endswith("On") and not re.fullmatch(r"\d{4}-\d\d-\d\d", value):
                mistake(f"{answer['path']}: {key} {value}")
    for name, schema in document["components"]["schemas"].items():
        for key, member in schema["properties"].items():
            wanted = {"At": "date-time", "On": "date"}.get(key[-2:])
            if wanted and member.get("format") != wanted:
                mistake(f"{name}.{key}")


@check("/core/http-methods: standard methods alone")
def _(mistake):
    for name, _, method, _ in operations():
        if method not in ("get", "post", "put", "patch", "delete"):
            mistake(name)


@check("/core/http-safety: reading takes no body, and what is not idempotent has a key or a version")
def _(mistake):
    for name, _, method, operation in operations():
        names = {p["name"] for p in operation.get("parameters", []) if p["in"] == "header"}
        if method in ("get", "delete") and "requestBody" in operation:
            mistake(name)
        if method == "post" and not names & {"Idempotency-Key", "If-Match"}:
            mistake(name)
        if method in ("put", "patch") and "If-Match" not in names:
            mistake(name)


@check("/core/http-response-code: each operation says how it succeeds and how it fails")
def _(mistake):
    for name, path, method, operation in operations():
        statuses = set(operation["responses"])
        if not any(s.startswith("2") for s in statuses) or "500" not in statuses:
            mistake(name)
        if "{" in path and "404" not in statuses:
            mistake(name + ": 404")
        if method == "post" and "201" not in statuses:
            mistake(name + ": 201")
        if any(p["name"] == "If-Match" for p in operation.get("parameters", [])) and not {
                "412", "428"} <= statuses:
            mistake(name + ": 412 and 428")


@check("/core/stateless: who asks is told by each request, never by a cookie")
def _(mistake):
    for name, scheme in document["components"]["securitySchemes"].items():
        if scheme["type"] == "apiKey" and scheme["in"] == "cookie":
            mistake(name)
    for name, _, _, operation in operations():
        if "security" not in operation:
            mistake(name)


@check("/core/resource-operations: what is done to a resource is a resource of its own")
def _(mistake):
    for path, methods in document["paths"].items():
        if path.endswith("/state") and set(methods) - {"put", "get"}:
            mistake(path)


@check("/core/error-handling/problem-details: every error is application/problem+json")
def _(mistake):
    for name, _, _, operation in operations():
        for status, response in operation["responses"].items():
            if status[0] not in "45":
                continue
            content = follow(response)["content"]
            if set(content) != {"application/problem+json"}:
                mistake(f"{name} {status}")
            schema = follow(content["application/problem+json"]["schema"])
            if not {"type", "status", "title", "detail"} <= set(schema["required"]):
                mistake(f"{name} {status} lacks members")


@check("/core/error-handling/invalid-input: wrong input is 400, with code, place and detail")
def _(mistake):
    for name, _, _, operation in operations():
        if "400" not in operation["responses"] or "422" in operation["responses"]:
            mistake(name)
    each = document["components"]["schemas"]["Problem"]["properties"]["errors"]["items"]
    if not {"in", "location", "code", "detail"} <= set(each["required"]):
        mistake("errors lacks members")


@check("/core/error-handling/all-errors: all mistakes come together")
def _(mistake):
    if not any(len(a["body"].get("errors", [])) > 1 for a in answers
               if a["status"] == 400 and isinstance(a["body"], dict)):
        mistake("no answer tells more than one")


@check("/core/doc-openapi: OpenAPI 3.1")
def _(mistake):
    if not document["openapi"].startswith("3.1."):
        mistake(document["openapi"])


@check("/core/doc-openapi-contact: name, address and e-mail of whom to ask")
def _(mistake):
    for key in ("name", "url", "email"):
        if not document["info"]["contact"].get(key):
            mistake(key)


@check("/core/publish-openapi: the description is at /openapi.json, and any page may read it")
def _(mistake):
    if "get" not in document["paths"].get("/openapi.json", {}):
        mistake("not there")
    if transcript["cors"] != "*":
        mistake(f"Access-Control-Allow-Origin: {transcript['cors']}")


@check("/core/uri-version: the major version stands in the address")
def _(mistake):
    for server in document["servers"]:
        if not re.search(r"/v\d+$", server["url"]):
            mistake(server["url"])


@check("/core/semver")
def _(mistake):
    if not re.fullmatch(r"\d+\.\d+\.\d+", document["info"]["version"]):
        mistake(document["info"]["version"])


@check("/core/version-header: every answer names the full version")
def _(mistake):
    for name, _, _, operation in operations():
        for status, response in operation["responses"].items():
            if "API-Version" not in follow(response).get("headers", {}):
                mistake(f"{name} {status}")
    if transcript["version"] != document["info"]["version"]:
        mistake(f"really {transcript['version']}")


@check("/core/transport/tls: an address of its own is https")
def _(mistake):
    for server in document["servers"]:
        if not server["url"].startswith("https://"):
            mistake(server["url"])


@check("/core/transport/no-sensitive-uris: no secret stands in an address")
def _(mistake):
    for name, _, _, operation in operations():
        for parameter in operation.get("parameters", []):
            if parameter["in"] != "header" and re.search(
                    r"token|secret|password|key|email|bsn", parameter["name"], re.I):
                mistake(f"{name}: {parameter['name']}")


@check("/core/transport/security-headers: every answer has them")
def _(mistake):
    for key, wanted in {
            "Cache-Control": "no-store",
            "Content-Security-Policy": "frame-ancestors 'none'",
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": "DENY"}.items():
        if wanted not in (transcript["headers"].get(key) or ""):
            mistake(f"{key}: {transcript['headers'].get(key)}")


@check("json alone, but for files")
def _(mistake):
    files = {"application/x-ndjson", "application/octet-stream", "multipart/form-data"}
    for name, _, _, operation in operations():
        for status, media, content in contents(operation):
            if media not in {"application/json", "application/problem+json"} | files:
                mistake(f"{name} {status}: {media}")


@check("how often one may ask is described: RateLimit, 429 and Retry-After")
def _(mistake):
    for name, _, _, operation in operations():
        for status, response in operation["responses"].items():
            headers = follow(response).get("headers", {})
            if status[0] == "2" and not {"RateLimit", "RateLimit-Policy"} <= set(headers):
                mistake(f"{name} {status}")
            if status == "429" and "Retry-After" not in headers:
                mistake(f"{name} {status}")
        if "429" not in operation["responses"]:
            mistake(name)


@check("every schema is one, and every member is described")
def _(mistake):
    for name, schema in document["components"]["schemas"].items():
        try:
            Draft202012Validator.check_schema(schema)
        except Exception as error:
            mistake(f"{name}: {error}")
        for key, member in schema["properties"].items():
            if not follow(member).get("description") and member.get("type") != "array":
                mistake(f"{name}.{key} has no description")


@check("every example is what its schema says")
def _(mistake):
    n = 0
    for name, _, _, operation in operations():
        for status, media, content in contents(operation):
            if "example" not in content:
                continue
            n += 1
            for error in errors_of(content["schema"], content["example"]):
                mistake(f"{name} {status}: {error}")
    if n < 40:
        mistake(f"only {n} examples")


@check(f"each of {len(answers)} real answers is what its schema says")
def _(mistake):
    for answer in answers:
        operation = document["paths"][answer["path"]][answer["method"]]
        response = follow(operation["responses"][str(answer["status"])])
        name = f"{answer['method']} {answer['path']} {answer['status']}"
        if answer["status"] == 204:
            continue
        (content,) = response["content"].values()
        if response["content"].keys() == {"application/problem+json"} and not (
                answer["body"]["type"] == "about:blank"
                or answer["body"]["type"].endswith("/problems/" + answer["body"]["code"])):
            mistake(f"{name}: type {answer['body']['type']}")
        for error in errors_of(content["schema"], answer["body"]):
            mistake(f"{name}: {error}")
    if len(answers) < 50:
        mistake("too few answers")


@check("a schema refuses what is wrong: the check itself works")
def _(mistake):
    made = document["components"]["schemas"]["PublicationNew"]
    for wrong in ({}, {"title": "t"}, {"title": 1, "language": "nl"},
                  {"title": "t", "language": "fr"}, {"title": "t", "language": "nl", "x": 1},
                  {"title": "", "language": "nl"},
                  {"title": "t", "language": "nl", "spaceId": "01"}):
        if not errors_of(made, wrong):
            mistake(f"{wrong} was accepted")
    if errors_of(made, {"title": "t", "language": "nl", "spaceId": None}):
        mistake("a good one was refused")


# What is wrong in a description, and the rule that must see it.
def breakings(paths, schemas):
    stories = paths["/publications"]
    yield "/core/naming-resources", lambda: paths.update({"/publications/{id}/cancel": {}})
    yield "/core/naming-collections", lambda: paths.update({"/story": {}})
    yield "/core/nested-child", lambda: paths.update({"/{id}": {}})
    yield "/core/no-trailing-slash", lambda: paths.update({"/stories/": {}})
    yield "/core/path-segments-kebab-case", lambda: paths.update({"/longStories": {}})
    yield "/core/query-keys-camel-case", lambda: schemas["Space"]["properties"].update({"is_listed": {}})
    yield "/core/date-time", lambda: schemas["Space"]["properties"].update({"madeAt": {"type": "string"}})
    yield "/core/http-methods", lambda: stories.update({"trace": stories["get"]})
    yield "/core/http-safety", lambda: stories["post"].update({"parameters": []})
    yield "/core/http-response-code", lambda: stories["post"]["responses"].pop("201")
    yield "/core/stateless", lambda: stories["get"].pop("security")
    yield "/core/error-handling/problem-details", lambda: schemas["Problem"]["required"].remove("type")
    yield "/core/error-handling/invalid-input", lambda: stories["post"]["responses"].pop("400")
    yield "/core/doc-openapi:", lambda: document.update({"openapi": "2.0"})
    yield "/core/doc-openapi-contact", lambda: document["info"]["contact"].pop("email")
    yield "/core/publish-openapi", lambda: paths.pop("/openapi.json")
    yield "/core/uri-version", lambda: document.update({"servers": [{"url": "https://x.nl/api"}]})
    yield "/core/semver", lambda: document["info"].update({"version": "1"})
    yield "/core/version-header", lambda: document["info"].update({"version": "1.0.1"})
    yield "/core/transport/tls", lambda: document.update({"servers": [{"url": "http://x.nl/api/v1"}]})
    yield "/core/transport/no-sensitive-uris", lambda: stories["get"]["parameters"].append(
        {"in": "query", "name": "accessToken"})
    yield "json alone", lambda: stories["get"]["responses"]["200"]["content"].update({"text/xml": {}})
    yield "how often", lambda: stories["get"]["responses"].pop("429")


whole = json.dumps(document)
unseen = []
for number, _ in enumerate(breakings(document["paths"], document["components"]["schemas"])):
    document.clear()
    document.update(json.loads(whole))
    resolver = RefResolver("", document)
    rule, break_it = list(breakings(document["paths"], document["components"]["schemas"]))[number]
    break_it()
    mistakes = []
    (seeing,) = (function for name, function in checks if name.startswith(rule))
    seeing(mistakes.append)
    if not mistakes:
        unseen.append(rule)
results.append((f"each of {number + 1} broken descriptions is seen by its rule", unseen))

print(f"1..{len(results)}")
for i, (name, mistakes) in enumerate(results, 1):
    print(("not ok" if mistakes else "ok"), i, "-", name)
    for text in mistakes[:20]:
        print("# " + str(text).splitlines()[0])
sys.exit(any(mistakes for _, mistakes in results))
