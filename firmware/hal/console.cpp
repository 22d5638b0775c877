// SPDX-License-Identifier: Apache-2.0
#include "firmware/hal/console.hpp"

#include <stdarg.h>

#include "contract/memory_map.hpp"
#include "firmware/hal/hal.hpp"
#include "platform/console_regs.hpp"

namespace edgebert::firmware::console_output {
namespace {

void put(char character) {
  hal::write(memory_map::console.base, console::transmit, static_cast<uint8_t>(character));
}

/// How a number is padded.
struct Field {
  unsigned width = 0;
  char padding = ' ';
};

void pad(const Field& field, unsigned taken) {
  for (unsigned i = taken; i < field.width; ++i) put(field.padding);
}

void put_number(uint32_t value, uint32_t base, bool negative, const Field& field) {
  char digits[10];
  unsigned count = 0;
  do {
    digits[count++] = "0123456789abcdef"[value % base];
    value /= base;
  } while (value != 0);
  const unsigned taken = count + (negative ? 1 : 0);
  if (negative && field.padding == '0') put('-');
  pad(field, taken);
  if (negative && field.padding != '0') put('-');
  while (count != 0) put(digits[--count]);
}

void put_text(const char* text, const Field& field) {
  unsigned length = 0;
  while (text[length] != '\0') ++length;
  pad(field, length);
  for (unsigned i = 0; i < length; ++i) put(text[i]);
}

}  // namespace

void printf(const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  for (; *format != '\0'; ++format) {
    if (*format != '%') {
      put(*format);
      continue;
    }
    const char* const conversion = format;
    Field field;
    ++format;
    if (*format == '0') field.padding = *format++;
    while (*format >= '0' && *format <= '9')
      field.width = field.width * 10 + static_cast<unsigned>(*format++ - '0');
    if (*format == 'u' || *format == 'x') {
      put_number(va_arg(arguments, uint32_t), *format == 'u' ? 10 : 16, false, field);
    } else if (*format == 'd') {
      const int32_t value = va_arg(arguments, int32_t);
      const auto magnitude = static_cast<uint32_t>(value);
      put_number(value < 0 ? 0 - magnitude : magnitude, 10, value < 0, field);
    } else if (*format == 'c') {
      put(static_cast<char>(va_arg(arguments, int)));
    } else if (*format == 's') {
      put_text(va_arg(arguments, const char*), {field.width, ' '});
    } else if (*format == '%') {
      put('%');
    } else {
      put(*conversion);
      format = conversion;
    }
  }
  va_end(arguments);
}

}  // namespace edgebert::firmware::console_output
