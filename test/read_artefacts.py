#!/usr/bin/env python3
"""Reads what dbi-gen-config writes by parsers that are not dbi's, and says what they found.

    read_artefacts.py schema SCHEMA DOCUMENT...       a JSON Schema validator, on YAML documents
    read_artefacts.py cron FILE                       python-crontab, a file of /etc/cron.d
    read_artefacts.py kubernetes FILE                 the models of Kubernetes' own client
SPDX-License-Identifier: Apache-2.0
"""
import json
import sys
import types

import yaml


def check_schema(schema_file, documents):
    import jsonschema

    with open(schema_file, encoding="utf-8") as stream:
        schema = json.load(stream)
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    refused = 0
    for name in documents:
        with open(name, encoding="utf-8") as stream:
            document = yaml.safe_load(stream)
        for error in validator.iter_errors(document):
            refused += 1
            print(f"{name}: {'/'.join(map(str, error.absolute_path))}: {error.message[:200]}")
    return 1 if refused else 0


def read_cron(name):
    from crontab import CronTab

    jobs = list(CronTab(tabfile=name, user=False))
    for job in jobs:
        print(f"{job.slices} as {job.user}: {'good' if job.is_valid() else 'BAD'}: {job.command}")
    return 0 if len(jobs) == 1 and jobs[0].is_valid() else 1


def read_kubernetes(name):
    from kubernetes import client

    api = client.ApiClient()
    models = {"ConfigMap": "V1ConfigMap", "PersistentVolumeClaim": "V1PersistentVolumeClaim",
              "Deployment": "V1Deployment"}
    with open(name, encoding="utf-8") as stream:
        for manifest in yaml.safe_load_all(stream):
            response = types.SimpleNamespace(data=json.dumps(manifest))
            # Refuses what lacks a required member or has one of a wrong type.
            model = api.deserialize(response, models[manifest["kind"]])
            back = api.sanitize_for_serialization(model)
            # A member that the model does not know is lost on the way.
            if back != manifest:
                print(f"{manifest['kind']}: not read back: {json.dumps(back)[:400]}")
                return 1
            print(f"{manifest['kind']} {model.metadata.name}")
            if manifest["kind"] == "ConfigMap":
                document = yaml.safe_load(manifest["data"]["dbi.yaml"])
                print(f"  document of {document['environment']}")
    return 0


def main():
    what, arguments = sys.argv[1], sys.argv[2:]
    if what == "schema":
        return check_schema(arguments[0], arguments[1:])
    return {"cron": read_cron, "kubernetes": read_kubernetes}[what](arguments[0])


if __name__ == "__main__":
    sys.exit(main())
