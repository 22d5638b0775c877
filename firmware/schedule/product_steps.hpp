// SPDX-License-Identifier: Apache-2.0
// The commands of a sequence of products, in the order of their plan.
#pragma once
#include "firmware/drivers/unit.hpp"
#include "firmware/schedule/product.hpp"

namespace edgebert::firmware {

/// Part of a dimension.
struct Extent {
  uint32_t first;
  uint32_t count;
};

/// One command: a tile of the output, or a part of its reduction.
struct ProductStep {
  const Product* product;
  Extent tokens;
  Extent features;
  Extent reduction;             ///< of the command and of its tile of weights
  Extent activation_reduction;  ///< of its tile of activations
  Extent biases;                ///< channels whose biases are loaded together
  // Numbers of the tiles: equal for equal tiles.
  uint32_t weight_tile;
  uint32_t activation_tile;
  uint32_t bias_tile;

  bool continues() const { return reduction.first != 0; }
  bool writes() const { return reduction.first + reduction.count == product->shape.reduction; }

  Extent output_rows() const { return product->transposed ? features : tokens; }
  Extent output_columns() const { return product->transposed ? tokens : features; }

  Tag tag() const { return tag(tokens.first, features.first); }
  Tag tag(uint32_t first_token, uint32_t first_feature) const {
    const uint32_t token = product->first_token + first_token;
    return {product->layer, product->op, 0, product->transposed ? first_feature : token,
            product->transposed ? token : first_feature};
  }
};

class ProductSteps {
 public:
  /// @param products  all of one shape, at least one
  ProductSteps(const Product* products, uint32_t count, const ProductPlan& plan)
      : products_(products),
        count_(count),
        plan_(plan),
        tiles_(tile_counts(products[0].shape, plan)),
        outer_tiles_(plan.weights_outer ? tiles_.features : tiles_.tokens),
        inner_tiles_(plan.weights_outer ? tiles_.tokens : tiles_.features) {}

  ProductStep current() const {
    const Product& product = products_[product_];
    const ProductShape& shape = product.shape;
    const uint32_t token_tile = plan_.weights_outer ? inner_ : outer_;
    const uint32_t feature_tile = plan_.weights_outer ? outer_ : inner_;
    const bool all_activations = tiles_.activation_parts == 1;
    const bool all_biases = plan_.bias_features == shape.features;
    const bool same_activations = product.activations.address == products_[0].activations.address;
    const Extent features = extent(feature_tile, plan_.tile_features, shape.features);
    const Extent reduction = extent(part_, plan_.tile_reduction, shape.reduction);
    return {.product = &product,
            .tokens = extent(token_tile, plan_.tile_tokens, shape.tokens),
            .features = features,
            .reduction = reduction,
            .activation_reduction = all_activations ? Extent{0, shape.reduction} : reduction,
            .biases = all_biases ? Extent{0, shape.features} : features,
            .weight_tile = (product_ * tiles_.features + feature_tile) * tiles_.parts + part_,
            .activation_tile =
                ((same_activations ? 0 : product_) * tiles_.tokens + token_tile) * tiles_.activation_parts +
                (all_activations ? 0 : part_),
            .bias_tile = product_ * tiles_.features + (all_biases ? 0 : feature_tile)};
  }

  /// @return false behind the last step
  bool advance() {
    return carry(part_, tiles_.parts) || carry(inner_, inner_tiles_) || carry(outer_, outer_tiles_) ||
           carry(product_, count_);
  }

 private:
  static Extent extent(uint32_t tile, uint32_t tile_size, uint32_t total) {
    const uint32_t first = tile * tile_size;
    return {first, minimum(tile_size, total - first)};
  }

  /// Counts a digit up.
  /// @return false if it came round to 0
  static bool carry(uint32_t& digit, uint32_t base) {
    digit = digit + 1 == base ? 0 : digit + 1;
    return digit != 0;
  }

  const Product* products_;
  const uint32_t count_;
  const ProductPlan& plan_;
  const TileCounts tiles_;
  const uint32_t outer_tiles_;
  const uint32_t inner_tiles_;
  uint32_t product_ = 0, outer_ = 0, inner_ = 0, part_ = 0;
};

}  // namespace edgebert::firmware
