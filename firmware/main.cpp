// SPDX-License-Identifier: Apache-2.0
// Firmware of the EdgeBERT SoC: reads the model once, every task of it, then classifies what the host posts,
// by the task each job names, until told to stop.
#include "firmware/main.hpp"

#include "firmware/drivers/cycle_counters.hpp"
#include "firmware/drivers/host_mailbox.hpp"
#include "firmware/hal/console.hpp"
#include "firmware/hal/failure.hpp"
#include "firmware/hal/hal.hpp"
#include "firmware/schedule/classify.hpp"

namespace edgebert::firmware {
namespace {

#ifdef EDGEBERT_FIRMWARE_VERBOSE
constexpr bool verbose = true;
#else
constexpr bool verbose = false;
#endif

void announce(const mailbox::Result& result) {
  if constexpr (!verbose) return;
  console_output::printf("firmware: job %u, exit layer %u, prediction %u\n", result.number, result.exit_layer,
                         result.prediction);
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
    if (job.task >= tasks) {
      report(bad_job(job.task));
      continue;
    }
    const Machine& machine = machines[job.task];
    mailbox::Failure failure = check_job(job, machine);
    if (failure.code == mailbox::FailureCode::none && job.kind == mailbox::JobKind::replay) {
      failure = replay(machine, job, arrival, result);
    } else if (failure.code == mailbox::FailureCode::none) {
      if (job.task != current) enter(machine);
      current = job.task;
      classify(machine, plans[current], job, arrival, result);
    }
    if (failure.code != mailbox::FailureCode::none) {
      report(failure);
      continue;
    }
    announce(result);
    answer(result);
  }
}

}  // namespace edgebert::firmware
