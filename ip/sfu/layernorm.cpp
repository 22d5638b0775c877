// SPDX-License-Identifier: Apache-2.0
#include "ip/sfu/layernorm.hpp"

#include "contract/formats.hpp"
#include "ip/sfu/layernorm_regs.hpp"
#include "ip/sfu/sfu_cost.hpp"

namespace edgebert {

namespace regs = layernorm;
using Use = ScratchBuffer::Use;

Layernorm::Layernorm(sc_core::sc_module_name name, const Parameters& parameters, const sfu::Buffers& buffers,
                     const ClockDomain& clock)
    : SpecialFunctionUnit(name, unit::Kind::layernorm, regs::map, parameters, buffers, clock) {}

void Layernorm::start() {
  const std::uint32_t rows = registers[regs::rows];
  const std::uint32_t features = registers[regs::features];
  if (rows == 0 || features == 0 || features > layernorm_features_max) return fail(sfu::Error::bad_shape);

  const bool adds = regs::mode_add.get(registers[regs::mode]) != 0;
  const sfu::Location a{registers[regs::a_format], registers[regs::a_base], registers[regs::a_stride],
                        registers[regs::a_mask]};
  const sfu::Location b{registers[regs::b_format], registers[regs::b_base], registers[regs::b_stride],
                        registers[regs::b_mask]};
  const sfu::Location output{registers[regs::output_format], registers[regs::output_base],
                             registers[regs::output_stride]};
  if (output.kind() != sfu::Format::adaptivfloat) return fail(sfu::Error::bad_format);
  if (!sfu::fits(buffers_, output, rows, features)) return fail(sfu::Error::output_outside_buffer);
  const std::uint32_t gamma = registers[regs::gamma_base];
  const std::uint32_t beta = registers[regs::beta_base];
  if (!buffers_.auxiliary.contains(gamma, 1, 0, features) ||
      !buffers_.auxiliary.contains(beta, 1, 0, features)) {
    return fail(sfu::Error::parameters_outside_auxiliary);
  }

  running_ = {.rows = rows, .features = features, .output = output, .statistics = {}};
  const auto error =
      adds ? sfu::load_sum(buffers_, a, b, rows, features, operands_, running_.statistics.working_saturations)
           : sfu::load(buffers_, a, rows, features, operands_.sum);
  if (error) return fail(*error);
  if (!claim_matrix(a, rows, features, Use::reads) ||
      (adds && !claim_matrix(b, rows, features, Use::reads)) ||
      !claim_matrix(output, rows, features, Use::writes) || !claim_auxiliary(gamma, features, Use::reads) ||
      !claim_auxiliary(beta, features, Use::reads)) {
    return fail(unit::Error::buffer_in_use);
  }

  const layernorm::Parameters parameters{
      .gamma = buffers_.auxiliary.read(gamma, features),
      .gamma_bias = regs::gamma_bias.get(registers[regs::parameter_biases]),
      .beta = buffers_.auxiliary.read(beta, features),
      .beta_bias = regs::beta_bias.get(registers[regs::parameter_biases]),
      .epsilon = registers[regs::epsilon],
      .output_bias = output.bias(),
  };
  codes_.resize(operands_.sum.size());
  for (std::uint32_t r = 0; r < rows; ++r) {
    const std::size_t at = std::size_t{r} * features;
    layernorm::normalise_row(std::span(operands_.sum).subspan(at, features), parameters,
                             std::span(codes_).subspan(at, features), running_.statistics);
  }
  const sfu::RowShape shape{rows, features, parameters_.lanes};
  use_port_for(a, shape, sfu::layernorm_passes);
  if (adds) use_port_for(b, shape, sfu::layernorm_passes);
  use_port_for(output, shape, 1);
  const unsigned wide_operands = a.wide() + (adds && b.wide());
  complete_after(sfu::layernorm_cycles(shape, adds, wide_operands, parameters_.costs));
}

void Layernorm::finish() {
  const auto& [rows, features, output, statistics] = running_;
  sfu::store_codes(buffers_, output, rows, codes_);
  rows_done_ += rows;
  elements_done_ += std::uint64_t{rows} * features;
  working_saturations_ += statistics.working_saturations;
  code_saturations_ += statistics.code_saturations;
  if (!observer) return;
  observer(tile(rows, features, Tile::Format::adaptivfloat,
                std::vector<std::int32_t>(codes_.begin(), codes_.end()), output.bias()));
}

Work Layernorm::work() const {
  return {.elements = std::uint64_t{running_.rows} * running_.features};
}

}  // namespace edgebert
