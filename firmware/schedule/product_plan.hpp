// SPDX-License-Identifier: Apache-2.0
// How a product of activations (tokens x reduction, dense) and weights (features x reduction, packed) is cut
// into tiles. Data buffer 0 holds a tile of weights, at worst dense; mask buffer 0 its masks; data buffer 1 a
// tile of activations and behind it the tile's output; the auxiliary buffer its channel biases.
#pragma once
#include "contract/formats.hpp"
#include "firmware/drivers/capabilities.hpp"
#include "firmware/schedule/plan.hpp"

namespace edgebert::firmware {

struct ProductShape {
  uint32_t tokens;
  uint32_t features;
  uint32_t reduction;
  uint32_t element_bytes;  ///< of the output: 1 AdaptivFloat, 4 wide
  bool transposed;         ///< output features x tokens instead of tokens x features
};

struct ProductPlan {
  uint32_t tile_tokens = 0;
  uint32_t tile_features = 0;
  uint32_t tile_reduction = 0;  ///< the whole reduction, or a multiple of 64: then the accumulator is kept
  bool weights_outer =
      false;  ///< each weight tile is loaded once, and activations stream past it; or the reverse
  bool biases_resident = false;  ///< all channel biases lie in the auxiliary buffer, not just the tile's
  Shortage shortage{};
};

/// Bytes between rows of a tile's output, and bytes of all of it.
constexpr uint32_t output_stride(const ProductShape& shape, uint32_t tokens, uint32_t features) {
  return aligned((shape.transposed ? tokens : features) * shape.element_bytes);
}
constexpr uint32_t output_bytes(const ProductShape& shape, uint32_t tokens, uint32_t features) {
  return (shape.transposed ? features : tokens) * output_stride(shape, tokens, features);
}

inline constexpr uint32_t mask_word_bytes = 8;
inline constexpr uint32_t channel_bias_bytes = 2;

/// Bytes of the masks of one row.
constexpr uint32_t mask_row_bytes(uint32_t elements) {
  return divide_up(elements, mask_group) * mask_word_bytes;
}

/// Most features a tile of so many tokens can have with an undivided reduction; a multiple of n, or all; 0 if
/// none.
constexpr uint32_t most_features(const ProductShape& shape, const Capabilities& machine, uint32_t tokens) {
  const uint32_t activations = tokens * aligned(shape.reduction);
  if (activations >= machine.data_bytes) return 0;
  const uint32_t room = machine.data_bytes - activations;
  const uint32_t by_output = shape.transposed
                                 ? room / aligned(tokens * shape.element_bytes)
                                 : round_down(room / tokens, row_alignment) / shape.element_bytes;
  const uint32_t by_weights =
      minimum(machine.data_bytes / shape.reduction, machine.mask_bytes / mask_row_bytes(shape.reduction));
  const uint32_t by_biases = machine.auxiliary_bytes / channel_bias_bytes;
  const uint32_t most = minimum(minimum(by_output, by_weights), by_biases);
  return most >= shape.features ? shape.features : round_down(most, machine.lanes);
}

/// Bytes the DMA loads for a whole product, weights counted as dense.
constexpr uint64_t bytes_loaded(const ProductShape& shape, const ProductPlan& plan) {
  const uint64_t weights = uint64_t{shape.features} * (shape.reduction + mask_row_bytes(shape.reduction));
  const uint64_t activations = uint64_t{shape.tokens} * shape.reduction;
  const uint32_t token_tiles = divide_up(shape.tokens, plan.tile_tokens);
  const uint32_t feature_tiles = divide_up(shape.features, plan.tile_features);
  if (plan.weights_outer) return weights + activations * (token_tiles == 1 ? 1 : feature_tiles);
  return activations + weights * (feature_tiles == 1 ? 1 : token_tiles);
}

/// Tiles of at most n x n with a divided reduction, for operands of which not even n rows fit.
constexpr ProductPlan plan_divided_product(const ProductShape& shape, const Capabilities& machine) {
  ProductPlan plan{.tile_tokens = minimum(shape.tokens, machine.lanes),
                   .tile_features = minimum(shape.features, machine.lanes),
                   .weights_outer = true};
  plan.biases_resident = shape.features * channel_bias_bytes <= machine.auxiliary_bytes;
  const uint32_t output = output_bytes(shape, plan.tile_tokens, plan.tile_features);
  const uint32_t beside_output = machine.data_bytes > output ? machine.data_bytes - output : 0;
  const uint32_t fits_data =
      minimum(machine.data_bytes / plan.tile_features, beside_output / plan.tile_tokens);
  const uint32_t fits_masks = machine.mask_bytes / (plan.tile_features * mask_word_bytes) * mask_group;
  plan.tile_reduction = round_down(minimum(fits_data, fits_masks), mask_group);
  if (fits_data < mask_group) {
    const uint32_t least = minimum(mask_group, aligned(shape.reduction));
    const uint32_t needed = maximum(plan.tile_features * least, plan.tile_tokens * least + output);
    plan.shortage = shortage(Place::data_buffer, needed, machine.data_bytes);
  } else if (fits_masks < mask_group) {
    plan.shortage = shortage(Place::mask_buffer, plan.tile_features * mask_word_bytes, machine.mask_bytes);
  } else if (plan.tile_features * channel_bias_bytes > machine.auxiliary_bytes) {
    plan.shortage =
        shortage(Place::auxiliary_buffer, plan.tile_features * channel_bias_bytes, machine.auxiliary_bytes);
  }
  return plan;
}

/// The plan that loads the fewest bytes, and of those the one with the fewest commands.
constexpr ProductPlan plan_product(const ProductShape& shape, const Capabilities& machine) {
  ProductPlan best;
  uint64_t best_bytes = ~uint64_t{0};
  uint32_t best_tiles = ~uint32_t{0};
  const uint32_t all_tokens = round_up(shape.tokens, machine.lanes);
  for (uint32_t candidate = all_tokens; candidate != 0; candidate -= machine.lanes) {
    const uint32_t tokens = minimum(candidate, shape.tokens);
    const uint32_t features = most_features(shape, machine, tokens);
    if (features == 0) continue;
    const uint32_t tiles = divide_up(shape.tokens, tokens) * divide_up(shape.features, features);
    constexpr bool both_orders[] = {true, false};
    for (const bool weights_outer : both_orders) {
      ProductPlan plan{.tile_tokens = tokens,
                       .tile_features = features,
                       .tile_reduction = shape.reduction,
                       .weights_outer = weights_outer};
      plan.biases_resident = shape.features * channel_bias_bytes <= machine.auxiliary_bytes;
      const uint64_t bytes = bytes_loaded(shape, plan);
      if (bytes > best_bytes || (bytes == best_bytes && tiles >= best_tiles)) continue;
      best = plan;
      best_bytes = bytes;
      best_tiles = tiles;
    }
  }
  return best.tile_tokens != 0 ? best : plan_divided_product(shape, machine);
}

}  // namespace edgebert::firmware
