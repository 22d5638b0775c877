// SPDX-License-Identifier: Apache-2.0
// Products of activations and weights, tile by tile, with transfers behind the computation.
#pragma once
#include "contract/model_descriptor.hpp"
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
  Tensor output;  ///< in the system SRAM: tokens x features
  uint32_t output_bias;
  bool transposed = false;  ///< output features x tokens instead
  Activation activation = Activation::none;
  uint32_t first_token = 0;  ///< number of the first token, for the tag
};

/// The features a product computes: runs in ascending order.
struct FeatureRuns {
  const Extent* runs;
  uint32_t count;
};

/// Computes products of one shape, none of which reads what another one writes: the first tiles of each
/// arrive while the last of the one before it are computed. Features outside the runs are neither loaded nor
/// written; without a run nothing happens. All outputs are in the system SRAM on return.
void run_products(const Product* products, uint32_t count, const FeatureRuns& features,
                  const ProductPlan& plan);

/// All features.
void run_product(const Product& product, const ProductPlan& plan);

}  // namespace edgebert::firmware
