// SPDX-License-Identifier: Apache-2.0
// Guest side of platform_bench: does what `request` says, then ends the simulation: content if there were as
// many interrupts as asked.
#include "contract/memory_map.hpp"
#include "platform/exit_device_regs.hpp"
#include "platform/timer_regs.hpp"
#include "tests/bench/platform_request.hpp"

using namespace edgebert;
using platform_bench::Request;
using platform_bench::Work;

extern "C" {
volatile Request request;
}

namespace {

/// Cycles from arming the timer to its interrupt: longer than the way to WFI.
constexpr uint32_t soon = 300;
constexpr uint32_t never = 0xffffffff;

volatile uint32_t memory_word;
volatile uint32_t interrupts_taken;

volatile uint32_t* register_at(uint32_t base, const Register& reg) {
  return reinterpret_cast<volatile uint32_t*>(base + reg.offset);
}

void read(volatile uint32_t* word, uint32_t rounds) {
  for (; rounds != 0; --rounds) {
#pragma GCC unroll 16
    for (uint32_t i = 0; i < platform_bench::accesses_a_round; ++i) (void)*word;
  }
}

void write(volatile uint32_t* word, uint32_t rounds) {
  for (; rounds != 0; --rounds) {
#pragma GCC unroll 16
    for (uint32_t i = 0; i < platform_bench::accesses_a_round; ++i) *word = never;
  }
}

constexpr uint32_t timer_interrupt = 1u << 7;  // mie.MTIE

void arm_timer(uint32_t cycles) {
  *register_at(memory_map::timer.base, timer::compare_low) =
      *register_at(memory_map::timer.base, timer::time_low) + cycles;
}

/// Leaves the timer's line up, which saves an access: the next arming takes it down.
[[gnu::interrupt, gnu::aligned(4)]] void on_timer() {
  asm volatile("csrc mie, %0" ::"r"(timer_interrupt));
  interrupts_taken = interrupts_taken + 1;
}

void take_interrupts(uint32_t rounds) {
  constexpr uint32_t global_enable = 1u << 3;  // mstatus.MIE
  asm volatile("csrw mtvec, %0" ::"r"(on_timer));
  asm volatile("csrs mstatus, %0" ::"r"(global_enable));
  for (; rounds != 0; --rounds) {
    arm_timer(soon);
    asm volatile("csrs mie, %0" ::"r"(timer_interrupt));
    asm volatile("wfi" ::: "memory");
  }
}

void do_without_interrupts(uint32_t rounds) {
  constexpr uint32_t far = 1u << 30;
  for (; rounds != 0; --rounds) arm_timer(far);
}

void count_down(uint32_t rounds) {
  asm volatile("1: addi %0, %0, -1\n bnez %0, 1b" : "+r"(rounds));
}

void work(Work kind, uint32_t rounds) {
  volatile uint32_t* device = register_at(memory_map::timer.base, timer::compare_high);
  switch (kind) {
    case Work::register_reads:
      return read(device, rounds);
    case Work::register_writes:
      return write(device, rounds);
    case Work::memory_reads:
      return read(&memory_word, rounds);
    case Work::memory_writes:
      return write(&memory_word, rounds);
    case Work::interrupts:
      return take_interrupts(rounds);
    case Work::no_interrupts:
      return do_without_interrupts(rounds);
    case Work::instructions:
      return count_down(rounds);
  }
}

}  // namespace

extern "C" [[gnu::naked, gnu::section(".text.start")]] void _start() {
  asm volatile("la sp, stack_top\n j guest_main");
}

extern "C" [[gnu::used]] void guest_main() {
  *register_at(memory_map::timer.base, timer::compare_high) = 0;
  interrupts_taken = 0;
  work(request.work, request.rounds);
  const uint32_t expected = request.work == Work::interrupts ? request.rounds : 0;
  *register_at(memory_map::exit_device.base, exit_device::exit) = interrupts_taken == expected ? 0 : 1;
  for (;;) {
  }
}
