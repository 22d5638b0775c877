// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/allocation_limit.hpp"

#include <cstdio>
#include <cstdlib>
#include <new>

#include <malloc.h>

namespace {

/// A JSON value of two characters takes 16 bytes and up to twice that while its array grows, a key of five a
/// node of a tree; a tokenizer's index some nodes a letter.
constexpr std::size_t bytes_a_byte = 128;
/// Tables that ICU and SentencePiece make once, and what a model image has that does not come from the input.
constexpr std::size_t bytes_anyway = std::size_t{2} << 20;

bool limited = false;
std::size_t allowed = 0;
std::size_t held = 0;

void* allocate(std::size_t bytes) {
  void* memory = std::malloc(bytes == 0 ? 1 : bytes);
  if (memory == nullptr) throw std::bad_alloc();
  if (limited) {
    held += malloc_usable_size(memory);
    if (held > allowed) {
      std::fprintf(stderr, "an input made the program hold more than %zu bytes\n", allowed);
      std::abort();
    }
  }
  return memory;
}

/// What was allocated before the limit may be freed within it.
void release(void* memory) {
  if (memory == nullptr) return;
  const std::size_t bytes = malloc_usable_size(memory);
  if (limited) held = held > bytes ? held - bytes : 0;
  std::free(memory);
}

}  // namespace

void* operator new(std::size_t bytes) {
  return allocate(bytes);
}
void* operator new[](std::size_t bytes) {
  return allocate(bytes);
}
void operator delete(void* memory) noexcept {
  release(memory);
}
void operator delete[](void* memory) noexcept {
  release(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  release(memory);
}
void operator delete[](void* memory, std::size_t) noexcept {
  release(memory);
}

namespace edgebert::test {

AllocationLimit::AllocationLimit(std::size_t input) {
  allowed = bytes_anyway + bytes_a_byte * input;
  held = 0;
  limited = true;
}

AllocationLimit::~AllocationLimit() {
  limited = false;
}

}  // namespace edgebert::test
