// SPDX-License-Identifier: Apache-2.0
// Files and hashes; SHA-256 is OpenSSL's.
#include "contract/file.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/evp.h>
#include <unistd.h>

namespace edgebert {
namespace fs = std::filesystem;

namespace {

/// @return whether the file's bytes are on the disk; errno says why not
bool flush_to_disk(const fs::path& path) {
  const int descriptor = open(path.c_str(), O_WRONLY | O_CLOEXEC);
  if (descriptor < 0) return false;
  const bool flushed = fsync(descriptor) == 0;
  const int why = errno;
  close(descriptor);
  errno = why;
  return flushed;
}

}  // namespace

std::string sha256_of(std::span<const std::uint8_t> bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_sha256(), nullptr) != 1) {
    throw Error(Failure::internal, "computing a SHA-256: OpenSSL refused; check its installation");
  }
  std::string text;
  for (unsigned i = 0; i < size; ++i) text += fmt::format("{:02x}", digest[i]);
  return text;
}

std::vector<std::uint8_t> read_file(const fs::path& path, const char* purpose, Failure failure) {
  const auto refuse = [&](const std::string& why) {
    return Error(failure, fmt::format("cannot read {} '{}': {}", purpose, path.string(), why));
  };
  std::error_code code;
  const fs::file_status status = fs::status(path, code);
  if (!fs::exists(status)) throw refuse(code ? code.message() : "No such file or directory");
  if (!fs::is_regular_file(status)) throw refuse("not a regular file");
  const std::uintmax_t size = fs::file_size(path, code);
  if (code) throw refuse(code.message());
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  if (!file) throw refuse(std::strerror(errno));
  std::vector<std::uint8_t> bytes(size);
  file.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(size));
  if (static_cast<std::uintmax_t>(file.gcount()) != size) {
    throw refuse(fmt::format("only {} of {} bytes could be read", file.gcount(), size));
  }
  return bytes;
}

void write_file(const fs::path& path, std::span<const std::uint8_t> bytes, Durability durability) {
  std::error_code code;
  const fs::file_status status = fs::status(path, code);
  const bool in_place = fs::exists(status) && !fs::is_regular_file(status);
  // A symbolic link stays one: its target is replaced.
  fs::path target = fs::is_symlink(fs::symlink_status(path, code)) ? fs::weakly_canonical(path, code) : path;
  if (target.empty()) target = path;
  const fs::path written = in_place ? target : fs::path(target.string() + fmt::format(".{}.tmp", getpid()));
  const auto refuse = [&](const std::string& why) {
    if (!in_place) fs::remove(written, code);
    return Error(Failure::input, fmt::format("cannot write '{}': {}", path.string(), why));
  };
  if (fs::is_directory(status))
    throw Error(Failure::input, fmt::format("cannot write '{}': is a directory", path.string()));
  errno = 0;
  std::ofstream file(written, std::ios::binary | std::ios::trunc);
  if (!file) throw refuse(std::strerror(errno));
  file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  file.close();
  if (!file) throw refuse(std::strerror(errno));
  if (in_place) return;
  if (durability == Durability::flushed && !flush_to_disk(written)) throw refuse(std::strerror(errno));
  std::error_code renamed;
  fs::rename(written, target, renamed);
  if (renamed) throw refuse(renamed.message());
}

}  // namespace edgebert
