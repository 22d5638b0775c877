// SPDX-License-Identifier: Apache-2.0
#include "firmware/drivers/host_mailbox.hpp"

#include <stddef.h>

#include "firmware/hal/hal.hpp"
#include "firmware/hal/interrupts.hpp"
#include "platform/mailbox_regs.hpp"

namespace edgebert::firmware {
namespace {

constexpr uint32_t base = memory_map::mailbox.base;

// The host and the core read the same bytes.
static_assert(offsetof(mailbox::Job, replay) == 15 * 4 + 2 * sequence_max);
static_assert(sizeof(mailbox::Replay) == (2 + 2 * mailbox::replay_points_max + layers_max) * 4);
static_assert(sizeof(mailbox::Job) == offsetof(mailbox::Job, replay) + sizeof(mailbox::Replay));
static_assert(sizeof(mailbox::Failure) == 6 * 4);
static_assert(offsetof(mailbox::Result, layer) ==
              (4 + classes_max + 1 + layers_max + 3) * 4 + sizeof(mailbox::Failure));
static_assert(sizeof(mailbox::LayerRecord) == 3 * 4);

}  // namespace

void wait_for_job() {
  wait_for_host(memory_map::InterruptLine::mailbox);
}

void take_job(mailbox::Job& job) {
  const uint32_t from = base + mailbox_device::job_offset;
  constexpr uint32_t common = offsetof(mailbox::Job, replay);
  hal::copy_in(&job, from, common);
  if (job.kind == mailbox::JobKind::replay) hal::copy_in(&job.replay, from + common, sizeof job.replay);
  hal::write(base, mailbox_device::take, 1);
}

void answer(const mailbox::Result& result) {
  const uint32_t records = result.layers * sizeof(mailbox::LayerRecord);
  hal::copy_out(base + mailbox_device::result_offset, &result, offsetof(mailbox::Result, layer) + records);
  hal::write(base, mailbox_device::answer, 1);
}

}  // namespace edgebert::firmware
