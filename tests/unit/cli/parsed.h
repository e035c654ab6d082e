// Records written as text protobuf.
#ifndef TESTS_UNIT_CLI_PARSED_H_
#define TESTS_UNIT_CLI_PARSED_H_

#include <string>

#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "jail/v1/result.pb.h"

namespace jail::cli {

inline v1::ResultRecord ParsedRecord(const std::string& text) {
  v1::ResultRecord record;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &record)) << text;
  return record;
}

}  // namespace jail::cli

#endif  // TESTS_UNIT_CLI_PARSED_H_
