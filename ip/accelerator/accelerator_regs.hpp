// SPDX-License-Identifier: Apache-2.0
// What the accelerator says of itself: firmware sizes its tiles from these.
#pragma once
#include "contract/unit_regs.hpp"

namespace edgebert::accelerator {

inline constexpr Register id{0x00, Access::read_only, 0, "ID", "31:16 kind of unit, 15:0 version"};
inline constexpr Register lanes{0x20, Access::read_only, 0, "LANES", "n: VMACs, and the width of each"};
inline constexpr Register data_bytes{0x24, Access::read_only, 0, "DATA_BYTES",
                                     "bytes of each of the two data buffers"};
inline constexpr Register mask_bytes{0x28, Access::read_only, 0, "MASK_BYTES",
                                     "bytes of each of the two mask buffers"};
inline constexpr Register auxiliary_bytes{0x2c, Access::read_only, 0, "AUXILIARY_BYTES",
                                          "bytes of the auxiliary buffer"};
inline constexpr Register sram_bytes{0x30, Access::read_only, 0, "SRAM_BYTES", "bytes of the system SRAM"};

inline constexpr Register sram_rate{
    0x34, Access::read_only, 0, "SRAM_RATE",
    "bytes moved between system SRAM and a buffer in 256 accelerator cycles at reset's clock"};
inline constexpr Register weight_rate{
    0x38, Access::read_only, 0, "WEIGHT_RATE",
    "bytes loaded from the weight memory in 256 accelerator cycles at reset's clock"};
inline constexpr Register cycles_low{
    0x3c, Access::read_only, 0, "CYCLES_LOW",
    "accelerator cycles since reset, at whatever clock, 31:0; reading it keeps CYCLES_HIGH"};
inline constexpr Register cycles_high{0x40, Access::read_only, 0, "CYCLES_HIGH",
                                      "63:32 of the cycles when CYCLES_LOW was read last"};

inline constexpr Register map[] = {id,         lanes,     data_bytes,  mask_bytes, auxiliary_bytes,
                                   sram_bytes, sram_rate, weight_rate, cycles_low, cycles_high};

inline constexpr uint32_t rate_cycles = 256;  ///< that SRAM_RATE and WEIGHT_RATE count bytes in

}  // namespace edgebert::accelerator
