// SPDX-License-Identifier: Apache-2.0
// The fake machine's compute units.
#include <cstring>

#include "contract/memory_map.hpp"
#include "contract/unit_regs.hpp"
#include "ip/dma/dma_regs.hpp"
#include "ip/pu/processing_unit_regs.hpp"
#include "ip/sfu/early_exit_regs.hpp"
#include "ip/sfu/element_add_regs.hpp"
#include "ip/sfu/layernorm_regs.hpp"
#include "ip/sfu/softmax_regs.hpp"
#include "tests/unit/firmware/fake_machine.hpp"
#include "tests/unit/firmware/toy_arithmetic.hpp"

namespace edgebert::firmware_test {
namespace {

constexpr uint32_t auxiliary = 4;

uint32_t load_word(const uint8_t* from) {
  uint32_t word;
  std::memcpy(&word, from, sizeof word);
  return word;
}

uint32_t format_of(uint32_t word) {
  return sfu::format_kind.get(word);
}
uint32_t buffer_of(uint32_t word) {
  return sfu::format_buffer.get(word);
}
uint32_t bias_of(uint32_t word) {
  return sfu::format_bias.get(word);
}

}  // namespace

FakeMachine::Matrix FakeMachine::unpack_rows(const Operand& operand, uint32_t rows, uint32_t elements) {
  const uint32_t which = buffer_of(operand.format);
  uint32_t mask_at = operand.mask, code_at = operand.base;
  Matrix matrix(rows, std::vector<uint32_t>(elements));
  for (auto& row : matrix) {
    for (uint32_t first = 0; first < elements; first += mask_group, mask_at += 8) {
      uint64_t mask;
      std::memcpy(&mask, read_buffer(2 + which, mask_at, 8, "operand masks"), 8);
      for (uint32_t bit = 0; bit < mask_group; ++bit) {
        if ((mask >> bit & 1) != 0) row.at(first + bit) = *read_buffer(which, code_at++, 1, "operand codes");
      }
    }
  }
  return matrix;
}

FakeMachine::Matrix FakeMachine::operand_rows(const Operand& operand, uint32_t rows, uint32_t elements) {
  if (format_of(operand.format) == static_cast<uint32_t>(sfu::Format::packed)) {
    return unpack_rows(operand, rows, elements);
  }
  const bool wide = format_of(operand.format) == static_cast<uint32_t>(sfu::Format::wide);
  Matrix matrix(rows, std::vector<uint32_t>(elements));
  for (uint32_t row = 0; row < rows; ++row) {
    const uint8_t* from = read_buffer(buffer_of(operand.format), operand.base + row * operand.stride,
                                      elements * (wide ? 4 : 1), "operand row");
    for (uint32_t element = 0; element < elements; ++element) {
      matrix[row][element] = wide ? load_word(from + 4 * element) : from[element];
    }
  }
  return matrix;
}

void FakeMachine::write_output(const Operand& output, uint32_t row, uint32_t column, uint32_t value) {
  const bool wide = format_of(output.format) == static_cast<uint32_t>(sfu::Format::wide);
  const uint32_t size = wide ? 4 : 1;
  if ((column + 1) * size > output.stride) throw std::runtime_error("output rows overlap");
  std::memcpy(write_buffer(buffer_of(output.format), output.base + row * output.stride + column * size, size,
                           "output"),
              &value, size);
}

FakeMachine::Matrix FakeMachine::product_operand(uint32_t which, uint32_t rows, uint32_t reduction) {
  constexpr uint32_t base = memory_map::processing_unit;
  namespace pu = processing_unit;
  const uint32_t word = reg(base, which == 0 ? pu::operand0_format : pu::operand1_format);
  const Operand operand{(pu::format_packed.get(word) != 0 ? 2u : 0u) | which << 4,
                        reg(base, which == 0 ? pu::operand0_base : pu::operand1_base),
                        reg(base, which == 0 ? pu::operand0_stride : pu::operand1_stride),
                        reg(base, which == 0 ? pu::operand0_mask : pu::operand1_mask)};
  Matrix matrix = operand_rows(operand, rows, reduction);
  const uint32_t out_word = reg(base, pu::output_format);
  if (pu::output_buffer.get(out_word) == which && pu::mode_keep.get(reg(base, pu::mode)) == 0) {
    const uint32_t begin = operand.base, end = begin + (rows - 1) * operand.stride + reduction;
    const uint32_t out_begin = reg(base, pu::output_base);
    const uint32_t out_end = out_begin + reg(base, pu::rows) * reg(base, pu::output_stride);
    if (out_begin < end && begin < out_end) throw std::runtime_error("output overlaps an operand");
  }
  return matrix;
}

void FakeMachine::run_product() {
  constexpr uint32_t base = memory_map::processing_unit;
  namespace pu = processing_unit;
  const uint32_t rows = reg(base, pu::rows), columns = reg(base, pu::columns), mode = reg(base, pu::mode);
  const uint32_t reduction = reg(base, pu::reduction);
  if (rows == 0 || columns == 0 || reduction == 0) throw std::runtime_error("empty product");
  const uint32_t from = pu::mode_rows_from_decoder0.get(mode) != 0 ? 0 : 1;
  const auto a = product_operand(from, rows, reduction);
  const auto b = product_operand(1 - from, columns, reduction);
  const bool accumulate = pu::mode_accumulate.get(mode) != 0, keep = pu::mode_keep.get(mode) != 0;
  if ((accumulate || keep) && (rows > capabilities_.lanes || columns > capabilities_.lanes)) {
    throw std::runtime_error("kept accumulator larger than n x n");
  }
  if (accumulate && (rows != kept_rows_ || columns != kept_columns_)) {
    throw std::runtime_error("kept accumulator of another shape");
  }
  if (!accumulate) kept_.assign(size_t{rows} * columns, 0);
  kept_rows_ = rows;
  kept_columns_ = columns;
  const uint32_t out_word = reg(base, pu::output_format);
  const Operand output{pu::output_kind.get(out_word) | pu::output_buffer.get(out_word) << 4,
                       reg(base, pu::output_base), reg(base, pu::output_stride), 0};
  const uint32_t bias_axis = pu::mode_bias_axis.get(mode);
  const uint32_t formats[] = {reg(base, pu::operand0_format), reg(base, pu::operand1_format)};
  for (uint32_t row = 0; row < rows; ++row) {
    for (uint32_t column = 0; column < columns; ++column) {
      uint32_t& sum = kept_[size_t{row} * columns + column];
      for (uint32_t k = 0; k < reduction; ++k) sum += a[row][k] * b[column][k];
      if (keep) continue;
      int16_t bias = 0;
      if (bias_axis != 0) {
        const uint32_t index = bias_axis == 1 ? column : row;
        std::memcpy(&bias, read_buffer(auxiliary, reg(base, pu::bias_base) + 2 * index, 2, "channel bias"),
                    2);
      }
      const uint32_t scale =
          pu::mode_row_scale.get(mode) == 0
              ? reg(base, pu::scale)
              : load_word(read_buffer(auxiliary, reg(base, pu::row_scale_base) + 4 * row, 4, "row scale"));
      uint32_t value = toy::finish(
          sum, {scale, bias, bias_axis == 0 ? channel_bias_fraction_max : reg(base, pu::bias_fraction),
                pu::mode_activation.get(mode), pu::format_bias.get(formats[from]),
                pu::format_bias.get(formats[1 - from]), pu::output_bias.get(out_word)});
      if (format_of(output.format) == 0) value &= 0xff;
      write_output(output, row, column, value);
      observe(base, row, column, value);
    }
  }
  if (!keep) kept_rows_ = 0;
}

void FakeMachine::run_softmax() {
  constexpr uint32_t base = memory_map::softmax;
  const uint32_t mode = reg(base, softmax::mode), columns = reg(base, softmax::columns);
  const auto form = static_cast<SpanForm>(softmax::mode_span_form.get(mode));
  const Operand source{reg(base, softmax::source_format), reg(base, softmax::source_base),
                       reg(base, softmax::source_stride), 0};
  const Operand output{reg(base, softmax::output_format), reg(base, softmax::output_base),
                       reg(base, softmax::output_stride), 0};
  if (format_of(source.format) != 1) throw std::runtime_error("scores must be wide");
  const Matrix all_scores = operand_rows(source, reg(base, softmax::rows), columns);
  for (uint32_t row = 0; row < all_scores.size(); ++row) {
    const auto& scores = all_scores[row];
    uint32_t sum = 0;
    for (uint32_t column = 0; column < columns; ++column) {
      const uint32_t key = reg(base, softmax::first_key) + column;
      const uint32_t query = reg(base, softmax::first_row) + row;
      const uint32_t distance = key > query ? key - query : query - key;
      const uint32_t t = softmax::mode_by_position.get(mode) != 0 ? key : distance;
      uint32_t mask = 0x30;
      if (form != SpanForm::none) {
        mask = t < reg(base, softmax::span_length)
                   ? *read_buffer(auxiliary, reg(base, softmax::span_base) + t, 1, "mask codes")
                   : 0;
      }
      const bool reachable = key < reg(base, softmax::keys) && (form != SpanForm::in_span || mask != 0);
      const uint32_t weight = reachable ? toy::attention_weight(scores[column], mask) : 0;
      if (reachable) sum += toy::mix({scores[column], mask});
      write_output(output, row, column, weight);
      observe(base, row, column, weight);
    }
    const uint32_t scale = toy::row_scale(sum);
    std::memcpy(write_buffer(auxiliary, reg(base, softmax::row_scale_base) + 4 * row, 4, "row scale"), &scale,
                4);
  }
}

void FakeMachine::run_layernorm() {
  constexpr uint32_t base = memory_map::layernorm;
  const uint32_t features = reg(base, layernorm::features);
  const Operand a{reg(base, layernorm::a_format), reg(base, layernorm::a_base),
                  reg(base, layernorm::a_stride), 0};
  const Operand b{reg(base, layernorm::b_format), reg(base, layernorm::b_base),
                  reg(base, layernorm::b_stride), 0};
  const Operand output{reg(base, layernorm::output_format), reg(base, layernorm::output_base),
                       reg(base, layernorm::output_stride), 0};
  const uint32_t biases = reg(base, layernorm::parameter_biases);
  const uint8_t* gamma = read_buffer(auxiliary, reg(base, layernorm::gamma_base), features, "gamma");
  const uint8_t* beta = read_buffer(auxiliary, reg(base, layernorm::beta_base), features, "beta");
  const uint32_t rows = reg(base, layernorm::rows);
  const Matrix left = operand_rows(a, rows, features), right = operand_rows(b, rows, features);
  for (uint32_t row = 0; row < rows; ++row) {
    std::vector<uint32_t> sums(features);
    uint32_t total = 0;
    for (uint32_t each = 0; each < features; ++each) {
      sums[each] = toy::add(left[row][each], bias_of(a.format), right[row][each], bias_of(b.format));
      total += sums[each];
    }
    for (uint32_t each = 0; each < features; ++each) {
      const uint32_t value = toy::normalise(
          sums[each], total,
          {gamma[each], layernorm::gamma_bias.get(biases), beta[each], layernorm::beta_bias.get(biases),
           reg(base, layernorm::epsilon), bias_of(output.format)});
      write_output(output, row, each, value);
      observe(base, row, each, value);
    }
  }
}

void FakeMachine::run_add() {
  constexpr uint32_t base = memory_map::element_add;
  const uint32_t features = reg(base, element_add::features);
  const Operand a{reg(base, element_add::a_format), reg(base, element_add::a_base),
                  reg(base, element_add::a_stride), reg(base, element_add::a_mask)};
  const Operand b{reg(base, element_add::b_format), reg(base, element_add::b_base),
                  reg(base, element_add::b_stride), reg(base, element_add::b_mask)};
  const Operand output{reg(base, element_add::output_format), reg(base, element_add::output_base),
                       reg(base, element_add::output_stride), 0};
  const uint32_t rows = reg(base, element_add::rows);
  const Matrix left = operand_rows(a, rows, features), right = operand_rows(b, rows, features);
  for (uint32_t row = 0; row < rows; ++row) {
    for (uint32_t each = 0; each < features; ++each) {
      const uint32_t value =
          toy::add(left[row][each], bias_of(a.format), right[row][each], bias_of(b.format));
      write_output(output, row, each, value);
      observe(base, row, each, value);
    }
  }
}

void FakeMachine::run_early_exit() {
  constexpr uint32_t base = memory_map::early_exit;
  const auto command = static_cast<early_exit::Command>(reg(base, early_exit::mode));
  if (command == early_exit::Command::predict) return run_prediction();
  if (command == early_exit::Command::test) return run_test();
  const Operand source{reg(base, early_exit::source_format), reg(base, early_exit::source_base), 0, 0};
  const uint32_t entropy = toy::entropy(operand_rows(source, 1, reg(base, early_exit::classes))[0]);
  registers_[base + early_exit::entropy.offset] = entropy;
  registers_[base + early_exit::decision.offset] = entropy < reg(base, early_exit::threshold) ? 1 : 0;
  observe(base, 0, 0, entropy);
}

void FakeMachine::run_prediction() {
  constexpr uint32_t base = memory_map::early_exit;
  const uint32_t rows = reg(base, early_exit::lut_rows), columns = reg(base, early_exit::lut_columns);
  const uint32_t entropy = reg(base, early_exit::entropy), threshold = reg(base, early_exit::threshold);
  const uint8_t* bytes =
      read_buffer(4, reg(base, early_exit::lut_base), rows * (columns + 1) * 4, "exit table");
  std::vector<uint32_t> words(rows * (columns + 1));
  std::memcpy(words.data(), bytes, words.size() * 4);
  const auto distance = [&](uint32_t row) {
    return std::abs(int64_t{words[row * (columns + 1)]} - int64_t{entropy});
  };
  uint32_t nearest = 0;
  for (uint32_t row = 1; row < rows; ++row) nearest = distance(row) < distance(nearest) ? row : nearest;
  uint32_t index = 0;
  while (index + 1 < columns && words[nearest * (columns + 1) + 1 + index] >= threshold) ++index;
  registers_[base + early_exit::predicted_index.offset] = index;
}

void FakeMachine::run_test() {
  constexpr uint32_t base = memory_map::early_exit;
  const uint32_t entropy = reg(base, early_exit::test_entropy), cycles = reg(base, early_exit::test_cycles);
  registers_[base + early_exit::entropy.offset] = entropy;
  registers_[base + early_exit::decision.offset] = entropy < reg(base, early_exit::threshold) ? 1 : 0;
  accelerator_now += cycles;
  core_now += uint64_t{cycles} * core_kilohertz / reg(memory_map::dvfs, dvfs::current_frequency);
}

void FakeMachine::run_dvfs() {
  constexpr uint32_t base = memory_map::dvfs;
  const uint32_t rows = reg(base, dvfs::lut_rows), target = reg(base, dvfs::target_frequency);
  std::vector<dvfs::LutRow> table(rows);
  std::memcpy(table.data(), read_buffer(4, reg(base, dvfs::lut_base), rows * 8, "V/f table"), rows * 8);
  uint32_t row = 0;
  while (row < rows && table[row].kilohertz < target) ++row;
  if (row == rows) throw std::runtime_error("frequency above the V/f table");
  registers_[base + dvfs::current_frequency.offset] = target;
  registers_[base + dvfs::current_voltage.offset] = table[row].microvolts;
  core_now += transition_core_cycles;
}

}  // namespace edgebert::firmware_test
