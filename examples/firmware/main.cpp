// SPDX-License-Identifier: Apache-2.0
// Takes the place of firmware/main.cpp: the shipped start-up code calls serve(). Boot, drivers, and the
// schedule of a layer are the shipped ones; the decision when to leave is ours. Jobs that replay recorded
// entropies are refused.
#include "firmware/main.hpp"

#include "firmware/drivers/cycle_counters.hpp"
#include "firmware/drivers/host_mailbox.hpp"
#include "firmware/hal/console.hpp"
#include "firmware/hal/failure.hpp"
#include "firmware/hal/hal.hpp"
#include "firmware/schedule/classify.hpp"
#include "firmware/schedule/embedding.hpp"
#include "firmware/schedule/encoder.hpp"
#include "firmware/schedule/exit_policy.hpp"
#include "firmware/schedule/off_ramp.hpp"
#include "patience.hpp"

namespace edgebert::firmware {
namespace {

constexpr uint32_t wanted_layers = 3;

/// Embedding, then a layer and its off-ramp at a time, at the clock of reset.
void classify_patiently(const Machine& machine, const Plans& plans, const mailbox::Job& job, uint64_t arrival,
                        mailbox::Result& result) {
  const uint32_t first_segment = job.first_segment < job.tokens ? job.first_segment : job.padded_tokens;
  const Sentence sentence{machine, plans, job.tokens, job.padded_tokens, first_segment, job.exit_threshold};
  result = {};
  result.number = job.number;
  result.classes = machine.model.classes;
  hal::copy_out(machine.memory.token_ids, job.token_ids, round_up(job.padded_tokens, 2) * 2);
  const OperatingPoint point = operating_point(machine.operating);

  run_embedding(sentence);
  result.embedding_end = static_cast<uint32_t>(core_cycles() - arrival);
  Patience patience(wanted_layers);
  for (uint32_t layer = 1; result.exit_layer == 0; ++layer) {
    run_layer(sentence, layer);
    result.entropy[layer - 1] = run_off_ramp(sentence, layer, result.logits).entropy;
    result.prediction = prediction_of(result.logits, result.classes);
    result.layers = layer;
    result.layer[layer - 1] = {point.frequency, point.voltage,
                               static_cast<uint32_t>(core_cycles() - arrival)};
    console_output::printf("layer %u says class %u\n", layer, result.prediction);
    if (patience.leaves(result.prediction) || layer == machine.model.layers) result.exit_layer = layer;
  }
}

}  // namespace

void serve() {
  // Too large for the stack.
  static constinit Machine machines[tasks_max]{};
  static constinit Plans plans[tasks_max]{};
  static constinit mailbox::Job job{};
  static constinit mailbox::Result result{};

  hal::enable_wake_up();
  set_current_job(0);
  const uint32_t tasks = prepare_machines(machines);
  for (uint32_t task = 0; task < tasks; ++task) plans[task] = make_plans(machines[task]);
  uint32_t current = 0;
  for (;;) {
    wait_for_job();
    const uint64_t arrival = core_cycles();
    take_job(job);
    if (job.kind == mailbox::JobKind::shut_down) return;
    set_current_job(job.number);
    const Machine& machine = machines[job.task < tasks ? job.task : 0];
    mailbox::Failure failure = check_job(job, machine);
    if (job.kind != mailbox::JobKind::classify || job.task >= tasks)
      failure = {mailbox::FailureCode::bad_job, 0, static_cast<uint32_t>(job.kind), 0, 0, 0};
    if (failure.code != mailbox::FailureCode::none) {
      report(failure);
      continue;
    }
    if (job.task != current) enter(machine);
    current = job.task;
    classify_patiently(machine, plans[current], job, arrival, result);
    answer(result);
  }
}

}  // namespace edgebert::firmware
