// SPDX-License-Identifier: Apache-2.0
// Plans as pure functions: what they promise about buffers, and the numbers they come to.
#include "firmware/schedule/attention_plan.hpp"
#include "firmware/schedule/memory_plan.hpp"
#include "firmware/schedule/product_plan.hpp"
#include "firmware/schedule/row_plan.hpp"
#include "tests/test.hpp"

using namespace edgebert;
using namespace edgebert::firmware;

namespace {

constexpr Capabilities machine_of(uint32_t lanes, uint32_t data_kilobytes = 128) {
  return {lanes, data_kilobytes * 1024, data_kilobytes * 128, 32 * 1024, 2 * 1024 * 1024, 1024, 1024};
}

ProductPlan plan_dense(const ProductShape& shape, const Capabilities& machine) {
  return plan_product(shape, dense_row_bytes(shape.reduction), machine);
}

/// Every promise a product plan makes about the buffers.
void check_promises(const ProductShape& shape, const Capabilities& machine, const ProductPlan& plan) {
  INFO("n = " << machine.lanes << ", " << machine.data_bytes << " bytes, " << shape.tokens << " x "
              << shape.features << " over " << shape.reduction << ": tile " << plan.tile_tokens << " x "
              << plan.tile_features << " over " << plan.tile_reduction);
  REQUIRE_FALSE(plan.shortage.exists);
  REQUIRE(plan.tile_tokens > 0);
  REQUIRE(plan.tile_features > 0);
  const uint32_t unit = machine.lanes < row_alignment ? machine.lanes : row_alignment;
  CHECK((plan.tile_tokens == shape.tokens || plan.tile_tokens % unit == 0));
  CHECK((plan.tile_features == shape.features || plan.tile_features % unit == 0));
  CHECK(plan.tile_tokens <= shape.tokens);
  CHECK(plan.tile_features <= shape.features);
  CHECK(plan.weight_slots * weight_slot_bytes(plan) <= machine.data_bytes);
  CHECK(weight_slot_bytes(plan) >= plan.tile_features * plan.tile_reduction);
  CHECK(plan.weight_slots * mask_slot_bytes(plan) <= machine.mask_bytes);
  CHECK(plan.activation_slots * activation_slot_bytes(plan) +
            plan.output_areas * output_area_bytes(shape, plan) <=
        machine.data_bytes);
  CHECK(output_area_bytes(shape, plan) >= plan.tile_tokens * plan.tile_features * shape.element_bytes);
  CHECK(plan.bias_slots * bias_slot_bytes(plan) <= machine.auxiliary_bytes);
  CHECK((plan.activation_reduction == shape.reduction || plan.activation_reduction == plan.tile_reduction));
  if (plan.tile_reduction != shape.reduction) {
    CHECK(plan.tile_reduction % mask_group == 0);
    CHECK(plan.tile_tokens <= machine.lanes);
    CHECK(plan.tile_features <= machine.lanes);
  }
}

/// Two slots where there are two tiles and two slots fit.
void check_double_buffering(const ProductShape& shape, const Capabilities& machine, const ProductPlan& plan) {
  const TileCounts tiles = tile_counts(shape, plan);
  const bool weights_fit_twice =
      2 * weight_slot_bytes(plan) <= machine.data_bytes && 2 * mask_slot_bytes(plan) <= machine.mask_bytes;
  CHECK(plan.weight_slots == (tiles.features * tiles.parts > 1 && weights_fit_twice ? 2 : 1));
  const uint32_t room = machine.data_bytes - output_area_bytes(shape, plan);
  const bool activations_fit_twice = 2 * activation_slot_bytes(plan) <= room;
  CHECK(plan.activation_slots ==
        (tiles.tokens * tiles.activation_parts > 1 && activations_fit_twice ? 2 : 1));
  CHECK(plan.output_areas <= 2);
}

}  // namespace

TEST_CASE("product plan: tiles of many geometries fit, and twice where two fit") {
  for (const uint32_t lanes : {2u, 4u, 8u, 16u, 32u, 64u}) {
    for (const uint32_t kilobytes : {8u, 32u, 64u, 128u, 256u}) {
      for (const uint32_t tokens : {1u, 7u, 64u, 128u, 384u, 512u}) {
        for (const uint32_t features : {2u, 192u, 768u, 3072u}) {
          for (const uint32_t reduction : {16u, 70u, 128u, 192u, 768u, 3072u, 32768u}) {
            const ProductShape shape{tokens, features, reduction, 1};
            const Capabilities machine = machine_of(lanes, kilobytes);
            const ProductPlan plan = plan_dense(shape, machine);
            check_promises(shape, machine, plan);
            check_double_buffering(shape, machine, plan);
          }
        }
      }
    }
  }
}

TEST_CASE("product plan: sparse weights shorten the estimate and never enlarge a tile") {
  for (const uint32_t lanes : {4u, 16u, 64u}) {
    for (const uint32_t reduction : {192u, 768u, 3072u}) {
      const ProductShape shape{128, 768, reduction, 1};
      const Capabilities machine = machine_of(lanes);
      const ProductPlan sparse = plan_product(shape, dense_row_bytes(reduction) / 4, machine);
      check_promises(shape, machine, sparse);  // slots have room for dense tiles
      CHECK(estimated_cycles(shape, dense_row_bytes(reduction) / 4, machine, sparse) <=
            estimated_cycles(shape, dense_row_bytes(reduction), machine, plan_dense(shape, machine)));
    }
  }
}

TEST_CASE("product plan: a larger buffer and a wider datapath are never slower") {
  const ProductShape shapes[] = {{128, 768, 768, 1}, {128, 3072, 768, 1}, {128, 768, 3072, 1}};
  const auto cycles = [](const ProductShape& shape, const Capabilities& machine) {
    return estimated_cycles(shape, dense_row_bytes(shape.reduction), machine, plan_dense(shape, machine));
  };
  for (const ProductShape& shape : shapes) {
    for (const uint32_t lanes : {4u, 8u, 16u, 32u, 64u}) {
      for (const uint32_t kilobytes : {32u, 64u, 128u}) {
        INFO("n = " << lanes << ", " << kilobytes << " KiB");
        CHECK(cycles(shape, machine_of(lanes, 2 * kilobytes)) <= cycles(shape, machine_of(lanes, kilobytes)));
      }
      CHECK(cycles(shape, machine_of(lanes)) <= cycles(shape, machine_of(lanes / 2)));
    }
  }
}

TEST_CASE("product plan: compute-bound products take little longer than their blocks") {
  // 128 x 768 over 768 at n = 8: 16 * 96 * 96 blocks of 8 cycles; 663,552 bytes of weights take 165,888.
  const ProductShape shape{128, 768, 768, 1};
  const uint64_t blocks = 16 * 96 * 96 * 8;
  const uint64_t estimate =
      estimated_cycles(shape, dense_row_bytes(768), machine_of(8), plan_dense(shape, machine_of(8)));
  CHECK(estimate > blocks);
  CHECK(estimate < blocks + blocks / 20);
}

TEST_CASE("product plan: the tiles of ALBERT-base in docs/soc.md") {
  struct Row {
    uint32_t lanes;
    uint32_t projection[2], ffn_inner[2], ffn_output[2];  // tokens, features
  };
  constexpr Row rows[] = {{4, {64, 64}, {128, 64}, {16, 16}},
                          {8, {64, 64}, {128, 64}, {32, 16}},
                          {16, {64, 64}, {128, 64}, {32, 16}},
                          {32, {128, 64}, {128, 64}, {32, 16}},
                          {64, {64, 128}, {64, 128}, {32, 16}}};
  const auto check = [](const ProductShape& shape, uint32_t lanes, const uint32_t(&tile)[2]) {
    const uint32_t half_sparse = shape.reduction / 2 + mask_row_bytes(shape.reduction);
    const ProductPlan plan = plan_product(shape, half_sparse, machine_of(lanes));
    INFO("n = " << lanes << ", " << shape.features << " features over " << shape.reduction);
    CHECK(plan.tile_tokens == tile[0]);
    CHECK(plan.tile_features == tile[1]);
    CHECK(plan.tile_reduction == shape.reduction);
  };
  for (const Row& row : rows) {
    check({128, 768, 768, 1}, row.lanes, row.projection);
    check({128, 3072, 768, 1}, row.lanes, row.ffn_inner);
    check({128, 768, 3072, 1}, row.lanes, row.ffn_output);
  }
}

TEST_CASE("product plan: a reduction of which not even 8 rows fit is divided") {
  const ProductShape shape{128, 768, 32768, 1};
  for (const uint32_t lanes : {8u, 64u}) {
    const ProductPlan plan = plan_dense(shape, machine_of(lanes));
    CHECK(plan.tile_reduction < 32768);
    CHECK(plan.tile_tokens <= lanes);
    CHECK(plan.tile_features <= lanes);
  }
}

TEST_CASE("product plan: impossible products name the buffer") {
  // The smallest tile: 8 x 8 over 64.
  const ProductShape shape{128, 768, 3072, 1};
  const auto shortage_of = [&shape](uint32_t data, uint32_t masks, uint32_t auxiliary) {
    return plan_dense(shape, {64, data, masks, auxiliary, 1 << 20, 1024, 1024}).shortage;
  };
  CHECK_FALSE(shortage_of(8 * 64 + 8 * 8, 64, 16).exists);
  const Shortage data = shortage_of(8 * 64 + 8 * 8 - 1, 64, 16);
  CHECK(data.place == Place::data_buffer);
  CHECK(data.needed == 8 * 64 + 8 * 8);
  CHECK(data.available == 8 * 64 + 8 * 8 - 1);
  CHECK(shortage_of(4096, 63, 16).place == Place::mask_buffer);
  CHECK(shortage_of(4096, 63, 16).needed == 64);
  CHECK(shortage_of(4096, 64, 15).place == Place::auxiliary_buffer);
  CHECK(shortage_of(4096, 64, 15).needed == 16);
}

TEST_CASE("attention plan: a head of ALBERT-base") {
  // Overlapped, a query row takes 2 * (64 + 4 * 128 + 128) bytes: 93 rows fit 128 KiB, 80 in multiples of 16;
  // two tiles of 64 are as many as one of 80 and one of 48.
  const AttentionPlan plan = plan_attention({128, 64, 128}, machine_of(16));
  CHECK(plan.tile_rows == 64);
  CHECK(plan.overlapped);
  // Not even 64 rows fit twice: one after the other, 64 + 4 * 128 + 128 bytes a row.
  const AttentionPlan narrow = plan_attention({128, 64, 128}, machine_of(64, 64));
  CHECK_FALSE(narrow.overlapped);
  CHECK(narrow.tile_rows == 64);
  // 512 tokens: 24 rows fit twice.
  CHECK(plan_attention({512, 64, 512}, machine_of(16)).tile_rows == 16);
  CHECK(plan_attention({512, 64, 512}, machine_of(8)).tile_rows == 24);
  CHECK_FALSE(plan_attention({512, 64, 512}, machine_of(8, 32)).values_beside_keys);
  CHECK(plan_attention({512, 64, 512}, machine_of(8, 16)).shortage.exists);
}

TEST_CASE("attention plan: regions do not overlap and lie within the buffers") {
  for (const uint32_t tokens : {1u, 3u, 64u, 77u, 128u, 512u}) {
    for (const uint32_t head_size : {5u, 16u, 64u}) {
      for (const uint32_t lanes : {2u, 16u, 64u}) {
        for (const uint32_t kilobytes : {64u, 128u}) {
          const AttentionShape shape{tokens, head_size, tokens};
          const Capabilities machine = machine_of(lanes, kilobytes);
          const AttentionPlan plan = plan_attention(shape, machine);
          INFO(tokens << " tokens, head size " << head_size << ", n = " << lanes << ", " << kilobytes
                      << " KiB");
          REQUIRE_FALSE(plan.shortage.exists);
          const AttentionLayout layout = attention_layout(shape, plan);
          const uint32_t rows = plan.tile_rows, areas = plan.overlapped ? 2 : 1;
          const uint32_t head_rows = rows * layout.head_stride;
          CHECK(layout.score_base[0] >= layout.query_base + head_rows);
          CHECK(layout.weight_base[0] >= layout.score_base[areas - 1] + rows * aligned(4 * tokens));
          CHECK(layout.weight_base[areas - 1] + rows * aligned(tokens) <= machine.data_bytes);
          if (plan.overlapped) {
            CHECK(layout.score_base[1] >= layout.score_base[0] + rows * aligned(4 * tokens));
            CHECK(layout.weight_base[1] >= layout.weight_base[0] + rows * aligned(tokens));
            CHECK(layout.context_base >= layout.weight_base[1] + rows * aligned(tokens));
            CHECK(layout.span_base[1] >= layout.span_base[0] + tokens);
            CHECK(layout.row_scale_base[1] >= layout.row_scale_base[0] + rows * row_scale_bytes);
          } else {
            CHECK(layout.context_base + head_rows <= layout.weight_base[0]);
          }
          CHECK(layout.context_base + head_rows <= machine.data_bytes);
          CHECK(layout.value_base + head_size * aligned(tokens) <= machine.data_bytes);
          if (plan.values_beside_keys) CHECK(layout.value_base >= tokens * layout.head_stride);
          CHECK(layout.row_scale_base[0] >= layout.span_base[areas - 1] + tokens);
          CHECK(layout.row_scale_base[areas - 1] + rows * row_scale_bytes <= machine.auxiliary_bytes);
        }
      }
    }
  }
}

TEST_CASE("keys in reach: the ends move outwards to multiples of 8 and stay inside the sentence") {
  const auto range = [](const Extent& rows, const HeadReach& reach) {
    const Extent keys = keys_in_reach(rows, reach, 100);
    return std::make_pair(keys.first, keys.count);
  };
  const HeadReach near{SpanIndex::distance, {0, 6}};
  CHECK(range({0, 32}, near) == std::make_pair(0u, 40u));
  CHECK(range({32, 32}, near) == std::make_pair(24u, 48u));
  CHECK(range({96, 4}, near) == std::make_pair(88u, 12u));
  CHECK(range({32, 32}, {SpanIndex::distance, {0, 100}}) == std::make_pair(0u, 100u));
  CHECK(range({32, 32}, {SpanIndex::position, {0, 10}}) == std::make_pair(0u, 16u));
  CHECK(range({32, 32}, {SpanIndex::position, {59, 30}}) == std::make_pair(56u, 40u));
  // No key is in reach; a command has one at least.
  CHECK(range({0, 100}, {SpanIndex::position, {100, 28}}) == std::make_pair(96u, 4u));
}

TEST_CASE("product plan: the slower the weight memory, the less often weights pass") {
  const ProductShape shape{128, 768, 3072, 1};  // the second feed-forward product of ALBERT-base
  Capabilities machine = machine_of(16);
  const auto passes = [&](uint32_t weight_rate) {
    machine.weight_rate = weight_rate;
    const ProductPlan plan = plan_dense(shape, machine);
    return plan.weights_outer ? 1 : tile_counts(shape, plan).tokens;
  };
  CHECK(passes(1024) == 4);
  CHECK(passes(410) == 1);
  CHECK(passes(100) == 1);
}

TEST_CASE("attention plan: a head's tiles are shorter only where that leaves out keys and saves time") {
  for (const uint32_t lanes : {4u, 8u, 16u, 32u, 64u}) {
    const AttentionShape shape{128, 64, 128};
    const Capabilities machine = machine_of(lanes);
    const AttentionPlan plan = plan_attention(shape, machine);
    const auto rows_of = [&](const HeadReach& reach) {
      return tile_rows_of_head(shape, machine, plan, reach);
    };
    CHECK(rows_of({SpanIndex::distance, {0, 128}}) == plan.tile_rows);
    CHECK(rows_of({SpanIndex::position, {96, 32}}) == plan.tile_rows);
    for (const uint32_t reach : {1u, 9u, 37u, 60u, 100u}) {
      const HeadReach near{SpanIndex::distance, {0, reach}};
      const uint32_t rows = rows_of(near);
      INFO("n = " << lanes << ", reach " << reach << ": " << rows << " rows");
      CHECK(rows <= plan.tile_rows);
      CHECK(rows % maximum(lanes, row_alignment) == 0);
      CHECK(attention_cycles(shape, machine, plan, near, rows) <=
            attention_cycles(shape, machine, plan, near, plan.tile_rows));
    }
  }
  const Capabilities machine = machine_of(8);
  CHECK(tile_rows_of_head({128, 64, 128}, machine, plan_attention({128, 64, 128}, machine),
                          {SpanIndex::distance, {0, 9}}) == 32);
}

TEST_CASE("span: from the first to the last mask code that is not zero, whatever its sign") {
  const auto span = [](std::initializer_list<uint8_t> codes) {
    const Extent found = span_of(codes.begin(), static_cast<uint32_t>(codes.size()));
    return std::make_pair(found.first, found.count);
  };
  CHECK(span({0x30, 0x21, 0x00, 0x01, 0x80, 0x00}) == std::make_pair(0u, 4u));
  CHECK(span({0x80, 0x00, 0xb0, 0x00, 0x01}) == std::make_pair(2u, 3u));
  CHECK(span({0x80, 0x00}) == std::make_pair(0u, 1u));
  CHECK(span({0x10}) == std::make_pair(0u, 1u));
}

TEST_CASE("heads: a run of features for each row of heads that are on") {
  ModelDescriptor model{};
  model.heads = 40;
  model.head_size = 16;
  CHECK(active_features(model).count == 1);
  CHECK(active_features(model).runs[0].count == 40 * 16);
  model.heads_off[0] = 0x80000001;  // heads 0 and 31
  model.heads_off[1] = 0x000000fe;  // heads 33 to 39
  const ActiveFeatures some = active_features(model);
  REQUIRE(some.count == 2);
  CHECK(some.runs[0].first == 16);
  CHECK(some.runs[0].count == 30 * 16);
  CHECK(some.runs[1].first == 32 * 16);
  CHECK(some.runs[1].count == 16);
  model.heads_off[0] = model.heads_off[1] = ~0u;
  CHECK(active_features(model).count == 0);
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
  CHECK(too_small.shortage.available == firmware_bytes + 400000);
}

TEST_CASE("row plans: tiles that fit twice, and are worth a command") {
  for (const uint32_t rows : {1u, 64u, 128u, 512u}) {
    for (const uint32_t features : {13u, 192u, 768u, 4096u}) {
      const Capabilities machine = machine_of(16);
      const RowPlan plan = plan_layernorm(rows, features, machine);
      INFO(rows << " rows of " << features);
      CHECK(plan.slots * plan.tile_rows * 2 * aligned(features) <= machine.data_bytes);
      CHECK(plan.slots == (plan.tile_rows < rows ? 2 : 1));
    }
  }
  // A row of 768 moves 3 * 768 bytes in 576 cycles; 42 rows fit twice, and 11 of them hide the most.
  CHECK(plan_layernorm(128, 768, machine_of(16)).tile_rows == 11);
  const RowPlan alone = plan_layernorm(8, 4096, {4, 8192, 1024, 32768, 1, 1024, 1024});
  CHECK(alone.tile_rows == 1);
  CHECK(alone.slots == 1);
  CHECK(plan_embedding(512, 128, machine_of(16)).tile_rows == 204);  // 131072 / (128 + 512)
  CHECK(plan_layernorm(8, 4096, {4, 8191, 1024, 32768, 1, 1024, 1024}).shortage.exists);
}
