// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <string>

#include "sim/study/study.hpp"
#include "sim/terminal.hpp"

namespace edgebert::sim {

/// A value of a study with four significant digits, or as a grouped whole number from a thousand on.
std::string study_value(double value);

/// Tables at most `width` columns wide; sources and notes below each.
std::string text_of(const StudyReport& report, const Style& style, std::size_t width);

/// One object, docs/studies.md.
std::string json_of(const StudyReport& report);

}  // namespace edgebert::sim
