// SPDX-License-Identifier: Apache-2.0
// A file that is written as a run goes on, compressed if its name ends in ".gz". It gets its name when it is
// complete: until then it is a temporary beside it. What is there and not a regular file (a device, a pipe)
// is written in place.
#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace edgebert::tracing {

class TraceFile {
 public:
  /// @throws Error(Failure::input) if it cannot be written
  explicit TraceFile(std::filesystem::path path);
  /// Without close() nothing is left of it.
  ~TraceFile();
  TraceFile(const TraceFile&) = delete;
  TraceFile& operator=(const TraceFile&) = delete;

  /// Does not fail: it is called from within the simulation. What went wrong, close() says.
  void write(std::string_view text);
  /// @throws Error(Failure::input) if anything could not be written
  void close();

  const std::filesystem::path& path() const { return path_; }
  /// Bytes written, before compression.
  std::uint64_t size() const { return size_; }
  /// Whether it is a device or a pipe.
  bool in_place() const { return written_ == path_; }

 private:
  struct Closer {
    void operator()(void* file) const;
  };

  void discard();
  [[noreturn]] void refuse(const std::string& why);
  void flush();

  std::filesystem::path path_;
  std::filesystem::path written_;       ///< path_, or the temporary
  std::unique_ptr<void, Closer> file_;  ///< zlib's, which writes plain files as well
  std::string buffer_;
  std::string problem_;  ///< what went wrong; empty: nothing
  std::uint64_t size_ = 0;
};

}  // namespace edgebert::tracing
