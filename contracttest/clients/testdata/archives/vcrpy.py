"""Sends each request that comes in as a line of JSON, while vcrpy records it.

python3 vcrpy.py FILE SERIALIZER
"""

import gzip
import json
import sys
import urllib.error
import urllib.request

import vcr

file, serializer = sys.argv[1:]

# JSON holds no bytes, so that vcrpy has to decompress bodies for it.
recorder = vcr.VCR(
    record_mode="all", serializer=serializer, decode_compressed_response=serializer == "json"
)
with recorder.use_cassette(file):
    for line in sys.stdin:
        asked = json.loads(line)
        body = asked["body"].encode() or None
        request = urllib.request.Request(asked["url"], body, asked["headers"], method=asked["method"])
        try:
            response = urllib.request.urlopen(request)
        except urllib.error.HTTPError as error:
            response = error
        body = response.read()
        if response.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        print(json.dumps({"status": response.status, "body": body.decode()}), flush=True)
