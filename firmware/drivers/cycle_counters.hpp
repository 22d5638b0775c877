// SPDX-License-Identifier: Apache-2.0
// Two clocks firmware can read: the core's, which never changes, and the accelerator's, which does.
#pragma once
#include <stdint.h>

namespace edgebert::firmware {

/// Core clock cycles since reset.
uint64_t core_cycles();

/// Accelerator clock cycles since reset, at whatever frequency.
uint64_t accelerator_cycles();

}  // namespace edgebert::firmware
