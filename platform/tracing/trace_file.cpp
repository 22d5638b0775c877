// SPDX-License-Identifier: Apache-2.0
#include "platform/tracing/trace_file.hpp"

#include <cerrno>
#include <cstring>

#include <fmt/format.h>
#include <unistd.h>
#include <zlib.h>

#include "contract/error.hpp"

namespace edgebert::tracing {
namespace fs = std::filesystem;

namespace {
constexpr std::size_t buffer_bytes = 1 << 16;
constexpr const char* compressed = "wb1";
constexpr const char* plain = "wbT";
}  // namespace

void TraceFile::Closer::operator()(void* file) const {
  gzclose(static_cast<gzFile>(file));
}

TraceFile::TraceFile(fs::path path) : path_(std::move(path)) {
  std::error_code code;
  const fs::file_status status = fs::status(path_, code);
  if (fs::is_directory(status)) refuse("is a directory");
  const bool in_place = fs::exists(status) && !fs::is_regular_file(status);
  written_ = in_place ? path_ : fs::path(path_.string() + fmt::format(".{}.tmp", getpid()));
  errno = 0;
  file_.reset(gzopen(written_.c_str(), path_.extension() == ".gz" ? compressed : plain));
  if (!file_) refuse(std::strerror(errno));
  buffer_.reserve(2 * buffer_bytes);
}

TraceFile::~TraceFile() {
  if (file_) discard();
}

void TraceFile::discard() {
  file_.reset();
  std::error_code code;
  if (!written_.empty() && !in_place()) fs::remove(written_, code);
}

void TraceFile::refuse(const std::string& why) {
  discard();
  throw Error(Failure::input, fmt::format("cannot write '{}': {}", path_.string(), why));
}

void TraceFile::write(std::string_view text) {
  if (!problem_.empty()) return;
  buffer_ += text;
  size_ += text.size();
  if (buffer_.size() >= buffer_bytes) flush();
}

void TraceFile::flush() {
  errno = 0;
  const auto bytes = static_cast<unsigned>(buffer_.size());
  if (bytes != 0 &&
      gzwrite(static_cast<gzFile>(file_.get()), buffer_.data(), bytes) != static_cast<int>(bytes))
    problem_ = std::strerror(errno);
  buffer_.clear();
}

void TraceFile::close() {
  if (problem_.empty()) flush();
  if (!problem_.empty()) refuse(problem_);
  errno = 0;
  if (gzclose(static_cast<gzFile>(file_.release())) != Z_OK) refuse(std::strerror(errno));
  if (in_place()) return;
  std::error_code renamed;
  fs::rename(written_, fs::is_symlink(path_) ? fs::weakly_canonical(path_) : path_, renamed);
  if (renamed) refuse(renamed.message());
}

}  // namespace edgebert::tracing
