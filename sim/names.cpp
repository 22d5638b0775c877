// SPDX-License-Identifier: Apache-2.0
#include "sim/names.hpp"

#include <algorithm>
#include <iterator>
#include <regex>

#include <fmt/format.h>

#include "contract/error.hpp"
#include "platform/config/text.hpp"

namespace edgebert::sim {

std::vector<std::string> names_matching(const std::string& pattern, const std::vector<std::string>& names,
                                        const char* what) {
  if (std::ranges::find(names, pattern) != names.end()) return {pattern};
  std::vector<std::string> found;
  try {
    const std::regex expression(pattern);
    std::ranges::copy_if(names, std::back_inserter(found),
                         [&](const std::string& name) { return std::regex_match(name, expression); });
  } catch (const std::regex_error&) {
    throw Error(Failure::usage, fmt::format("'{}' is neither a {} nor a regular expression; nearest is '{}'",
                                            pattern, what, nearest(pattern, names)));
  }
  if (found.empty()) {
    throw Error(Failure::usage, fmt::format("no {} is called '{}'; nearest is '{}' of {}", what, pattern,
                                            nearest(pattern, names), fmt::join(names, ", ")));
  }
  return found;
}

}  // namespace edgebert::sim
