// A service over an engine without jails: every run answers what the test has it answer.
#ifndef JAIL_TESTS_UNIT_SERVE_SERVICE_FIXTURE_H_
#define JAIL_TESTS_UNIT_SERVE_SERVICE_FIXTURE_H_

#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "jail/serve/config.h"
#include "jail/serve/json.h"
#include "jail/serve/service.h"

namespace jail::serve {

class ServiceTest : public testing::Test {
 protected:
  ServiceTest() {
    engine_.run = [this](const v1::JobSpec& job, const Io& io) { return run_(job, io); };
    engine_.resolve = [](const v1::JobSpec& job) -> absl::StatusOr<v1::RunPlan> {
      if (job.language() == "klingon") return absl::NotFoundError("language: no language \"klingon\"");
      return v1::RunPlan();
    };
    engine_.languages = [] { return Languages(); };
    engine_.versions = [this](int cancel_fd) { return versions_(cancel_fd); };
    engine_.call = [this](const v1::CallSpec& spec, const call::Host& host, const Io& io,
                          const call::LogObserver& observe_log) {
      observe_log_ = observe_log;
      return call_(spec, host, io);
    };
    engine_.exam = [this](const v1::ExamSpec& spec, const exam::Observer& observe, int) {
      observe_exam_ = observe;
      return exam_(spec);
    };
    engine_.log_json = [](const v1::LogEntry& entry) { return Text(Json{{"text", entry.text()}}); };
    engine_.call_json = [](const v1::CallResult& result) { return result.result_json(); };
    engine_.record_json = [](const v1::ResultRecord&) { return R"({"verdict":"VERDICT_OK"})"; };
    engine_.exit_status = [](const v1::ResultRecord&) { return 7; };
    engine_.log = [this](absl::string_view line) {
      const std::lock_guard lock(log_mutex_);
      log_.emplace_back(line);
    };
  }

  static v1::LanguageReport Languages() {
    v1::LanguageReport report;
    v1::LanguageState* python = report.add_languages();
    python->set_name("python");
    python->set_installed(true);
    report.add_languages()->set_name("absent");
    return report;
  }
  static v1::LanguageReport Versions() {
    v1::LanguageReport report = Languages();
    report.mutable_languages(0)->set_version("3.11");
    return report;
  }

  static v1::ResultRecord Ok(const std::string& out = "out") {
    v1::ResultRecord record;
    record.set_verdict(v1::VERDICT_OK);
    v1::PhaseResult* phase = record.add_phases();
    phase->set_kind(v1::PhaseResult::KIND_RUN);
    phase->mutable_stdout()->set_content(out);
    return record;
  }

  void Start(absl::string_view config = "") {
    const auto parsed = ParseConfig(config, "test");
    ASSERT_TRUE(parsed.ok()) << parsed.status();
    service_ = std::make_unique<Service>(engine_, *parsed);
  }

  static Head Request(const std::string& method, const std::string& target, Headers headers = {}) {
    headers.emplace_back("Host", "localhost");
    return {.method = method,
            .target = target,
            .headers = std::move(headers),
            .peer = {.address = "127.0.0.1", .here = true}};
  }
  static Head Post(const std::string& target, Headers headers = {}) {
    headers.emplace_back("Content-Type", "application/json");
    return Request("POST", target, std::move(headers));
  }

  // As a connection would do it. The exchange is the last one's.
  std::future<Response> Begin(Head head, std::string body = "") {
    if (service_ == nullptr) Start();
    const auto promise = std::make_shared<std::promise<Response>>();
    Service::Begun begun = service_->Begin(std::move(head));
    exchange_ = begun.exchange;
    if (begun.refusal) {
      service_->Finish(*begun.exchange, &*begun.refusal);
      promise->set_value(*std::move(begun.refusal));
      return promise->get_future();
    }
    begun.exchange->body = std::move(body);
    begun.exchange->answer = [this, promise, exchange = begun.exchange.get()](Response response) {
      service_->Finish(*exchange, &response);
      promise->set_value(std::move(response));
    };
    service_->Handle(begun.exchange);
    return promise->get_future();
  }
  Response Ask(Head head, std::string body = "") { return Begin(std::move(head), std::move(body)).get(); }
  Response Execute(const std::string& body = R"({"language":"python","code":"1"})") {
    return Ask(Post("/api/execute"), body);
  }

  static std::string HeaderOf(const Response& response, absl::string_view name) {
    for (const auto& [key, value] : response.headers) {
      if (key == name) return value;
    }
    return "";
  }
  std::vector<Json> Lines() {
    const std::lock_guard lock(log_mutex_);
    std::vector<Json> lines;
    for (const std::string& line : log_) lines.push_back(Json::parse(line));
    return lines;
  }

  std::function<v1::ResultRecord(const v1::JobSpec& job, const Io& io)> run_ = [](const v1::JobSpec&,
                                                                                  const Io&) { return Ok(); };
  std::function<v1::LanguageReport(int cancel_fd)> versions_ = [](int) { return Versions(); };
  std::function<v1::CallResult(const v1::CallSpec& spec, const call::Host& host, const Io& io)> call_;
  std::function<v1::ExamResult(const v1::ExamSpec& spec)> exam_;
  call::LogObserver observe_log_;  // Of the call that runs.
  exam::Observer observe_exam_;
  Engine engine_;
  std::shared_ptr<Exchange> exchange_;
  std::mutex log_mutex_;
  std::vector<std::string> log_;
  std::unique_ptr<Service> service_;  // Last: its threads use the others.
};

}  // namespace jail::serve

#endif  // JAIL_TESTS_UNIT_SERVE_SERVICE_FIXTURE_H_
