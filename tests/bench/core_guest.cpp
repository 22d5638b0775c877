// SPDX-License-Identifier: Apache-2.0
// Guest side of core_bench: runs the loop EDGEBERT_LOOP and leaves its checksum in the symbol `checksum`.
#include "tests/bench/loops/calls.hpp"
#include "tests/bench/loops/dhrystone_like.hpp"
#include "tests/bench/loops/integer.hpp"
#include "tests/bench/loops/memory_copy.hpp"

extern "C" {

unsigned checksum;

// The compiler copies records with memcpy, and there is no library.
void* memcpy(void* to, const void* from, decltype(sizeof 0) size) {
  auto* out = static_cast<char*>(to);
  const auto* in = static_cast<const char*>(from);
  while (size-- != 0) *out++ = *in++;
  return to;
}

int main() {
  namespace loop = edgebert::EDGEBERT_LOOP;
  checksum = loop::run(loop::rounds);
  return 0;
}
}
