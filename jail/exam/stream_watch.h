// Reads what a run writes while it lives, and tells of it in pieces.
#ifndef JAIL_EXAM_STREAM_WATCH_H_
#define JAIL_EXAM_STREAM_WATCH_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "jail/base/fd.h"
#include "jail/v1/exam.pb.h"

namespace jail::exam {

struct Pipe {
  Fd read, write;
};
absl::StatusOr<Pipe> MakePipe();

class StreamWatch {
 public:
  // A piece has at most kPieceBytes, and is told of at most kPieceDelay after its first byte came: a program
  // that writes byte by byte makes no event of each.
  static constexpr size_t kPieceBytes = size_t{64} << 10;
  static constexpr absl::Duration kPieceDelay = absl::Milliseconds(100);
  using Tell = std::function<void(v1::ExamEvent::Stream stream, int64_t offset, const std::string& bytes)>;

  // `forward`, if valid, gets standard output as well, at once; a reader that has gone is no error, one that
  // is slow is waited for.
  static absl::StatusOr<std::unique_ptr<StreamWatch>> Start(Tell tell, Fd forward = Fd());
  ~StreamWatch();

  // For Io.
  int stdout_fd() const { return streams_[0].pipe.write.get(); }
  int stderr_fd() const { return streams_[1].pipe.write.get(); }

  // After the run: everything has been told of when it returns.
  void Finish();

 private:
  struct Stream {
    v1::ExamEvent::Stream name;
    Pipe pipe;
    int64_t offset = 0;  // Of what waits.
    std::string waiting;
    int64_t since_ns = 0;  // When its first byte came.
  };

  StreamWatch(Tell tell, Fd forward) : tell_(std::move(tell)), forward_(std::move(forward)) {}
  void Watch();
  int WaitMs() const;
  void Read(Stream* stream);
  void Forward(absl::string_view bytes);
  void Flush(Stream* stream);

  const Tell tell_;
  Fd forward_;
  Stream streams_[2] = {{v1::ExamEvent::STDOUT, {}, 0, "", 0}, {v1::ExamEvent::STDERR, {}, 0, "", 0}};
  std::thread thread_;
};

}  // namespace jail::exam

#endif  // JAIL_EXAM_STREAM_WATCH_H_
