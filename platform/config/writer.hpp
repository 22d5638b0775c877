// SPDX-License-Identifier: Apache-2.0
// A configuration as a YAML file, every key written out.
#pragma once
#include <string>

#include "platform/config/soc_config.hpp"

namespace edgebert::config {

/// YAML that platform/config/loader.hpp reads back to the same values.
std::string yaml_of(const SocConfig& config);

}  // namespace edgebert::config
