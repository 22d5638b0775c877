// SPDX-License-Identifier: Apache-2.0
// Random blocks of RV32IMAC code for the differential fuzzer; the frame they run in is programs/fuzz.S.
#pragma once
#include <cstdint>
#include <random>
#include <vector>

namespace edgebert::fuzz {

inline constexpr std::uint32_t block_stride = 296;  // as in fuzz.S

/// One block of block_stride bytes: computation, memory accesses through x2, x8 and x9, forward branches and
/// jumps, CSR instructions, illegal instructions and other traps. It reaches its end whatever it computes, in
/// a bounded number of instructions, and never writes x2, x8, x9.
/// @param address  where it will stand
/// @param exit     where it jumps when done
std::vector<std::uint8_t> random_block(std::mt19937& random, std::uint32_t address, std::uint32_t exit);

}  // namespace edgebert::fuzz
