// SPDX-License-Identifier: Apache-2.0
// Plans as pure functions: what they promise about buffers, and the numbers they come to.
#include "firmware/schedule/attention_plan.hpp"
#include "firmware/schedule/descriptor_check.hpp"
#include "firmware/schedule/exit_policy.hpp"
#include "firmware/schedule/memory_plan.hpp"
#include "firmware/schedule/product_plan.hpp"
#include "firmware/schedule/row_plan.hpp"
#include "tests/test.hpp"

using namespace edgebert;
using namespace edgebert::firmware;

namespace {

constexpr Capabilities machine_of(uint32_t lanes, uint32_t data_kilobytes = 128) {
  return {lanes, data_kilobytes * 1024, data_kilobytes * 128, 32 * 1024, 2 * 1024 * 1024};
}

/// Every promise a product plan makes.
void check_promises(const ProductShape& shape, const Capabilities& machine, const ProductPlan& plan) {
  INFO("n = " << machine.lanes << ", " << machine.data_bytes << " bytes, " << shape.tokens << " x "
              << shape.features << " over " << shape.reduction << ": tile " << plan.tile_tokens << " x "
              << plan.tile_features << " over " << plan.tile_reduction);
  REQUIRE_FALSE(plan.shortage.exists);
  REQUIRE(plan.tile_tokens > 0);
  REQUIRE(plan.tile_features > 0);
  CHECK((plan.tile_tokens == shape.tokens || plan.tile_tokens % machine.lanes == 0));
  CHECK((plan.tile_features == shape.features || plan.tile_features % machine.lanes == 0));
  CHECK(plan.tile_tokens <= shape.tokens);
  CHECK(plan.tile_features <= shape.features);
  CHECK(plan.tile_features * plan.tile_reduction <= machine.data_bytes);
  CHECK(plan.tile_tokens * aligned(plan.tile_reduction) +
            output_bytes(shape, plan.tile_tokens, plan.tile_features) <=
        machine.data_bytes);
  CHECK(plan.tile_features * mask_row_bytes(plan.tile_reduction) <= machine.mask_bytes);
  CHECK((plan.biases_resident ? shape.features : plan.tile_features) * channel_bias_bytes <=
        machine.auxiliary_bytes);
  if (plan.tile_reduction != shape.reduction) {
    CHECK(plan.tile_reduction % mask_group == 0);
    CHECK(plan.tile_tokens <= machine.lanes);
    CHECK(plan.tile_features <= machine.lanes);
  }
}

}  // namespace

TEST_CASE("product plan: tiles of many geometries fit and are multiples of n") {
  for (const uint32_t lanes : {2u, 4u, 8u, 16u, 32u, 64u}) {
    for (const uint32_t kilobytes : {32u, 64u, 128u, 256u}) {
      for (const uint32_t tokens : {1u, 7u, 64u, 128u, 384u, 512u}) {
        for (const uint32_t features : {2u, 192u, 768u, 3072u}) {
          for (const uint32_t reduction : {16u, 128u, 192u, 768u, 3072u, 32768u}) {
            for (const bool transposed : {false, true}) {
              const ProductShape shape{tokens, features, reduction, 1, transposed};
              const Capabilities machine = machine_of(lanes, kilobytes);
              check_promises(shape, machine, plan_product(shape, machine));
            }
          }
        }
      }
    }
  }
}

TEST_CASE("product plan: what fits whole is one tile") {
  const ProductPlan plan = plan_product({64, 192, 192, 1, false}, machine_of(16));
  CHECK(plan.tile_tokens == 64);
  CHECK(plan.tile_features == 192);
  CHECK(plan.tile_reduction == 192);
  CHECK(plan.biases_resident);
}

TEST_CASE("product plan: activations stay when they fit, and each weight is loaded once") {
  // ALBERT-base query: 128 x 768 activations take 96 KiB, 32 KiB remain for 128 x 256 of output; 170 weight
  // rows fit.
  const ProductShape shape{128, 768, 768, 1, false};
  const ProductPlan plan = plan_product(shape, machine_of(16));
  CHECK(plan.tile_tokens == 128);
  CHECK(plan.tile_features == 160);
  CHECK(bytes_loaded(shape, plan) == 768u * (768 + 96) + 128u * 768);
}

TEST_CASE("product plan: ALBERT-base feed-forward output") {
  // 42 rows of 3072 fit 128 KiB: whole rows up to n = 32, a divided reduction at n = 64.
  const ProductShape shape{128, 768, 3072, 1, false};
  for (const uint32_t lanes : {2u, 4u, 8u, 16u, 32u}) {
    INFO("n = " << lanes);
    CHECK(plan_product(shape, machine_of(lanes)).tile_reduction == 3072);
  }
  CHECK(plan_product(shape, machine_of(32)).tile_features == 32);
  const ProductPlan divided = plan_product(shape, machine_of(64));
  CHECK(divided.tile_tokens == 64);
  CHECK(divided.tile_features == 64);
  // (131072 - 64 * 64) / 64 = 1984 = 31 * 64
  CHECK(divided.tile_reduction == 1984);
}

TEST_CASE("product plan: impossible products name the buffer") {
  const Capabilities small{64, 4096, 512, 64, 1 << 20};
  const ProductPlan plan = plan_product({128, 768, 3072, 1, false}, small);
  CHECK(plan.shortage.exists);
  CHECK(plan.shortage.place == Place::data_buffer);
  CHECK(plan.shortage.needed == 64 * 64 + 64 * 64);
  CHECK(plan.shortage.available == 4096);
}

TEST_CASE("attention plan: a head of ALBERT-base") {
  // A query row takes 64 + 4 * 128 + 128 bytes: all 128 rows fit 128 KiB.
  const AttentionPlan plan = plan_attention({128, 64, 128, false}, machine_of(16));
  CHECK(plan.tile_rows == 128);
  CHECK(plan.values_beside_keys);
  // 512 tokens: 64 + 2048 + 512 bytes a row, 49 rows, 48 in multiples of 16.
  CHECK(plan_attention({512, 64, 512, false}, machine_of(16)).tile_rows == 48);
  CHECK_FALSE(plan_attention({512, 64, 512, false}, machine_of(8, 32)).values_beside_keys);
  CHECK(plan_attention({512, 64, 512, false}, machine_of(8, 16)).shortage.exists);
}

TEST_CASE("attention plan: regions of a tile do not overlap and lie within the buffer") {
  for (const uint32_t tokens : {1u, 3u, 64u, 77u, 128u, 512u}) {
    for (const uint32_t head_size : {5u, 16u, 64u}) {
      for (const uint32_t lanes : {2u, 16u, 64u}) {
        const AttentionShape shape{tokens, head_size, tokens, false};
        const Capabilities machine = machine_of(lanes);
        const AttentionPlan plan = plan_attention(shape, machine);
        REQUIRE_FALSE(plan.shortage.exists);
        const AttentionLayout layout = attention_layout(shape, plan, plan.tile_rows, tokens);
        CHECK(layout.score_base >= plan.tile_rows * layout.query_stride);
        CHECK(layout.weight_base >= layout.score_base + plan.tile_rows * layout.score_stride);
        CHECK(layout.weight_base >= layout.score_base + plan.tile_rows * layout.query_stride);
        CHECK(layout.weight_base + plan.tile_rows * layout.weight_stride <= machine.data_bytes);
        CHECK(layout.value_base + head_size * layout.value_stride <= machine.data_bytes);
        CHECK(layout.row_scale_base + plan.tile_rows * row_scale_bytes <= machine.auxiliary_bytes);
      }
    }
  }
}

TEST_CASE("keys in reach: the ends move outwards to multiples of 8 and stay inside the sentence") {
  const auto range = [](uint32_t first, uint32_t rows, uint32_t reach, SpanIndex index) {
    const KeyRange keys = keys_in_reach(first, rows, reach, index, 100);
    return std::make_pair(keys.first, keys.count);
  };
  CHECK(range(0, 32, 5, SpanIndex::distance) == std::make_pair(0u, 40u));
  CHECK(range(32, 32, 5, SpanIndex::distance) == std::make_pair(24u, 48u));
  CHECK(range(96, 4, 5, SpanIndex::distance) == std::make_pair(88u, 12u));
  CHECK(range(32, 32, 99, SpanIndex::distance) == std::make_pair(0u, 100u));
  CHECK(range(32, 32, 9, SpanIndex::position) == std::make_pair(0u, 16u));
}

TEST_CASE("reach: the last mask code that is not zero, whatever its sign") {
  const uint8_t codes[] = {0x30, 0x21, 0x00, 0x01, 0x80, 0x00};
  CHECK(reach_of(codes, 6) == 3);
  CHECK(reach_of(codes, 2) == 1);
  CHECK(reach_of(codes + 4, 2) == 0);
}

TEST_CASE("memory plan: ALBERT-base with 512 tokens takes the feed-forward network in pieces") {
  ModelDescriptor model{};
  model.embedding = 128;
  model.hidden = 768;
  model.intermediate = 3072;
  model.sequence = 512;
  model.classes = 2;
  const uint32_t first = 0x10000000 + 64 * 1024, end = 0x10000000 + 2 * 1024 * 1024;
  const MemoryPlan plan = plan_memory(model, 16, first, end);
  REQUIRE_FALSE(plan.shortage.exists);
  // 2,031,616 bytes less identifiers, pooled, logits and four tensors of 393,216 leave 456,952: 148 rows of
  // 3072.
  CHECK(plan.ffn_rows == 144);
  CHECK(plan.ffn_inner.address + plan.ffn_rows * 3072 <= end);
  model.sequence = 128;
  CHECK(plan_memory(model, 16, first, end).ffn_rows == 128);
  const MemoryPlan too_small = plan_memory(model, 16, first, first + 400000);
  CHECK(too_small.shortage.exists);
  CHECK(too_small.shortage.place == Place::system_sram);
  CHECK(too_small.shortage.available == 400000);
}

TEST_CASE("row plans: as many rows as fit") {
  CHECK(plan_layernorm(128, 768, machine_of(16)).tile_rows == 85);  // 131072 / (2 * 768)
  CHECK(plan_layernorm(64, 192, machine_of(16)).tile_rows == 64);
  CHECK(plan_embedding(512, 128, machine_of(16)).tile_rows == 204);  // 131072 / (128 + 512)
  CHECK(plan_layernorm(8, 4096, {4, 8191, 1024, 32768, 1}).shortage.exists);
}

TEST_CASE("exit policy: strict decision of the unit, or the last layer; first of equal logits") {
  CHECK(exits_here(true, 1, 12));
  CHECK_FALSE(exits_here(false, 11, 12));
  CHECK(exits_here(false, 12, 12));
  const int32_t logits[] = {-5, 3, 3, -9};
  CHECK(prediction_of(logits, 4) == 1);
  CHECK(prediction_of(logits, 1) == 0);
}
