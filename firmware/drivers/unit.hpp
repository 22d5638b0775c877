// SPDX-License-Identifier: Apache-2.0
// What all accelerator units have in common: identity, start, completion, errors. A driver writes its
// registers and then calls start(); registers are latched there, so the next command may be prepared while
// the unit works.
#pragma once
#include "contract/memory_map.hpp"
#include "contract/operators.hpp"
#include "contract/unit_regs.hpp"

namespace edgebert::firmware {

struct Unit {
  uint32_t base;
  unit::Kind kind;
  memory_map::InterruptLine line;
};

namespace units {
using memory_map::InterruptLine;
inline constexpr Unit processing_unit{memory_map::processing_unit, unit::Kind::processing_unit,
                                      InterruptLine::processing_unit};
inline constexpr Unit softmax{memory_map::softmax, unit::Kind::softmax, InterruptLine::softmax};
inline constexpr Unit layernorm{memory_map::layernorm, unit::Kind::layernorm, InterruptLine::layernorm};
inline constexpr Unit element_add{memory_map::element_add, unit::Kind::element_add,
                                  InterruptLine::element_add};
inline constexpr Unit early_exit{memory_map::early_exit, unit::Kind::early_exit, InterruptLine::early_exit};
inline constexpr Unit dma{memory_map::dma, unit::Kind::dma, InterruptLine::dma};
inline constexpr Unit dvfs{memory_map::dvfs, unit::Kind::dvfs, InterruptLine::dvfs};
inline constexpr Unit all[] = {processing_unit, softmax, layernorm, element_add, early_exit, dma, dvfs};
}  // namespace units

/// Which tile of which tensor a command works on.
struct Tag {
  uint32_t layer;  ///< 0 before the first layer
  Operator op;
  uint32_t head;
  uint32_t row;     ///< first row of the tile in its tensor
  uint32_t column;  ///< first column
};

/// Checks ID and enables the done and error interrupts. Another block at the address: fail() with wrong_unit.
void initialise(const Unit& which);

/// Fails with wrong_unit if another kind of block, or another version, answers at the address.
void check_identity(uint32_t base, unit::Kind kind);

/// Writes the tag and starts the command in the registers.
void start(const Unit& which, const Tag& tag);

/// Sleeps until the command is complete and acknowledges it. A unit error or an expired watchdog: fail().
void wait(const Unit& which);

/// Waits for two units, in the order in which they complete: behind the second one there is only its own
/// acknowledgement.
void wait_for_both(const Unit& a, const Unit& b);

}  // namespace edgebert::firmware
