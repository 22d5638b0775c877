// SPDX-License-Identifier: Apache-2.0
// No input may make us hold more memory than in proportion to its size. operator new and delete of the whole
// program are replaced, those that libraries call included.
#pragma once
#include <cstddef>

namespace edgebert::test {

/// From here to the end of its life; aborts the program at the allocation that is too much.
class AllocationLimit {
 public:
  /// @param input  bytes of it
  explicit AllocationLimit(std::size_t input);
  ~AllocationLimit();
  AllocationLimit(const AllocationLimit&) = delete;
  AllocationLimit& operator=(const AllocationLimit&) = delete;
};

}  // namespace edgebert::test
