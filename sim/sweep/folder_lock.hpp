// SPDX-License-Identifier: Apache-2.0
// One sweep at a time in a folder. The operating system holds the lock: whatever ends the process frees it,
// so there are no stale ones.
#pragma once
#include <filesystem>

namespace edgebert::sim {

class FolderLock {
 public:
  /// @throws Error(Failure::input) if another sweep holds the folder, or it cannot be written
  explicit FolderLock(const std::filesystem::path& folder);
  ~FolderLock();
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

 private:
  int descriptor_;
};

}  // namespace edgebert::sim
