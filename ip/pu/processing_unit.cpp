// SPDX-License-Identifier: Apache-2.0
#include "ip/pu/processing_unit.hpp"

#include <cstring>

#include "ip/pu/bit_mask.hpp"

namespace edgebert {

namespace regs = processing_unit;
using regs::BiasAxis;
using regs::OutputKind;

ProcessingUnit::ProcessingUnit(sc_core::sc_module_name name, const Parameters& parameters,
                               std::array<DecoderBuffers, 2>& decoders, ScratchBuffer& auxiliary,
                               const ClockDomain& clock)
    : Unit(name, unit::Kind::processing_unit, regs::map, clock),
      parameters_(parameters),
      decoders_(decoders),
      auxiliary_(auxiliary) {}

void ProcessingUnit::start() {
  const std::uint32_t mode = registers[regs::mode];
  const bool keep = regs::mode_keep.get(mode) != 0;
  const Output output = output_place();
  const product::Shape shape{.rows = registers[regs::rows],
                             .columns = registers[regs::columns],
                             .reduction = registers[regs::reduction],
                             .wide_output = output.kind == OutputKind::wide,
                             .drains = !keep};
  if (const auto error = check_format()) return fail(*error);
  if (const auto error = check_shape(shape)) return fail(*error);
  Decoded decoded[2];
  const unsigned row_decoder = regs::mode_rows_from_decoder0.get(mode) != 0 ? 0 : 1;
  for (const unsigned decoder : {0u, 1u}) {
    const bool is_rows = decoder == row_decoder;
    if (const auto error = decode(decoder, is_rows ? product::Role::rows : product::Role::columns,
                                  is_rows ? shape.rows : shape.columns, shape.reduction, decoded[decoder])) {
      return fail(*error);
    }
  }
  const product::Operand& row_operand = decoded[row_decoder].operand;
  const product::Operand& column_operand = decoded[1 - row_decoder].operand;
  product::Epilogue epilogue{};
  if (!keep) {
    if (const auto error = check_output(shape, output, decoded[output.buffer])) return fail(*error);
    if (const auto error = fill_epilogue(shape, epilogue)) return fail(*error);
  }

  const bool accumulate = regs::mode_accumulate.get(mode) != 0;
  if (!accumulate) accumulator_.clear(shape.rows, shape.columns);
  accumulator_.add(row_operand, column_operand);
  const std::uint64_t useful = product::useful_products(row_operand, column_operand);
  const Cycles cycles = product::product_cycles(shape, parameters_.lanes, parameters_.preset);
  kept_reduction_ = keep ? (accumulate ? kept_reduction_ : 0) + shape.reduction : 0;
  if (keep) return complete_after(cycles, [this, shape, useful] { count(shape, useful); });
  Result result = encode(epilogue, output);
  complete_after(cycles, [this, shape, output, useful, result = std::move(result)] {
    write_output(shape, output, result);
    count(shape, useful);
    counters.add("working_saturations", result.working_saturations);
    counters.add("code_saturations", result.code_saturations);
    if (observer) {
      observer(tile(shape.rows, shape.columns,
                    shape.wide_output ? Tile::Format::wide : Tile::Format::adaptivfloat, result.values));
    }
  });
}

ProcessingUnit::OperandPlace ProcessingUnit::operand_place(unsigned decoder) const {
  if (decoder == 0) {
    return {registers[regs::operand0_base], registers[regs::operand0_stride], registers[regs::operand0_mask],
            registers[regs::operand0_format]};
  }
  return {registers[regs::operand1_base], registers[regs::operand1_stride], registers[regs::operand1_mask],
          registers[regs::operand1_format]};
}

ProcessingUnit::Output ProcessingUnit::output_place() const {
  const std::uint32_t format = registers[regs::output_format];
  return {static_cast<OutputKind>(regs::output_kind.get(format)),
          regs::output_buffer.get(format),
          regs::output_bias.get(format),
          registers[regs::output_base],
          registers[regs::output_stride],
          registers[regs::output_mask]};
}

std::optional<regs::Error> ProcessingUnit::check_format() const {
  const std::uint32_t mode = registers[regs::mode];
  const bool known = regs::mode_activation.get(mode) <= static_cast<std::uint32_t>(Activation::tanh) &&
                     regs::mode_bias_axis.get(mode) <= static_cast<std::uint32_t>(BiasAxis::row) &&
                     output_place().kind <= OutputKind::packed && registers[regs::scale] <= scale_one &&
                     registers[regs::bias_fraction] <= channel_bias_fraction_max;
  return known ? std::nullopt : std::optional(Error::bad_format);
}

std::optional<regs::Error> ProcessingUnit::check_shape(const product::Shape& shape) const {
  const std::uint32_t mode = registers[regs::mode];
  const bool accumulate = regs::mode_accumulate.get(mode) != 0;
  const std::uint64_t summed = std::uint64_t{shape.reduction} + (accumulate ? kept_reduction_ : 0);
  if (shape.rows == 0 || shape.columns == 0 || shape.reduction == 0 || summed > reduction_max)
    return Error::bad_shape;
  if (accumulate && (kept_reduction_ == 0 || accumulator_.rows() != shape.rows ||
                     accumulator_.columns() != shape.columns)) {
    return Error::keep_exceeds_lanes;
  }
  if (!shape.drains && (shape.rows > parameters_.lanes || shape.columns > parameters_.lanes))
    return Error::keep_exceeds_lanes;
  return std::nullopt;
}

std::optional<regs::Error> ProcessingUnit::check_output(const product::Shape& shape, const Output& output,
                                                        const Decoded& neighbour) const {
  const std::uint64_t row_bytes = std::uint64_t{shape.columns} * (shape.wide_output ? 4 : 1);
  // A packed result is checked for its largest size, every element not zero.
  const std::uint32_t stride = output.kind == OutputKind::packed ? shape.columns : output.stride;
  const DecoderBuffers& decoder = decoders_[output.buffer];
  if (!decoder.data.contains(output.base, shape.rows, stride, row_bytes)) return Error::output_outside_buffer;
  const std::uint32_t mask_bytes = 8 * bit_mask::groups(shape.columns);
  if (output.kind == OutputKind::packed &&
      !decoder.mask.contains(output.mask, shape.rows, mask_bytes, mask_bytes)) {
    return Error::output_outside_buffer;
  }
  const std::uint64_t output_bytes = std::uint64_t{shape.rows - 1} * stride + row_bytes;
  const std::uint64_t operand_base = operand_place(output.buffer).base;
  const bool apart =
      output.base + output_bytes <= operand_base || operand_base + neighbour.data_bytes <= output.base;
  return apart ? std::nullopt : std::optional(Error::output_overlaps_operand);
}

std::optional<regs::Error> ProcessingUnit::decode(unsigned decoder, product::Role role, std::uint32_t rows,
                                                  std::uint32_t reduction, Decoded& decoded) const {
  const OperandPlace place = operand_place(decoder);
  const DecoderBuffers& buffers = decoders_[decoder];
  const Error outside = decoder == 0 ? Error::operand0_outside_buffer : Error::operand1_outside_buffer;
  if (regs::format_packed.get(place.format) == 0) {
    if (!buffers.data.contains(place.base, rows, place.stride, reduction)) return outside;
    decoded.operand.decode(role, buffers.data.read(place.base, buffers.data.size() - place.base), rows,
                           reduction, place.stride);
    decoded.data_bytes = std::uint64_t{rows - 1} * place.stride + reduction;
    return std::nullopt;
  }
  const std::uint32_t mask_bytes = 8 * bit_mask::groups(reduction);
  if (!buffers.mask.contains(place.mask, rows, mask_bytes, mask_bytes) || place.base > buffers.data.size())
    return outside;
  const auto consumed = decoded.operand.unpack(
      role, buffers.mask.read(place.mask, std::size_t{rows} * mask_bytes),
      buffers.data.read(place.base, buffers.data.size() - place.base), rows, reduction);
  if (!consumed) return decoder == 0 ? Error::operand0_mask_disagrees : Error::operand1_mask_disagrees;
  decoded.data_bytes = *consumed;
  return std::nullopt;
}

std::optional<regs::Error> ProcessingUnit::fill_epilogue(const product::Shape& shape,
                                                         product::Epilogue& epilogue) {
  const std::uint32_t mode = registers[regs::mode];
  const std::uint32_t biases = regs::format_bias.get(registers[regs::operand0_format]) +
                               regs::format_bias.get(registers[regs::operand1_format]);
  epilogue.shift = 16 - static_cast<int>(biases);
  epilogue.scale = registers[regs::scale];
  epilogue.bias_fraction = registers[regs::bias_fraction];
  epilogue.activation = static_cast<Activation>(regs::mode_activation.get(mode));
  if (regs::mode_row_scale.get(mode) != 0) {
    const std::uint32_t base = registers[regs::row_scale_base];
    if (!auxiliary_.contains(base, shape.rows, 4, 4)) return Error::parameters_outside_auxiliary;
    row_scales_.resize(shape.rows);
    std::memcpy(row_scales_.data(), auxiliary_.read(base, shape.rows * 4).data(), shape.rows * 4);
    // The multiplier is 21 bits wide.
    for (std::uint32_t& scale : row_scales_) scale &= 2 * scale_one - 1;
    epilogue.row_scales = row_scales_;
  }
  const auto axis = static_cast<BiasAxis>(regs::mode_bias_axis.get(mode));
  if (axis != BiasAxis::none) {
    const std::uint32_t base = registers[regs::bias_base];
    const std::uint32_t channels = axis == BiasAxis::row ? shape.rows : shape.columns;
    if (!auxiliary_.contains(base, channels, 2, 2)) return Error::parameters_outside_auxiliary;
    channel_biases_.resize(channels);
    std::memcpy(channel_biases_.data(), auxiliary_.read(base, channels * 2).data(), channels * 2);
    (axis == BiasAxis::row ? epilogue.row_biases : epilogue.column_biases) = channel_biases_;
  }
  return std::nullopt;
}

ProcessingUnit::Result ProcessingUnit::encode(const product::Epilogue& epilogue, const Output& output) const {
  Result result;
  result.values.resize(std::size_t{accumulator_.rows()} * accumulator_.columns());
  product::Statistics statistics;
  if (output.kind == OutputKind::wide) {
    product::finish_wide(accumulator_, epilogue, result.values, statistics);
  } else {
    std::vector<std::uint8_t> codes(result.values.size());
    product::finish_codes(accumulator_, epilogue, output.bias, codes, statistics);
    result.values.assign(codes.begin(), codes.end());
  }
  result.working_saturations = statistics.working_saturations;
  result.code_saturations = statistics.code_saturations;
  return result;
}

void ProcessingUnit::write_output(const product::Shape& shape, const Output& output, const Result& result) {
  DecoderBuffers& decoder = decoders_[output.buffer];
  if (output.kind == OutputKind::wide) {
    for (std::uint32_t r = 0; r < shape.rows; ++r) {
      const auto* row =
          reinterpret_cast<const std::uint8_t*>(result.values.data() + std::size_t{r} * shape.columns);
      decoder.data.write(output.base + std::size_t{r} * output.stride, {row, std::size_t{shape.columns} * 4});
    }
    return;
  }
  const std::vector<std::uint8_t> codes(result.values.begin(), result.values.end());
  if (output.kind == OutputKind::packed) {
    const bit_mask::Packed packed = bit_mask::pack(codes, shape.rows, shape.columns);
    decoder.mask.write(output.mask,
                       {reinterpret_cast<const std::uint8_t*>(packed.masks.data()), packed.masks.size() * 8});
    decoder.data.write(output.base, packed.data);
    registers.set(regs::output_bytes, static_cast<std::uint32_t>(packed.data.size()));
    return;
  }
  for (std::uint32_t r = 0; r < shape.rows; ++r) {
    decoder.data.write(output.base + std::size_t{r} * output.stride,
                       std::span(codes).subspan(std::size_t{r} * shape.columns, shape.columns));
  }
}

void ProcessingUnit::count(const product::Shape& shape, std::uint64_t useful) {
  const std::uint64_t macs = std::uint64_t{shape.rows} * shape.columns * shape.reduction;
  counters.add("macs", macs);
  counters.add("macs_gated", macs - useful);
  counters.add("mac_slots", product::mac_slots(shape, parameters_.lanes));
  counters.add("output_elements", shape.drains ? std::uint64_t{shape.rows} * shape.columns : 0);
}

}  // namespace edgebert
