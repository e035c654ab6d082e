#include "tests/integration/bad_plans.h"

#include <climits>
#include <cstring>
#include <optional>

#include "gmock/gmock.h"

namespace jailtest {
namespace {

using jail::plan::Header;
using jail::plan::StepId;
using testing::IsEmpty;

template <size_t kSize>
void Fill(char (&field)[kSize], const char* text) {
  std::memset(field, 0, kSize);
  std::strncpy(field, text, kSize);
}

// Appends a file table of one file.
void AddFile(Header* header, std::string* bytes, const char* path) {
  jail::plan::File file = {};
  file.path = {bytes->size(), std::strlen(path)};
  *bytes += std::string(path) + '\0';
  file.content = {bytes->size(), 0};
  bytes->resize((bytes->size() + 7) / 8 * 8);
  header->files = {bytes->size(), sizeof file};
  header->file_count = 1;
  bytes->append(reinterpret_cast<const char*>(&file), sizeof file);
  header->total_size = bytes->size();
}

}  // namespace

const std::vector<BadPlan>& BadPlans() {
  static const auto& plans = *new std::vector<BadPlan>{
      {"WrongMagic", StepId::kCheckSeals, [](Header* h, std::string*) { h->magic = 1; }},
      {"NewerVersion", StepId::kCheckSeals, [](Header* h, std::string*) { h->version = 99; }},
      {"TotalSizeTooLarge", StepId::kCheckSeals, [](Header* h, std::string*) { h->total_size += 4096; }},
      {"TotalSizeTooSmall", StepId::kCheckSeals, [](Header* h, std::string*) { h->total_size -= 8; }},
      {"UnknownFlag", StepId::kCheckSeals, [](Header* h, std::string*) { h->flags = 1u << 31; }},
      {"ChannelsWithoutDescriptors", StepId::kCheckSeals,
       [](Header* h, std::string*) { h->channel_count = 8; }},
      {"ChannelsPastTheMost", StepId::kCheckSeals,
       [](Header* h, std::string*) { h->channel_count = 0x80000001; }},
      {"AParkedJailWithAChannel", StepId::kCheckSeals,
       [](Header* h, std::string*) {
         h->flags |= jail::plan::kPark;
         h->channel_count = 1;
       }},
      {"NoArguments", StepId::kCheckSeals, [](Header* h, std::string*) { h->argc = 0; }},
      {"MoreArgumentsThanStrings", StepId::kCheckSeals, [](Header* h, std::string*) { h->argc = 1000; }},
      {"BillionsOfArguments", StepId::kCheckSeals, [](Header* h, std::string*) { h->argc = UINT_MAX; }},
      {"ArgumentsBeyondTheEnd", StepId::kCheckSeals,
       [](Header* h, std::string*) { h->argv.offset = 1 << 20; }},
      {"OffsetThatWraps", StepId::kCheckSeals,
       [](Header* h, std::string*) {
         h->argv = {UINT64_MAX - 4, 14};
       }},
      {"SizeThatWraps", StepId::kCheckSeals, [](Header* h, std::string*) { h->env.size = UINT64_MAX - 8; }},
      {"EnvironmentCountTooLarge", StepId::kCheckSeals, [](Header* h, std::string*) { h->envc = UINT_MAX; }},
      {"BillionsOfFiles", StepId::kCheckSeals, [](Header* h, std::string*) { h->file_count = UINT_MAX; }},
      {"FilesMisaligned", StepId::kCheckSeals, [](Header* h, std::string*) { h->files.offset += 1; }},
      {"FileOutside", StepId::kCheckSeals, [](Header* h, std::string* b) { AddFile(h, b, "../escape"); }},
      {"FileAbsolute", StepId::kCheckSeals, [](Header* h, std::string* b) { AddFile(h, b, "/etc/escape"); }},
      {"FileWithoutName", StepId::kCheckSeals, [](Header* h, std::string* b) { AddFile(h, b, ""); }},
      {"PolicyOfPath", StepId::kCheckSeals,
       [](Header* h, std::string*) { Fill(h->policy, "../../etc/passwd"); }},
      {"PolicyWithoutEnd", StepId::kCheckSeals,
       [](Header* h, std::string*) { std::memset(h->policy, 'a', sizeof h->policy); }},
      {"RootOfPath", StepId::kCheckSeals, [](Header* h, std::string*) { Fill(h->root, "/"); }},
      {"UnknownPolicy", StepId::kOpenPolicy,
       [](Header* h, std::string*) { Fill(h->policy, "no-such-policy"); }},
      {"UnknownRoot", StepId::kOpenRootfs, [](Header* h, std::string*) { Fill(h->root, "no-such-root"); }},
      {"NegativeMemory", StepId::kAdmitPlan, [](Header* h, std::string*) { h->limits.memory_bytes = -1; }},
      {"EndlessWallTime", StepId::kAdmitPlan,
       [](Header* h, std::string*) { h->limits.wall_time_us = INT64_MAX; }},
      {"MemoryOverTheCeiling", StepId::kAdmitPlan,
       [](Header* h, std::string*) { h->limits.memory_bytes = INT64_MAX; }},
      {"NegativeProcesses", StepId::kAdmitPlan, [](Header* h, std::string*) { h->limits.processes = -1; }},
      {"NegativeRate", StepId::kAdmitPlan, [](Header* h, std::string*) { h->limits.cpu_millicores = -5; }},
  };
  return plans;
}

void ExpectRefusal(const HelperRun& run) {
  SCOPED_TRACE(run.outcome.err);
  EXPECT_FALSE(run.outcome.timed_out);
  EXPECT_EQ(run.outcome.term_signal, std::nullopt) << "died instead of refusing";
  EXPECT_NE(run.outcome.exit_code, 0);
  EXPECT_THAT(run.outcome.out, IsEmpty());
  EXPECT_THAT(run.outcome.orphans, IsEmpty());
  if (run.report) {
    EXPECT_EQ(run.report->exec_ns, 0) << "a program was started";
    EXPECT_NE(run.report->host.error, 0);
  }
}

}  // namespace jailtest
