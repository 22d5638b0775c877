// SPDX-License-Identifier: Apache-2.0
// The kernel against golden for every Q8.12 value and exponent bias, and the cost formula at a few shapes. No
// simulator.
#include <cstdio>
#include <vector>

#include "gelu_cost.hpp"
#include "gelu_kernel.hpp"
#include "golden/adaptivfloat.hpp"
#include "golden/functions.hpp"

using namespace edgebert;

// t (2 v + 1) + 2, by hand; 3 more a vector of words.
static_assert(gelu::cycles({.rows = 1, .elements = 16, .lanes = 16}, false) == 5);
static_assert(gelu::cycles({.rows = 1, .elements = 17, .lanes = 16}, false) == 7);
static_assert(gelu::cycles({.rows = 4, .elements = 40, .lanes = 16}, true) == 66);

int main() {
  std::vector<std::int32_t> all;
  for (std::int32_t value = working_min; value <= working_max; ++value) all.push_back(value);
  std::vector<double> activated;
  for (const std::int32_t value : all)
    activated.push_back(golden::activate(Activation::gelu_new, value) / double{1 << working_fraction_bits});

  unsigned different = 0;
  for (unsigned bias = 0; bias < 8; ++bias) {
    std::vector<std::int32_t> values = all;
    std::vector<std::uint8_t> codes(values.size());
    golden::Saturations saturations;
    const std::uint64_t clamped = gelu::gelu(values, bias, codes);
    for (std::size_t i = 0; i < all.size(); ++i)
      different += codes[i] != golden::encode(activated[i], bias, saturations);
    different += clamped != saturations.adaptivfloat;
  }
  std::printf("%zu values, 8 biases: %u different from golden\n", all.size(), different);
  return different == 0 ? 0 : 1;
}
