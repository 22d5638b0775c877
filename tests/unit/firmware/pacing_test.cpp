// SPDX-License-Identifier: Apache-2.0
// Replay jobs on the fake machine, where only test commands and transitions take time: predictions, points
// and deadlines to the cycle.
#include "contract/memory_map.hpp"
#include "firmware/main.hpp"
#include "tests/test.hpp"
#include "tests/unit/firmware/toy_model.hpp"

using namespace edgebert;
using namespace edgebert::firmware_test;
using mailbox::ExitPolicy;

namespace {

constexpr firmware::Capabilities roomy{4, 128 * 1024, 16 * 1024, 32 * 1024, 2 * 1024 * 1024, 1024, 1024};
constexpr uint32_t layer_cycles = 1'000'000;
constexpr uint32_t embedding_cycles = 200'000;
constexpr uint32_t layers = 6;

ToyModel six_layers() {
  Geometry geometry;
  geometry.layers = layers;
  return ToyModel(geometry);
}

/// The model, and behind it an exit table of two rows: behind entropy 100 the third layer from there is below
/// 50, behind 200 none is.
class Bench {
 public:
  Bench() : memory_(six_layers().memory), table_(memory_map::weight_memory.base) {
    memory_.resize((memory_.size() + 7) / 8 * 8);
    table_ += static_cast<uint32_t>(memory_.size());
    const uint32_t words[] = {100, 90, 80, 40, 30, 200, 190, 180, 170, 160};
    const auto* bytes = reinterpret_cast<const uint8_t*>(words);
    memory_.insert(memory_.end(), bytes, bytes + sizeof words);
  }

  /// @param deadline  core cycles
  mailbox::Job job(ExitPolicy policy, std::vector<uint32_t> entropies, uint64_t deadline) const {
    mailbox::Job job{};
    job.kind = mailbox::JobKind::replay;
    job.number = 1;
    job.exit_policy = policy;
    job.exit_threshold = 50;
    job.predict_layer = 1;
    job.predictor = {table_, 2, 5};
    job.deadline_low = static_cast<uint32_t>(deadline);
    job.deadline_high = static_cast<uint32_t>(deadline >> 32);
    job.core_frequency = FakeMachine::core_kilohertz;
    job.replay.embedding_cycles = embedding_cycles;
    for (uint32_t frequency = 400'000; frequency <= 1'000'000; frequency += 25'000)
      job.replay.point[job.replay.points++] = {frequency, layer_cycles};
    for (uint32_t each = 0; each < entropies.size(); ++each) job.replay.entropy[each] = entropies[each];
    return job;
  }

  /// Runs the jobs on a machine with three points.
  std::vector<mailbox::Result> run(std::vector<mailbox::Job> jobs) {
    FakeMachine machine(roomy, memory_);
    machine.set_operating_points({{400'000, 500'000}, {700'000, 620'000}, {1'000'000, 800'000}});
    machine.jobs = {jobs.begin(), jobs.end()};
    machine.jobs.emplace_back().kind = mailbox::JobKind::shut_down;
    firmware::serve();
    frequency = machine.read_word(memory_map::dvfs + dvfs::current_frequency.offset);
    return machine.results;
  }
  mailbox::Result run(const mailbox::Job& job) { return run(std::vector{job}).front(); }

  uint32_t frequency = 0;  ///< kHz, behind the last job

 private:
  std::vector<uint8_t> memory_;
  uint32_t table_;
};

/// The first frequency firmware asks the cycles of a layer for that no point has.
uint32_t missing_frequency(const mailbox::Result& result) {
  REQUIRE(result.failure.code == mailbox::FailureCode::no_replay_point);
  return result.failure.detail;
}

/// Adds the points firmware asks for until it answers.
mailbox::Result run_with_points(Bench& bench, mailbox::Job job) {
  for (;;) {
    const mailbox::Result result = bench.run(job);
    if (result.failure.code == mailbox::FailureCode::none) return result;
    const uint32_t last = mailbox::replay_points_max - 1;
    const uint32_t at = job.replay.points > last ? last : job.replay.points++;
    job.replay.point[at] = {missing_frequency(result), layer_cycles};
  }
}

}  // namespace

TEST_CASE("pacing: base and early exit run at the top and ask nothing of the clock") {
  Bench bench;
  const mailbox::Result base = bench.run(bench.job(ExitPolicy::base, {10, 10, 10, 10, 10, 10}, 0));
  CHECK(base.exit_layer == 6);
  const mailbox::Result ee = bench.run(bench.job(ExitPolicy::ee, {60, 60, 50, 49, 10, 10}, 0));
  CHECK(ee.exit_layer == 4);
  CHECK(ee.predicted_layer == 0);
  CHECK(ee.layers == 4);
  CHECK(ee.entropy[3] == 49);
  CHECK(ee.embedding_end == embedding_cycles / 2);
  for (uint32_t each = 0; each < 4; ++each) {
    CHECK(ee.layer[each].frequency == 1'000'000);
    CHECK(ee.layer[each].voltage == 800'000);
    CHECK(ee.layer[each].end == (embedding_cycles + (each + 1) * layer_cycles) / 2);
  }
  CHECK(ee.flags == mailbox::result_flags::test_feature);
  CHECK(bench.frequency == 1'000'000);
}

TEST_CASE("pacing: lai slows down to the predicted layer and ends just in time") {
  Bench bench;
  // Predicted layer 4: 3 layers behind the first, of which the machine knows the cycles.
  constexpr uint64_t deadline = 3'500'000;
  mailbox::Job job = bench.job(ExitPolicy::lai, {100, 99, 99, 99, 10, 10}, deadline);
  const uint32_t frequency = missing_frequency(bench.run(job));
  // Behind layer 1: 600 of transitions down and up, 600,000 of layers. 300 kept back for the idle point, 300
  // for the change.
  const uint64_t left = deadline - 600 - 600'000 - 600;
  CHECK(frequency == (3ull * 1'003'906 * 500'000 + left - 1) / left);
  const mailbox::Result result = run_with_points(bench, job);
  CHECK(result.predicted_layer == 4);
  CHECK(result.exit_layer == 4);
  CHECK(result.layer[0].frequency == 1'000'000);
  CHECK(result.layer[1].frequency == frequency);
  CHECK(result.layer[3].frequency == frequency);
  CHECK(result.layer[3].voltage == 620'000);
  CHECK(result.layer[3].end <= deadline);
  CHECK(result.layer[3].end > deadline - deadline / 100);
  CHECK((result.flags & mailbox::result_flags::deadline_infeasible) == 0);
  CHECK(bench.frequency == 400'000);  // idle
}

TEST_CASE("pacing: lai leaves before the predicted layer when below, lai-predicted does not") {
  Bench bench;
  const std::vector<uint32_t> entropies = {100, 49, 49, 49, 10, 10};
  CHECK(run_with_points(bench, bench.job(ExitPolicy::lai, entropies, 2'900'000)).exit_layer == 2);
  CHECK(run_with_points(bench, bench.job(ExitPolicy::lai_predicted, entropies, 2'900'000)).exit_layer == 4);
}

TEST_CASE("pacing: no prediction when the sentence leaves at the prediction layer") {
  Bench bench;
  const mailbox::Result result = bench.run(bench.job(ExitPolicy::lai, {49, 0, 0, 0, 0, 0}, 2'900'000));
  CHECK(result.exit_layer == 1);
  CHECK(result.predicted_layer == 0);
  CHECK(bench.frequency == 400'000);
}

TEST_CASE("pacing: the conservative policy goes on at the top and still ends in time") {
  Bench bench;
  for (uint64_t deadline = 3'102'000; deadline < 6'000'000; deadline += 123'457) {
    INFO("deadline " << deadline);
    const mailbox::Result result =
        run_with_points(bench, bench.job(ExitPolicy::lai_conservative, {100, 99, 99, 99, 99, 99}, deadline));
    CHECK(result.predicted_layer == 4);
    CHECK(result.exit_layer == 6);
    CHECK(result.layer[4].frequency == 1'000'000);
    CHECK(result.layer[5].end <= deadline);
    CHECK((result.flags & mailbox::result_flags::deadline_infeasible) == 0);
  }
}

TEST_CASE("pacing: an infeasible deadline is said to be so; the conservative policy stops when time is up") {
  Bench bench;
  const std::vector<uint32_t> entropies = {100, 99, 99, 99, 99, 99};
  // Six layers at the top end at 3,100,600.
  for (const ExitPolicy policy : {ExitPolicy::base, ExitPolicy::ee}) {
    const mailbox::Result result = bench.run(bench.job(policy, entropies, 3'000'000));
    CHECK((result.flags & mailbox::result_flags::deadline_infeasible) != 0);
    CHECK(result.exit_layer == 6);
  }
  const mailbox::Result late =
      run_with_points(bench, bench.job(ExitPolicy::lai_conservative, entropies, 3'000'000));
  CHECK((late.flags & mailbox::result_flags::deadline_infeasible) != 0);
  CHECK(late.exit_layer == 5);
  CHECK(late.layer[4].end <= 3'000'000);
}

TEST_CASE("pacing: a sentence begins at the top whatever the one before it left") {
  Bench bench;
  const auto results = bench.run({bench.job(ExitPolicy::lai, {49, 0, 0, 0, 0, 0}, 2'900'000),
                                  bench.job(ExitPolicy::base, {99, 99, 99, 99, 99, 99}, 0)});
  REQUIRE(results.size() == 2);
  CHECK(results[1].exit_layer == 6);
  CHECK(results[1].layer[0].frequency == 1'000'000);
  CHECK(results[1].embedding_end == FakeMachine::transition_core_cycles + embedding_cycles / 2);
}

TEST_CASE("pacing: a fixed frequency overrides the policy") {
  Bench bench;
  mailbox::Job job = bench.job(ExitPolicy::base, {99, 99, 99, 99, 99, 99}, 0);
  job.fixed_frequency = 500'000;
  const mailbox::Result result = bench.run(job);
  CHECK(result.layer[5].frequency == 500'000);
  CHECK(result.embedding_end == FakeMachine::transition_core_cycles + embedding_cycles);
}

TEST_CASE("pacing: jobs that ask for the impossible are refused") {
  Bench bench;
  const auto refusal = [&](auto change) {
    mailbox::Job job = bench.job(ExitPolicy::lai, {99, 99, 99, 99, 99, 99}, 0);
    change(job);
    return bench.run(job).failure;
  };
  using mailbox::FailureCode;
  CHECK(refusal([](auto& job) { job.exit_policy = static_cast<ExitPolicy>(5); }).detail == 5);
  CHECK(refusal([](auto& job) { job.predict_layer = 0; }).code == FailureCode::bad_job);
  CHECK(refusal([](auto& job) { job.predict_layer = 5; }).detail == 5);
  CHECK(refusal([](auto& job) { job.predictor.columns = 6; }).detail == 6);
  CHECK(refusal([](auto& job) { job.predictor.rows = 0; }).code == FailureCode::bad_job);
  CHECK(refusal([](auto& job) { job.core_frequency = 0; }).code == FailureCode::bad_job);
  const mailbox::Failure large = refusal([](auto& job) { job.predictor.rows = 4096; });
  CHECK(large.code == FailureCode::does_not_fit);
  CHECK(large.unit == 2);
  CHECK(large.detail == 4096 * 5 * 4);
  CHECK(large.extra == 32 * 1024);
}
