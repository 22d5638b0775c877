// SPDX-License-Identifier: Apache-2.0
// The address map and every register, from the declarations that models and firmware share.
#pragma once
#include <string>

namespace edgebert::sim {

/// docs/registers.md.
std::string registers_markdown();

}  // namespace edgebert::sim
