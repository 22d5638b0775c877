// SPDX-License-Identifier: Apache-2.0
// Can the built-in firmware schedule a model on a SoC? Asked before the platform is built, of the very plans
// that firmware makes when it boots.
#pragma once
#include "contract/model_descriptor.hpp"
#include "platform/config/soc_config.hpp"

namespace edgebert::sim {

/// Throws Error(Failure::capacity): the operator, the memory, bytes needed and there, the key to raise.
void check_schedule(const ModelDescriptor& model, const SocConfig& config);

}  // namespace edgebert::sim
