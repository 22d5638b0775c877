// SPDX-License-Identifier: Apache-2.0
// Cycles and the two timing presets every cost formula knows.
#pragma once
#include <cstdint>

namespace edgebert {

using Cycles = std::uint64_t;

/// serial: the published SystemC model. overlapped: loads hidden behind compute, streaming special function
/// unit: what the chip's peak rate implies. Each unit's *_cost.hpp states its formula under both.
enum class TimingPreset { serial, overlapped };

constexpr std::uint64_t ceil_divide(std::uint64_t a, std::uint64_t b) {
  return (a + b - 1) / b;
}

}  // namespace edgebert
