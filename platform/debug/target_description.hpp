// SPDX-License-Identifier: Apache-2.0
// The registers as gdb learns of them: target.xml, the features org.gnu.gdb.riscv.cpu and .csr.
#pragma once
#include <cstdint>
#include <string>

namespace edgebert::debug {

/// Register numbers of the protocol: 0 to 31 are x0 to x31, 32 is pc, CSRs follow from here on.
inline constexpr std::uint32_t first_csr = 0x1000;

const std::string& target_description();

}  // namespace edgebert::debug
