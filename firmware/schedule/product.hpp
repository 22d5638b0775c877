// SPDX-License-Identifier: Apache-2.0
// A product of activations and weights, tile by tile.
#pragma once
#include "contract/operators.hpp"
#include "firmware/schedule/memory_plan.hpp"
#include "firmware/schedule/product_plan.hpp"

namespace edgebert::firmware {

struct Product {
  Operator op;
  uint32_t layer;
  ProductShape shape;  ///< may have fewer tokens than the plan was made for
  const LinearLayer& weights;
  Tensor activations;  ///< tokens x reduction in the system SRAM
  uint32_t activations_bias;
  Tensor output;  ///< in the system SRAM
  uint32_t output_bias;
  Activation activation = Activation::none;
  uint32_t first_token = 0;  ///< number of the first token, for the tag
};

/// Computes the product; the whole output is in the system SRAM on return.
void run_product(const Product& product, const ProductPlan& plan);

}  // namespace edgebert::firmware
