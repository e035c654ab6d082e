import resource
print("stack", resource.getrlimit(resource.RLIMIT_STACK))
