"""Reads the binary ResultRecord without generated code: the corpus must judge what other programs get.
Field numbers and verdict names come from proto/jail/v1/result.proto itself."""
import pathlib
import re


def read_proto(path):
    """{"Verdict": {1: "OK", ...}, "ResultRecord": {"verdict": 2, ...}, ...}"""
    text = re.sub(r"//.*", "", pathlib.Path(path).read_text(encoding="utf-8"))
    verdicts = {int(n): name for name, n in re.findall(r"VERDICT_(\w+) = (\d+);", text)}
    messages = {}
    for name, body in re.findall(r"^message (\w+) \{(.*?)^\}", text, re.M | re.S):
        messages[name] = {field: int(n) for field, n in re.findall(r"(\w+) = (\d+);", body)}
    return verdicts, messages


def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128: return value, at


def fields(data):
    """(number, value) of one message; bytes for everything that has a length."""
    at = 0
    while at < len(data):
        key, at = varint(data, at)
        number, wire = key >> 3, key & 7
        if wire == 0: value, at = varint(data, at)
        elif wire == 1: value, at = data[at:at + 8], at + 8
        elif wire == 5: value, at = data[at:at + 4], at + 4
        elif wire == 2:
            size, at = varint(data, at)
            value, at = data[at:at + size], at + size
            if len(value) != size: raise ValueError("cut off")
        else: raise ValueError("wire type %d" % wire)
        yield number, value


class Record:
    """verdict ("OK"), exit_code and term_signal of the last phase, phases, the artifacts' contents."""

    def __init__(self, data, proto):
        verdicts, messages = proto
        record, phase, artifact = messages["ResultRecord"], messages["PhaseResult"], messages["Artifact"]
        self.verdict = self.exit_code = self.term_signal = None
        self.phases, self.artifacts, self.summary = 0, {}, ""
        for number, value in fields(data):
            if number == record["verdict"]: self.verdict = verdicts.get(value, "UNKNOWN %d" % value)
            elif number == record["summary"]: self.summary = value.decode("utf-8", "replace")
            elif number == record["artifacts"]:
                parts = dict(fields(value))
                self.artifacts[parts.get(artifact["path"], b"")] = parts.get(artifact["content"], b"")
            elif number == record["phases"]:
                parts = dict(fields(value))
                self.phases += 1
                self.exit_code = parts.get(phase["exit_code"])
                self.term_signal = parts.get(phase["term_signal"])
        if self.verdict is None: raise ValueError("a record without a verdict")
