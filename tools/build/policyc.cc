// policyc OUT.cc TEXT.cc FILE.textproto...: compiles the policies at build time to a C++ file that implements
// the policy half of jail/plan/builtin.h, and puts their text into another, for `jailrun policy`. The
// same files give the same bytes, in whatever order. A program that does not answer as its rules say fails
// the build.
#include <linux/seccomp.h>
#include <sodium.h>

#include <algorithm>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "tools/build/policy_checker.h"
#include "tools/build/policy_emitter.h"
#include "tools/build/policy_files.h"
#include "tools/build/policy_proof.h"

namespace jail::build {
namespace {

constexpr absl::string_view kHead =
    "// Made by policyc from policy/*.textproto.\n"
    "#include \"jail/plan/builtin.h\"\n\n"
    "namespace jail::plan {\n"
    "namespace {\n\n";

constexpr absl::string_view kTail = R"(
bool SameName(const char* a, const char* b) {
  while (*a != 0 && *a == *b) ++a, ++b;
  return *a == *b;
}

}  // namespace

const CompiledPolicy* PolicyAt(int index) {
  constexpr int kCount = sizeof(kPolicies) / sizeof(kPolicies[0]);
  return index >= 0 && index < kCount ? &kPolicies[index] : nullptr;
}

const CompiledPolicy* FindPolicy(const char* name) {
  for (const CompiledPolicy& policy : kPolicies) {
    if (SameName(policy.name, name)) return &policy;
  }
  return nullptr;
}

}  // namespace jail::plan
)";

absl::StatusOr<std::vector<PolicyFile>> ReadFiles(std::vector<std::string> paths) {
  std::sort(paths.begin(), paths.end());
  std::vector<PolicyFile> files;
  for (const std::string& path : paths) {
    std::ifstream in(path);
    std::stringstream text;
    text << in.rdbuf();
    if (!in) return absl::NotFoundError(absl::StrCat("cannot read ", path));
    files.push_back({path, text.str()});
  }
  return files;
}

std::string Sha256Bytes(const BpfProgram& program) {
  unsigned char hash[crypto_hash_sha256_BYTES];
  crypto_hash_sha256(hash, reinterpret_cast<const unsigned char*>(program.data()),
                     program.size() * sizeof(sock_filter));
  std::string text;
  for (unsigned char byte : hash) absl::StrAppendFormat(&text, "0x%02x,", byte);
  return text;
}

std::string Instructions(const BpfProgram& program, int index) {
  std::string text = absl::StrCat("constexpr sock_filter kCode", index, "[] = {\n");
  for (const sock_filter& i : program) {
    absl::StrAppendFormat(&text, "    {0x%02x, %u, %u, 0x%08x},\n", i.code, i.jt, i.jf, i.k);
  }
  return text + "};\n";
}

// For the calls whose refusal is recorded though a rule names them.
std::string Notes(const CheckedPolicy& policy, int index, int* count) {
  std::string rows;
  *count = 0;
  for (const auto& [number, rules] : policy.calls) {
    if (rules.otherwise != SECCOMP_RET_USER_NOTIF || rules.group.empty()) continue;
    absl::StrAppend(&rows, "    {", number, ", \"", rules.group, "\", \"", absl::CEscape(rules.because),
                    "\", ", rules.clauses.empty() ? "false" : "true", "},\n");
    ++*count;
  }
  return *count == 0 ? "" : absl::StrCat("constexpr CallNote kNotes", index, "[] = {\n", rows, "};\n");
}

absl::StatusOr<std::string> WriteSource(const std::vector<CheckedPolicy>& policies) {
  std::string source(kHead);
  std::string table = "\nconstexpr CompiledPolicy kPolicies[] = {\n";
  int index = 0;
  for (const CheckedPolicy& policy : policies) {
    const absl::StatusOr<BpfProgram> program = EmitBpf(policy);
    if (!program.ok()) return program.status();
    if (absl::Status proof = ProveProgram(policy, *program); !proof.ok()) return proof;
    int notes = 0;
    absl::StrAppend(&source, "// \"", policy.name, "\": ", CountReachable(policy), " calls can be reached.\n",
                    Instructions(*program, index), Notes(policy, index, &notes));
    absl::StrAppend(&table, "    {\"", policy.name, "\", {", Sha256Bytes(*program), "}, ", program->size(),
                    ", kCode", index, ", ", notes, ", ",
                    notes == 0 ? "nullptr" : absl::StrCat("kNotes", index), "},\n");
    ++index;
  }
  return absl::StrCat(source, table, "};\n", kTail);
}

// "/any/where/policy/groups/files.textproto" -> "policy/groups/files.textproto"
absl::string_view PathInTree(absl::string_view path) {
  const size_t at = path.rfind("/policy/");
  return at == absl::string_view::npos ? path : path.substr(at + 1);
}

std::string WriteText(const std::vector<PolicyFile>& files) {
  std::string source =
      "// Made by policyc from policy/*.textproto.\n"
      "#include \"tools/jailrun/policy/policy.h\"\n\n"
      "namespace jail::cli {\n\n"
      "std::vector<build::PolicyFile> BuiltinPolicies() {\n  return {\n";
  for (const PolicyFile& file : files) {
    absl::StrAppend(&source, "      {\"", PathInTree(file.path), "\", R\"policy(", file.text,
                    ")policy\"},\n");
  }
  return absl::StrCat(source, "  };\n}\n\n}  // namespace jail::cli\n");
}

absl::StatusOr<std::string> Compile(const std::vector<PolicyFile>& files) {
  const absl::StatusOr<PolicySet> set = ParsePolicies(files);
  if (!set.ok()) return set.status();
  const absl::StatusOr<std::vector<CheckedPolicy>> policies = CheckPolicies(*set);
  if (!policies.ok()) return policies.status();
  return WriteSource(*policies);
}

bool Write(const char* path, const std::string& source) {
  std::ofstream out(path);
  out << source << std::flush;
  if (!out) std::cerr << "policyc: cannot write " << path << "\n";
  return out.good();
}

int Fail(const absl::Status& status) {
  std::cerr << "policyc: " << status.message() << "\n";
  return 1;
}

int Main(int argc, char** argv) {
  if (argc < 4) {
    std::cerr << "usage: policyc OUT.cc TEXT.cc FILE.textproto...\n";
    return 2;
  }
  const absl::StatusOr<std::vector<PolicyFile>> files = ReadFiles({argv + 3, argv + argc});
  if (!files.ok()) return Fail(files.status());
  const absl::StatusOr<std::string> source = Compile(*files);
  if (!source.ok()) return Fail(source.status());
  return Write(argv[1], *source) && Write(argv[2], WriteText(*files)) ? 0 : 1;
}

}  // namespace
}  // namespace jail::build

int main(int argc, char** argv) { return jail::build::Main(argc, argv); }
