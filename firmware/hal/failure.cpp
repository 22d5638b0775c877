// SPDX-License-Identifier: Apache-2.0
#include "firmware/hal/failure.hpp"

#include "contract/memory_map.hpp"
#include "firmware/hal/console.hpp"
#include "firmware/hal/hal.hpp"
#include "platform/mailbox_regs.hpp"

namespace edgebert::firmware {
namespace {

constinit uint32_t current_job = 0;

}  // namespace

void set_current_job(uint32_t number) {
  current_job = number;
}

void report(const mailbox::Failure& failure) {
  console_output::printf(
      "firmware: failure %u in job %u, unit 0x%08x, detail 0x%08x, extra 0x%08x, tag 0x%08x, position "
      "0x%08x\n",
      static_cast<uint32_t>(failure.code), current_job, failure.unit, failure.detail, failure.extra,
      failure.tag, failure.tag_position);

  // Static: a trap may have come from a stack without room for it.
  static constinit mailbox::Result result{};
  result.number = current_job;
  result.failure = failure;
  const uint32_t device = memory_map::mailbox.base;
  hal::copy_out(device + mailbox_device::result_offset, &result, sizeof result);
  hal::write(device, mailbox_device::answer, 1);
}

void fail(const mailbox::Failure& failure) {
  report(failure);
  hal::stop(static_cast<uint32_t>(failure.code));
}

}  // namespace edgebert::firmware
