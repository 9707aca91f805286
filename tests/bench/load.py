"""A client in a process of its own: posts signed Twilio forms over keep-alive connections and prints requests a second."""

from __future__ import annotations

import http.client
import sys
import threading
import time
import uuid
from urllib.parse import urlencode

from tests.servers.twilio import ACCOUNT_SID, AUTH_TOKEN, signed_form

PUBLIC = "https://bench.example/webhooks/twilio"


def requests(number: int, people: int) -> list[tuple[bytes, dict[str, str]]]:
    made = []
    for n in range(number):
        sender = f"+62811{n % people:07d}"
        fields = {
            "MessageSid": f"SM{uuid.uuid4().hex}", "AccountSid": ACCOUNT_SID, "From": sender, "To": "+6281100000",
            "Body": "Sudah tiga hari air di blok B mati, anak saya tidak bisa mandi.", "NumMedia": "0",
        }  # fmt: skip
        made.append((urlencode(fields).encode(), signed_form(PUBLIC, fields, AUTH_TOKEN)))
    return made


def post_all(port: int, jobs: list[tuple[bytes, dict[str, str]]], failures: list[int]) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    for body, headers in jobs:
        connection.request("POST", "/webhooks/twilio", body, headers)
        answer = connection.getresponse()
        answer.read()
        if answer.status != 200:
            failures.append(answer.status)
    connection.close()


def main(port: int, number: int, connections: int, people: int) -> None:
    jobs, failures = requests(number, people), list[int]()
    threads = [
        threading.Thread(target=post_all, args=(port, jobs[n::connections], failures)) for n in range(connections)
    ]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.perf_counter() - began
    print(f"{number / took:.1f} {len(failures)}")


if __name__ == "__main__":
    main(*(int(a) for a in sys.argv[1:5]))
