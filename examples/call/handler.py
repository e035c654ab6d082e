#!/usr/bin/python3
"""Answers host functions of `jailrun call --host-command`: a JSON line in, a JSON line out. It runs outside the jail, with
your rights: what comes in was written by a stranger."""
import json
import sys

PRICES = {"tea": 250, "milk": 120}


def price(name):
    if name not in PRICES:
        raise KeyError(f"no price for {name}")
    return PRICES[name]


for line in sys.stdin:
    call = json.loads(line)
    try:
        answer = {"id": call["id"], "ok": True, "value": price(*call["args"])}
    except Exception as error:
        answer = {"id": call["id"], "ok": False, "error": str(error.args[0])}
    print(json.dumps(answer), flush=True)
