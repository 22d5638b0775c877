// SPDX-License-Identifier: Apache-2.0
// The four functions a freestanding compiler may call. Words where both pointers are aligned, so that a copy
// from a device's memory is a sequence of word accesses. Compiled without loop-to-library-call conversion.
#include <stddef.h>
#include <stdint.h>

extern "C" {

void* memcpy(void* __restrict to, const void* __restrict from, size_t bytes) {
  auto* target = static_cast<unsigned char*>(to);
  const auto* source = static_cast<const unsigned char*>(from);
  const uintptr_t either = reinterpret_cast<uintptr_t>(target) | reinterpret_cast<uintptr_t>(source);
  if (either % sizeof(uint32_t) == 0) {
    for (; bytes >= sizeof(uint32_t); bytes -= sizeof(uint32_t)) {
      *reinterpret_cast<uint32_t*>(target) = *reinterpret_cast<const uint32_t*>(source);
      target += sizeof(uint32_t);
      source += sizeof(uint32_t);
    }
  }
  while (bytes-- != 0) *target++ = *source++;
  return to;
}

void* memmove(void* to, const void* from, size_t bytes) {
  auto* target = static_cast<unsigned char*>(to);
  const auto* source = static_cast<const unsigned char*>(from);
  if (target <= source || target >= source + bytes) return memcpy(to, from, bytes);
  while (bytes-- != 0) target[bytes] = source[bytes];
  return to;
}

void* memset(void* to, int value, size_t bytes) {
  auto* target = static_cast<unsigned char*>(to);
  const auto byte = static_cast<unsigned char>(value);
  if (reinterpret_cast<uintptr_t>(target) % sizeof(uint32_t) == 0) {
    for (; bytes >= sizeof(uint32_t); bytes -= sizeof(uint32_t)) {
      *reinterpret_cast<uint32_t*>(target) = byte * 0x01010101u;
      target += sizeof(uint32_t);
    }
  }
  while (bytes-- != 0) *target++ = byte;
  return to;
}

int memcmp(const void* left, const void* right, size_t bytes) {
  const auto* a = static_cast<const unsigned char*>(left);
  const auto* b = static_cast<const unsigned char*>(right);
  for (; bytes != 0; --bytes, ++a, ++b) {
    if (*a != *b) return *a < *b ? -1 : 1;
  }
  return 0;
}

}  // extern "C"
