# id: kres-descriptors
# class: kernel-resources
# does: raises its own limit and opens files until refused; wants 5,000
# promise: P32
# expect: OK
# unjailed: escape
import resource
hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
opened = 0
try:
    for opened in range(5000): os.open("/dev/null", os.O_RDONLY)
except OSError as e:
    say("BLOCKED %s after %d" % (name(e), opened))
    os._exit(0)
escaped("%d descriptors" % opened)
