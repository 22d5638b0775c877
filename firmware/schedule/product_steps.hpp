// SPDX-License-Identifier: Apache-2.0
// The commands of a sequence of products, in the order of their plan.
#pragma once
#include "firmware/drivers/unit.hpp"
#include "firmware/schedule/product.hpp"

namespace edgebert::firmware {

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
  bool writes() const { return reduction.end() == product->shape.reduction; }

  Extent output_rows() const { return product->transposed ? features : tokens; }
  Extent output_columns() const { return product->transposed ? tokens : features; }

  Tag tag() const { return tag(tokens.first, features.first); }
  Tag tag(uint32_t first_token, uint32_t first_feature) const {
    const uint32_t token = product->first_token + first_token;
    return {product->layer, product->op, 0, product->transposed ? first_feature : token,
            product->transposed ? token : first_feature};
  }
};

/// The tiles of feature runs, over and over.
class FeatureTiles {
 public:
  FeatureTiles(const FeatureRuns& features, uint32_t tile_features)
      : features_(features), tile_features_(tile_features), first_(features.runs[0].first) {}

  Extent current() const { return {first_, minimum(tile_features_, features_.runs[run_].end() - first_)}; }

  /// @return false if it came round to the first one
  bool advance() {
    first_ += tile_features_;
    if (first_ < features_.runs[run_].end()) return true;
    run_ = run_ + 1 == features_.count ? 0 : run_ + 1;
    first_ = features_.runs[run_].first;
    return run_ != 0;
  }

 private:
  const FeatureRuns features_;
  const uint32_t tile_features_;
  uint32_t run_ = 0;
  uint32_t first_;
};

class ProductSteps {
 public:
  /// @param products  all of one shape, at least one
  /// @param features  what is computed of each, at least one run
  ProductSteps(const Product* products, uint32_t count, const FeatureRuns& features, const ProductPlan& plan)
      : products_(products),
        count_(count),
        features_(features, plan.tile_features),
        plan_(plan),
        tiles_(tile_counts(products[0].shape, plan)) {}

  /// Writes every member of `step`: returned by value, it would be copied once more for each command.
  void describe(ProductStep& step) const {
    const Product& product = products_[product_];
    const ProductShape& shape = product.shape;
    const bool all_activations = tiles_.activation_parts == 1;
    const bool all_biases = plan_.bias_features == shape.features;
    const bool same_activations = product.activations.address == products_[0].activations.address;
    step.product = &product;
    step.tokens = extent(token_tile_, plan_.tile_tokens, shape.tokens);
    step.features = features_.current();
    step.reduction = extent(part_, plan_.tile_reduction, shape.reduction);
    step.activation_reduction = all_activations ? Extent{0, shape.reduction} : step.reduction;
    step.biases = all_biases ? Extent{0, shape.features} : step.features;
    step.weight_tile = (product_ * shape.features + step.features.first) * tiles_.parts + part_;
    step.activation_tile =
        ((same_activations ? 0 : product_) * tiles_.tokens + token_tile_) * tiles_.activation_parts +
        (all_activations ? 0 : part_);
    step.bias_tile = product_ * shape.features + step.biases.first;
  }

  /// @return false behind the last step
  bool advance() {
    if (carry(part_, tiles_.parts)) return true;
    const bool same_round = plan_.weights_outer ? advance_tokens() || features_.advance()
                                                : features_.advance() || advance_tokens();
    return same_round || carry(product_, count_);
  }

 private:
  static Extent extent(uint32_t tile, uint32_t tile_size, uint32_t total) {
    const uint32_t first = tile * tile_size;
    return {first, minimum(tile_size, total - first)};
  }

  bool advance_tokens() { return carry(token_tile_, tiles_.tokens); }

  /// Counts a digit up.
  /// @return false if it came round to 0
  static bool carry(uint32_t& digit, uint32_t base) {
    digit = digit + 1 == base ? 0 : digit + 1;
    return digit != 0;
  }

  const Product* products_;
  const uint32_t count_;
  FeatureTiles features_;
  const ProductPlan& plan_;
  const TileCounts tiles_;
  uint32_t product_ = 0, token_tile_ = 0, part_ = 0;
};

}  // namespace edgebert::firmware
