// SPDX-License-Identifier: Apache-2.0
#include "golden/element_add.hpp"

namespace edgebert::golden {

std::vector<std::int32_t> element_add(Operand a, Operand b, Encoding output, Saturations& saturations) {
  std::vector<std::int32_t> out;
  out.reserve(a.values.size());
  for (std::size_t j = 0; j < a.values.size(); ++j) {
    const std::int64_t sum = std::int64_t{q12(a.values[j], a.encoding)} + q12(b.values[j], b.encoding);
    out.push_back(encode_q12(sat20(sum, saturations), output, saturations));
  }
  return out;
}

}  // namespace edgebert::golden
