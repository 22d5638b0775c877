// SPDX-License-Identifier: Apache-2.0
// Host memory in huge pages, where the system has them: megabytes that are filled once cost a handful of page
// faults instead of thousands, and fewer address translations afterwards.
#pragma once
#include <cstdlib>
#include <memory_resource>
#include <new>

#ifdef __linux__
#include <sys/mman.h>
#endif

namespace edgebert {

class HugePages : public std::pmr::memory_resource {
 public:
  static constexpr std::size_t page_bytes = std::size_t{2} << 20;

 private:
  void* do_allocate(std::size_t bytes, std::size_t alignment) override {
    const std::size_t rounded = (bytes + page_bytes - 1) / page_bytes * page_bytes;
    void* memory = alignment <= page_bytes ? std::aligned_alloc(page_bytes, rounded) : nullptr;
    if (memory == nullptr) throw std::bad_alloc();
#ifdef __linux__
    // A wish: without huge pages, small ones serve.
    madvise(memory, rounded, MADV_HUGEPAGE);
#endif
    return memory;
  }
  void do_deallocate(void* memory, std::size_t, std::size_t) override {
    std::free(memory);
  }
  bool do_is_equal(const std::pmr::memory_resource& other) const noexcept override {
    return this == &other;
  }
};

}  // namespace edgebert
