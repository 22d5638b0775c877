// SPDX-License-Identifier: Apache-2.0
#include "ip/sfu/early_exit.hpp"

#include <array>

#include "contract/formats.hpp"
#include "ip/sfu/early_exit_kernel.hpp"
#include "ip/sfu/early_exit_regs.hpp"
#include "ip/sfu/sfu_cost.hpp"

namespace edgebert {

namespace regs = early_exit;

EarlyExit::EarlyExit(sc_core::sc_module_name name, const Parameters& parameters, const sfu::Buffers& buffers,
                     const ClockDomain& clock)
    : SpecialFunctionUnit(name, unit::Kind::early_exit, regs::map, parameters, buffers, clock) {}

void EarlyExit::start() {
  const std::uint32_t classes = registers[regs::classes];
  if (classes < 2 || classes > classes_max) return fail(sfu::Error::bad_shape);
  const sfu::Location source{registers[regs::source_format], registers[regs::source_base], 0};
  if (!source.wide()) return fail(sfu::Error::bad_format);
  const sfu::Loaded logits = sfu::load(buffers_, source, 1, classes);
  if (logits.error) return fail(*logits.error);

  const std::uint32_t h = early_exit::entropy_of(logits.values);
  const bool below = h < registers[regs::threshold];
  complete_after(sfu::early_exit_cycles(classes, parameters_.lanes, true, parameters_.preset),
                 [this, classes, h, below] {
                   registers.set(regs::entropy, h);
                   registers.set(regs::decision, below);
                   counters.add("assessments", 1);
                   counters.add("exits", below);
                   counters.add("exp_evaluated", classes);
                   if (observer)
                     observer(tile(1, 1, Tile::Format::entropy, std::array{static_cast<std::int32_t>(h)}));
                 });
}

}  // namespace edgebert
