# id: net-way-out
# class: net
# does: looks for a route, an interface beside lo, a resolver and the cloud's metadata service
# promise: P13
# expect: OK
# unjailed: any
import socket
last = "no way"
for address in ("169.254.169.254", "10.0.0.1", "192.0.2.7", "1.1.1.1"):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        last = refusal(lambda: s.connect((address, 9))) or escaped("a route to " + address)
try:
    for line in open("/proc/net/dev").read().splitlines()[2:]:
        if line.split(":")[0].strip() != "lo": escaped("interface " + line.split(":")[0])
except OSError as e:
    last = e
if "nameserver" in (open("/etc/resolv.conf").read() if os.path.exists("/etc/resolv.conf") else ""): escaped("a resolver")
blocked(last)
