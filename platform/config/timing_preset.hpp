// SPDX-License-Identifier: Apache-2.0
// The keys whose defaults come from timing.preset and pu.vmac_lanes.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "platform/config/schema.hpp"

namespace edgebert::config {

/// Gives every such key the preset's value at the configuration's n, but for those that `keep` names.
void follow_preset(SocConfig& config, const std::function<bool(const Key&)>& keep);

/// The keys that differ from the preset.
std::vector<const Key*> own_timing(const SocConfig& config);

/// The same SoC with other lanes: constants that follow n follow, those of the configuration's own stay.
SocConfig with_lanes(const SocConfig& config, std::uint32_t lanes);

/// What reports call the timing: the preset, whether constants differ from it, and whether the published
/// model gives no reference at this n.
std::string timing_label(const SocConfig& config);

}  // namespace edgebert::config
