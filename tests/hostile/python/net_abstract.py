# id: net-abstract
# class: net
# does: connects to an abstract Unix socket of the host, which no file permission guards
# promise: P13
# after: CVE-2020-15257
# expect: OK
# unjailed: escape
import socket
s = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
s.settimeout(1)
blocked(refusal(lambda: s.connect("\0jailrun-canary")) or escaped("connected"))
