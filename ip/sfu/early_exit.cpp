// SPDX-License-Identifier: Apache-2.0
#include "ip/sfu/early_exit.hpp"

#include <array>
#include <cstring>

#include "contract/formats.hpp"
#include "contract/model_descriptor.hpp"
#include "ip/sfu/early_exit_kernel.hpp"
#include "ip/sfu/sfu_cost.hpp"

namespace edgebert {

namespace regs = early_exit;

EarlyExit::EarlyExit(sc_core::sc_module_name name, const Parameters& parameters, const sfu::Buffers& buffers,
                     const ClockDomain& clock)
    : SpecialFunctionUnit(name, unit::Kind::early_exit, regs::map, parameters, buffers, clock) {}

void EarlyExit::start() {
  running_ = {};
  running_.command = static_cast<regs::Command>(regs::mode_command.get(registers[regs::mode]));
  switch (running_.command) {
    case regs::Command::assess:
      return assess();
    case regs::Command::predict:
      return predict();
    case regs::Command::test:
      return test();
  }
  fail(sfu::Error::bad_shape);
}

void EarlyExit::assess() {
  const std::uint32_t classes = registers[regs::classes];
  if (classes < 2 || classes > classes_max) return fail(sfu::Error::bad_shape);
  const sfu::Location source{registers[regs::source_format], registers[regs::source_base], 0};
  if (!source.wide()) return fail(sfu::Error::bad_format);
  if (const auto error = sfu::load(buffers_, source, 1, classes, logits_)) return fail(*error);
  if (!claim_matrix(source, 1, classes, ScratchBuffer::Use::reads)) return fail(unit::Error::buffer_in_use);

  const std::uint32_t entropy = early_exit::entropy_of(logits_);
  running_.classes = classes;
  running_.entropy = entropy;
  running_.below = entropy < registers[regs::threshold];
  use_port_for(source, {1, classes, parameters_.lanes}, sfu::early_exit_passes);
  complete_after(sfu::early_exit_cycles(classes, parameters_.lanes, true, parameters_.costs));
}

void EarlyExit::predict() {
  const std::uint32_t base = registers[regs::lut_base];
  const std::uint32_t rows = registers[regs::lut_rows];
  const std::uint32_t columns = registers[regs::lut_columns];
  if (rows == 0 || columns == 0 || columns > layers_max || base % sizeof(std::uint32_t) != 0)
    return fail(sfu::Error::bad_shape);
  const std::uint64_t row_bytes = (columns + 1) * sizeof(std::uint32_t);
  if (!buffers_.auxiliary.contains(base, rows, row_bytes, row_bytes))
    return fail(sfu::Error::parameters_outside_auxiliary);
  const std::size_t bytes = rows * row_bytes;
  if (!claim_auxiliary(base, static_cast<std::uint32_t>(bytes), ScratchBuffer::Use::reads))
    return fail(unit::Error::buffer_in_use);
  table_.resize(bytes / sizeof(std::uint32_t));
  std::memcpy(table_.data(), buffers_.auxiliary.read(base, bytes).data(), bytes);
  running_.predicted =
      early_exit::predict_index(registers[regs::entropy], registers[regs::threshold], table_, columns);
  complete_after(sfu::prediction_cycles(rows, columns, parameters_.lanes, parameters_.costs));
}

void EarlyExit::test() {
  if (registers[regs::test_cycles] == 0) return fail(sfu::Error::bad_shape);
  running_.entropy = registers[regs::test_entropy];
  running_.below = running_.entropy < registers[regs::threshold];
  complete_after(registers[regs::test_cycles]);
}

void EarlyExit::finish() {
  if (running_.command == regs::Command::predict) {
    registers.set(regs::predicted_index, running_.predicted);
    ++predictions_;
    return;
  }
  const auto& [command, classes, entropy, below, predicted] = running_;
  registers.set(regs::entropy, entropy);
  registers.set(regs::decision, below);
  ++assessments_;
  test_assessments_ += command == regs::Command::test;
  exits_ += below;
  exp_evaluated_ += classes;
  if (observer) observer(tile(1, 1, Tile::Format::entropy, std::array{static_cast<std::int32_t>(entropy)}));
}

Work EarlyExit::work() const {
  return {.exponentials = running_.classes};
}

}  // namespace edgebert
