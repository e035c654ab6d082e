// Top down: a runtime, its names, its two phases, its probes. Every check returns the first error with
// the field's path; Check puts the file before it.
#include "tools/build/runtime_check.h"

#include <algorithm>
#include <cctype>
#include <iterator>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "jail/base/names.h"
#include "jail/base/status_macros.h"
#include "jail/base/text.h"
#include "jail/plan/view.h"
#include "jail/resolve/phase.h"
#include "jail/v1/result.pb.h"
#include "tools/build/data.h"

namespace jail::build {
namespace {

using Phase = v1::Runtime::Phase;
using Probe = v1::Runtime::Probe;
using Strings = google::protobuf::RepeatedPtrField<std::string>;

constexpr absl::string_view kSubstitutions[] = {"{entry}",     "{built}",      "{work}",
                                                "{args}",      "{memory_mib}", "{soft_memory_mib}",
                                                "{stack_mib}", "{standard}"};
constexpr int kFewestProbes = 10;
constexpr size_t kMostSourceBytes = 50'000;  // The default limit on sources: a probe is a job like any other.

// Lower case, so that names can be compared without regard to case; '+' for c++.
bool IsName(absl::string_view name) {
  return !name.empty() && name.size() <= 31 && std::all_of(name.begin(), name.end(), [](char c) {
    return absl::ascii_islower(static_cast<unsigned char>(c)) ||
           absl::ascii_isdigit(static_cast<unsigned char>(c)) || c == '+' || c == '#' || c == '-' || c == '_';
  });
}

absl::Status AddName(absl::string_view field, const std::string& name, std::set<std::string>* names) {
  if (!IsName(name)) return Bad(field, absl::StrCat(Quoted(name), " is not 1 to 31 of a-z 0-9 + # - _"));
  if (names->insert(name).second) return absl::OkStatus();
  return Bad(field, absl::StrCat(Quoted(name), " is already in use"));
}

// Every opening brace must begin a substitution: a typo would otherwise reach the program as it is.
absl::Status CheckSubstitutions(absl::string_view field, absl::string_view text) {
  for (size_t open = text.find('{'); open != absl::string_view::npos; open = text.find('{', open + 1)) {
    const size_t close = text.find('}', open);
    const absl::string_view word =
        text.substr(open, close == absl::string_view::npos ? close : close - open + 1);
    if (std::find(std::begin(kSubstitutions), std::end(kSubstitutions), word) != std::end(kSubstitutions))
      continue;
    return Bad(field, absl::StrCat(word, " is not one of ", absl::StrJoin(kSubstitutions, ", ")));
  }
  if (!absl::StrContains(text, "{args}") || text == "{args}") return absl::OkStatus();
  return Bad(field, "{args} must be an element of its own");
}

absl::Status CheckArgv(absl::string_view field, const Strings& argv) {
  if (argv.empty()) return Bad(field, "is empty");
  if (!IsNormalPath(argv[0])) return Bad(absl::StrCat(field, "[0]"), "must be an absolute path");
  for (int i = 0; i < argv.size(); ++i) {
    JAIL_RETURN_IF_ERROR(CheckSubstitutions(absl::StrCat(field, "[", i, "]"), argv[i]));
    if (argv[i].find('\0') != std::string::npos) return Bad(absl::StrCat(field, "[", i, "]"), "has a NUL");
  }
  return absl::OkStatus();
}

absl::Status CheckLimits(absl::string_view field, const v1::Limits& limits) {
  const google::protobuf::Reflection& reflection = *limits.GetReflection();
  std::vector<const google::protobuf::FieldDescriptor*> set;
  reflection.ListFields(limits, &set);
  for (const google::protobuf::FieldDescriptor* limit : set) {
    const bool wide = limit->cpp_type() == google::protobuf::FieldDescriptor::CPPTYPE_INT64;
    const int64_t value = wide ? reflection.GetInt64(limits, limit) : reflection.GetInt32(limits, limit);
    if (value <= 0) return Bad(absl::StrCat(field, ".", limit->name()), "must be above zero");
  }
  return absl::OkStatus();
}

bool IsWorkPath(const std::string& path) {
  return path.find('\0') == std::string::npos && plan::IsSafePath(path.c_str());
}

bool Has(const Strings& argv, absl::string_view element) {
  return std::find(argv.begin(), argv.end(), element) != argv.end();
}

// What the loader is given is argv from {entry} on; what comes before must be known without the job.
absl::Status CheckParked(absl::string_view name, const Phase& phase) {
  if (!phase.has_parked()) return absl::OkStatus();
  const v1::Runtime::Parked& parked = phase.parked();
  const std::string field = absl::StrCat(name, ".parked");
  Strings argv = parked.argv();
  std::replace(argv.begin(), argv.end(), std::string("{loader}"), std::string("{work}"));  // Else not known.
  JAIL_RETURN_IF_ERROR(CheckArgv(absl::StrCat(field, ".argv"), argv));
  if (Has(parked.argv(), "{loader}") == parked.loader().empty())
    return Bad(field, "needs a loader and {loader} in its argv, or neither");
  if (Has(parked.argv(), "{entry}") || Has(parked.argv(), "{args}"))
    return Bad(absl::StrCat(field, ".argv"), "{entry} and {args} are not known yet");
  if (parked.argv(0) != phase.argv(0))
    return Bad(absl::StrCat(field, ".argv[0]"), "is another program than the phase's");
  const bool named = IsWorkPath(parked.loader()) && !absl::StrContains(parked.loader(), '/');
  if (!parked.loader().empty() && !named)
    return Bad(absl::StrCat(field, ".loader"), "must be the name of a file beside this one");
  for (const std::string& file : parked.foreseen()) {
    if (!IsWorkPath(file)) return Bad(absl::StrCat(field, ".foreseen"), "must be paths below this folder");
  }
  if (parked.loader().empty() && !parked.foreseen().empty())
    return Bad(absl::StrCat(field, ".foreseen"), "is of no use without a loader");
  const std::string program = parked.program().empty() ? "{entry}" : parked.program();
  const auto first = std::find(phase.argv().begin(), phase.argv().end(), program);
  if (first == phase.argv().end())
    return Bad(field, absl::StrCat("needs ", program, " as an element of its own in argv"));
  if (first == std::find(phase.argv().begin(), first, "{args}")) return absl::OkStatus();
  return Bad(field, absl::StrCat("needs {args} behind ", program, " in argv"));
}

absl::Status CheckPhase(absl::string_view name, const Phase& phase, const std::set<std::string>& policies) {
  const auto field = [&](absl::string_view part) { return absl::StrCat(name, ".", part); };
  JAIL_RETURN_IF_ERROR(CheckArgv(field("argv"), phase.argv()));
  JAIL_RETURN_IF_ERROR(CheckLimits(field("limits"), phase.limits()));
  for (const auto& [variable, value] : phase.env()) {
    const std::string entry = field(absl::StrCat("env[", Quoted(variable), "]"));
    if (!IsEnvName(variable)) return Bad(entry, "is not a variable's name");
    if (IsLoaderVariable(variable)) return Bad(entry, "steers the loader and is refused in every jail");
    if (value.find('\0') != std::string::npos) return Bad(entry, "has a NUL in its value");
    if (absl::StrContains(value, "{args}")) return Bad(entry, "{args} are not for the environment");
    JAIL_RETURN_IF_ERROR(CheckSubstitutions(entry, value));
  }
  for (const std::string& file : phase.resident_files()) {
    if (!absl::StartsWith(file, "/usr/"))
      return Bad(field("resident_files"), absl::StrCat(Quoted(file), " is not below /usr"));
  }
  JAIL_RETURN_IF_ERROR(CheckParked(name, phase));
  if (policies.count(phase.policy()) != 0) return absl::OkStatus();
  return Bad(field("policy"),
             absl::StrCat(Quoted(phase.policy()), " is not one of ", absl::StrJoin(policies, ", ")));
}

absl::Status CheckCompile(const Phase& phase) {
  if (phase.products().empty())
    return Bad("compile.products", "a compiler must hand something to the run phase");
  for (int i = 0; i < phase.products_size(); ++i) {
    const absl::string_view path = absl::StripSuffix(phase.products(i), "/");
    if (IsWorkPath(std::string(path))) continue;
    return Bad(absl::StrCat("compile.products[", i, "]"), "must be a path below the work directory");
  }
  if (!Has(phase.argv(), "{args}")) return absl::OkStatus();
  return Bad("compile.argv", "{args} are the program's, not the compiler's");
}

absl::Status CheckVerdict(absl::string_view field, const Probe& probe) {
  v1::Verdict verdict;
  if (probe.expected_verdict().empty() || v1::Verdict_Parse(probe.expected_verdict(), &verdict)) {
    return absl::OkStatus();
  }
  return Bad(field, absl::StrCat(Quoted(probe.expected_verdict()), " is no verdict"));
}

// A probe at the floors sets all of them.
absl::Status CheckFloors(absl::string_view field, const v1::Runtime& runtime) {
  const bool runs = runtime.floor_memory_bytes() > 0 && runtime.floor_processes() > 0;
  if (!runs) return Bad(field, "the runtime has no floor_memory_bytes and floor_processes");
  const bool compiles = runtime.compile_floor_memory_bytes() > 0 && runtime.compile_floor_processes() > 0;
  if (compiles == runtime.has_compile()) return absl::OkStatus();
  return Bad(
      field,
      "compile_floor_memory_bytes and compile_floor_processes are for what is compiled, and needed there");
}

absl::Status CheckProbeFiles(absl::string_view field, const Probe& probe, const v1::Runtime& runtime) {
  if (!probe.path().empty() && !IsWorkPath(probe.path()))
    return Bad(absl::StrCat(field, ".path"), "must be a path below the work directory");
  std::set<std::string> paths = {probe.path().empty() ? runtime.default_path() : probe.path()};
  for (int i = 0; i < probe.files_size(); ++i) {
    const std::string file = absl::StrCat(field, ".files[", i, "].path");
    if (!IsWorkPath(probe.files(i).path())) return Bad(file, "must be a path below the work directory");
    if (!paths.insert(probe.files(i).path()).second) return Bad(file, "is another file's too");
  }
  return absl::OkStatus();
}

bool IsDigest(const Probe& probe) {
  const std::string& digits = probe.expected_stdout_sha256();
  return digits.size() == 64 && digits.find_first_not_of("0123456789abcdef") == std::string::npos &&
         probe.expected_stdout().empty();
}

absl::Status CheckProbes(const v1::Runtime& runtime) {
  std::set<std::string> names;
  for (int i = 0; i < runtime.probes_size(); ++i) {
    const Probe& probe = runtime.probes(i);
    const std::string field = absl::StrCat("probes[", i, "]");
    JAIL_RETURN_IF_ERROR(AddName(absl::StrCat(field, ".name"), probe.name(), &names));
    JAIL_RETURN_IF_ERROR(CheckVerdict(absl::StrCat(field, ".expected_verdict"), probe));
    if (probe.at_floor()) JAIL_RETURN_IF_ERROR(CheckFloors(absl::StrCat(field, ".at_floor"), runtime));
    if (!probe.expected_stdout_sha256().empty() && !IsDigest(probe))
      return Bad(absl::StrCat(field, ".expected_stdout_sha256"),
                 "is 64 digits 0-9 a-f, instead of expected_stdout");
    JAIL_RETURN_IF_ERROR(CheckProbeFiles(field, probe, runtime));
    if (probe.source().size() > kMostSourceBytes)
      return Bad(absl::StrCat(field, ".source"), "is over 50,000 bytes");
  }
  if (runtime.probes_size() >= kFewestProbes) return absl::OkStatus();
  return Bad("probes", absl::StrCat("at least ", kFewestProbes, " are needed to trust a language"));
}

absl::Status CheckMemorySigns(const v1::Runtime& runtime) {
  for (int i = 0; i < runtime.memory_signs_size(); ++i) {
    const v1::MemorySign& sign = runtime.memory_signs(i);
    const std::string field = absl::StrCat("memory_signs[", i, "]");
    if (sign.limit().empty()) return Bad(absl::StrCat(field, ".limit"), "is empty");
    if (sign.exit_case() == v1::MemorySign::EXIT_NOT_SET)
      return Bad(field, "has no exit_code and no term_signal");
    if (sign.line_start().empty() && sign.line_part().empty()) {
      return Bad(field, "any exit would do: it needs line_start or line_part");
    }
  }
  return absl::OkStatus();
}

// As it will be when it is laid over the runtime's.
absl::Status CheckLaidOver(const std::string& name, const Phase& under, const Phase& over,
                           const std::set<std::string>& policies) {
  return CheckPhase(name, resolve::LaidOver(under, over), policies);
}

absl::Status CheckReportSigns(absl::string_view field,
                              const google::protobuf::RepeatedPtrField<v1::ReportSign>& signs) {
  for (int i = 0; i < signs.size(); ++i) {
    if (!signs[i].tool().empty() && !signs[i].before().empty()) continue;
    return Bad(absl::StrCat(field, "[", i, "]"), "needs tool and before");
  }
  return absl::OkStatus();
}

absl::Status CheckVariants(const v1::Runtime& runtime, const std::set<std::string>& policies) {
  std::set<std::string> names;
  for (int i = 0; i < runtime.variants_size(); ++i) {
    const v1::Runtime::Variant& variant = runtime.variants(i);
    const std::string field = absl::StrCat("variants[", i, "]");
    JAIL_RETURN_IF_ERROR(AddName(field + ".name", variant.name(), &names));
    if (variant.description().empty()) return Bad(field + ".description", "is empty");
    if (variant.has_compile() && !runtime.has_compile())
      return Bad(field + ".compile", "the runtime has no such phase");
    if (runtime.has_compile())
      JAIL_RETURN_IF_ERROR(CheckLaidOver(field + ".compile", runtime.compile(), variant.compile(), policies));
    JAIL_RETURN_IF_ERROR(CheckLaidOver(field + ".run", runtime.run(), variant.run(), policies));
    JAIL_RETURN_IF_ERROR(CheckReportSigns(field + ".report_signs", variant.report_signs()));
    const bool same_programs =
        variant.run().argv().empty() && variant.compile().argv().empty() && variant.needs().empty();
    const bool comes_along = same_programs || !runtime.install().toolchains().empty();
    if (variant.packages().empty() && !comes_along)
      return Bad(field + ".packages", "say what a person must install");
  }
  return absl::OkStatus();
}

// What a probe asks for must be there, or it would prove nothing.
absl::Status CheckProbeChoices(const v1::Runtime& runtime) {
  for (int i = 0; i < runtime.probes_size(); ++i) {
    const Probe& probe = runtime.probes(i);
    const std::string field = absl::StrCat("probes[", i, "]");
    const auto is_it = [&](const v1::Runtime::Variant& variant) { return variant.name() == probe.variant(); };
    if (!probe.variant().empty() && std::none_of(runtime.variants().begin(), runtime.variants().end(), is_it))
      return Bad(field + ".variant", absl::StrCat("there is no ", Quoted(probe.variant())));
    const auto& standards = runtime.standards();
    if (!probe.standard().empty() &&
        std::find(standards.begin(), standards.end(), probe.standard()) == standards.end())
      return Bad(field + ".standard", absl::StrCat("there is no ", Quoted(probe.standard())));
  }
  for (const v1::Runtime::Variant& variant : runtime.variants()) {
    const auto is_its = [&](const Probe& probe) { return probe.variant() == variant.name(); };
    if (std::none_of(runtime.probes().begin(), runtime.probes().end(), is_its))
      return Bad("probes", absl::StrCat("none is of the variant ", Quoted(variant.name())));
  }
  return absl::OkStatus();
}

absl::Status CheckStandards(const v1::Runtime& runtime) {
  std::set<std::string> names;
  for (int i = 0; i < runtime.standards_size(); ++i)
    JAIL_RETURN_IF_ERROR(AddName(absl::StrCat("standards[", i, "]"), runtime.standards(i), &names));
  return absl::OkStatus();
}

absl::Status CheckDefaultPath(const v1::Runtime& runtime) {
  const std::string& path = runtime.default_path();
  if (!IsWorkPath(path)) return Bad("default_path", "must be a path below the work directory");
  const auto ends_so = [&](const std::string& extension) {
    return absl::EndsWith(path, absl::StrCat(".", extension));
  };
  for (const Strings* extensions : {&runtime.extensions(), &runtime.other_extensions()}) {
    if (std::any_of(extensions->begin(), extensions->end(), ends_so)) return absl::OkStatus();
  }
  return Bad("default_path", absl::StrCat(Quoted(path), " has none of the language's extensions"));
}

// Debian's rule for a package's name; a toolchain is a folder's name, with fewer characters.
bool IsPackage(absl::string_view name, absl::string_view more_characters) {
  return name.size() > 1 && absl::ascii_isalnum(static_cast<unsigned char>(name[0])) &&
         std::all_of(name.begin(), name.end(), [&](char c) {
           return absl::ascii_islower(static_cast<unsigned char>(c)) ||
                  absl::ascii_isdigit(static_cast<unsigned char>(c)) || absl::StrContains(more_characters, c);
         });
}

// They become arguments of the installer.
absl::Status CheckInstall(const v1::Runtime::Install& install) {
  if (install.debian_packages().empty() && install.toolchains().empty())
    return Bad("install", "names nothing to install");
  for (int i = 0; i < install.debian_packages_size(); ++i) {
    if (!IsPackage(install.debian_packages(i), "+-."))
      return Bad(absl::StrCat("install.debian_packages[", i, "]"), "is no package's name");
  }
  for (int i = 0; i < install.toolchains_size(); ++i) {
    if (!IsPackage(install.toolchains(i), "-"))
      return Bad(absl::StrCat("install.toolchains[", i, "]"), "is no folder's name");
  }
  for (int i = 0; i < install.needs_size(); ++i) {
    if (!IsNormalPath(install.needs(i)))
      return Bad(absl::StrCat("install.needs[", i, "]"), "must be an absolute path");
  }
  return absl::OkStatus();
}

bool BeginsAnArgv(const v1::Runtime& runtime, const std::string& program) {
  const auto begins = [&](const Strings& argv) { return !argv.empty() && argv[0] == program; };
  return begins(runtime.compile().argv()) || begins(runtime.run().argv());
}

absl::Status CheckChoices(const v1::Runtime& runtime) {
  std::set<std::string> programs;
  for (int i = 0; i < runtime.choices_size(); ++i) {
    const v1::Runtime::Choice& choice = runtime.choices(i);
    const std::string field = absl::StrCat("choices[", i, "]");
    if (!BeginsAnArgv(runtime, choice.program()))
      return Bad(absl::StrCat(field, ".program"), "begins no argv");
    if (!programs.insert(choice.program()).second)
      return Bad(absl::StrCat(field, ".program"), "is there twice");
    if (choice.otherwise().empty()) return Bad(absl::StrCat(field, ".otherwise"), "is empty");
    for (int j = 0; j < choice.otherwise_size(); ++j) {
      if (!IsNormalPath(choice.otherwise(j)))
        return Bad(absl::StrCat(field, ".otherwise[", j, "]"), "must be an absolute path");
    }
  }
  return absl::OkStatus();
}

absl::Status CheckBuiltExtensions(const v1::Runtime& runtime) {
  for (const auto& [from, to] : runtime.built_extensions()) {
    const std::string field = absl::StrCat("built_extensions[", Quoted(from), "]");
    const bool known = std::find(runtime.extensions().begin(), runtime.extensions().end(), from) !=
                       runtime.extensions().end();
    if (!known) return Bad(field, "is none of the language's extensions");
    if (!IsName(to)) return Bad(field, "is not 1 to 31 of a-z 0-9 + # - _");
  }
  return absl::OkStatus();
}

absl::Status CheckBinds(const v1::Runtime& runtime) {
  for (int i = 0; i < runtime.binds_size(); ++i) {
    if (!IsNormalPath(runtime.binds(i)))
      return Bad(absl::StrCat("binds[", i, "]"), "must be an absolute path");
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status RuntimeChecker::Check(const std::string& file, const v1::Runtime& runtime) {
  const auto check = [&]() -> absl::Status {
    JAIL_RETURN_IF_ERROR(AddName("name", runtime.name(), &names_));
    for (int i = 0; i < runtime.aliases_size(); ++i) {
      JAIL_RETURN_IF_ERROR(AddName(absl::StrCat("aliases[", i, "]"), runtime.aliases(i), &names_));
    }
    for (int i = 0; i < runtime.extensions_size(); ++i) {
      JAIL_RETURN_IF_ERROR(AddName(absl::StrCat("extensions[", i, "]"), runtime.extensions(i), &extensions_));
    }
    for (int i = 0; i < runtime.other_extensions_size(); ++i) {
      if (!IsName(runtime.other_extensions(i)))
        return Bad(absl::StrCat("other_extensions[", i, "]"),
                   absl::StrCat(Quoted(runtime.other_extensions(i)), " is not 1 to 31 of a-z 0-9 + # - _"));
    }
    if (runtime.display_name().empty()) return Bad("display_name", "is empty");
    JAIL_RETURN_IF_ERROR(CheckDefaultPath(runtime));
    JAIL_RETURN_IF_ERROR(CheckPhase("run", runtime.run(), policies_));
    if (!runtime.run().products().empty()) return Bad("run.products", "only the compile phase has products");
    if (runtime.has_compile()) {
      JAIL_RETURN_IF_ERROR(CheckPhase("compile", runtime.compile(), policies_));
      JAIL_RETURN_IF_ERROR(CheckCompile(runtime.compile()));
    }
    JAIL_RETURN_IF_ERROR(CheckBinds(runtime));
    if (runtime.has_install()) JAIL_RETURN_IF_ERROR(CheckInstall(runtime.install()));
    JAIL_RETURN_IF_ERROR(CheckChoices(runtime));
    JAIL_RETURN_IF_ERROR(CheckBuiltExtensions(runtime));
    JAIL_RETURN_IF_ERROR(CheckArgv("version_argv", runtime.version_argv()));
    JAIL_RETURN_IF_ERROR(CheckMemorySigns(runtime));
    JAIL_RETURN_IF_ERROR(CheckReportSigns("report_signs", runtime.report_signs()));
    JAIL_RETURN_IF_ERROR(CheckStandards(runtime));
    JAIL_RETURN_IF_ERROR(CheckVariants(runtime, policies_));
    JAIL_RETURN_IF_ERROR(CheckProbeChoices(runtime));
    return CheckProbes(runtime);
  };
  const absl::Status status = check();
  return status.ok() ? status : absl::InvalidArgumentError(absl::StrCat(file, ": ", status.message()));
}

}  // namespace jail::build
