#include "tools/build/runtime_check.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace jail::build {
namespace {

v1::Runtime MakeRuntime(const std::string& name) {
  v1::Runtime runtime;
  runtime.set_name(name);
  runtime.set_display_name("Some Language");
  runtime.add_extensions(name);
  runtime.set_default_path("main." + name);
  runtime.add_version_argv("/usr/bin/lang");
  runtime.mutable_run()->add_argv("/usr/bin/lang");
  runtime.mutable_run()->add_argv("{entry}");
  runtime.mutable_run()->add_argv("{args}");
  runtime.mutable_run()->set_policy("default");
  v1::Runtime::Phase& compile = *runtime.mutable_compile();
  compile.add_argv("/usr/bin/langc");
  compile.add_argv("-o{work}/a.out");
  compile.set_policy("compile");
  compile.add_products("a.out");
  for (int i = 0; i < 10; ++i) runtime.add_probes()->set_name("probe" + std::to_string(i));
  return runtime;
}

v1::Runtime::Variant* AddVariant(v1::Runtime* runtime) {
  v1::Runtime::Variant* variant = runtime->add_variants();
  variant->set_name("fast");
  variant->set_description("Some Language, fast");
  variant->add_packages("lang-fast");
  return variant;
}

std::string Complaint(const v1::Runtime& runtime) {
  return std::string(RuntimeChecker({"compile", "default"}).Check("f", runtime).message());
}

TEST(RuntimeCheckTest, AcceptsAGoodRuntime) { EXPECT_EQ(Complaint(MakeRuntime("x")), ""); }

TEST(RuntimeCheckTest, AnInterpretedLanguageNeedsNoCompilePhase) {
  v1::Runtime runtime = MakeRuntime("x");
  runtime.clear_compile();
  EXPECT_EQ(Complaint(runtime), "");
}

TEST(RuntimeCheckTest, ToolchainsChoicesAndBuiltNamesAreFine) {
  v1::Runtime runtime = MakeRuntime("x");
  runtime.mutable_install()->add_debian_packages("g++-12");
  runtime.mutable_install()->add_toolchains("some-lang");
  runtime.add_choices()->set_program("/usr/bin/langc");
  runtime.mutable_choices(0)->add_otherwise("/usr/local/bin/langc");
  (*runtime.mutable_built_extensions())["x"] = "o";
  runtime.mutable_compile()->set_products(0, ".built/");
  runtime.mutable_run()->set_argv(1, "/app/{built}");
  runtime.add_other_extensions("y");
  runtime.set_default_path("main.y");
  EXPECT_EQ(Complaint(runtime), "");
}

struct BadRuntime {
  const char* complaint;
  void (*spoil)(v1::Runtime*);
};

v1::Runtime::Parked* AddParked(v1::Runtime* runtime) {
  *runtime->mutable_run()->mutable_argv()->Add() = "{entry}";
  v1::Runtime::Parked* parked = runtime->mutable_run()->mutable_parked();
  parked->add_argv(runtime->run().argv(0));
  parked->add_argv("{loader}");
  parked->set_loader("parked.x");
  return parked;
}

TEST(RuntimeCheckTest, ParkedStarts) {
  const BadRuntime kCases[] = {
      {"", [](v1::Runtime* r) { AddParked(r); }},
      {"", [](v1::Runtime* r) { AddParked(r)->set_program(r->run().argv(1)); }},
      {"",
       [](v1::Runtime* r) {
         AddParked(r)->set_argv(1, "Loader");
         r->mutable_run()->mutable_parked()->clear_loader();
       }},
      {"f: run.parked: needs a loader and {loader} in its argv, or neither",
       [](v1::Runtime* r) { AddParked(r)->set_argv(1, "--loader"); }},
      {"f: run.parked: needs a loader and {loader} in its argv, or neither",
       [](v1::Runtime* r) { AddParked(r)->clear_loader(); }},
      {"f: run.parked.argv: {entry} and {args} are not known yet",
       [](v1::Runtime* r) { AddParked(r)->add_argv("{entry}"); }},
      {"f: run.parked.argv[0]: is another program than the phase's",
       [](v1::Runtime* r) { AddParked(r)->set_argv(0, "/usr/bin/other"); }},
      {"f: run.parked.argv: is empty", [](v1::Runtime* r) { AddParked(r)->clear_argv(); }},
      {"f: run.parked.loader: must be the name of a file beside this one",
       [](v1::Runtime* r) { AddParked(r)->set_loader("../parked.x"); }},
      {"", [](v1::Runtime* r) { AddParked(r)->add_foreseen("call/shim.x"); }},
      {"f: run.parked.foreseen: must be paths below this folder",
       [](v1::Runtime* r) { AddParked(r)->add_foreseen("../shim.x"); }},
      {"f: run.parked.foreseen: is of no use without a loader",
       [](v1::Runtime* r) {
         AddParked(r)->set_argv(1, "Loader");
         r->mutable_run()->mutable_parked()->clear_loader();
         r->mutable_run()->mutable_parked()->add_foreseen("shim.x");
       }},
      {"f: run.parked: needs {entry} as an element of its own in argv",
       [](v1::Runtime* r) {
         AddParked(r);
         for (std::string& element : *r->mutable_run()->mutable_argv()) {
           if (element == "{entry}") element = "{work}";
         }
       }},
      {"f: run.parked: needs {args} behind {entry} in argv",
       [](v1::Runtime* r) {
         AddParked(r);
         r->mutable_run()->set_argv(1, "{args}");
       }},
  };
  for (const BadRuntime& c : kCases) {
    v1::Runtime runtime = MakeRuntime("x");
    for (std::string& element : *runtime.mutable_run()->mutable_argv()) {
      if (element == "{entry}" || element == "{args}") element = "{work}";
    }
    c.spoil(&runtime);
    EXPECT_EQ(Complaint(runtime), c.complaint);
  }
}

TEST(RuntimeCheckTest, NamesFileAndField) {
  const BadRuntime kCases[] = {
      {"f: name: \"\" is not 1 to 31 of a-z 0-9 + # - _", [](v1::Runtime* r) { r->clear_name(); }},
      {"f: name: \"Py\" is not 1 to 31 of a-z 0-9 + # - _", [](v1::Runtime* r) { r->set_name("Py"); }},
      {"f: aliases[0]: \"x\" is already in use", [](v1::Runtime* r) { r->add_aliases("x"); }},
      {"f: extensions[1]: \"x\" is already in use", [](v1::Runtime* r) { r->add_extensions("x"); }},
      {"f: memory_signs[0].limit: is empty", [](v1::Runtime* r) { r->add_memory_signs(); }},
      {"f: memory_signs[0]: has no exit_code and no term_signal",
       [](v1::Runtime* r) { r->add_memory_signs()->set_limit("heap"); }},
      {"f: memory_signs[0]: any exit would do: it needs line_start or line_part",
       [](v1::Runtime* r) {
         r->add_memory_signs()->set_limit("heap");
         r->mutable_memory_signs(0)->set_exit_code(1);
       }},
      {"f: display_name: is empty", [](v1::Runtime* r) { r->clear_display_name(); }},
      {"f: default_path: must be a path below the work directory",
       [](v1::Runtime* r) { r->set_default_path("/x"); }},
      {"f: default_path: \"main.y\" has none of the language's extensions",
       [](v1::Runtime* r) { r->set_default_path("main.y"); }},
      {"f: run.argv: is empty", [](v1::Runtime* r) { r->mutable_run()->clear_argv(); }},
      {"f: run.argv[0]: must be an absolute path",
       [](v1::Runtime* r) { r->mutable_run()->set_argv(0, "lang"); }},
      {"f: run.argv[1]: {file} is not one of {entry}, {built}, {work}, {args}, {memory_mib}, "
       "{soft_memory_mib}, "
       "{stack_mib}, {standard}",
       [](v1::Runtime* r) { r->mutable_run()->set_argv(1, "--in={file}"); }},
      {"f: run.argv[1]: {entry is not one of {entry}, {built}, {work}, {args}, {memory_mib}, "
       "{soft_memory_mib}, "
       "{stack_mib}, {standard}",
       [](v1::Runtime* r) { r->mutable_run()->set_argv(1, "{entry"); }},
      {"f: run.argv[1]: {args} must be an element of its own",
       [](v1::Runtime* r) { r->mutable_run()->set_argv(1, "--args={args}"); }},
      {"f: run.policy: \"open\" is not one of compile, default",
       [](v1::Runtime* r) { r->mutable_run()->set_policy("open"); }},
      {"f: run.limits.processes: must be above zero",
       [](v1::Runtime* r) { r->mutable_run()->mutable_limits()->set_processes(0); }},
      {"f: run.env[\"A B\"]: is not a variable's name",
       [](v1::Runtime* r) { (*r->mutable_run()->mutable_env())["A B"] = "x"; }},
      {"f: run.env[\"LD_PRELOAD\"]: steers the loader and is refused in every jail",
       [](v1::Runtime* r) { (*r->mutable_run()->mutable_env())["LD_PRELOAD"] = "x"; }},
      {"f: run.env[\"A\"]: {memory} is not one of {entry}, {built}, {work}, {args}, {memory_mib}, "
       "{soft_memory_mib}, "
       "{stack_mib}, {standard}",
       [](v1::Runtime* r) { (*r->mutable_run()->mutable_env())["A"] = "{memory}"; }},
      {"f: run.env[\"A\"]: {args} are not for the environment",
       [](v1::Runtime* r) { (*r->mutable_run()->mutable_env())["A"] = "{args}"; }},
      {"f: run.resident_files: \"/etc/passwd\" is not below /usr",
       [](v1::Runtime* r) { r->mutable_run()->add_resident_files("/etc/passwd"); }},
      {"f: run.products: only the compile phase has products",
       [](v1::Runtime* r) { r->mutable_run()->add_products("a"); }},
      {"f: compile.products: a compiler must hand something to the run phase",
       [](v1::Runtime* r) { r->mutable_compile()->clear_products(); }},
      {"f: compile.products[0]: must be a path below the work directory",
       [](v1::Runtime* r) { r->mutable_compile()->set_products(0, "../a.out"); }},
      {"f: compile.argv: {args} are the program's, not the compiler's",
       [](v1::Runtime* r) { r->mutable_compile()->add_argv("{args}"); }},
      {"f: binds[0]: must be an absolute path", [](v1::Runtime* r) { r->add_binds("/etc/../root"); }},
      {"f: compile.products[0]: must be a path below the work directory",
       [](v1::Runtime* r) { r->mutable_compile()->set_products(0, "/"); }},
      {"f: other_extensions[0]: \"M S\" is not 1 to 31 of a-z 0-9 + # - _",
       [](v1::Runtime* r) { r->add_other_extensions("M S"); }},
      {"f: install: names nothing to install", [](v1::Runtime* r) { r->mutable_install(); }},
      {"f: install.debian_packages[0]: is no package's name",
       [](v1::Runtime* r) { r->mutable_install()->add_debian_packages("-y"); }},
      {"f: install.toolchains[0]: is no folder's name",
       [](v1::Runtime* r) { r->mutable_install()->add_toolchains("../x"); }},
      {"f: install.needs[0]: must be an absolute path",
       [](v1::Runtime* r) {
         r->mutable_install()->add_toolchains("x-y");
         r->mutable_install()->add_needs("ld");
       }},
      {"f: choices[0].program: begins no argv",
       [](v1::Runtime* r) { r->add_choices()->set_program("/usr/bin/other"); }},
      {"f: choices[0].otherwise: is empty",
       [](v1::Runtime* r) { r->add_choices()->set_program("/usr/bin/lang"); }},
      {"f: choices[0].otherwise[0]: must be an absolute path",
       [](v1::Runtime* r) {
         r->add_choices()->set_program("/usr/bin/lang");
         r->mutable_choices(0)->add_otherwise("lang");
       }},
      {"f: choices[1].program: is there twice",
       [](v1::Runtime* r) {
         for (int i = 0; i < 2; ++i) {
           r->add_choices()->set_program("/usr/bin/lang");
           r->mutable_choices(i)->add_otherwise("/usr/bin/lang2");
         }
       }},
      {"f: built_extensions[\"q\"]: is none of the language's extensions",
       [](v1::Runtime* r) { (*r->mutable_built_extensions())["q"] = "js"; }},
      {"f: built_extensions[\"x\"]: is not 1 to 31 of a-z 0-9 + # - _",
       [](v1::Runtime* r) { (*r->mutable_built_extensions())["x"] = "../js"; }},
      {"f: probes[3].path: must be a path below the work directory",
       [](v1::Runtime* r) { r->mutable_probes(3)->set_path("../x"); }},
      {"f: probes[3].files[0].path: must be a path below the work directory",
       [](v1::Runtime* r) { r->mutable_probes(3)->add_files(); }},
      {"f: probes[3].files[0].path: is another file's too",
       [](v1::Runtime* r) { r->mutable_probes(3)->add_files()->set_path("main.x"); }},
      {"f: version_argv: is empty", [](v1::Runtime* r) { r->clear_version_argv(); }},
      {"f: standards[1]: \"c++20\" is already in use",
       [](v1::Runtime* r) {
         r->add_standards("c++20");
         r->add_standards("c++20");
       }},
      {"f: report_signs[0]: needs tool and before", [](v1::Runtime* r) { r->add_report_signs(); }},
      {"f: variants[0].name: \"\" is not 1 to 31 of a-z 0-9 + # - _",
       [](v1::Runtime* r) { r->add_variants(); }},
      {"f: variants[0].description: is empty", [](v1::Runtime* r) { AddVariant(r)->clear_description(); }},
      {"f: variants[0].packages: say what a person must install",
       [](v1::Runtime* r) {
         v1::Runtime::Variant* variant = AddVariant(r);
         variant->clear_packages();
         variant->mutable_run()->add_argv("/usr/bin/other");
       }},
      {"f: variants[0].run.argv[0]: must be an absolute path",
       [](v1::Runtime* r) { AddVariant(r)->mutable_run()->add_argv("lang"); }},
      {"f: variants[0].compile: the runtime has no such phase",
       [](v1::Runtime* r) {
         AddVariant(r)->mutable_compile()->add_argv("/usr/bin/langc");
         r->clear_compile();
       }},
      {"f: probes: none is of the variant \"fast\"", [](v1::Runtime* r) { AddVariant(r); }},
      {"f: probes[0].variant: there is no \"slow\"",
       [](v1::Runtime* r) { r->mutable_probes(0)->set_variant("slow"); }},
      {"f: probes[0].standard: there is no \"c++98\"",
       [](v1::Runtime* r) { r->mutable_probes(0)->set_standard("c++98"); }},
      {"f: probes[10].name: \"probe0\" is already in use",
       [](v1::Runtime* r) { r->add_probes()->set_name("probe0"); }},
      {"f: probes[3].expected_verdict: \"OK\" is no verdict",
       [](v1::Runtime* r) { r->mutable_probes(3)->set_expected_verdict("OK"); }},
      {"f: probes[3].expected_stdout_sha256: is 64 digits 0-9 a-f, instead of expected_stdout",
       [](v1::Runtime* r) { r->mutable_probes(3)->set_expected_stdout_sha256("E9fe"); }},
      {"f: probes[3].at_floor: the runtime has no floor_memory_bytes and floor_processes",
       [](v1::Runtime* r) { r->mutable_probes(3)->set_at_floor(true); }},
      {"f: probes[3].source: is over 50,000 bytes",
       [](v1::Runtime* r) { r->mutable_probes(3)->set_source(std::string(50001, ' ')); }},
      {"f: probes: at least 10 are needed to trust a language",
       [](v1::Runtime* r) { r->mutable_probes()->RemoveLast(); }},
  };
  for (const BadRuntime& c : kCases) {
    v1::Runtime runtime = MakeRuntime("x");
    c.spoil(&runtime);
    EXPECT_EQ(Complaint(runtime), c.complaint);
  }
}

TEST(RuntimeCheckTest, NamesAndExtensionsDifferBetweenRuntimes) {
  RuntimeChecker checker({"compile", "default"});
  ASSERT_TRUE(checker.Check("first", MakeRuntime("x")).ok());
  v1::Runtime second = MakeRuntime("y");
  second.add_aliases("x");
  EXPECT_EQ(checker.Check("second", second).message(), "second: aliases[0]: \"x\" is already in use");
  v1::Runtime third = MakeRuntime("z");
  third.add_extensions("x");
  EXPECT_EQ(checker.Check("third", third).message(), "third: extensions[1]: \"x\" is already in use");
}

}  // namespace
}  // namespace jail::build
