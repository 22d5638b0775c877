// SPDX-License-Identifier: Apache-2.0
// Text that every page contains: files of sim/report/page and sim/report/vendor.
#pragma once
#include <string_view>

namespace edgebert::sim::assets {

extern const std::string_view style;
extern const std::string_view licenses;      ///< of `libraries`
extern const std::string_view libraries[2];  ///< what draws the charts
extern const std::string_view scripts[6];    ///< ours, in the order they need each other

}  // namespace edgebert::sim::assets
