// The flags that only `jailrun exam` and `jailrun verify` have.
#include "tools/jailrun/flag_setters.h"

namespace jail::cli {
namespace {

using Arity = Flag::Arity;

constexpr auto kExamLine = &CommandLine::exam;
constexpr auto kVerifyLine = &CommandLine::verify;
constexpr unsigned kVerify = Bit(Command::kVerify);

constexpr Flag kExamFlags[] = {
    {"-l,--lang", Arity::kValue, "LANG", kExam, Section::kProgram,
     "language of the submission, when neither the spec nor its name says it",
     SetText<&CommandLine::language>},
    {"--submission", Arity::kValue, "FILE", kExam, Section::kProgram,
     "the program that sits the exam, when the spec has none",
     SetText<kExamLine, &ExamLine::submission_path>},
    {"--jobs", Arity::kValue, "N", kExam, Section::kProgram,
     "cases at a time (default: the spec's, or as many as there are CPUs)",
     SetSmall<kExamLine, &ExamLine::jobs>},
    {"--stop-on-first-failure", Arity::kSwitch, "", kExam, Section::kProgram,
     "begin no case once another has failed", SetTrue<kExamLine, &ExamLine::stop_on_first_failure>},
    {"--log", Arity::kValue, "FILE|fd:N", kExam, Section::kResult,
     "write the hash-chained log as things happen; jailrun verify reads it",
     SetDestination<kExamLine, &ExamLine::log>},
    {"--key", Arity::kValue, "FILE", kExam, Section::kResult, "sign it with this key (see jailrun keygen)",
     SetText<kExamLine, &ExamLine::key_path>},
    {"--events", Arity::kValue, "FILE|fd:N", kExam, Section::kResult,
     "write a JSON line for everything that happens, outputs included, as it happens",
     SetDestination<kExamLine, &ExamLine::events>},
    {"--html", Arity::kValue, "FILE|fd:N", kExam, Section::kResult,
     "write one page for a browser; it has the expected outputs in it",
     SetDestination<kExamLine, &ExamLine::html>},
    {"--record", Arity::kValue, "FILE|fd:N", kExam, Section::kResult,
     "write the ExamResult with all its records, binary protobuf", SetDestination<&CommandLine::record>},
    {"--job-id", Arity::kValue, "ID", kExam, Section::kResult,
     "the exam's name in the result, [A-Za-z0-9._-]", SetText<&CommandLine::job_id>},
    {"-v,--verbose", Arity::kSwitch, "", kExam, Section::kResult,
     "put every case's whole record into the JSON", SetTrue<&CommandLine::verbose>},

    {"--key", Arity::kValue, "FILE.pub", kVerify, Section::kResult,
     "who must have signed the log; without it only the log itself says who has",
     SetText<kVerifyLine, &VerifyLine::key_path>},
    {"--result", Arity::kValue, "FILE", kVerify, Section::kResult,
     "what jailrun exam --record has written: must be of the same exam, and its outputs those of the log",
     SetText<kVerifyLine, &VerifyLine::result_path>},
};

}  // namespace

absl::Span<const Flag> ExamFlags() { return kExamFlags; }

}  // namespace jail::cli
