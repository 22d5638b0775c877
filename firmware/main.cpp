// SPDX-License-Identifier: Apache-2.0
// Firmware of the EdgeBERT SoC: reads the model once, then classifies what the host posts until told to stop.
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
  static constinit Machine machine{};
  static constinit Plans plans{};
  static constinit mailbox::Job job{};
  static constinit mailbox::Result result{};

  hal::enable_wake_up();
  set_current_job(0);
  prepare_machine(machine);
  plans = make_plans(machine);
  for (;;) {
    wait_for_job();
    const uint64_t arrival = core_cycles();
    take_job(job);
    if (job.kind == mailbox::JobKind::shut_down) return;
    set_current_job(job.number);
    mailbox::Failure failure = check_job(job, machine);
    if (failure.code == mailbox::FailureCode::none && job.kind == mailbox::JobKind::replay) {
      failure = replay(machine, job, arrival, result);
    } else if (failure.code == mailbox::FailureCode::none) {
      classify(machine, plans, job, arrival, result);
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
