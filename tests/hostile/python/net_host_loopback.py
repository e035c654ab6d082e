# id: net-host-loopback
# class: net
# does: talks to services of the host on loopback by TCP (IPv4, IPv6) and UDP, and by a socket file
# promise: P13
# expect: OK
# unjailed: escape
import socket
last = None
for family, address in ((socket.AF_INET, ("127.0.0.1", 47998)), (socket.AF_INET6, ("::1", 47998)),
                        (socket.AF_INET, ("127.8.9.10", 47998)), (socket.AF_UNIX, CANARY + "/socket")):
    if family == socket.AF_INET6 and not os.path.exists("/proc/self/net/if_inet6"): continue  # Nor has the host.
    try: s = socket.socket(family, socket.SOCK_STREAM)
    except OSError as e:  # A kernel without IPv6, whose host has no such listener either.
        last = e
        continue
    with s:
        s.settimeout(1)
        last = refusal(lambda: s.connect(address)) or escaped("connected to %s" % (address,))
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
    last = refusal(lambda: s.sendto(b"hostile", ("127.0.0.1", 47998))) or last
blocked(last)
