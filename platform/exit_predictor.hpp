// SPDX-License-Identifier: Apache-2.0
// An exit table as firmware takes it.
#pragma once
#include <cstdint>
#include <vector>

namespace edgebert {

/// Rows of Q16.16 nats: the entropy behind the prediction layer, ascending, then the entropies to expect
/// behind the layers that follow it, up to the last but one.
struct ExitPredictor {
  std::uint32_t columns = 0;  ///< the first one included; 0: there is no table
  std::vector<std::uint32_t> words;

  std::uint32_t rows() const { return columns == 0 ? 0 : static_cast<std::uint32_t>(words.size()) / columns; }
};

}  // namespace edgebert
