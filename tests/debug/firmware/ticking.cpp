// SPDX-License-Identifier: Apache-2.0
// Firmware to be debugged: takes timer interrupts, prints on the console, calls itself, and then answers
// every job with the same result.
#include "contract/mailbox.hpp"
#include "contract/memory_map.hpp"
#include "platform/console_regs.hpp"
#include "platform/exit_device_regs.hpp"
#include "platform/interrupt_controller_regs.hpp"
#include "platform/mailbox_regs.hpp"
#include "platform/timer_regs.hpp"

using namespace edgebert;

namespace {

constexpr uint32_t ticks_wanted = 3;
constexpr uint32_t cycles_between_ticks = 2000;

/// What a debugger prints.
struct Ticks {
  uint32_t count;
  uint32_t last_cycle;
  struct {
    uint8_t colour;
    int16_t temperature;
  } mood;
};

volatile Ticks ticks{};

volatile uint32_t& word(uint32_t address) {
  return *reinterpret_cast<volatile uint32_t*>(address);
}

uint32_t now() {
  return word(memory_map::timer.base + timer::time_low.offset);
}

void set_alarm(uint32_t cycle) {
  word(memory_map::timer.base + timer::compare_low.offset) = cycle;
  word(memory_map::timer.base + timer::compare_high.offset) = 0;
}

void print(const char* text) {
  for (; *text != '\0'; ++text)
    word(memory_map::console.base + console::transmit.offset) = static_cast<uint8_t>(*text);
}

[[gnu::noinline]] void wait_for_ticks() {
  while (ticks.count < ticks_wanted) {
  }
}

[[gnu::noipa, gnu::optimize("Og")]] uint32_t sum_up_to(uint32_t number) {
  return number == 0 ? 0 : number + sum_up_to(number - 1);
}

[[noreturn]] void answer_jobs() {
  constexpr uint32_t device = memory_map::mailbox.base;
  const auto* job = reinterpret_cast<volatile mailbox::Job*>(device + mailbox_device::job_offset);
  auto* result = reinterpret_cast<volatile mailbox::Result*>(device + mailbox_device::result_offset);
  word(memory_map::interrupt_controller.base + interrupt_controller::enable.offset) =
      1u << static_cast<uint32_t>(memory_map::InterruptLine::mailbox);
  for (;;) {
    asm volatile("wfi");
    if (word(device + mailbox_device::status.offset) == 0) continue;
    if (job->kind == mailbox::JobKind::shut_down) {
      print("a line without an end");
      word(memory_map::exit_device.base + exit_device::exit.offset) = 0;
      continue;
    }
    result->number = job->number;
    result->exit_layer = 1;
    result->layers = 1;
    result->classes = 2;
    result->prediction = sum_up_to(10) == 55 ? 1 : 0;
    word(device + mailbox_device::take.offset) = 1;
    word(device + mailbox_device::answer.offset) = 1;
  }
}

}  // namespace

extern "C" void trap_entry();

extern "C" [[gnu::used]] void on_timer() {
  ticks.count = ticks.count + 1;
  ticks.last_cycle = now();
  ticks.mood.colour = 7;
  ticks.mood.temperature = static_cast<int16_t>(-10 * static_cast<int>(ticks.count));
  print("tick\n");
  set_alarm(ticks.count < ticks_wanted ? now() + cycles_between_ticks : ~0u);
}

extern "C" [[gnu::used]] int main() {
  constexpr uint32_t timer_interrupt = 1u << 7;      // mie.MTIE
  constexpr uint32_t external_interrupt = 1u << 11;  // mie.MEIE
  constexpr uint32_t interrupts_on = 1u << 3;        // mstatus.MIE
  asm volatile("csrw mtvec, %0" ::"r"(&trap_entry));
  set_alarm(now() + cycles_between_ticks);
  asm volatile("csrw mie, %0" ::"r"(timer_interrupt));
  asm volatile("csrs mstatus, %0" ::"r"(interrupts_on) : "memory");
  wait_for_ticks();
  asm volatile("csrc mstatus, %0" ::"r"(interrupts_on) : "memory");
  asm volatile("csrw mie, %0" ::"r"(external_interrupt));
  print("red \x1b[31m and a bell\a\n");
  answer_jobs();
}

extern "C" [[gnu::naked, gnu::section(".text.start")]] void _start() {
  asm volatile("li sp, 0x10008000\n j main");
}
