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
  if (const auto error = sfu::load(buffers_, source, 1, classes, logits_)) return fail(*error);
  if (!claim_matrix(source, 1, classes, ScratchBuffer::Use::reads)) return fail(unit::Error::buffer_in_use);

  const std::uint32_t entropy = early_exit::entropy_of(logits_);
  running_ = {classes, entropy, entropy < registers[regs::threshold]};
  use_port_for(source, {1, classes, parameters_.lanes}, sfu::early_exit_passes);
  complete_after(sfu::early_exit_cycles(classes, parameters_.lanes, true, parameters_.costs));
}

void EarlyExit::finish() {
  const auto& [classes, entropy, below] = running_;
  registers.set(regs::entropy, entropy);
  registers.set(regs::decision, below);
  ++assessments_;
  exits_ += below;
  exp_evaluated_ += classes;
  if (observer) observer(tile(1, 1, Tile::Format::entropy, std::array{static_cast<std::int32_t>(entropy)}));
}

Work EarlyExit::work() const {
  return {.exponentials = running_.classes};
}

}  // namespace edgebert
