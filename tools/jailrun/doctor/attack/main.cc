// attack NAME [KEY=VALUE...]: finds the attack, tries every way, prints what came of it.
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "jail/base/errno_name.h"
#include "tools/jailrun/doctor/attack/attack.h"

namespace jail::attack {
namespace {

constexpr int kKilled = 253;
constexpr unsigned kTrySeconds = 5;
constexpr char kExecuted[] = "executed";  // attack executed: what is run by a way to execute something.

const Attack* const kTables[] = {kFileAttacks,    kIdentityAttacks, kKernelAttacks,
                                 kNetworkAttacks, kProcessAttacks,  kBombs};

char** told = nullptr;

const Attack* Find(const char* name) {
  for (const Attack* table : kTables) {
    for (const Attack* attack = table; attack->name != nullptr; ++attack) {
      if (strcmp(attack->name, name) == 0) return attack;
    }
  }
  return nullptr;
}

// In a child: what one try does to a process must not spoil the next.
int RunTry(const Try& attempt) {
  const pid_t pid = fork();
  if (pid < 0) return errno;
  if (pid == 0) {
    alarm(kTrySeconds);
    _exit(attempt.run());
  }
  int status = 0;
  if (waitpid(pid, &status, 0) < 0) return errno;
  return WIFEXITED(status) ? WEXITSTATUS(status) : kKilled;
}

const char* Name(int result) {
  if (result == kKilled) return "killed";
  if (result == kJudgedOutside) return "judged from outside";
  return ErrnoName(result);
}

// The ways that worked, or, when none did, all of them and what each was told.
void RunTries(const Try* tries) {
  bool escaped = false;
  int results[64] = {};
  int count = 0;
  for (; tries[count].way != nullptr && count < 64; ++count) {
    results[count] = RunTry(tries[count]);
    escaped = escaped || results[count] == 0;
  }
  printf("%s ", escaped ? "ESCAPED" : "BLOCKED");
  const char* separator = "";
  for (int i = 0; i < count; ++i) {
    if (escaped && results[i] != 0) continue;
    printf("%s%s", separator, tries[i].way);
    if (!escaped) printf(": %s", Name(results[i]));
    separator = "; ";
  }
  printf("\n");
}

int Main(int argc, char** argv) {
  if (argc < 2) return 2;
  if (strcmp(argv[1], kExecuted) == 0) return 0;
  told = argv + 2;
  const Attack* attack = Find(argv[1]);
  if (attack == nullptr) return 2;
  // For attacks that signal whatever they can reach, themselves too.
  signal(SIGUSR1, SIG_IGN);
  setvbuf(stdout, nullptr, _IOFBF, 16384);
  printf("START %s\n", attack->name);
  fflush(stdout);
  if (attack->tries != nullptr) {
    RunTries(attack->tries);
  } else {
    attack->bomb();
  }
  fflush(stdout);
  return 0;
}

}  // namespace

const char* Told(const char* name) {
  const size_t length = strlen(name);
  for (char** entry = told; *entry != nullptr; ++entry) {
    if (strncmp(*entry, name, length) == 0 && (*entry)[length] == '=') return *entry + length + 1;
  }
  return "";
}

int ToldNumber(const char* name) { return static_cast<int>(strtol(Told(name), nullptr, 10)); }

int CanOpen(const char* path, int flags) { return Result(open(path, flags | O_CLOEXEC | O_NOCTTY, 0600)); }

void SayCount(long count, int error) {
  printf("COUNT %ld %s\n", count, error == 0 ? "NONE" : ErrnoName(error));
  fflush(stdout);
}

}  // namespace jail::attack

int main(int argc, char** argv) { return jail::attack::Main(argc, argv); }
