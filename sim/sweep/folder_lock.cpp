// SPDX-License-Identifier: Apache-2.0
#include "sim/sweep/folder_lock.hpp"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include "contract/error.hpp"

namespace edgebert::sim {

FolderLock::FolderLock(const std::filesystem::path& folder) {
  const std::string name = (folder / "sweep.lock").string();
  descriptor_ = open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (descriptor_ < 0)
    throw Error(Failure::input, fmt::format("cannot write '{}': {}", name, std::strerror(errno)));
  if (flock(descriptor_, LOCK_EX | LOCK_NB) == 0) return;
  const int why = errno;
  close(descriptor_);
  throw Error(Failure::input,
              why == EWOULDBLOCK
                  ? fmt::format("cannot sweep into '{}': another sweep is at work there", folder.string())
                  : fmt::format("cannot lock '{}': {}", name, std::strerror(why)));
}

FolderLock::~FolderLock() {
  close(descriptor_);
}

}  // namespace edgebert::sim
