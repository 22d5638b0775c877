// SPDX-License-Identifier: Apache-2.0
// Sequences of products on the fake machine, which throws if a transfer touches what a running command uses.
#include "firmware/schedule/product.hpp"

#include "contract/memory_map.hpp"
#include "firmware/drivers/unit.hpp"
#include "tests/test.hpp"
#include "tests/unit/firmware/toy_model.hpp"

using namespace edgebert;
using namespace edgebert::firmware;
using namespace edgebert::firmware_test;

namespace {

constexpr Capabilities roomy{4, 128 * 1024, 16 * 1024, 32 * 1024, 2 * 1024 * 1024, 1024, 1024};
constexpr uint32_t tokens = 20;

struct Outcome {
  uint64_t bytes_loaded;
  uint32_t elements;  ///< of the outputs
  uint32_t commands;
  uint64_t transfers_behind_commands;
  uint32_t transfers;
};

constexpr Extent everything[] = {{0, 32}};

/// Runs query, and value after it if asked, by a plan of the caller's.
Outcome run_projections(const ToyModel& model, const ProductPlan& plan, uint32_t count,
                        const FeatureRuns& features = {everything, 1}) {
  FakeMachine machine(roomy, model.memory);
  for (const Unit& each : units::all) initialise(each);
  const ModelDescriptor& d = model.descriptor;
  const uint32_t sram = memory_map::system_sram.base;
  const ProductShape shape{tokens, d.hidden, d.hidden, 1};
  const firmware::Tensor input{sram, aligned(d.hidden)};
  const Product products[] = {{.op = Operator::query,
                               .layer = 1,
                               .shape = shape,
                               .weights = d.query,
                               .activations = input,
                               .activations_bias = 3,
                               .output = {sram + 0x10000, aligned(d.hidden)},
                               .output_bias = 2},
                              {.op = Operator::value,
                               .layer = 1,
                               .shape = shape,
                               .weights = d.value,
                               .activations = input,
                               .activations_bias = 3,
                               .output = {sram + 0x20000, aligned(tokens)},
                               .output_bias = 2,
                               .transposed = true}};
  run_products(products, count, features, plan);
  Outcome outcome{machine.bytes_loaded, 0, machine.commands[memory_map::processing_unit],
                  machine.overlapped_commands, machine.commands[memory_map::dma]};
  for (const auto& [key, tensor] : machine.tensors) outcome.elements += tensor.size();
  return outcome;
}

ProductPlan plan_of(uint32_t tile_tokens, uint32_t tile_features, bool weights_outer, uint32_t slots) {
  return {.tile_tokens = tile_tokens,
          .tile_features = tile_features,
          .tile_reduction = 32,
          .activation_reduction = 32,
          .weights_outer = weights_outer,
          .weight_slots = slots,
          .activation_slots = slots,
          .output_areas = slots,
          .bias_features = 32,
          .bias_slots = slots};
}

}  // namespace

TEST_CASE("products: an operand that is still in its buffer is not loaded again, nor by the next product") {
  const ToyModel model{Geometry{}};
  const ProductPlan plan = plan_of(tokens, 8, true, 2);
  const Outcome one = run_projections(model, plan, 1);
  const Outcome two = run_projections(model, plan, 2);
  CHECK(one.commands == 4);
  CHECK(two.commands == 8);
  const uint64_t activations = tokens * 32, biases = 32 * 2;
  const uint64_t query = one.bytes_loaded - activations - biases;
  const uint64_t value = two.bytes_loaded - one.bytes_loaded - biases;
  CHECK(query > 32 * 8);  // masks and some codes
  CHECK(query < 32 * (8 + 32));
  CHECK(value > 32 * 8);
  CHECK(value < 32 * (8 + 32));
}

TEST_CASE("products: every order and number of slots computes each element once") {
  const ToyModel model{Geometry{}};
  for (const uint32_t tile_tokens : {4u, 8u, 12u, tokens}) {
    for (const uint32_t tile_features : {4u, 16u, 32u}) {
      for (const bool weights_outer : {true, false}) {
        for (const uint32_t slots : {1u, 2u}) {
          INFO("tile " << tile_tokens << " x " << tile_features << ", weights outer " << weights_outer << ", "
                       << slots << " slots");
          const Outcome outcome =
              run_projections(model, plan_of(tile_tokens, tile_features, weights_outer, slots), 2);
          CHECK(outcome.commands == 2 * divide_up(tokens, tile_tokens) * divide_up(32, tile_features));
          CHECK(outcome.elements == 2 * tokens * 32);
        }
      }
    }
  }
}

TEST_CASE("products: features outside the runs are neither loaded nor computed") {
  const ToyModel model{Geometry{}};
  constexpr Extent runs[] = {{4, 4}, {12, 20}};
  for (const bool weights_outer : {true, false}) {
    for (const uint32_t slots : {1u, 2u}) {
      INFO("weights outer " << weights_outer << ", " << slots << " slots");
      const ProductPlan plan = plan_of(8, 8, weights_outer, slots);
      const Outcome all = run_projections(model, plan, 2);
      const Outcome some = run_projections(model, plan, 2, {runs, 2});
      CHECK(some.elements == 2 * tokens * 24);
      CHECK(some.commands == 2 * 3 * (1 + 3));  // three tiles of tokens; the runs are 1 and 3 of features
      // At least the masks of the rows that are left out.
      CHECK(some.bytes_loaded + 2 * 8 * 8 <= all.bytes_loaded);
      CHECK(run_projections(model, plan, 2, {runs, 0}).transfers == 0);
    }
  }
}

TEST_CASE("products: with two slots all transfers but the first and the last hide behind commands") {
  const ToyModel model{Geometry{}};
  const Outcome twice = run_projections(model, plan_of(tokens, 4, true, 2), 2);
  // Weights, activations and biases of the first tile; the output of the last.
  CHECK(twice.transfers - twice.transfers_behind_commands == 3 + 1);
  const Outcome once = run_projections(model, plan_of(tokens, 4, true, 1), 2);
  CHECK(once.transfers_behind_commands < twice.transfers_behind_commands);
}
