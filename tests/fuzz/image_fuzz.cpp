// SPDX-License-Identifier: Apache-2.0
// Any bytes as a model image. Hashes keep nearly all of it out; sealed_image_fuzz goes behind them.
#include <cstdlib>
#include <cstring>

#include "golden/encoder.hpp"
#include "tests/fuzz/allocation_limit.hpp"

using namespace edgebert;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const test::AllocationLimit limit(size);
  try {
    const ModelImage image = ModelImage::parse({data, data + size}, "input");
    for (std::size_t task = 0; task < image.tasks().size(); ++task) golden::Model(image, task);
  } catch (const Error& error) {
    if (std::strchr(error.what(), '\n') != nullptr) std::abort();
  }
  return 0;
}
