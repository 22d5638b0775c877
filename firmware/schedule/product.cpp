// SPDX-License-Identifier: Apache-2.0
// Weights go through decoder 0, activations through decoder 1; the output lies behind the activations. A tile
// that is still in its buffer is not loaded again: the order of the two loops decides which operand that is.
#include "firmware/schedule/product.hpp"

#include "firmware/drivers/dma.hpp"
#include "firmware/drivers/processing_unit.hpp"

namespace edgebert::firmware {
namespace {

/// Part of a dimension.
struct Extent {
  uint32_t first = 0;
  uint32_t count = 0;  ///< 0: nothing
  bool operator==(const Extent&) const = default;
};

Extent extent(uint32_t tile, uint32_t tile_size, uint32_t total) {
  const uint32_t first = tile * tile_size;
  return {first, minimum(tile_size, total - first)};
}

class TiledProduct {
 public:
  TiledProduct(const Product& product, const ProductPlan& plan) : product_(product), plan_(plan) {}

  void run() {
    const ProductShape& shape = product_.shape;
    const uint32_t token_tiles = divide_up(shape.tokens, plan_.tile_tokens);
    const uint32_t feature_tiles = divide_up(shape.features, plan_.tile_features);
    const uint32_t outer_tiles = plan_.weights_outer ? feature_tiles : token_tiles;
    const uint32_t inner_tiles = plan_.weights_outer ? token_tiles : feature_tiles;
    for (uint32_t outer = 0; outer < outer_tiles; ++outer) {
      for (uint32_t inner = 0; inner < inner_tiles; ++inner) {
        const uint32_t token_tile = plan_.weights_outer ? inner : outer;
        const uint32_t feature_tile = plan_.weights_outer ? outer : inner;
        run_tile(extent(token_tile, plan_.tile_tokens, shape.tokens),
                 extent(feature_tile, plan_.tile_features, shape.features));
      }
    }
  }

 private:
  void run_tile(Extent tokens, Extent features) {
    load_biases(features);
    const uint32_t parts = divide_up(product_.shape.reduction, plan_.tile_reduction);
    for (uint32_t part = 0; part < parts; ++part) {
      const Extent reduction = extent(part, plan_.tile_reduction, product_.shape.reduction);
      load_weights(features, reduction);
      load_activations(tokens, reduction);
      firmware::run(command(tokens, features, reduction), tag(tokens, features));
    }
    store_output(tokens, features);
  }

  Tag tag(Extent tokens, Extent features) const {
    const uint32_t token = product_.first_token + tokens.first;
    const bool transposed = product_.shape.transposed;
    return {product_.layer, product_.op, 0, transposed ? features.first : token,
            transposed ? token : features.first};
  }

  void load_biases(Extent features) {
    const Extent wanted = plan_.biases_resident ? Extent{0, product_.shape.features} : features;
    if (wanted == biases_) return;
    const uint32_t bytes = wanted.count * channel_bias_bytes;
    load({product_.weights.channel_bias + wanted.first * channel_bias_bytes, 0},
         {dma::Buffer::auxiliary, 0, 0}, {1, bytes}, tag({}, wanted));
    biases_ = wanted;
  }

  void load_weights(Extent features, Extent reduction) {
    if (features == weights_[0] && reduction == weights_[1]) return;
    load_packed({.matrix = &product_.weights.weights,
                 .buffer = dma::Buffer::data0,
                 .row_list = 0,
                 .first_row = features.first,
                 .rows = features.count,
                 .first_group = reduction.first / mask_group,
                 .groups = divide_up(reduction.count, mask_group)},
                tag({}, features));
    weights_[0] = features;
    weights_[1] = reduction;
  }

  void load_activations(Extent tokens, Extent reduction) {
    if (tokens == activations_[0] && reduction == activations_[1]) return;
    const Tensor& source = product_.activations;
    load({source.address + tokens.first * source.stride + reduction.first, source.stride},
         {dma::Buffer::data1, 0, activations_stride()}, {tokens.count, reduction.count}, tag(tokens, {}));
    activations_[0] = tokens;
    activations_[1] = reduction;
  }

  ProductCommand command(Extent tokens, Extent features, Extent reduction) const {
    const bool transposed = product_.shape.transposed;
    const bool wide = product_.shape.element_bytes == wide_element_bytes;
    using processing_unit::BiasAxis;
    using processing_unit::OutputKind;
    return {.rows = transposed ? features.count : tokens.count,
            .columns = transposed ? tokens.count : features.count,
            .reduction = reduction.count,
            .rows_from_decoder0 = transposed,
            .accumulate = reduction.first != 0,
            .keep = reduction.first + reduction.count < product_.shape.reduction,
            .activation = product_.activation,
            .bias_axis = transposed ? BiasAxis::row : BiasAxis::column,
            .bias_base = (features.first - biases_.first) * channel_bias_bytes,
            .bias_fraction = product_.weights.channel_bias_fraction,
            .operand0 = {true, 0, 0, product_.weights.weights.exponent_bias},
            .operand1 = {false, 0, activations_stride(), product_.activations_bias},
            .output = {wide ? OutputKind::wide : OutputKind::adaptivfloat, output_buffer, output_base(),
                       output_stride(product_.shape, tokens.count, features.count), product_.output_bias}};
  }

  void store_output(Extent tokens, Extent features) {
    const ProductShape& shape = product_.shape;
    const Tensor& to = product_.output;
    const Extent rows = shape.transposed ? features : tokens;
    const Extent columns = shape.transposed ? tokens : features;
    store({dma::Buffer::data1, output_base(), output_stride(shape, tokens.count, features.count)},
          {to.address + rows.first * to.stride + columns.first * shape.element_bytes, to.stride},
          {rows.count, columns.count * shape.element_bytes}, tag(tokens, features));
  }

  uint32_t activations_stride() const { return aligned(plan_.tile_reduction); }
  uint32_t output_base() const { return plan_.tile_tokens * activations_stride(); }

  static constexpr uint32_t output_buffer = 1;
  static constexpr uint32_t wide_element_bytes = 4;

  const Product& product_;
  const ProductPlan& plan_;
  // What the buffers hold.
  Extent biases_;
  Extent weights_[2];
  Extent activations_[2];
};

}  // namespace

void run_product(const Product& product, const ProductPlan& plan) {
  TiledProduct(product, plan).run();
}

}  // namespace edgebert::firmware
