// SPDX-License-Identifier: Apache-2.0
#include "firmware/drivers/host_mailbox.hpp"

#include "firmware/hal/hal.hpp"
#include "firmware/hal/interrupts.hpp"
#include "platform/mailbox_regs.hpp"

namespace edgebert::firmware {
namespace {

constexpr uint32_t base = memory_map::mailbox.base;

// The host and the core read the same bytes.
static_assert(sizeof(mailbox::Job) == 6 * 4 + 2 * sequence_max);
static_assert(sizeof(mailbox::Failure) == 6 * 4);
static_assert(sizeof(mailbox::Result) == (4 + classes_max + 1 + layers_max) * 4 + sizeof(mailbox::Failure));

}  // namespace

void take_job(mailbox::Job& job) {
  wait_for_host(memory_map::InterruptLine::mailbox);
  hal::copy_in(&job, base + mailbox_device::job_offset, sizeof job);
  hal::write(base, mailbox_device::take, 1);
}

void answer(const mailbox::Result& result) {
  hal::copy_out(base + mailbox_device::result_offset, &result, sizeof result);
  hal::write(base, mailbox_device::answer, 1);
}

}  // namespace edgebert::firmware
