"""Plays S3 for an archive, and reads what is on it with DuckDB.

    archive.py BUCKET FOLDER QUERIES

Says the port it serves on in the first line, then waits for a line. With it, it copies the bucket
into FOLDER, object by object under its own name, runs the queries of the JSON list QUERIES there, and
prints their rows as JSON, a line each. It ends when its input does.
"""

import json
import logging
import os
import pathlib
import sys

import boto3
import duckdb
from moto.server import ThreadedMotoServer

bucket, folder, queries = sys.argv[1], pathlib.Path(sys.argv[2]), json.loads(sys.argv[3])

# Each request would be a line.
logging.getLogger("werkzeug").setLevel(logging.ERROR)
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
host, port = server.get_host_and_port()
s3 = boto3.client(
    "s3",
    endpoint_url=f"http://{host}:{port}",
    region_name="us-east-1",
    aws_access_key_id="name",
    aws_secret_access_key="secret",
)
s3.create_bucket(Bucket=bucket)
print(port)

if sys.stdin.readline():
    names = []
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
        names += [entry["Key"] for entry in page.get("Contents", [])]
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        s3.download_file(bucket, name, str(path))
    unfinished = s3.list_multipart_uploads(Bucket=bucket).get("Uploads", [])
    print(json.dumps({"objects": sorted(names), "unfinished": len(unfinished)}))
    os.chdir(folder)
    for query in queries:
        print(json.dumps(duckdb.sql(query).fetchall(), default=str))
    sys.stdin.read()
server.stop()
