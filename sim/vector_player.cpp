// SPDX-License-Identifier: Apache-2.0
#include "sim/vector_player.hpp"

#include "ip/pu/processing_unit_regs.hpp"
#include "ip/sfu/early_exit_regs.hpp"
#include "ip/sfu/element_add_regs.hpp"
#include "ip/sfu/layernorm_regs.hpp"
#include "ip/sfu/softmax_regs.hpp"
#include "platform/config/timing_preset.hpp"
#include "platform/simulation_kernel.hpp"
#include "sim/unit_bench.hpp"

namespace edgebert::sim {
namespace {

namespace map = memory_map;

std::vector<std::int64_t> widened(std::span<const std::int32_t> values) {
  return {values.begin(), values.end()};
}

template <typename Element>
std::span<const std::uint8_t> raw(const std::vector<Element>& values) {
  return {reinterpret_cast<const std::uint8_t*>(values.data()), values.size() * sizeof(Element)};
}

std::vector<std::uint8_t> code_bytes(std::span<const std::int32_t> codes) {
  return {codes.begin(), codes.end()};
}

/// A *_FORMAT register of the special function units.
std::uint32_t format_of(const CaseMatrix& matrix, const BufferPlace& place) {
  const auto kind = matrix.wide() ? sfu::Format::wide : sfu::Format::adaptivfloat;
  return sfu::format_kind.put(static_cast<std::uint32_t>(kind)) | sfu::format_buffer.put(place.buffer) |
         sfu::format_bias.put(matrix.bias.value_or(0));
}

/// Drives the unit that a case is for.
class Driver {
 public:
  Driver(UnitBench& bench, const VectorCase& one) : bench_(bench), case_(one) {}

  CaseOutcome operator()(const MatmulCase& c) {
    namespace regs = processing_unit;
    begin(map::processing_unit, regs::map);
    // As in the published unit: N0 from decoder 0, N1 from decoder 1.
    const BufferPlace output = load_product(c.b, c.a, c.output);
    set(regs::mode,
        regs::mode_activation.put(static_cast<std::uint32_t>(c.relu ? Activation::relu : Activation::none)));
    set(regs::published_epilogue, regs::published_shift.put(c.shift) |
                                      regs::published_adds_bias.put(c.adds_bias) |
                                      regs::published_bias.put(static_cast<std::uint32_t>(c.bias)));
    CaseOutcome outcome = run();
    compare("Out", c.output, output, outcome);
    if (!c.masks.empty()) outcome.comparisons.push_back(masks_of(c, outcome.comparisons.front().got));
    return outcome;
  }

  CaseOutcome operator()(const ProductCase& c) {
    namespace regs = processing_unit;
    begin(map::processing_unit, regs::map);
    const BufferPlace output = load_product(c.a, c.b, c.output);
    set(regs::mode, regs::mode_activation.put(static_cast<std::uint32_t>(c.activation)) |
                        regs::mode_bias_axis.put(static_cast<std::uint32_t>(c.bias_axis)) |
                        regs::mode_row_scale.put(!c.row_scales.empty()));
    set(regs::scale, c.scale);
    set(regs::bias_fraction, c.bias_fraction);
    set(regs::row_scale_base, bench_.put_auxiliary(raw(c.row_scales)));
    set(regs::bias_base, bench_.put_auxiliary(raw(
                             std::vector<std::int16_t>(c.channel_biases.begin(), c.channel_biases.end()))));
    CaseOutcome outcome = run();
    compare("Out", c.output, output, outcome);
    return outcome;
  }

  CaseOutcome operator()(const SoftmaxCase& c) {
    namespace regs = softmax;
    begin(map::softmax, regs::map);
    const BufferPlace scores = bench_.put(0, c.scores);
    const BufferPlace output = bench_.reserve(1, c.output);
    const std::uint32_t rows = c.scores.rows;
    const std::uint32_t scales = bench_.reserve_auxiliary(4 * rows);
    set(regs::rows, rows);
    set(regs::columns, c.scores.columns);
    set(regs::keys, c.keys);
    set(regs::first_row, c.first_row);
    set(regs::first_key, c.first_key);
    set(regs::mode, regs::mode_span_form.put(static_cast<std::uint32_t>(c.span_form)) |
                        regs::mode_by_position.put(static_cast<std::uint32_t>(c.span_index)));
    set(regs::source_format, format_of(c.scores, scores));
    set(regs::source_base, scores.base);
    set(regs::source_stride, c.scores.row_bytes());
    set(regs::output_format, sfu::format_buffer.put(output.buffer));
    set(regs::output_base, output.base);
    set(regs::output_stride, c.output.row_bytes());
    set(regs::span_base, bench_.put_auxiliary(code_bytes(c.span)));
    set(regs::span_length, static_cast<std::uint32_t>(c.span.size()));
    set(regs::row_scale_base, scales);
    CaseOutcome outcome = run();
    compare("Out", c.output, output, outcome);
    outcome.comparisons.push_back(
        {"row_scale", 1, widened(c.row_scales), bench_.read_auxiliary_words(scales, rows)});
    return outcome;
  }

  CaseOutcome operator()(const LayernormCase& c) {
    namespace regs = layernorm;
    begin(map::layernorm, regs::map);
    set(regs::rows, c.a.rows);
    set(regs::features, c.a.columns);
    set(regs::mode, regs::mode_add.put(c.b.has_value()));
    load(0, c.a, regs::a_format, regs::a_base, regs::a_stride);
    if (c.b) load(1, *c.b, regs::b_format, regs::b_base, regs::b_stride);
    const BufferPlace output =
        place_output(c.output, regs::output_format, regs::output_base, regs::output_stride);
    set(regs::gamma_base, bench_.put_auxiliary(code_bytes(c.gamma)));
    set(regs::beta_base, bench_.put_auxiliary(code_bytes(c.beta)));
    set(regs::parameter_biases, regs::gamma_bias.put(c.gamma_bias) | regs::beta_bias.put(c.beta_bias));
    set(regs::epsilon, c.epsilon);
    CaseOutcome outcome = run();
    compare("Out", c.output, output, outcome);
    return outcome;
  }

  CaseOutcome operator()(const AddCase& c) {
    namespace regs = element_add;
    begin(map::element_add, regs::map);
    set(regs::rows, c.a.rows);
    set(regs::features, c.a.columns);
    load(0, c.a, regs::a_format, regs::a_base, regs::a_stride);
    load(1, c.b, regs::b_format, regs::b_base, regs::b_stride);
    const BufferPlace output =
        place_output(c.output, regs::output_format, regs::output_base, regs::output_stride);
    CaseOutcome outcome = run();
    compare("Out", c.output, output, outcome);
    return outcome;
  }

  CaseOutcome operator()(const EntropyCase& c) {
    namespace regs = early_exit;
    begin(map::early_exit, regs::map);
    const BufferPlace logits = bench_.put(0, c.logits);
    set(regs::source_format, format_of(c.logits, logits));
    set(regs::source_base, logits.base);
    set(regs::classes, c.logits.columns);
    set(regs::threshold, c.threshold);
    CaseOutcome outcome = run();
    outcome.comparisons.push_back({"entropy", 1, {c.entropy}, {bench_.get(regs::entropy)}});
    if (c.exits) outcome.comparisons.push_back({"exit", 1, {*c.exits}, {bench_.get(regs::decision) & 1}});
    return outcome;
  }

 private:
  void begin(std::uint32_t unit, std::span<const Register> registers) {
    bench_.begin(unit, registers, case_.place);
  }
  void set(const Register& reg, std::uint32_t value) { bench_.set(reg, value); }

  CaseOutcome run() { return {{}, bench_.run()}; }

  void compare(const char* key, const CaseMatrix& expected, const BufferPlace& place,
               CaseOutcome& outcome) const {
    outcome.comparisons.push_back(
        {key, expected.columns, widened(expected.values), bench_.read(place, expected)});
  }

  /// Operand of a special function unit.
  void load(std::uint32_t buffer, const CaseMatrix& matrix, const Register& format, const Register& base,
            const Register& stride) {
    const BufferPlace place = bench_.put(buffer, matrix);
    set(format, format_of(matrix, place));
    set(base, place.base);
    set(stride, matrix.row_bytes());
  }
  BufferPlace place_output(const CaseMatrix& matrix, const Register& format, const Register& base,
                           const Register& stride) {
    const BufferPlace place = bench_.reserve(1, matrix);
    set(format, format_of(matrix, place));
    set(base, place.base);
    set(stride, matrix.row_bytes());
    return place;
  }

  /// Rows of the result from decoder 1, its columns from decoder 0.
  BufferPlace load_product(const CaseMatrix& rows, const CaseMatrix& columns, const CaseMatrix& output) {
    namespace regs = processing_unit;
    const BufferPlace row_place = bench_.put(1, rows);
    const BufferPlace column_place = bench_.put(0, columns);
    const BufferPlace place = bench_.reserve(1, output);
    set(regs::rows, rows.rows);
    set(regs::columns, columns.rows);
    set(regs::reduction, rows.columns);
    set(regs::operand0_base, column_place.base);
    set(regs::operand0_stride, columns.row_bytes());
    set(regs::operand0_format, regs::format_bias.put(columns.bias.value_or(0)));
    set(regs::operand1_base, row_place.base);
    set(regs::operand1_stride, rows.row_bytes());
    set(regs::operand1_format, regs::format_bias.put(rows.bias.value_or(0)));
    const auto kind = output.wide() ? regs::OutputKind::wide : regs::OutputKind::adaptivfloat;
    set(regs::output_format, regs::output_kind.put(static_cast<std::uint32_t>(kind)) |
                                 regs::output_buffer.put(place.buffer) |
                                 regs::output_bias.put(output.bias.value_or(0)));
    set(regs::output_base, place.base);
    set(regs::output_stride, output.row_bytes());
    return place;
  }

  /// One mask an output vector, bit i for lane i: in the order the array writes them (tile by tile) or, if
  /// the case has them so, row by row.
  Comparison masks_of(const MatmulCase& c, const std::vector<std::int64_t>& codes) const {
    const std::uint32_t n = case_.lanes;
    const auto vectors = static_cast<std::uint32_t>(ceil_divide(c.output.columns, n));
    std::vector<std::int64_t> by_row(c.masks.size());
    for (std::uint32_t r = 0; r < c.output.rows; ++r) {
      for (std::uint32_t column = 0; column < c.output.columns; ++column) {
        const bool stored = codes[std::size_t{r} * c.output.columns + column] != 0;
        by_row[std::size_t{r} * vectors + column / n] |= std::int64_t{stored} << column % n;
      }
    }
    const std::vector<std::int64_t> expected(c.masks.begin(), c.masks.end());
    if (expected == by_row) return {"masks", 1, expected, by_row};
    std::vector<std::int64_t> by_tile;
    for (std::uint32_t first = 0; first < c.output.rows; first += n) {
      for (std::uint32_t vector = 0; vector < vectors; ++vector) {
        for (std::uint32_t r = first; r < std::min(first + n, c.output.rows); ++r)
          by_tile.push_back(by_row[std::size_t{r} * vectors + vector]);
      }
    }
    return {"masks", 1, expected, std::move(by_tile)};
  }

  UnitBench& bench_;
  const VectorCase& case_;
};

constexpr std::uint32_t result_alignment = 4;

/// The configuration at another n: buffers are n banks wide and keep their vectors.
SocConfig at_lanes(const SocConfig& config, std::uint32_t lanes) {
  SocConfig other = config::with_lanes(config, lanes);
  for (std::uint32_t* bytes : {&other.buffers.data, &other.buffers.mask, &other.buffers.auxiliary})
    *bytes = *bytes / config.pu.vmac_lanes * lanes;
  return other;
}

}  // namespace

VectorPlayer::VectorPlayer(const SocConfig& config, std::span<const VectorCase> cases) {
  prepare_kernel();
  for (const VectorCase& one : cases) {
    std::unique_ptr<UnitBench>& bench = benches_[one.lanes];
    if (bench) continue;
    const SocConfig soc = at_lanes(config, one.lanes);
    const std::string name = "lanes_" + std::to_string(one.lanes);
    // A result is no larger than a data buffer; a few bytes more align it.
    bench = std::make_unique<UnitBench>(name.c_str(), soc, soc.buffers.data + result_alignment);
  }
}

VectorPlayer::~VectorPlayer() = default;

CaseOutcome VectorPlayer::play(const VectorCase& one) {
  return std::visit(Driver(*benches_.at(one.lanes), one), one.body);
}

}  // namespace edgebert::sim
