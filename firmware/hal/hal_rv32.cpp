// SPDX-License-Identifier: Apache-2.0
// hal.hpp on the RV32 core: memory-mapped accesses, CSRs and WFI.
#include "contract/memory_map.hpp"
#include "firmware/boot/runtime.hpp"
#include "firmware/hal/hal.hpp"
#include "platform/exit_device_regs.hpp"

extern "C" {
extern char arena_start;  // boot/link.ld
}

namespace edgebert::firmware::hal {
namespace {

constexpr uint32_t external_interrupt = 1u << 11;  // mie.MEIE

void* pointer_to(uint32_t address) {
  return reinterpret_cast<void*>(address);
}

}  // namespace

void copy_in(void* to, uint32_t address, uint32_t bytes) {
  memcpy(to, pointer_to(address), bytes);
}

void copy_out(uint32_t address, const void* from, uint32_t bytes) {
  memcpy(pointer_to(address), from, bytes);
}

void fill_zero(uint32_t address, uint32_t bytes) {
  memset(pointer_to(address), 0, bytes);
}

void enable_wake_up() {
  asm volatile("csrs mie, %0" ::"r"(external_interrupt));
}

void wait_for_interrupt() {
  asm volatile("wfi" ::: "memory");
}

uint32_t arena_begin() {
  return reinterpret_cast<uint32_t>(&arena_start);
}

void stop(uint32_t code) {
  write(memory_map::exit_device.base, exit_device::exit, code);
  for (;;) wait_for_interrupt();
}

}  // namespace edgebert::firmware::hal
