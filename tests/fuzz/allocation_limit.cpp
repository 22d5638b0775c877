// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/allocation_limit.hpp"

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <new>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define EDGEBERT_ADDRESS_SANITIZER
#endif
#endif
#ifdef __SANITIZE_ADDRESS__
#define EDGEBERT_ADDRESS_SANITIZER
#endif

#ifdef EDGEBERT_ADDRESS_SANITIZER
// As in clang's sanitizer/allocator_interface.h: gcc has this run-time library too, but not the header.
extern "C" {
std::size_t __sanitizer_get_allocated_size(const volatile void* memory);
int __sanitizer_install_malloc_and_free_hooks(void (*on_malloc)(const volatile void*, std::size_t),
                                              void (*on_free)(const volatile void*));
}
#else
#include <malloc.h>
#endif

namespace {

/// A JSON value of two characters takes 16 bytes and up to twice that while its array grows, a key of five a
/// node of a tree; a tokenizer's index some nodes a letter.
constexpr std::size_t bytes_a_byte = 128;
/// Tables that ICU and SentencePiece make once, and what a model image has that does not come from the input.
constexpr std::size_t bytes_anyway = std::size_t{2} << 20;

bool limited = false;
std::size_t allowed = 0;
std::size_t held = 0;

void take(std::size_t bytes) {
  if (!limited) return;
  held += bytes;
  if (held <= allowed) return;
  limited = false;
  std::fprintf(stderr, "an input made the program hold more than %zu bytes\n", allowed);
  std::abort();
}

/// What was allocated before the limit may be freed within it.
void give_back(std::size_t bytes) {
  if (limited) held = held > bytes ? held - bytes : 0;
}

#ifdef EDGEBERT_ADDRESS_SANITIZER
void on_malloc(const volatile void*, std::size_t bytes) {
  take(bytes);
}
void on_free(const volatile void* memory) {
  if (limited && memory != nullptr) give_back(__sanitizer_get_allocated_size(memory));
}
const int hooks_installed = __sanitizer_install_malloc_and_free_hooks(on_malloc, on_free);
#else
void* allocate(std::size_t bytes) {
  void* memory = std::malloc(bytes == 0 ? 1 : bytes);
  if (memory == nullptr) throw std::bad_alloc();
  take(malloc_usable_size(memory));
  return memory;
}

void release(void* memory) {
  if (memory != nullptr) give_back(malloc_usable_size(memory));
  std::free(memory);
}
#endif

}  // namespace

#ifndef EDGEBERT_ADDRESS_SANITIZER
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
#endif

namespace edgebert::test {

AllocationLimit::AllocationLimit(std::size_t input) {
#ifdef EDGEBERT_ADDRESS_SANITIZER
  if (hooks_installed == 0) std::abort();
#endif
  allowed = bytes_anyway + bytes_a_byte * input;
  held = 0;
  limited = true;
}

AllocationLimit::~AllocationLimit() {
  limited = false;
}

}  // namespace edgebert::test
