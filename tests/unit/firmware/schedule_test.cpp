// SPDX-License-Identifier: Apache-2.0
// Firmware on the fake machine: whatever the geometry, the buffers and the job, every tensor is computed
// exactly once and has the values of the reference. Expected values come from toy_reference.cpp.
#include "contract/memory_map.hpp"
#include "firmware/main.hpp"
#include "firmware/schedule/row_plan.hpp"
#include "tests/test.hpp"
#include "tests/unit/firmware/toy_model.hpp"

using namespace edgebert;
using namespace edgebert::firmware_test;

namespace {

constexpr firmware::Capabilities roomy{4, 128 * 1024, 16 * 1024, 32 * 1024, 2 * 1024 * 1024, 1024, 1024};

mailbox::Job make_job(const Geometry& geometry, uint32_t tokens, uint32_t number = 7) {
  mailbox::Job job{};
  job.kind = mailbox::JobKind::classify;
  job.number = number;
  job.exit_policy = mailbox::ExitPolicy::ee;
  job.core_frequency = FakeMachine::core_kilohertz;
  job.tokens = tokens;
  job.padded_tokens = geometry.sequence;
  job.first_segment = tokens;
  for (uint32_t token = 0; token < tokens; ++token) job.token_ids[token] = (token * 37 + number * 11) % 90;
  return job;
}

mailbox::Job shut_down() {
  mailbox::Job job{};
  job.kind = mailbox::JobKind::shut_down;
  return job;
}

/// Tensors of an in_span model hold only keys in reach; all others are whole.
void check_tensor(const TensorKey& key, const Tensor& computed, const Tensor& expected, SpanForm form) {
  const auto [layer, op, head] = key;
  INFO("layer " << layer << ", " << name_of(op) << ", head " << head);
  const bool partial = form == SpanForm::in_span && (op == Operator::scores || op == Operator::probabilities);
  if (!partial) CHECK(computed.size() == expected.size());
  unsigned wrong = 0;
  for (const auto& [place, value] : computed) {
    const auto found = expected.find(place);
    if (found == expected.end() || found->second != value) ++wrong;
  }
  CHECK(wrong == 0);
}

/// Runs one job and compares everything.
void check_schedule(const Geometry& geometry, const firmware::Capabilities& capabilities,
                    const mailbox::Job& job) {
  const ToyModel model(geometry);
  FakeMachine machine(capabilities, model.memory);
  machine.jobs = {job, shut_down()};
  try {
    firmware::serve();
  } catch (const Stopped& stopped) {
    FAIL("firmware stopped with code " << stopped.code << ": " << machine.console);
  }
  const Reference expected = reference(model, job);
  REQUIRE(machine.results.size() == 1);
  for (const auto& [key, tensor] : machine.tensors) {
    REQUIRE(expected.tensors.count(key) == 1);
    check_tensor(key, tensor, expected.tensors.at(key), geometry.span_form);
  }
  CHECK(machine.tensors.size() == expected.tensors.size());
  constexpr size_t bytes = offsetof(mailbox::Result, layer);
  CHECK(std::string(reinterpret_cast<const char*>(&machine.results[0]), bytes) ==
        std::string(reinterpret_cast<const char*>(&expected.result), bytes));
}

}  // namespace

TEST_CASE("schedule: roomy buffers") {
  const Geometry geometry;
  check_schedule(geometry, roomy, make_job(geometry, 13));
}

TEST_CASE("schedule: the same results for every n and every buffer size") {
  const Geometry geometry;
  for (const uint32_t lanes : {2u, 4u, 8u, 16u, 64u}) {
    for (const uint32_t data_bytes : {1024u, 2048u, 4096u, 16384u}) {
      if (data_bytes < lanes * 64 + lanes * lanes) continue;  // the smallest tile of a divided reduction
      INFO("n = " << lanes << ", data buffer of " << data_bytes << " bytes");
      check_schedule(geometry, {lanes, data_bytes, data_bytes / 8, 512, 1 << 20, 1024, 1024},
                     make_job(geometry, 17));
    }
  }
}

TEST_CASE("schedule: reductions that do not fit are divided and kept") {
  Geometry geometry;
  geometry.hidden = 200;
  geometry.intermediate = 330;
  geometry.layers = 1;
  check_schedule(geometry, {8, 2048, 256, 512, 1 << 20, 1024, 1024}, make_job(geometry, 20));
}

TEST_CASE("schedule: features that are no multiple of the bus width or of n") {
  Geometry geometry;
  geometry.embedding = 13;
  geometry.hidden = 15;
  geometry.heads = 3;
  geometry.intermediate = 37;
  geometry.sequence = 19;
  for (const uint32_t data_bytes : {600u, 1500u, 16384u}) {
    check_schedule(geometry, {4, data_bytes, 1024, 256, 1 << 20, 1024, 1024}, make_job(geometry, 11));
  }
}

TEST_CASE("schedule: span masks, all keys") {
  Geometry geometry;
  geometry.span_form = SpanForm::all_keys;
  check_schedule(geometry, roomy, make_job(geometry, 13));
  check_schedule(geometry, {4, 1024, 256, 256, 1 << 20, 1024, 1024}, make_job(geometry, 13));
}

TEST_CASE("schedule: span masks, only keys in span") {
  Geometry geometry;
  geometry.span_form = SpanForm::in_span;
  geometry.sequence = 100;
  geometry.layers = 1;
  for (const SpanIndex index : {SpanIndex::distance, SpanIndex::position}) {
    geometry.span_index = index;
    for (const uint32_t reach : {0u, 4u, 40u, 95u}) {
      geometry.reach = reach;
      check_schedule(geometry, roomy, make_job(geometry, 90));
    }
    // Keys and values of a head do not fit beside each other: those of a tile's reach, one after the other.
    check_schedule(geometry, {4, 1024, 256, 256, 1 << 20, 1024, 1024}, make_job(geometry, 90));
  }
}

TEST_CASE("schedule: spans that begin behind the first position, or behind the sentence") {
  Geometry geometry;
  geometry.span_form = SpanForm::in_span;
  geometry.span_index = SpanIndex::position;
  geometry.sequence = 100;
  geometry.layers = 1;
  geometry.reach = 99;
  for (const uint32_t begin : {3u, 41u, 99u}) {
    geometry.span_begin = begin;
    check_schedule(geometry, roomy, make_job(geometry, 60));
    mailbox::Job unpadded = make_job(geometry, 30);
    unpadded.padded_tokens = 30;
    check_schedule(geometry, roomy, unpadded);
  }
}

TEST_CASE("schedule: keys out of reach are not computed") {
  Geometry geometry;
  geometry.span_form = SpanForm::in_span;
  geometry.sequence = 100;
  geometry.layers = 1;
  geometry.reach = 3;
  const ToyModel model(geometry);
  FakeMachine machine(roomy, model.memory);
  machine.jobs = {make_job(geometry, 100), shut_down()};
  firmware::serve();
  // Head 0: rows 0-31 see keys 0-39, rows 32-63 keys 24-71, rows 64-95 keys 56-99, rows 96-99 keys 88-99.
  CHECK(machine.tensors.at({1, Operator::scores, 0}).size() == 32 * 40 + 32 * 48 + 32 * 44 + 4 * 12);
}

TEST_CASE("schedule: heads that are off are never issued") {
  Geometry geometry;
  geometry.heads_off = 0b1010;
  geometry.span_form = SpanForm::all_keys;
  check_schedule(geometry, roomy, make_job(geometry, 13));

  const ToyModel model(geometry);
  FakeMachine machine(roomy, model.memory);
  machine.jobs = {make_job(geometry, 13), shut_down()};
  firmware::serve();
  CHECK(machine.commands.at(memory_map::softmax) == 2 * geometry.layers);
  CHECK(machine.tensors.count({1, Operator::scores, 1}) == 0);
  CHECK(machine.tensors.count({1, Operator::scores, 2}) == 1);
  for (const Operator op : {Operator::query, Operator::key, Operator::value}) {
    CHECK(machine.tensors.at({1, op, 0}).size() == geometry.sequence * geometry.hidden / 2);
  }
}

TEST_CASE("schedule: all heads off") {
  Geometry geometry;
  geometry.heads_off = 0b1111;
  check_schedule(geometry, roomy, make_job(geometry, 13));
}

TEST_CASE("schedule: two segments, tiled") {
  const Geometry geometry;
  mailbox::Job job = make_job(geometry, 17);
  job.first_segment = 6;
  check_schedule(geometry, roomy, job);
  check_schedule(geometry, {4, 512, 128, 256, 1 << 20, 1024, 1024}, job);
}

TEST_CASE("schedule: PAD rows left out, and a single token") {
  const Geometry geometry;
  for (const uint32_t tokens : {1u, 5u, 20u}) {
    mailbox::Job job = make_job(geometry, tokens);
    job.padded_tokens = tokens;
    check_schedule(geometry, roomy, job);
  }
}

TEST_CASE("schedule: a system SRAM too small for the whole feed-forward network") {
  Geometry geometry;
  geometry.intermediate = 400;
  // Five tensors of 20 x 32, token identifiers, pooled, logits, and room for 8 rows of 400.
  check_schedule(geometry, {4, 16384, 2048, 1024, 6200, 1024, 1024}, make_job(geometry, 20));
}

TEST_CASE("schedule: exit at the first layer below the threshold; off-ramps of their own") {
  Geometry geometry;
  geometry.layers = 5;
  geometry.off_ramps = 5;
  const ToyModel model(geometry);
  mailbox::Job job = make_job(geometry, 13);
  const Reference all = reference(model, job);
  REQUIRE(all.result.exit_layer == 5);
  for (uint32_t layer = 0; layer < 5; ++layer) {
    job.exit_threshold = all.result.entropy[layer];  // strictly below: exits at no layer with this entropy
    check_schedule(geometry, roomy, job);
    ++job.exit_threshold;
    check_schedule(geometry, roomy, job);
  }
}

TEST_CASE("schedule: many jobs of different lengths one after the other") {
  const Geometry geometry;
  const ToyModel model(geometry);
  FakeMachine machine(roomy, model.memory);
  std::vector<mailbox::Job> jobs;
  for (uint32_t number = 1; number <= 4; ++number) {
    jobs.push_back(make_job(geometry, 4 * number, number));
    if (number % 2 == 0) jobs.back().padded_tokens = 4 * number;
  }
  for (const auto& job : jobs) {
    machine.jobs = {job, shut_down()};
    machine.tensors.clear();
    firmware::serve();
    CHECK(machine.results.back().prediction == reference(model, job).result.prediction);
    CHECK(machine.results.back().entropy[2] == reference(model, job).result.entropy[2]);
    CHECK(machine.results.back().number == job.number);
  }
}

TEST_CASE("schedule: commands of a sentence through one layer, hidden size 192") {
  Geometry geometry;
  geometry.embedding = 128;
  geometry.hidden = 192;
  geometry.heads = 12;
  geometry.intermediate = 768;
  geometry.sequence = 64;
  geometry.layers = 1;
  geometry.classes = 2;
  geometry.span_form = SpanForm::all_keys;
  const ToyModel model(geometry);
  const firmware::Capabilities capabilities{16,   128 * 1024, 16 * 1024, 32 * 1024, 2 * 1024 * 1024,
                                            1024, 1024};
  FakeMachine machine(capabilities, model.memory);
  machine.jobs = {make_job(geometry, 40), shut_down()};
  firmware::serve();
  CHECK(machine.commands.at(memory_map::softmax) == 12);
  CHECK(machine.commands.at(memory_map::element_add) == 1);
  CHECK(machine.commands.at(memory_map::early_exit) == 1);
  // All 64 rows of a head are one tile. A head's mask codes, keys, values, queries and context are moved
  // once; so are a tile's operands and result, and gamma and beta of each layernorm.
  const firmware::RowPlan rows = firmware::plan_layernorm(64, 192, capabilities);
  const uint32_t norm_tiles = firmware::divide_up(64, rows.tile_rows);
  CHECK(machine.commands.at(memory_map::layernorm) == 1 + 2 * norm_tiles);
  // Transfers run behind other units' commands: all but first loads and last stores.
  CHECK(machine.overlapped_commands > machine.commands.at(memory_map::dma) / 2);
}
