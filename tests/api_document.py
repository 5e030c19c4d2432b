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


def check(name):
    def run(function):
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


@check("the rules of NLGov that a machine can check")
def _(mistake):
    for key in ("name", "url", "email"):
        if key not in document["info"]["contact"]:
            mistake("contact lacks " + key)
    if not re.fullmatch(r"\d+\.\d+\.\d+", document["info"]["version"]):
        mistake("version is not semantic")
    for server in document["servers"]:
        if not re.search(r"/v\d+$", server["url"]):
            mistake("no major version in " + server["url"])
    for name, path, method, operation in operations():
        if path.endswith("/") or not re.fullmatch(r"(/([a-z0-9.-]+|{\w+}))+", path):
            mistake("path " + path)
        if method not in ("get", "post", "put", "patch", "delete"):
            mistake("method " + name)
        for parameter in operation.get("parameters", []):
            if parameter["in"] == "query" and not re.fullmatch(
                    r"[a-z][a-z0-9]*([A-Z][a-z0-9]*)*", parameter["name"]):
                mistake(f"{name}: {parameter['name']} is not camelCase")
        if "400" not in operation["responses"]:
            mistake(name + " cannot answer 400")
        for status, response in operation["responses"].items():
            response = follow(response)
            if status[0] in "23" and "API-Version" not in response.get("headers", {}):
                mistake(f"{name} {status} has no API-Version")
            if status[0] in "45":
                schema = follow(response["content"]["application/problem+json"]["schema"])
                if not {"status", "title", "detail"} <= set(schema["properties"]):
                    mistake(f"{name} {status} is no problem")
    for name, schema in document["components"]["schemas"].items():
        if not re.fullmatch(r"([A-Z][a-z0-9]*)+", name):
            mistake("schema " + name)
        for key in schema["properties"]:
            if not re.fullmatch(r"[a-z][a-z0-9]*([A-Z][a-z0-9]*)*", key):
                mistake(f"{name}.{key} is not camelCase")


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
    if n < 20:
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
        for error in errors_of(content["schema"], answer["body"]):
            mistake(f"{name}: {error}")
    if len(answers) < 20:
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


print(f"1..{len(results)}")
for i, (name, mistakes) in enumerate(results, 1):
    print(("not ok" if mistakes else "ok"), i, "-", name)
    for text in mistakes[:20]:
        print("# " + str(text).splitlines()[0])
sys.exit(any(mistakes for _, mistakes in results))
