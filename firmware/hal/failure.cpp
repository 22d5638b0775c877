// SPDX-License-Identifier: Apache-2.0
#include "firmware/hal/failure.hpp"

#include "contract/memory_map.hpp"
#include "firmware/hal/console.hpp"
#include "firmware/hal/hal.hpp"
#include "platform/mailbox_regs.hpp"

namespace edgebert::firmware {
namespace {

constinit uint32_t current_job = 0;

void print_field(const char* name, uint32_t value) {
  console_output::print(name);
  console_output::print_hex(value);
}

}  // namespace

void set_current_job(uint32_t number) {
  current_job = number;
}

void report(const mailbox::Failure& failure) {
  console_output::print("firmware: failure ");
  console_output::print_decimal(static_cast<uint32_t>(failure.code));
  console_output::print(" in job ");
  console_output::print_decimal(current_job);
  print_field(", unit ", failure.unit);
  print_field(", detail ", failure.detail);
  print_field(", extra ", failure.extra);
  print_field(", tag ", failure.tag);
  print_field(", position ", failure.tag_position);
  console_output::print("\n");

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
