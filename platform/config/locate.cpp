// SPDX-License-Identifier: Apache-2.0
#include "platform/config/locate.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace edgebert::config {
namespace fs = std::filesystem;

fs::path locate(const std::string& name, const std::vector<fs::path>& folders, const char* what,
                Failure failure) {
  std::vector<std::string> tried;
  for (const fs::path& folder : folders) {
    // An absolute name replaces the folder.
    const fs::path candidate = (folder / name).lexically_normal();
    std::error_code ignored;
    if (fs::exists(candidate, ignored)) return candidate;
    const std::string quoted = fmt::format("'{}'", candidate.string());
    if (std::ranges::find(tried, quoted) == tried.end()) tried.push_back(quoted);
  }
  throw Error(failure, fmt::format("cannot find {} '{}': looked for {}", what, name, fmt::join(tried, ", ")));
}

}  // namespace edgebert::config
