// SPDX-License-Identifier: Apache-2.0
// Everything firmware does to the machine goes through these functions: hal_rv32.cpp implements them for the
// core, the unit tests replace them when they link. Addresses are bus addresses.
#pragma once
#include "contract/register_map.hpp"

namespace edgebert::firmware::hal {

/// One 32-bit access; the address is a multiple of 4. On the core a single instruction: programming a unit is
/// nothing but these.
#ifdef __riscv
inline uint32_t read_word(uint32_t address) {
  return *reinterpret_cast<volatile uint32_t*>(address);
}
inline void write_word(uint32_t address, uint32_t value) {
  *reinterpret_cast<volatile uint32_t*>(address) = value;
}
#else
uint32_t read_word(uint32_t address);
void write_word(uint32_t address, uint32_t value);
#endif

/// Copies between memory on the bus and firmware's own objects. Word accesses if everything is a multiple of
/// 4.
void copy_in(void* to, uint32_t address, uint32_t bytes);
void copy_out(uint32_t address, const void* from, uint32_t bytes);
void fill_zero(uint32_t address, uint32_t bytes);

/// Lets the external interrupt end a wait (mie.MEIE); it is never taken as a trap.
void enable_wake_up();

/// Sleeps until the interrupt controller's output is raised; returns at once if it is.
void wait_for_interrupt();

/// First byte of the system SRAM that is not firmware's own.
uint32_t arena_begin();

/// Ends the run through the exit device: 0 = content, otherwise a mailbox::FailureCode.
[[noreturn]] void stop(uint32_t code);

inline uint32_t read(uint32_t base, const Register& which) {
  return read_word(base + which.offset);
}
inline void write(uint32_t base, const Register& which, uint32_t value) {
  write_word(base + which.offset, value);
}

}  // namespace edgebert::firmware::hal
