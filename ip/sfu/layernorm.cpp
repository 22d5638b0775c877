// SPDX-License-Identifier: Apache-2.0
#include "ip/sfu/layernorm.hpp"

#include "contract/formats.hpp"
#include "ip/sfu/layernorm_kernel.hpp"
#include "ip/sfu/layernorm_regs.hpp"
#include "ip/sfu/sfu_cost.hpp"
#include "ip/sfu/sum.hpp"

namespace edgebert {

namespace regs = layernorm;

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

  layernorm::RowStatistics statistics;
  sfu::Loaded x = adds ? sfu::load_sum(buffers_, a, b, rows, features, statistics.working_saturations)
                       : sfu::load(buffers_, a, rows, features);
  if (x.error) return fail(*x.error);
  const layernorm::Parameters parameters{
      .gamma = buffers_.auxiliary.read(gamma, features),
      .gamma_bias = regs::gamma_bias.get(registers[regs::parameter_biases]),
      .beta = buffers_.auxiliary.read(beta, features),
      .beta_bias = regs::beta_bias.get(registers[regs::parameter_biases]),
      .epsilon = registers[regs::epsilon],
      .output_bias = output.bias(),
  };
  std::vector<std::uint8_t> codes(x.values.size());
  for (std::uint32_t r = 0; r < rows; ++r) {
    const std::size_t at = std::size_t{r} * features;
    layernorm::normalise_row(std::span(x.values).subspan(at, features), parameters,
                             std::span(codes).subspan(at, features), statistics);
  }
  const unsigned wide_operands = a.wide() + (adds && b.wide());
  const Cycles cycles =
      sfu::layernorm_cycles({rows, features, parameters_.lanes}, adds, wide_operands, parameters_.preset);
  complete_after(cycles, [this, rows, features, output, statistics, codes = std::move(codes)] {
    sfu::store_codes(buffers_, output, rows, codes);
    counters.add("rows", rows);
    counters.add("elements", std::uint64_t{rows} * features);
    counters.add("working_saturations", statistics.working_saturations);
    counters.add("code_saturations", statistics.code_saturations);
    if (observer) {
      observer(tile(rows, features, Tile::Format::adaptivfloat,
                    std::vector<std::int32_t>(codes.begin(), codes.end())));
    }
  });
}

}  // namespace edgebert
