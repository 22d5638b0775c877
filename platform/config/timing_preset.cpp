// SPDX-License-Identifier: Apache-2.0
#include "platform/config/timing_preset.hpp"

#include <algorithm>

namespace edgebert::config {

void follow_preset(SocConfig& config, const std::function<bool(const Key&)>& keep) {
  SocConfig preset = config;
  preset.timing = SocConfig::Timing::of(config.timing.preset(), config.pu.vmac_lanes);
  for (const Key& key : schema()) {
    if (key.follows_preset && keep(key)) assign(key, canonical_of(key, config), preset);
  }
  config = preset;
}

std::vector<const Key*> own_timing(const SocConfig& config) {
  SocConfig preset = config;
  preset.timing = SocConfig::Timing::of(config.timing.preset(), config.pu.vmac_lanes);
  std::vector<const Key*> keys;
  for (const Key& key : schema()) {
    if (key.follows_preset && canonical_of(key, config) != canonical_of(key, preset)) keys.push_back(&key);
  }
  return keys;
}

SocConfig with_lanes(const SocConfig& config, std::uint32_t lanes) {
  const std::vector<const Key*> own = own_timing(config);
  SocConfig other = config;
  other.pu.vmac_lanes = lanes;
  follow_preset(other, [&](const Key& key) { return std::ranges::find(own, &key) != own.end(); });
  return other;
}

std::string timing_label(const SocConfig& config) {
  std::string label = config.timing.preset() == TimingPreset::serial ? "serial timing" : "overlapped timing";
  if (!own_timing(config).empty()) label += " with constants of its own";
  if (!product::has_published_reference(config.pu.vmac_lanes))
    label += " (extrapolated: no reference at this n)";
  return label;
}

}  // namespace edgebert::config
