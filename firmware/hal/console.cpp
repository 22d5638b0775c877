// SPDX-License-Identifier: Apache-2.0
#include "firmware/hal/console.hpp"

#include "contract/memory_map.hpp"
#include "firmware/hal/hal.hpp"
#include "platform/console_regs.hpp"

namespace edgebert::firmware::console_output {
namespace {

void put(char character) {
  hal::write(memory_map::console.base, console::transmit, static_cast<uint8_t>(character));
}

}  // namespace

void print(const char* text) {
  while (*text != '\0') put(*text++);
}

void print_hex(uint32_t value) {
  print("0x");
  for (int shift = 28; shift >= 0; shift -= 4) put("0123456789abcdef"[(value >> shift) & 0xf]);
}

void print_decimal(uint32_t value) {
  if (value >= 10) print_decimal(value / 10);
  put(static_cast<char>('0' + value % 10));
}

}  // namespace edgebert::firmware::console_output
