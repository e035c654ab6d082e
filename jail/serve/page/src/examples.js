// Programs to begin with. An example's key is its address (#example=KEY): changing one breaks links.

export const EXAMPLES = {
  "sum": {
    title: "Sum of the input", language: "python", input: "3\n4\n35\n",
    code: `import sys

numbers = [int(line) for line in sys.stdin]
print("sum:", sum(numbers))
print("largest:", max(numbers), file=sys.stderr)
`,
  },
  "countdown": {
    title: "Output as it comes", language: "python",
    code: `import time

for i in range(5, 0, -1):
    print(i, flush=True)
    time.sleep(0.4)
print("done")
`,
  },
  "primes": {
    title: "Primes in C++", language: "cpp", args: "100000",
    code: `#include <cstdlib>
#include <iostream>
#include <vector>

int main(int argc, char** argv) {
  const int end = argc > 1 ? std::atoi(argv[1]) : 1000;
  std::vector<bool> composite(end + 1);
  int count = 0;
  for (long i = 2; i <= end; ++i) {
    if (composite[i]) continue;
    ++count;
    for (long j = i * i; j <= end; j += i) composite[j] = true;
  }
  std::cout << count << " primes up to " << end << "\\n";
}
`,
  },
  "types": {
    title: "A type error", language: "typescript",
    code: `function area(width: number, height: number): number {
  return width * height;
}

console.log(area(6, "7"));
`,
  },
  "steps": {
    title: "CPU and memory", language: "python",
    code: `import time

kept = []
for step in range(8):
    kept.append(bytearray(12_000_000))  # Memory grows ...
    until = time.monotonic() + 0.1
    while time.monotonic() < until:     # ... the CPU works ...
        pass
    time.sleep(0.08)                    # ... and rests.
    print("step", step + 1, flush=True)
`,
  },
  "fork-bomb": {
    title: "A fork bomb", language: "python",
    code: `import os, time

children = 0
try:
    while True:
        if os.fork() == 0:
            time.sleep(60)
        children += 1
except OSError as error:
    print(f"after {children} processes: {error}", flush=True)
while True:
    pass
`,
  },
  "memory-hog": {
    title: "A memory hog", language: "python",
    code: `kept = []
while True:
    kept.append(bytearray(4_000_000))
    print(len(kept) * 4, "MB", flush=True)
`,
  },
  "endless": {title: "An endless loop", language: "javascript", code: "console.log(\"round and round\");\nfor (;;);\n"},
  "flood": {title: "A flood of output", language: "python", code: "while True:\n    print(\"never too much of a good thing\")\n"},
  "escape": {
    title: "A look around", language: "bash",
    code: `id
hostname
echo "processes: $(ls -d /proc/[0-9]* | wc -l)"
cat /etc/shadow
touch /usr/bin/mine
echo hello > /dev/tcp/192.0.2.1/80
`,
  },
};

// What the editor begins with, by the service's names of languages.
export const HELLO = {
  assembly: `global _start
section .data
text: db "Hello, world", 10
size equ $ - text
section .text
_start:
  mov eax, 1
  mov edi, 1
  mov rsi, text
  mov edx, size
  syscall
  mov eax, 60
  xor edi, edi
  syscall
`,
  bash: "echo \"Hello, world\"\n",
  bun: "console.log(\"Hello, world\");\n",
  c: "#include <stdio.h>\n\nint main(void) {\n  puts(\"Hello, world\");\n}\n",
  cpp: "#include <iostream>\n\nint main() {\n  std::cout << \"Hello, world\\n\";\n}\n",
  csharp: "using System;\n\nclass Program {\n  static void Main() { Console.WriteLine(\"Hello, world\"); }\n}\n",
  css: "h1 {\n  color: rebeccapurple;\n}\n",
  elixir: "IO.puts(\"Hello, world\")\n",
  erlang: "-module(main).\n-export([main/0]).\n\nmain() -> io:format(\"Hello, world~n\").\n",
  fortran: "program hello\n  print \"(a)\", \"Hello, world\"\nend program\n",
  go: "package main\n\nimport \"fmt\"\n\nfunc main() {\n\tfmt.Println(\"Hello, world\")\n}\n",
  haskell: "main :: IO ()\nmain = putStrLn \"Hello, world\"\n",
  html: "<!doctype html>\n<html lang=\"en\">\n  <head><meta charset=\"utf-8\"><title>Hello</title></head>\n  <body><h1>Hello, world</h1></body>\n</html>\n",
  java: "public class Main {\n  public static void main(String[] args) {\n    System.out.println(\"Hello, world\");\n  }\n}\n",
  javascript: "console.log(\"Hello, world\");\n",
  lua: "print(\"Hello, world\")\n",
  nim: "echo \"Hello, world\"\n",
  ocaml: "let () = print_endline \"Hello, world\"\n",
  octave: "disp(\"Hello, world\")\n",
  pascal: "program hello;\nbegin\n  writeln('Hello, world');\nend.\n",
  perl: "print \"Hello, world\\n\";\n",
  php: "<?php\necho \"Hello, world\\n\";\n",
  prolog: ":- initialization(main).\nmain :- write('Hello, world'), nl.\n",
  python: "print(\"Hello, world\")\n",
  r: "cat(\"Hello, world\\n\")\n",
  ruby: "puts \"Hello, world\"\n",
  rust: "fn main() {\n    println!(\"Hello, world\");\n}\n",
  scala: "object Main extends App {\n  println(\"Hello, world\")\n}\n",
  sqlite: "SELECT 'Hello, world';\n",
  typescript: "const greeting: string = \"Hello, world\";\nconsole.log(greeting);\n",
  wasm: `(module
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 64) "Hello, world\\n")
  (func (export "_start")
    (i32.store (i32.const 0) (i32.const 64))
    (i32.store (i32.const 4) (i32.const 13))
    (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))))
`,
};
