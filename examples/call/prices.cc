// The same as prices.js with its handler, from C++: the host function is a lambda.
#include <iostream>

#include "jail/call/call.h"

int main() {
  const auto site = jail::LoadSite();
  const auto jail = site.ok() ? jail::Jail::Open(*site) : site.status();
  if (!jail.ok()) {
    std::cerr << jail.status() << "\n";
    return 1;
  }
  jail::v1::CallSpec spec;
  spec.set_language("javascript");
  spec.set_code("return input.map((name) => price(name)).reduce((a, b) => a + b)");
  spec.set_input_json(R"(["tea", "milk"])");
  spec.add_functions()->set_name("price");
  const jail::call::Host host = [](const jail::call::HostRequest& request) -> absl::StatusOr<std::string> {
    return request.args_json == R"(["tea"])" ? "250" : "120";
  };
  const jail::v1::CallResult result = jail::call::Run(**jail, spec, host);
  std::cout << (result.success() ? result.result_json() : result.error().message()) << "\n";
  return result.success() ? 0 : 1;
}
