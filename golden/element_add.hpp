// SPDX-License-Identifier: Apache-2.0
// Element-wise add, docs/numerics.md section 6.
#pragma once
#include <cstdint>
#include <vector>

#include "golden/tensor.hpp"

namespace edgebert::golden {

/// a + b, element by element; both of the same length.
std::vector<std::int32_t> element_add(Operand a, Operand b, Encoding output, Saturations& saturations);

}  // namespace edgebert::golden
