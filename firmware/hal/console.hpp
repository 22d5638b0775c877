// SPDX-License-Identifier: Apache-2.0
// Text for a person: the host shows it line by line, with the simulated time of each line's end. Firmware is
// silent unless it fails or was built with EDGEBERT_FIRMWARE_VERBOSE.
#pragma once
#include <stdint.h>

namespace edgebert::firmware::console_output {

/// As in C, of 32-bit numbers: %u, %d, %x, %c, %s and %%, with a width that pads with blanks, or with zeros
/// if it begins with 0 ("%08x"). Anything else is printed as it stands. 64-bit numbers and fractions: not
/// there.
void printf(const char* format, ...);

}  // namespace edgebert::firmware::console_output
