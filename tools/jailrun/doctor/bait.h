// What doctor lays out on the host for the attacks to find: a secret file, listeners on loopback and in
// the abstract namespace, a process to kill, an environment variable, an inheritable descriptor, and
// doctor itself as the target of a signal. After each run it looks whether any of it was touched: the
// host's own evidence, whatever an attack says of itself.
//
// Changes the process: its environment, its signal mask, a child. All is undone in the end. One at a
// time.
#ifndef TOOLS_JAILRUN_DOCTOR_BAIT_H_
#define TOOLS_JAILRUN_DOCTOR_BAIT_H_

#include <signal.h>
#include <sys/types.h>

#include <string>
#include <vector>

#include "jail/base/fd.h"
#include "jail/v1/result.pb.h"

namespace jail::cli {

class Bait {
 public:
  Bait();
  ~Bait();
  Bait(const Bait&) = delete;
  Bait& operator=(const Bait&) = delete;

  // For the attack program: "port=4711" and so on.
  std::vector<std::string> Arguments() const;

  // What the last run did to the host; empty when nothing.
  std::string Harm(const v1::ResultRecord& record);

  const std::string& secret() const { return secret_; }
  const std::string& secret_path() const { return secret_path_; }
  pid_t victim() const { return victim_; }

 private:
  void LayFile();
  void Listen();
  void StartVictim();

  std::string FileHarm() const;
  std::string ListenerHarm() const;
  std::string VictimHarm();
  static std::string SignalHarm();
  std::string DaemonHarm() const;

  std::string secret_;  // Random; stands in the file and in the environment, nowhere else.
  std::string secret_path_;
  std::string marker_;  // The name that a daemon gives itself.
  Fd file_;
  Fd inheritable_;
  Fd tcp_;
  Fd abstract_;
  int port_ = 0;
  pid_t victim_ = -1;
  sigset_t old_mask_;
};

}  // namespace jail::cli

#endif  // TOOLS_JAILRUN_DOCTOR_BAIT_H_
