// SPDX-License-Identifier: Apache-2.0
// Text for a person. Firmware is silent unless it fails or was built with EDGEBERT_FIRMWARE_VERBOSE.
#pragma once
#include <stdint.h>

namespace edgebert::firmware::console_output {

void print(const char* text);

/// Eight hexadecimal digits with 0x in front.
void print_hex(uint32_t value);

void print_decimal(uint32_t value);

}  // namespace edgebert::firmware::console_output
