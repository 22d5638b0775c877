// SPDX-License-Identifier: Apache-2.0
#include "firmware/schedule/layer_norm.hpp"

#include "firmware/drivers/dma.hpp"
#include "firmware/drivers/layernorm.hpp"

namespace edgebert::firmware {

uint32_t load_layernorm_parameters(const LayernormParameters& parameters, uint32_t features, const Tag& tag) {
  const uint32_t beta_base = aligned(features);
  load({parameters.gamma, 0}, {dma::Buffer::auxiliary, 0, 0}, {1, features}, tag);
  load({parameters.beta, 0}, {dma::Buffer::auxiliary, beta_base, 0}, {1, features}, tag);
  return beta_base;
}

void run_add_norm(const AddNorm& norm, const RowPlan& plan) {
  const uint32_t stride = aligned(norm.features);
  const uint32_t output_base = plan.tile_rows * stride;
  const uint32_t beta_base =
      load_layernorm_parameters(norm.parameters, norm.features, {norm.layer, norm.op, 0, 0, 0});
  for (uint32_t first = 0; first < norm.rows; first += plan.tile_rows) {
    const uint32_t rows = minimum(plan.tile_rows, norm.rows - first);
    const Tag tag{norm.layer, norm.op, 0, first, 0};
    const BlockShape shape{rows, norm.features};
    load({norm.a.address + first * norm.a.stride, norm.a.stride}, {dma::Buffer::data0, 0, stride}, shape,
         tag);
    load({norm.b.address + first * norm.b.stride, norm.b.stride}, {dma::Buffer::data1, 0, stride}, shape,
         tag);
    run(LayernormCommand{.rows = rows,
                         .features = norm.features,
                         .a = {sfu::Format::adaptivfloat, 0, norm.a_bias, 0, stride},
                         .b = {sfu::Format::adaptivfloat, 1, norm.b_bias, 0, stride},
                         .output = {sfu::Format::adaptivfloat, 0, norm.output_bias, output_base, stride},
                         .gamma_base = 0,
                         .gamma_bias = norm.parameters.gamma_bias,
                         .beta_base = beta_base,
                         .beta_bias = norm.parameters.beta_bias,
                         .epsilon = norm.epsilon},
        tag);
    store({dma::Buffer::data0, output_base, stride},
          {norm.output.address + first * norm.output.stride, norm.output.stride}, shape, tag);
  }
}

}  // namespace edgebert::firmware
