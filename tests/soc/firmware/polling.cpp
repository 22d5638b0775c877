// SPDX-License-Identifier: Apache-2.0
// Firmware that never sleeps: polls the mailbox and answers each job with what it counted. Its result depends
// on the exact moment at which a job becomes visible to the core.
#include "contract/mailbox.hpp"
#include "contract/memory_map.hpp"
#include "platform/exit_device_regs.hpp"
#include "platform/mailbox_regs.hpp"

using namespace edgebert;

namespace {

volatile uint32_t& word(uint32_t address) {
  return *reinterpret_cast<volatile uint32_t*>(address);
}

uint32_t cycles() {
  uint32_t value;
  asm volatile("csrr %0, mcycle" : "=r"(value));
  return value;
}

}  // namespace

extern "C" [[gnu::naked, gnu::section(".text.start")]] void _start() {
  asm volatile("li sp, 0x10008000\n j polling_main");
}

extern "C" [[gnu::used]] void polling_main() {
  constexpr uint32_t device = memory_map::mailbox.base;
  const auto* job = reinterpret_cast<volatile mailbox::Job*>(device + mailbox_device::job_offset);
  auto* result = reinterpret_cast<volatile mailbox::Result*>(device + mailbox_device::result_offset);
  for (;;) {
    int32_t polls = 0;
    while (word(device + mailbox_device::status.offset) == 0) ++polls;
    const uint32_t seen = cycles();
    if (job->kind == mailbox::JobKind::shut_down)
      word(memory_map::exit_device.base + exit_device::exit.offset) = 0;
    result->number = job->number;
    result->exit_layer = 1;
    result->layers = 1;
    result->prediction = 0;
    result->classes = 2;
    result->logits[0] = polls;
    result->logits[1] = static_cast<int32_t>(seen);
    result->entropy[0] = cycles();
    word(device + mailbox_device::take.offset) = 1;
    word(device + mailbox_device::answer.offset) = 1;
  }
}
