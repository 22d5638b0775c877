// SPDX-License-Identifier: Apache-2.0
#include "firmware/schedule/layer_norm.hpp"

#include "firmware/drivers/dma.hpp"
#include "firmware/drivers/layernorm.hpp"

namespace edgebert::firmware {
namespace {

/// Tiles of rows, numbered from 0.
class AddNormPipeline {
 public:
  AddNormPipeline(const AddNorm& norm, const RowPlan& plan)
      : norm_(norm), plan_(plan), stride_(aligned(norm.features)) {}

  void run() {
    beta_base_ = load_layernorm_parameters(transfers_, norm_.parameters, norm_.features, tag(0));
    if (plan_.slots == 2) {
      run_overlapped();
    } else {
      run_one_by_one();
    }
    transfers_.finish();
  }

 private:
  void run_overlapped() {
    load(0);
    transfers_.finish();
    const uint32_t last = tiles() - 1;
    for (uint32_t tile = 0; tile <= last; ++tile) {
      start_norm(tile);
      if (tile != 0) store(tile - 1);
      if (tile != last) load(tile + 1);
      transfers_.finish();
      wait(units::layernorm);
    }
    store(last);
  }

  void run_one_by_one() {
    for (uint32_t tile = 0; tile < tiles(); ++tile) {
      load(tile);
      transfers_.finish();
      start_norm(tile);
      wait(units::layernorm);
      store(tile);
      transfers_.finish();
    }
  }

  uint32_t tiles() const { return divide_up(norm_.rows, plan_.tile_rows); }
  uint32_t first_row(uint32_t tile) const { return tile * plan_.tile_rows; }
  BlockShape shape(uint32_t tile) const {
    return {minimum(plan_.tile_rows, norm_.rows - first_row(tile)), norm_.features};
  }
  Tag tag(uint32_t tile) const { return {norm_.layer, norm_.op, 0, first_row(tile), 0}; }
  uint32_t operand_base(uint32_t tile) const { return tile % plan_.slots * plan_.tile_rows * stride_; }
  uint32_t output_base(uint32_t tile) const {
    return plan_.slots * plan_.tile_rows * stride_ + operand_base(tile);
  }

  void load(uint32_t tile) {
    const Tensor& a = norm_.a;
    const Tensor& b = norm_.b;
    const uint32_t base = operand_base(tile);
    transfers_.load({a.address + first_row(tile) * a.stride, a.stride}, {dma::Buffer::data0, base, stride_},
                    shape(tile), tag(tile));
    transfers_.load({b.address + first_row(tile) * b.stride, b.stride}, {dma::Buffer::data1, base, stride_},
                    shape(tile), tag(tile));
  }

  void start_norm(uint32_t tile) const {
    const uint32_t base = operand_base(tile);
    prepare(LayernormCommand{
        .rows = shape(tile).rows,
        .features = norm_.features,
        .a = {sfu::Format::adaptivfloat, 0, norm_.a_bias, base, stride_},
        .b = {sfu::Format::adaptivfloat, 1, norm_.b_bias, base, stride_},
        .output = {sfu::Format::adaptivfloat, 0, norm_.output_bias, output_base(tile), stride_},
        .gamma_base = 0,
        .gamma_bias = norm_.parameters.gamma_bias,
        .beta_base = beta_base_,
        .beta_bias = norm_.parameters.beta_bias,
        .epsilon = norm_.epsilon});
    start(units::layernorm, tag(tile));
  }

  void store(uint32_t tile) {
    const Tensor& to = norm_.output;
    transfers_.store({dma::Buffer::data0, output_base(tile), stride_},
                     {to.address + first_row(tile) * to.stride, to.stride}, shape(tile), tag(tile));
  }

  const AddNorm& norm_;
  const RowPlan& plan_;
  const uint32_t stride_;
  uint32_t beta_base_ = 0;
  Transfers transfers_;
};

}  // namespace

uint32_t load_layernorm_parameters(Transfers& transfers, const LayernormParameters& parameters,
                                   uint32_t features, const Tag& tag) {
  const uint32_t beta_base = aligned(features);
  transfers.load({parameters.gamma, 0}, {dma::Buffer::auxiliary, 0, 0}, {1, features}, tag);
  transfers.load({parameters.beta, 0}, {dma::Buffer::auxiliary, beta_base, 0}, {1, features}, tag);
  return beta_base;
}

void run_add_norm(const AddNorm& norm, const RowPlan& plan) {
  AddNormPipeline(norm, plan).run();
}

}  // namespace edgebert::firmware
