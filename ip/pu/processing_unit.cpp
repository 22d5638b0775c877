// SPDX-License-Identifier: Apache-2.0
#include "ip/pu/processing_unit.hpp"

#include <cstring>

#include "ip/common/copy_rows.hpp"
#include "ip/numerics/functions.hpp"
#include "ip/pu/bit_mask.hpp"
#include "ip/pu/product_ports.hpp"

namespace edgebert {

namespace regs = processing_unit;
using regs::BiasAxis;
using regs::OutputKind;
using Use = ScratchBuffer::Use;

ProcessingUnit::ProcessingUnit(sc_core::sc_module_name name, const Parameters& parameters,
                               std::array<DecoderBuffers, 2>& decoders, ScratchBuffer& auxiliary,
                               const ClockDomain& clock)
    : Unit(name, unit::Kind::processing_unit, regs::map, clock),
      parameters_(parameters),
      decoders_(decoders),
      auxiliary_(auxiliary) {
  numerics::prepare_activations();
}

void ProcessingUnit::start() {
  const std::uint32_t mode = registers[regs::mode];
  const bool keep = regs::mode_keep.get(mode) != 0;
  const bool accumulate = regs::mode_accumulate.get(mode) != 0;
  const Output output = output_place();
  const product::Shape shape{.rows = registers[regs::rows],
                             .columns = registers[regs::columns],
                             .reduction = registers[regs::reduction],
                             .wide_output = output.wide(),
                             .drains = !keep};
  if (const auto error = check_format()) return fail(*error);
  if (const auto error = check_arithmetic()) return fail(*error);
  if (const auto error = check_shape(shape)) return fail(*error);
  operands_.keep_within_budget();
  Decoded decoded[2];
  const unsigned row_decoder = regs::mode_rows_from_decoder0.get(mode) != 0 ? 0 : 1;
  for (const unsigned decoder : {0u, 1u}) {
    const bool gives_rows = decoder == row_decoder;
    const std::uint32_t rows = gives_rows ? shape.rows : shape.columns;
    const product::Role role = gives_rows ? product::Role::rows : product::Role::columns;
    if (const auto error = decode(decoder, role, rows, shape.reduction, decoded[decoder]))
      return fail(*error);
    if (!claim_operand(decoder, rows, shape.reduction, decoded[decoder]))
      return fail(unit::Error::buffer_in_use);
  }
  product::Epilogue epilogue{};
  if (!keep) {
    if (const auto error = check_output(shape, output, decoded[output.buffer])) return fail(*error);
    if (!claim_output(shape, output)) return fail(unit::Error::buffer_in_use);
    if (const auto error = fill_epilogue(shape, epilogue)) return fail(*error);
    if (!claim_parameters(epilogue)) return fail(unit::Error::buffer_in_use);
  }

  const product::Operand& row_operand = *decoded[row_decoder].operand;
  const product::Operand& column_operand = *decoded[1 - row_decoder].operand;
  if (!accumulate) accumulator_.clear(shape.rows, shape.columns);
  accumulator_.add(row_operand, column_operand);
  running_ = {shape, output, product::useful_products(row_operand, column_operand), {}};
  kept_reduction_ = (accumulate ? kept_reduction_ : 0) + shape.reduction;
  kept_ = keep;
  if (!keep) finish_sums(epilogue);
  for (DecoderBuffers& decoder : decoders_)
    use_port(decoder.data, product::operand_port_cycles(shape, parameters_.lanes));
  use_port(decoders_[output.buffer].data, product::output_port_cycles(shape, parameters_.lanes));
  complete_after(product::product_cycles(shape, parameters_.lanes, parameters_.costs));
}

void ProcessingUnit::finish_sums(const product::Epilogue& epilogue) {
  auto& [shape, output, useful, statistics] = running_;
  const std::size_t elements = std::size_t{shape.rows} * shape.columns;
  if (output.wide()) {
    words_.resize(elements);
    return product::finish_wide(accumulator_, epilogue, words_, statistics);
  }
  codes_.resize(elements);
  if (parameters_.arithmetic == product::Arithmetic::published) {
    product::finish_published(accumulator_, published_epilogue(output), codes_);
  } else {
    product::finish_codes(accumulator_, epilogue, output.bias, codes_, statistics);
  }
}

void ProcessingUnit::finish() {
  const auto& [shape, output, useful, statistics] = running_;
  const Work done = work();
  macs_ += done.macs;
  macs_gated_ += done.macs_gated;
  mac_slots_ += product::mac_slots(shape, parameters_.lanes);
  if (!shape.drains) return;
  write_output();
  output_elements_ += done.elements;
  working_saturations_ += statistics.working_saturations;
  code_saturations_ += statistics.code_saturations;
  if (observer) show_output();
}

Work ProcessingUnit::work() const {
  const product::Shape& shape = running_.shape;
  const std::uint64_t elements = std::uint64_t{shape.rows} * shape.columns;
  const std::uint64_t macs = elements * shape.reduction;
  return {.macs = macs, .macs_gated = macs - running_.useful, .elements = shape.drains ? elements : 0};
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

std::optional<regs::Error> ProcessingUnit::check_arithmetic() const {
  if (parameters_.arithmetic == product::Arithmetic::exact) return std::nullopt;
  const std::uint32_t mode = registers[regs::mode];
  const auto activation = static_cast<Activation>(regs::mode_activation.get(mode));
  const bool known = regs::mode_keep.get(mode) == 0 && regs::mode_accumulate.get(mode) == 0 &&
                     regs::mode_row_scale.get(mode) == 0 &&
                     static_cast<BiasAxis>(regs::mode_bias_axis.get(mode)) == BiasAxis::none &&
                     (activation == Activation::none || activation == Activation::relu) &&
                     registers[regs::scale] == scale_one && output_place().kind == OutputKind::adaptivfloat;
  return known ? std::nullopt : std::optional(Error::not_in_published_arithmetic);
}

product::PublishedEpilogue ProcessingUnit::published_epilogue(const Output& output) const {
  const std::uint32_t word = registers[regs::published_epilogue];
  const auto activation = static_cast<Activation>(regs::mode_activation.get(registers[regs::mode]));
  return {.shift = regs::published_shift.get(word),
          .adds_bias = regs::published_adds_bias.get(word) != 0,
          .bias = static_cast<std::int8_t>(regs::published_bias.get(word)),
          .relu = activation == Activation::relu,
          .output_bias = output.bias};
}

std::optional<regs::Error> ProcessingUnit::check_shape(const product::Shape& shape) const {
  const std::uint32_t mode = registers[regs::mode];
  const bool accumulate = regs::mode_accumulate.get(mode) != 0;
  const std::uint64_t summed = std::uint64_t{shape.reduction} + (accumulate && kept_ ? kept_reduction_ : 0);
  if (shape.rows == 0 || shape.columns == 0 || shape.reduction == 0 || summed > reduction_max)
    return Error::bad_shape;
  const bool continues =
      kept_ && accumulator_.rows() == shape.rows && accumulator_.columns() == shape.columns;
  if (accumulate && !continues) return Error::keep_exceeds_lanes;
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
                                                  std::uint32_t reduction, Decoded& decoded) {
  const OperandPlace place = operand_place(decoder);
  const bool packed = regs::format_packed.get(place.format) != 0;
  const OperandCache::View view{role, packed, 0, rows, reduction, packed ? 0 : place.stride};
  return packed ? decode_packed(decoder, place, view, decoded) : decode_dense(decoder, place, view, decoded);
}

std::optional<regs::Error> ProcessingUnit::decode_dense(unsigned decoder, const OperandPlace& place,
                                                        const OperandCache::View& view, Decoded& decoded) {
  const ScratchBuffer& data = decoders_[decoder].data;
  if (!data.contains(place.base, view.rows, view.stride, view.reduction))
    return decoder == 0 ? Error::operand0_outside_buffer : Error::operand1_outside_buffer;
  decoded.data_bytes = std::uint64_t{view.rows - 1} * view.stride + view.reduction;
  const std::span codes = data.read(place.base, decoded.data_bytes);
  const ScratchBuffer::Stamped source = data.stamped(place.base, place.base + decoded.data_bytes);
  if (source.stamp == nullptr || !source.stamp->covers_rows(source.offset, view.reduction, view.stride)) {
    unstamped_[decoder].decode(view.role, codes, view.rows, view.reduction, view.stride);
    decoded.operand = &unstamped_[decoder];
    return std::nullopt;
  }
  OperandCache::View at = view;
  at.offset = static_cast<std::uint32_t>(source.offset);
  OperandCache::Entry& entry = operands_.find(*source.stamp, at);
  if (!entry.valid) entry.operand.decode(view.role, codes, view.rows, view.reduction, view.stride);
  entry.valid = true;
  decoded.operand = &entry.operand;
  return std::nullopt;
}

std::optional<regs::Error> ProcessingUnit::decode_packed(unsigned decoder, const OperandPlace& place,
                                                         const OperandCache::View& view, Decoded& decoded) {
  const DecoderBuffers& buffers = decoders_[decoder];
  const std::uint32_t row_masks = 8 * bit_mask::groups(view.reduction);
  if (!buffers.mask.contains(place.mask, view.rows, row_masks, row_masks) || place.base > buffers.data.size())
    return decoder == 0 ? Error::operand0_outside_buffer : Error::operand1_outside_buffer;
  const std::size_t mask_bytes = std::size_t{view.rows} * row_masks;
  // Masks and data of one load, read from its beginning.
  const ScratchBuffer::Stamped source = buffers.mask.stamped(place.mask, place.mask + mask_bytes);
  const ScratchBuffer::Stamped codes = buffers.data.stamped(place.base, place.base + 1);
  const bool whole = source.stamp != nullptr && codes.stamp != nullptr && source.offset == 0 &&
                     codes.offset == 0 && *source.stamp == *codes.stamp;
  OperandCache::Entry* entry = whole ? &operands_.find(*source.stamp, view) : nullptr;
  product::Operand& operand = whole ? entry->operand : unstamped_[decoder];
  decoded.operand = &operand;
  if (whole && entry->valid) {
    decoded.data_bytes = entry->data_bytes;
    return std::nullopt;
  }
  const auto consumed = operand.unpack(view.role, buffers.mask.read(place.mask, mask_bytes),
                                       buffers.data.read(place.base, buffers.data.size() - place.base),
                                       view.rows, view.reduction);
  if (!consumed) return decoder == 0 ? Error::operand0_mask_disagrees : Error::operand1_mask_disagrees;
  decoded.data_bytes = *consumed;
  if (whole) {
    entry->data_bytes = *consumed;
    entry->valid = true;
  }
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

bool ProcessingUnit::claim_operand(unsigned decoder, std::uint32_t rows, std::uint32_t reduction,
                                   const Decoded& decoded) {
  const OperandPlace place = operand_place(decoder);
  DecoderBuffers& buffers = decoders_[decoder];
  const std::uint32_t mask_bytes =
      regs::format_packed.get(place.format) != 0 ? 8 * rows * bit_mask::groups(reduction) : 0;
  return claim(buffers.data, place.base, 1, 0, decoded.data_bytes, Use::reads) &&
         claim(buffers.mask, place.mask, 1, 0, mask_bytes, Use::reads);
}

bool ProcessingUnit::claim_parameters(const product::Epilogue& epilogue) {
  const std::size_t biases = epilogue.row_biases.size() + epilogue.column_biases.size();
  return claim(auxiliary_, registers[regs::row_scale_base], epilogue.row_scales.size(), 4, 4, Use::reads) &&
         claim(auxiliary_, registers[regs::bias_base], biases, 2, 2, Use::reads);
}

/// A packed result claims its largest size, every element not zero.
bool ProcessingUnit::claim_output(const product::Shape& shape, const Output& output) {
  DecoderBuffers& buffers = decoders_[output.buffer];
  const bool packed = output.kind == OutputKind::packed;
  const std::uint32_t row_bytes = shape.columns * (output.wide() ? 4 : 1);
  const std::uint32_t mask_bytes = packed ? 8 * shape.rows * bit_mask::groups(shape.columns) : 0;
  return claim(buffers.data, output.base, shape.rows, packed ? row_bytes : output.stride, row_bytes,
               Use::writes) &&
         claim(buffers.mask, output.mask, 1, 0, mask_bytes, Use::writes);
}

void ProcessingUnit::write_output() {
  const auto& [shape, output, useful, statistics] = running_;
  if (output.kind == OutputKind::packed) {
    const bit_mask::Packed packed = bit_mask::pack(codes_, shape.rows, shape.columns);
    decoders_[output.buffer].mask.write(
        output.mask, {reinterpret_cast<const std::uint8_t*>(packed.masks.data()), packed.masks.size() * 8});
    decoders_[output.buffer].data.write(output.base, packed.data);
    registers.set(regs::output_bytes, static_cast<std::uint32_t>(packed.data.size()));
  } else if (output.wide()) {
    write_rows({reinterpret_cast<const std::uint8_t*>(words_.data()), words_.size() * 4});
  } else {
    write_rows(codes_);
  }
}

void ProcessingUnit::write_rows(std::span<const std::uint8_t> bytes) {
  const auto& [shape, output, useful, statistics] = running_;
  const std::size_t row_bytes = bytes.size() / shape.rows;
  const std::size_t extent = std::size_t{shape.rows - 1} * output.stride + row_bytes;
  const std::span to = decoders_[output.buffer].data.overwrite_some(output.base, extent);
  copy_rows({to.data(), output.stride}, {bytes.data(), row_bytes}, row_bytes, shape.rows);
}

void ProcessingUnit::show_output() const {
  const auto& [shape, output, useful, statistics] = running_;
  if (output.wide()) return observer(tile(shape.rows, shape.columns, Tile::Format::wide, words_));
  observer(tile(shape.rows, shape.columns, Tile::Format::adaptivfloat,
                std::vector<std::int32_t>(codes_.begin(), codes_.end()), output.bias));
}

}  // namespace edgebert
