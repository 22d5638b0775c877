// SPDX-License-Identifier: Apache-2.0
// A profile of firmware as a person and as a program reads it.
#pragma once
#include <string>

#include "platform/debug/profile.hpp"
#include "sim/terminal.hpp"

namespace edgebert::sim {

inline constexpr const char* profile_schema = "edgebert-profile-1";

/// Functions that take at least a thousandth, and all waits; at most 100 columns.
std::string text_of(const debug::ProfileReport& report, const Style& style);

/// Everything, docs/debugging.md.
std::string json_of(const debug::ProfileReport& report);

}  // namespace edgebert::sim
