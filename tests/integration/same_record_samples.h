// Programs that must not be able to tell how their jail was started: a table for each language.
#ifndef JAIL_TESTS_INTEGRATION_SAME_RECORD_SAMPLES_H_
#define JAIL_TESTS_INTEGRATION_SAME_RECORD_SAMPLES_H_

#include "jail/v1/job.pb.h"

namespace jailtest {

struct Sample {
  const char* name;
  const char* language;
  const char* source;
  void (*change)(jail::v1::JobSpec*);
  bool shows_app = false;  // Where a runtime's loader has a file: a mount that a cold jail has no use for.
};

inline constexpr Sample kSamples[] = {
    {"Hello", "python", "print('hello')", nullptr},
    {"ExitCode", "python", "import sys; sys.exit(7)", nullptr},
    {"Exception", "python", "raise ValueError('no')", nullptr},
    {"Input", "python", "print(input()[::-1])", [](jail::v1::JobSpec* job) { job->set_stdin("abc\n"); }},
    {"Arguments", "python", "import sys; print(sys.argv[1:])",
     [](jail::v1::JobSpec* job) {
       job->add_args("one");
       job->add_args("two");
     }},
    {"Environment", "python", "import os; print(sorted(os.environ))",
     [](jail::v1::JobSpec* job) { (*job->mutable_env())["WHO"] = "me"; }},
    {"Descriptors", "python", "import os; print(sorted(os.listdir('/proc/self/fd')))", nullptr},
    {"Where", "python",
     "import os; print(os.getcwd(), os.getuid(), os.getpid(), os.getppid(), os.getsid(0), os.getpgrp(),"
     " sorted(os.listdir('.')), sorted(os.listdir('/')))",
     nullptr},
    {"Mounts", "python",  // Of a tmpfs the kernel shows the host's uid, which is each jail's own.
     "import re\nprint(sorted(re.sub('[ug]id=19\\d+', '', ' '.join(l.split()[1:4])) for l in "
     "open('/proc/self/mounts')))",
     nullptr, true},
    {"Status", "python",
     "print([l for l in open('/proc/self/status') if l.split(':')[0] in ('CapEff', 'CapBnd', 'CapPrm', "
     "'CapInh',"
     " 'CapAmb', 'NoNewPrivs', 'Seccomp', 'Seccomp_filters', 'Uid', 'Gid', 'Groups', 'SigBlk', 'SigIgn', "
     "'SigCgt',"
     " 'Cpus_allowed', 'NSpid')])",
     nullptr},
    {"Rlimits", "python",
     "import resource as r; print([(n, r.getrlimit(getattr(r, n))) for n in dir(r) if "
     "n.startswith('RLIMIT_')])",
     [](jail::v1::JobSpec* job) {
       job->mutable_limits()->set_open_files(33);
       job->mutable_limits()->set_stack_bytes(3 << 20);
       job->mutable_limits()->set_file_bytes(12345);
     }},
    {"Network", "python",
     "import socket; s = socket.socket(); s.bind(('127.0.0.1', 0)); s.listen(); c = socket.create_connection("
     "s.getsockname()); print('loopback'); print(socket.if_nameindex())",
     nullptr},
    {"NoNetwork", "python",
     "import socket\ntry: socket.create_connection(('10.0.0.1', 1), 1)\nexcept OSError as e: print(e.errno)",
     nullptr},
    {"Denied", "python",
     "import ctypes; c = ctypes.CDLL(None, use_errno=True); print(c.syscall(165, 0, 0, 0, 0, 0), "
     "ctypes.get_errno())",
     nullptr},
    {"Nested", "python",
     "import ctypes; c = ctypes.CDLL(None, use_errno=True); print(c.unshare(0x10000000), ctypes.get_errno())",
     nullptr},
    {"WriteOutside", "python",
     "for p in '/x', '/usr/x', '/app/x', '/etc/x', '/work/x', '/tmp/x', '/dev/shm/x':\n"
     "  try: open(p, 'w'); print(p)\n  except OSError as e: print(p, e.errno)",
     nullptr},
    {"Memory", "python", "x = bytearray(200 << 20); print(len(x))",
     [](jail::v1::JobSpec* job) { job->mutable_limits()->set_memory_bytes(64 << 20); }},
    {"WallTime", "python", "import time; print(1, flush=True); time.sleep(9)",
     [](jail::v1::JobSpec* job) { job->mutable_limits()->set_wall_time_ms(200); }},
    {"CpuTime", "python", "while True: pass",
     [](jail::v1::JobSpec* job) { job->mutable_limits()->set_cpu_time_ms(150); }},
    {"Processes", "python",
     "import os, sys\nn = 0\ntry:\n  while n < 50:\n    if os.fork() == 0: os.read(0, 1); os._exit(0)\n    n "
     "+= 1\n"
     "except OSError as e: print(n, e.errno)",
     [](jail::v1::JobSpec* job) { job->mutable_limits()->set_processes(5); }},
    {"Output", "python", "print('x' * 100000)",
     [](jail::v1::JobSpec* job) { job->mutable_limits()->set_output_bytes(1000); }},
    {"Disk", "python",
     "try:\n  with open('f', 'wb') as f:\n    while True: f.write(b'x' * 65536); f.flush()\nexcept OSError "
     "as e: print("
     "e.errno)",
     [](jail::v1::JobSpec* job) { job->mutable_limits()->set_disk_bytes(1 << 20); }},
    {"Signal", "python", "import os; os.kill(os.getpid(), 11)", nullptr},
    {"FilesBack", "python", "open('out.txt', 'w').write('back')",
     [](jail::v1::JobSpec* job) { job->add_artifact_globs("*.txt"); }},
    {"Compiled", "c", "#include <stdio.h>\nint main(void) { puts(\"c\"); return 3; }\n", nullptr},
    {"CompileError", "c", "int main(void) { return x; }\n", nullptr},
    {"SlowRate", "python", "print(1)",
     [](jail::v1::JobSpec* job) { job->mutable_limits()->set_cpu_millicores(500); }},
    {"CpuSet", "python", "import os; print(sorted(os.sched_getaffinity(0)))",
     [](jail::v1::JobSpec* job) { job->mutable_limits()->set_cpu_set("0"); }},
};

inline constexpr Sample kPythonSamples[] = {
    {"Main", "python",
     "import sys; print(__name__, __file__, __doc__, sorted(globals()), sys.path[0], sys.orig_argv[1:])",
     nullptr},
    {"SyntaxError", "python", "x = 1\nif x\n  print(2)\n", nullptr},
    {"Traceback", "python",
     "def f(): return 1 / 0\ntry:\n  f()\nexcept Exception as e:\n  raise KeyError('a') from e\n", nullptr},
    {"ExitWithText", "python", "import sys; sys.exit('so long')", nullptr},
    {"Interrupted", "python", "raise KeyboardInterrupt", nullptr},
    {"AtExit", "python",
     "import atexit, threading, time\natexit.register(print, 'last')\n"
     "threading.Thread(target=lambda: (time.sleep(0.05), print('thread'))).start()\nprint('first')",
     nullptr},
    {"OwnHook", "python",
     "import sys\nsys.excepthook = lambda *a: print(a[0].__name__, a[2].tb_lineno)\nx = y", nullptr},
    {"Hooks", "python", "import sys; print(sys.excepthook is sys.__excepthook__)", nullptr},
    {"Pickle", "python", "import pickle\nclass A: pass\nprint(pickle.loads(pickle.dumps(A())).__class__)",
     nullptr},
    {"Multiprocessing", "python",
     "import multiprocessing as m\ndef f(x): return x * x\nif __name__ == '__main__':\n"
     "  r, w = m.Pipe(False)\n  p = m.get_context('fork').Process(target=lambda: w.send(f(7)))\n"
     "  p.start(); print(r.recv()); p.join()",
     nullptr},
    {"OtherFiles", "python",
     "import helper, pkg.deep; print(helper.x, pkg.deep.y, open('data.bin', 'rb').read())",
     [](jail::v1::JobSpec* job) {
       for (const auto& [path, content] : {std::pair<const char*, const char*>{"helper.py", "x = 1"},
                                           {"pkg/deep.py", "y = 2"},
                                           {"data.bin", "\xff\x01"}}) {
         jail::v1::SourceFile* file = job->add_files();
         file->set_path(path);
         file->set_content(path == std::string("data.bin") ? std::string("\xff\0\x01", 3)
                                                           : std::string(content));
       }
     }},
    {"ModulesOfItsOwn", "python", "import json, random.deep; print(json.x, random.__file__)",
     [](jail::v1::JobSpec* job) {
       jail::v1::SourceFile* json = job->add_files();
       json->set_path("json.py");
       json->set_content("x = 'mine'");
       job->add_files()->set_path("random/__init__.py");
       job->add_files()->set_path("random/deep.py");
     }},
    {"InAFolder", "python", "import sys; print(__file__, sys.path[0]); import beside",
     [](jail::v1::JobSpec* job) {
       job->mutable_files(0)->set_path("src/app/main.py");
       job->add_files()->set_path("src/app/beside.py");
     }},
    {"Modes", "python",
     "import os; print([oct(os.stat(f).st_mode) for f in ('main.py', 'd', 'd/e.txt')], os.umask(0))",
     [](jail::v1::JobSpec* job) { job->add_files()->set_path("d/e.txt"); }},
    {"Encoding", "python", "# -*- coding: latin-1 -*-\nprint('\xe9')", nullptr},
    {"NoUtf8", "python", "print('\xe9')", nullptr},
};

inline constexpr Sample kNodeSamples[] = {
    {"Hello", "javascript", "console.log('hello', process.argv.slice(1), process.execArgv, __filename)",
     nullptr},
    {"Main", "javascript",
     "console.log(require.main === module, module.children.length, Object.keys(require.cache), module.paths)",
     nullptr},
    {"ExitCode", "javascript", "process.exitCode = 7", nullptr},
    {"Exit", "javascript", "process.on('exit', (c) => console.log(c)); process.exit(3)", nullptr},
    {"Throws", "javascript", "function f() { throw new TypeError('no') }\nf()", nullptr},
    {"Rejects", "javascript", "Promise.reject(new Error('later'))", nullptr},
    {"SyntaxError", "javascript", "let x = ;", nullptr},
    {"EsModule", "javascript",
     "import fs from 'fs'; export const x = await 1; console.log(import.meta.url, fs.existsSync('.'))",
     nullptr},
    {"NamedModule", "javascript", "console.log(import.meta.filename)",
     [](jail::v1::JobSpec* job) { job->mutable_files(0)->set_path("deep/in.mjs"); }},
    {"EsModuleThrows", "javascript", "export {};\nthrow new Error('no')", nullptr},
    {"Input", "javascript", "console.log(require('fs').readFileSync(0, 'utf8').toUpperCase())",
     [](jail::v1::JobSpec* job) { job->set_stdin("abc"); }},
    {"Arguments", "javascript", "console.log(process.argv[3])",
     [](jail::v1::JobSpec* job) {
       job->add_args("--require");
       job->add_args("two \xc3\xa9");
     }},
    {"Environment", "javascript", "console.log(Object.keys(process.env).sort(), process.env.WHO)",
     [](jail::v1::JobSpec* job) { (*job->mutable_env())["WHO"] = "me"; }},
    {"Descriptors", "javascript",
     "const fs = require('fs');\nconsole.log(fs.readdirSync('/proc/self/fd').map((f) => { try { return "
     "fs.readlinkSync('/proc/self/fd/' + f).replace(/[0-9]+/, '') } catch { return 'itself' } }).sort())",
     nullptr},
    {"Worker", "javascript",
     "const { Worker } = require('worker_threads');\nnew Worker(\"console.log(process.argv.length, "
     "require('worker_threads').isMainThread)\", { eval: true })",
     nullptr},
    {"Fork", "javascript",
     "const c = require('child_process');\nif (process.argv[2]) console.log('child', process.execArgv);\n"
     "else c.fork(__filename, ['child']).on('exit', (code) => console.log(code))",
     nullptr},
    {"OtherFiles", "javascript", "console.log(require('./lib/a').b, require('./c.json').d)",
     [](jail::v1::JobSpec* job) {
       jail::v1::SourceFile* a = job->add_files();
       a->set_path("lib/a.js");
       a->set_content("exports.b = 1");
       jail::v1::SourceFile* c = job->add_files();
       c->set_path("c.json");
       c->set_content("{\"d\": 2}");
     }},
    {"Heap", "javascript", "const a = []; while (true) a.push(new Array(1000).fill(a.length))",
     [](jail::v1::JobSpec* job) { job->mutable_limits()->set_memory_bytes(128 << 20); }},
    {"WallTime", "javascript", "setTimeout(() => {}, 9000)",
     [](jail::v1::JobSpec* job) { job->mutable_limits()->set_wall_time_ms(300); }},
    {"CpuTime", "javascript", "while (true);",
     [](jail::v1::JobSpec* job) { job->mutable_limits()->set_cpu_time_ms(300); }},
    {"Idle", "javascript", "setTimeout(() => {}, 9000)",
     [](jail::v1::JobSpec* job) { job->mutable_limits()->set_idle_time_ms(300); }},
    {"FilesBack", "javascript", "require('fs').writeFileSync('out.txt', 'back')",
     [](jail::v1::JobSpec* job) { job->add_artifact_globs("*"); }},
};

// As a module of CommonJS: by the extension main.js.
inline void AsJs(jail::v1::JobSpec* job) { job->mutable_files(0)->set_path("main.js"); }

inline void AddFile(jail::v1::JobSpec* job, const char* path, const char* content) {
  jail::v1::SourceFile* file = job->add_files();
  file->set_path(path);
  file->set_content(content);
}

inline constexpr Sample kBunSamples[] = {
    {"Hello", "bun",
     "const who: string = 'hello';\nconsole.log(who, process.argv, Bun.argv, process.execArgv, "
     "process.argv0, "
     "Bun.main, import.meta.main, import.meta.path)",
     [](jail::v1::JobSpec* job) {
       job->add_args("--preload");
       job->add_args("two \xc3\xa9");
     }},
    {"CommonJs", "bun",
     "console.log(module.children, module.parent, require.main === module, Object.keys(require.cache), "
     "__filename, this === exports, module.id, module.paths, arguments.length)",
     AsJs},
    {"Throws", "bun", "function f(): never { throw new TypeError('no') }\nf()", nullptr},
    {"ThrowsInCommonJs", "bun", "function f() { throw new TypeError('no') }\nf()", AsJs},
    {"Rejects", "bun", "Promise.reject(new Error('later'))", nullptr},
    {"Uncaught", "bun",
     "process.on('uncaughtException', (e, from) => console.log(e.message, from));\nthrow new Error('x')",
     nullptr},
    {"SyntaxError", "bun", "let x = ;", nullptr},
    {"MissingModule", "bun", "import './nothere'", nullptr},
    {"Stack", "bun",
     "console.log(new Error('a').stack);\n(async () => { await 1; console.log(new Error('b').stack) })()",
     nullptr},
    {"ExitCode", "bun",
     "process.on('beforeExit', (c) => console.log('before', c));\nprocess.on('exit', (c) => "
     "console.log(c));\n"
     "process.exitCode = 4",
     nullptr},
    {"NeverSettles", "bun", "console.log(1);\nawait new Promise(() => {})", nullptr},
    {"Globals", "bun",
     "console.log(Object.getOwnPropertyNames(globalThis), Object.keys(Bun), Object.keys(process), "
     "Object.getOwnPropertyDescriptor(Bun, 'main'), Object.getOwnPropertyDescriptor(process, 'argv'))",
     nullptr},
    {"Descriptors", "bun",
     "const fs = require('fs');\nconsole.log(fs.readdirSync('/proc/self/fd').map((f) => { try { return "
     "fs.readlinkSync('/proc/self/fd/' + f).replace(/[0-9]+/, '') } catch { return 'itself' } }).sort())",
     AsJs},
    {"Input", "bun", "for await (const line of console) console.log(line.toUpperCase())",
     [](jail::v1::JobSpec* job) { job->set_stdin("abc\ndef\n"); }},
    {"Worker", "bun",
     "import { isMainThread, Worker } from 'node:worker_threads';\n"
     "if (isMainThread) new Worker(import.meta.path); else console.log(Bun.main, process.argv.length)",
     nullptr},
    {"Fork", "bun",
     "const c = require('child_process');\nif (process.argv[2]) console.log('child', process.execArgv, "
     "Bun.main);\n"
     "else c.fork(__filename, ['child']).on('exit', (code) => console.log(code))",
     AsJs},
    {"OtherFiles", "bun", "import { b } from './lib/a';\nimport c from './c.json';\nconsole.log(b, c.d)",
     [](jail::v1::JobSpec* job) {
       AddFile(job, "lib/a.ts", "export const b: number = 1");
       AddFile(job, "c.json", "{\"d\": 2}");
     }},
    {"InAFolder", "bun", "import { x } from '@/q';\nconsole.log(x, import.meta.dir, process.cwd())",
     [](jail::v1::JobSpec* job) {
       job->mutable_files(0)->set_path("src/main.mts");
       AddFile(job, "src/q.ts", "export const x = 4");
       AddFile(job, "tsconfig.json", "{\"compilerOptions\": {\"paths\": {\"@/*\": [\"./src/*\"]}}}");
     }},
    // What is looked for before anything runs: then it is started anew.
    {"EnvironmentOfAFile", "bun", "console.log(process.env.WHO, process.argv)",
     [](jail::v1::JobSpec* job) { AddFile(job, ".env", "WHO=me\n"); }},
    {"Settings", "bun", "console.log(globalThis.x)",
     [](jail::v1::JobSpec* job) {
       AddFile(job, "bunfig.toml", "preload = [\"./before.ts\"]\n");
       AddFile(job, "before.ts", "globalThis.x = 1");
     }},
    {"Server", "bun",
     "export default { port: 8123, fetch() { return new Response('x') } };\nsetTimeout(() => "
     "process.exit(3), 50)",
     nullptr},
    {"WallTime", "bun", "setTimeout(() => {}, 9000)",
     [](jail::v1::JobSpec* job) { job->mutable_limits()->set_wall_time_ms(300); }},
    {"CpuTime", "bun", "while (true);",
     [](jail::v1::JobSpec* job) { job->mutable_limits()->set_cpu_time_ms(300); }},
    {"FilesBack", "bun", "await Bun.write('out.txt', 'back')",
     [](jail::v1::JobSpec* job) { job->add_artifact_globs("*"); }},
};

inline constexpr Sample kJavaSamples[] = {
    {"Hello", "java",
     "public class Main { public static void main(String[] a) throws Exception { System.out.println(a.length "
     "+ "
     "\" \" + Main.class.getProtectionDomain().getCodeSource().getLocation() + "
     "System.getProperty(\"java.class.path\")"
     " + Main.class.getResource(\"Main.class\") + Main.class.getResourceAsStream(\"Main.class\").read() + "
     "Thread.currentThread().getName() + Main.class.getPackageName()); } }",
     [](jail::v1::JobSpec* job) { job->add_args("one"); }},
    {"Throws", "java",
     "public class Main { static void f() { throw new IllegalStateException(\"no\", new Error(\"why\")); }\n"
     "public static void main(String[] a) { f(); } }",
     nullptr},
    {"ThrowsInInitializer", "java",
     "public class Main { static int x = 1 / 0; public static void main(String[] a) {} }", nullptr},
    {"Exit", "java",
     "public class Main { public static void main(String[] a) { Runtime.getRuntime().addShutdownHook(new "
     "Thread(() -> "
     "System.out.println(\"bye\"))); System.exit(5); } }",
     nullptr},
    {"Threads", "java",
     "public class Main { public static void main(String[] a) { new Thread(() -> { throw new "
     "Error(\"mine\"); "
     "}).start(); } }",
     nullptr},
    {"Packages", "java",
     "package p.q; public class Main { public static void main(String[] a) throws Exception { "
     "System.out.println(new r.Other() + new "
     "String(Main.class.getResourceAsStream(\"/data.txt\").readAllBytes())); } }",
     [](jail::v1::JobSpec* job) {
       jail::v1::SourceFile* other = job->add_files();
       other->set_path("r/Other.java");
       other->set_content(
           "package r; public class Other { public String toString() { return getClass().getName(); } }");
       jail::v1::SourceFile* data = job->add_files();
       data->set_path("data.txt");
       data->set_content("text");
     }},
    {"Input", "java",
     "import java.util.*; public class Main { public static void main(String[] a) { Scanner s = new "
     "Scanner(System.in); System.out.println(s.nextInt() + s.nextInt()); } }",
     [](jail::v1::JobSpec* job) { job->set_stdin("20 22\n"); }},
    {"CompileError", "java", "public class Main { int f() { return \"x\"; } }", nullptr},
    {"NoMain", "java", "public class Main { }", nullptr},
    {"Memory", "java",
     "import java.util.*; public class Main { public static void main(String[] a) { List<int[]> l = new "
     "ArrayList<>(); while (true) l.add(new int[1 << 20]); } }",
     nullptr},
    {"Descriptors", "java",
     "import java.nio.file.*; public class Main { public static void main(String[] a) throws Exception { try "
     "(var s = "
     "Files.list(Path.of(\"/proc/self/fd\"))) { s.map(Path::toString).filter(p -> { try { return "
     "Files.readSymbolicLink(Path.of(p)).toString().startsWith(\"socket\"); } catch (Exception e) { return "
     "false; } "
     "}).forEach(System.out::println); } System.out.println(Files.exists(Path.of(\"/tmp/.parked\"))); } }",
     nullptr},
};

}  // namespace jailtest

#endif  // JAIL_TESTS_INTEGRATION_SAME_RECORD_SAMPLES_H_
