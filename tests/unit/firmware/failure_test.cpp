// SPDX-License-Identifier: Apache-2.0
// What firmware answers when something is wrong: with the machine it ends, with a job it goes on.
#include "contract/memory_map.hpp"
#include "contract/unit_regs.hpp"
#include "firmware/main.hpp"
#include "tests/test.hpp"
#include "tests/unit/firmware/toy_model.hpp"

using namespace edgebert;
using namespace edgebert::firmware_test;
using mailbox::FailureCode;

namespace {

constexpr firmware::Capabilities roomy{4, 128 * 1024, 16 * 1024, 32 * 1024, 2 * 1024 * 1024, 1024, 1024};

mailbox::Job good_job(uint32_t number) {
  mailbox::Job job{};
  job.kind = mailbox::JobKind::classify;
  job.number = number;
  job.exit_policy = mailbox::ExitPolicy::ee;
  job.core_frequency = FakeMachine::core_kilohertz;
  job.tokens = 5;
  job.padded_tokens = 20;
  job.first_segment = 5;
  for (uint32_t token = 0; token < 5; ++token) job.token_ids[token] = static_cast<uint16_t>(token + 2);
  return job;
}

mailbox::Job shut_down() {
  mailbox::Job job{};
  job.kind = mailbox::JobKind::shut_down;
  return job;
}

/// Runs firmware until it ends the run; the exit code must be the failure's.
mailbox::Result run_to_failure(FakeMachine& machine, FailureCode code) {
  uint32_t exit_code = 0;
  try {
    firmware::serve();
  } catch (const Stopped& stopped) {
    exit_code = stopped.code;
  }
  CHECK(exit_code == static_cast<uint32_t>(code));
  REQUIRE(machine.results.size() == 1);
  CHECK(machine.results[0].failure.code == code);
  CHECK(machine.results[0].classes == 0);
  CHECK(machine.console.starts_with("firmware: failure " + std::to_string(exit_code) + " in job "));
  CHECK(machine.console.ends_with("\n"));
  return machine.results[0];
}

}  // namespace

TEST_CASE("failure: a unit's error names unit, status and tile") {
  const ToyModel model{Geometry{}};
  FakeMachine machine(roomy, model.memory);
  machine.jobs = {good_job(9), good_job(10)};
  machine.unit_to_fail = memory_map::softmax;
  const mailbox::Result result = run_to_failure(machine, FailureCode::unit_error);
  CHECK(result.number == 9);
  CHECK(result.failure.unit == memory_map::softmax);
  CHECK(unit::status_error.get(result.failure.detail) == unit::first_own_error);
  CHECK(unit::tag_operator.get(result.failure.tag) == static_cast<uint32_t>(Operator::probabilities));
  CHECK(unit::tag_layer.get(result.failure.tag) == 1);
}

TEST_CASE("failure: a unit that never answers expires the watchdog") {
  const ToyModel model{Geometry{}};
  FakeMachine machine(roomy, model.memory);
  machine.jobs = {good_job(3)};
  machine.unit_to_hang = memory_map::layernorm;
  CHECK(run_to_failure(machine, FailureCode::watchdog).failure.unit == memory_map::layernorm);
}

TEST_CASE("failure: another block at a unit's address") {
  const ToyModel model{Geometry{}};
  FakeMachine machine(roomy, model.memory);
  machine.forced[memory_map::early_exit] = 0xeb060001;
  const mailbox::Result result = run_to_failure(machine, FailureCode::wrong_unit);
  CHECK(result.failure.unit == memory_map::early_exit);
  CHECK(result.failure.detail == 0xeb060001);
}

TEST_CASE("failure: descriptors that cannot be run") {
  const auto refused = [](auto change) {
    ToyModel model{Geometry{}};
    change(model.descriptor);
    model.refresh();
    FakeMachine machine(roomy, model.memory);
    return run_to_failure(machine, FailureCode::bad_descriptor).failure.detail;
  };
  CHECK(refused([](ModelDescriptor& d) { d.magic = 0x12345678; }) == 0x12345678);
  CHECK(refused([](ModelDescriptor& d) { d.version = 1; }) == 1);
  CHECK(refused([](ModelDescriptor& d) { d.head_size = 9; }) == 9);
  CHECK(refused([](ModelDescriptor& d) { d.sequence = 513; }) == 513);
  CHECK(refused([](ModelDescriptor& d) { d.layers = 0; }) == 0);
  CHECK(refused([](ModelDescriptor& d) { d.classes = 65; }) == 65);
  CHECK(refused([](ModelDescriptor& d) { d.off_ramps = 2; }) == 2);
  CHECK(refused([](ModelDescriptor& d) { d.activation_bias.pooled = 8; }) == 8);
  CHECK(refused([](ModelDescriptor& d) { d.ffn_output.weights.columns = 81; }) == 81);
  CHECK(refused([](ModelDescriptor& d) { d.key.channel_bias_fraction = 13; }) == 13);
  // Tasks without end: the descriptor is its own successor.
  CHECK(refused([](ModelDescriptor& d) { d.next_task = memory_map::weight_memory.base; }) ==
        memory_map::weight_memory.base);
}

TEST_CASE("failure: a job of a task that the model does not have") {
  const ToyModel model{Geometry{}};
  FakeMachine machine(roomy, model.memory);
  mailbox::Job job = good_job(1);
  job.task = 1;
  machine.jobs = {job, good_job(2), shut_down()};
  firmware::serve();
  REQUIRE(machine.results.size() == 2);
  CHECK(machine.results[0].failure.code == FailureCode::bad_job);
  CHECK(machine.results[0].failure.detail == 1);
  CHECK(machine.results[1].failure.code == FailureCode::none);
}

TEST_CASE("failure: memories too small say which, how much is needed and how much is there") {
  const ToyModel model{Geometry{}};
  const auto refused = [&model](const firmware::Capabilities& capabilities) {
    FakeMachine machine(capabilities, model.memory);
    return run_to_failure(machine, FailureCode::does_not_fit).failure;
  };
  const mailbox::Failure data = refused({16, 512, 16384, 32768, 1 << 20, 1024, 1024});
  CHECK(data.unit == 0);
  // ffn_output's smallest tile: 8 rows of 64 activations and 8 x 8 of output.
  CHECK(data.detail == 8 * 64 + 8 * 8);
  CHECK(data.extra == 512);
  const mailbox::Failure mask = refused({16, 16384, 63, 32768, 1 << 20, 1024, 1024});
  CHECK(mask.unit == 1);
  CHECK(mask.detail == 8 * 8);  // 8 rows of one 64-element group
  CHECK(refused({4, 16384, 16384, 40, 1 << 20, 1024, 1024}).unit == 2);
  // Identifiers 40, pooled 32, logits 16, four tensors of 20 x 32, and a value of 32 x 24, 16 rows of the V/f
  // table: 3544 bytes behind the first 0x40 that the fake machine keeps for firmware.
  const mailbox::Failure sram = refused({4, 16384, 16384, 32768, 0x40 + 3927, 1024, 1024});
  CHECK(sram.unit == 3);
  CHECK(sram.detail == 0x40 + 3928);
  CHECK(sram.extra == 0x40 + 3927);
}

TEST_CASE("failure: a bad job is answered and the next one runs") {
  const ToyModel model{Geometry{}};
  FakeMachine machine(roomy, model.memory);
  std::vector<mailbox::Job> bad(6, good_job(1));
  bad[0].tokens = 0;
  bad[1].tokens = 21;
  bad[2].padded_tokens = 4;
  bad[3].padded_tokens = 21;
  bad[4].token_ids[3] = 90;
  bad[5].kind = static_cast<mailbox::JobKind>(5);
  const uint32_t words[] = {0, 21, 4, 21, 90, 5};
  machine.jobs = {bad.begin(), bad.end()};
  machine.jobs.push_back(good_job(2));
  machine.jobs.push_back(shut_down());
  firmware::serve();
  REQUIRE(machine.results.size() == 7);
  for (size_t each = 0; each < bad.size(); ++each) {
    CHECK(machine.results[each].number == 1);
    CHECK(machine.results[each].failure.code == FailureCode::bad_job);
    CHECK(machine.results[each].failure.detail == words[each]);
  }
  CHECK(machine.results[6].failure.code == FailureCode::none);
  CHECK(machine.results[6].exit_layer == 3);
}
