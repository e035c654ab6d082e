// Any bytes as the body of each route, and as a message over a WebSocket: refused with a 4xx and words that
// are JSON, or a job; never a crash, never a 5xx.
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "jail/serve/config.h"
#include "jail/serve/dialects/piston.h"
#include "jail/serve/error.h"
#include "jail/serve/execute.h"
#include "jail/serve/json.h"
#include "jail/serve/service.h"
#include "jail/serve/socket.h"
#include "tests/fuzz/require.h"

namespace {

using jail::fuzz::Require;
using jail::serve::Json;
using jail::serve::Response;
using jail::serve::Service;

// Nothing is started: what is sound is refused here.
std::unique_ptr<Service> MakeService() {
  jail::serve::Engine engine;
  engine.resolve = [](const jail::v1::JobSpec&) -> absl::StatusOr<jail::v1::RunPlan> {
    return absl::InvalidArgumentError("limits: none");
  };
  engine.run = [](const jail::v1::JobSpec&, const jail::Io&) { return jail::v1::ResultRecord(); };
  engine.call = [](const jail::v1::CallSpec&, const jail::call::Host&, const jail::Io&,
                   const jail::call::LogObserver&) { return jail::v1::CallResult(); };
  engine.exam = [](const jail::v1::ExamSpec&, const jail::exam::Observer&, int) {
    return jail::v1::ExamResult();
  };
  engine.languages = [] { return jail::v1::LanguageReport(); };
  engine.versions = [](int) { return jail::v1::LanguageReport(); };
  engine.call_json = [](const jail::v1::CallResult&) { return "{}"; };
  engine.record_json = [](const jail::v1::ResultRecord&) { return "{}"; };
  engine.exit_status = [](const jail::v1::ResultRecord&) { return 0; };
  engine.log = [](absl::string_view line) { Require(Json::accept(line)); };
  return std::make_unique<Service>(
      std::move(engine),
      *jail::serve::ParseConfig("runs: 1 queue: 1000000 usual { queue: 1000000 } dialects: DIALECT_PISTON "
                                "dialects: DIALECT_SANDBOX_FUSION dialects: DIALECT_DIFY",
                                "fuzz"));
}

constexpr const char* kPaths[] = {"/api/execute",    "/api/call", "/api/exam",      "/api/batch",
                                  "/api/v2/execute", "/run_code", "/v1/sandbox/run"};

void Ask(Service& service, const std::string& path, const char* type, const std::string& body) {
  Service::Begun begun = service.Begin({.method = "POST",
                                        .target = path,
                                        .headers = {{"Host", "localhost"}, {"Content-Type", type}},
                                        .peer = {.address = "127.0.0.1", .here = true}});
  if (begun.refusal) return Require(begun.refusal->status < 500);
  begun.exchange->body = body;
  begun.exchange->answer = [](const Response& response) {
    Require(response.status < 500);
    if (response.content_type == "application/json") Require(Json::accept(response.body));
  };
  service.Handle(begun.exchange);
}

}  // namespace

// The first byte chooses the path, and whether it is JSON.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static Service* const service = MakeService().release();
  if (size == 0) return 0;
  const std::string body(reinterpret_cast<const char*>(data) + 1, size - 1);
  Ask(*service, kPaths[data[0] % std::size(kPaths)],
      data[0] & 0x80 ? "application/x-protobuf" : "application/json", body);
  for (const auto* protocol : {&jail::serve::kOurProtocol, &jail::serve::kPistonProtocol}) {
    const auto message = protocol->read(*service, body, /*first=*/(data[0] & 1) != 0).message;
    if (!message.ok()) Require(Json::accept(jail::serve::ErrorResponse(message.status()).body));
  }
  return 0;
}
