// SPDX-License-Identifier: Apache-2.0
// What the example's firmware and its test agree on.
#pragma once
#include "contract/memory_map.hpp"

namespace edgebert::gelu_job {

inline constexpr uint32_t rows = 4;
inline constexpr uint32_t elements = 40;  ///< of a row: no multiple of n
inline constexpr uint32_t bias = 5;       ///< codes up to 7.75: larger values saturate
inline constexpr uint32_t values = memory_map::system_sram.base + 0x20000;  ///< Q8.12 words
inline constexpr uint32_t codes = memory_map::system_sram.base + 0x30000;   ///< one a byte

}  // namespace edgebert::gelu_job
