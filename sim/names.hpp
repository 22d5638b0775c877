// SPDX-License-Identifier: Apache-2.0
// Names of units, blocks and operators as the command line gives them.
#pragma once
#include <string>
#include <vector>

namespace edgebert::sim {

/// The names that a name or a regular expression stands for.
/// @param what  for messages: "register block"
/// @throws Error(usage) if it stands for none: says which is nearest
std::vector<std::string> names_matching(const std::string& pattern, const std::vector<std::string>& names,
                                        const char* what);

}  // namespace edgebert::sim
