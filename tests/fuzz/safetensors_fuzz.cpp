// SPDX-License-Identifier: Apache-2.0
// Any bytes as a safetensors file: refused with one line, or every tensor readable to its last element.
#include <cstdlib>
#include <cstring>

#include "contract/safetensors.hpp"
#include "tests/fuzz/allocation_limit.hpp"

using namespace edgebert;

namespace {

void read_all(const Safetensors& file) {
  for (const auto& [name, view] : file.tensors()) {
    std::uint64_t elements = 1;
    for (const std::uint64_t extent : view.shape) elements *= extent;
    if (elements != view.elements()) std::abort();
    try {
      if (view.to_floats().size() != elements) std::abort();
    } catch (const Error&) {  // integers
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const test::AllocationLimit limit(size);
  try {
    read_all(Safetensors::parse({data, data + size}, "input"));
  } catch (const Error& error) {
    if (std::strchr(error.what(), '\n') != nullptr) std::abort();
  }
  return 0;
}
