// SPDX-License-Identifier: Apache-2.0
// Reader and writer of the safetensors container. The header is read as a stream of JSON events into the few
// fields it may have, so neither depth nor duplicates nor numbers of other kinds get past it.
#include "contract/safetensors.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <optional>
#include <set>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace edgebert {

static_assert(std::endian::native == std::endian::little, "tensor bytes are used as they stand in the file");

namespace {

constexpr std::size_t length_bytes = 8;
constexpr std::size_t rank_max = 8;
constexpr const char* metadata_key = "__metadata__";

struct TypeName {
  DType type;
  const char* name;
  std::size_t bytes;
};
constexpr std::array type_names{
    TypeName{DType::f64, "F64", 8},     TypeName{DType::f32, "F32", 4}, TypeName{DType::f16, "F16", 2},
    TypeName{DType::bf16, "BF16", 2},   TypeName{DType::i64, "I64", 8}, TypeName{DType::i32, "I32", 4},
    TypeName{DType::i16, "I16", 2},     TypeName{DType::i8, "I8", 1},   TypeName{DType::u64, "U64", 8},
    TypeName{DType::u32, "U32", 4},     TypeName{DType::u16, "U16", 2}, TypeName{DType::u8, "U8", 1},
    TypeName{DType::boolean, "BOOL", 1}};

const TypeName& entry_of(DType type) {
  return *std::find_if(type_names.begin(), type_names.end(),
                       [&](const TypeName& t) { return t.type == type; });
}

/// A name from the file as one printable line.
std::string printable(const std::string& name) {
  constexpr std::size_t shown = 120;
  std::string text = nlohmann::json(name).dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
  if (text.size() > shown) text = text.substr(0, shown) + "...\"";
  return text;
}

struct HeaderEntry {
  std::optional<std::string> dtype;
  std::optional<std::vector<std::uint64_t>> shape;
  std::optional<std::vector<std::uint64_t>> offsets;
};

/// JSON events of a header; `fault` says why parsing stopped.
class HeaderReader : public nlohmann::json_sax<nlohmann::json> {
 public:
  std::map<std::string, HeaderEntry> entries;
  std::map<std::string, std::string> metadata;
  std::string fault;

  bool null() override { return refuse("null"); }
  bool boolean(bool) override { return refuse("a boolean"); }
  bool number_integer(number_integer_t) override { return refuse("a negative number"); }
  bool number_float(number_float_t, const string_t&) override {
    return refuse("a number that is not an integer");
  }
  bool binary(binary_t&) override { return refuse("binary data"); }

  bool number_unsigned(number_unsigned_t value) override {
    if (numbers_ == nullptr) return refuse("a number");
    if (numbers_->size() == rank_max) return refuse(fmt::format("more than {} numbers", rank_max));
    numbers_->push_back(value);
    return true;
  }

  bool string(string_t& value) override {
    if (depth_ == 2 && in_metadata_) {
      metadata[key_] = std::move(value);
      return true;
    }
    if (depth_ == 2 && numbers_ == nullptr && key_ == "dtype") {
      entries[tensor_].dtype = std::move(value);
      return true;
    }
    return refuse("a string");
  }

  bool start_object(std::size_t) override {
    if (depth_ >= 2 || numbers_ != nullptr) return refuse("an object");
    ++depth_;
    fields_.clear();
    return true;
  }

  bool end_object() override {
    --depth_;
    in_metadata_ = false;
    return true;
  }

  bool start_array(std::size_t) override {
    const bool wanted = depth_ == 2 && !in_metadata_ && numbers_ == nullptr;
    if (wanted && key_ == "shape") {
      numbers_ = &entries[tensor_].shape.emplace();
    } else if (wanted && key_ == "data_offsets") {
      numbers_ = &entries[tensor_].offsets.emplace();
    } else {
      return refuse("an array");
    }
    return true;
  }

  bool end_array() override {
    numbers_ = nullptr;
    return true;
  }

  bool key(string_t& value) override {
    key_ = value;
    if (depth_ == 1) {
      tensor_ = value;
      in_metadata_ = value == metadata_key;
      const bool first =
          in_metadata_ ? !std::exchange(metadata_seen_, true) : entries.try_emplace(value).second;
      if (!first) fault = fmt::format("tensor {} occurs twice in the header", printable(value));
      return first;
    }
    if (!fields_.insert(value).second) {
      fault =
          fmt::format("key {} of tensor {} occurs twice in the header", printable(value), printable(tensor_));
      return false;
    }
    if (!in_metadata_ && value != "dtype" && value != "shape" && value != "data_offsets") {
      fault = fmt::format("tensor {} has the unknown key {}", printable(tensor_), printable(value));
      return false;
    }
    return true;
  }

  bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception&) override {
    fault = fmt::format("the header is not valid JSON at its byte {}", position);
    return false;
  }

 private:
  bool refuse(const std::string& found) {
    fault = depth_ == 0 ? fmt::format("the header is {}, not a JSON object", found)
                        : fmt::format("tensor {} has {} where it does not belong (key {})",
                                      printable(tensor_), found, printable(key_));
    return false;
  }

  unsigned depth_ = 0;
  bool in_metadata_ = false;
  bool metadata_seen_ = false;
  std::string tensor_;
  std::string key_;
  std::set<std::string> fields_;
  std::vector<std::uint64_t>* numbers_ = nullptr;
};

Error malformed(const std::string& origin, const std::string& what) {
  return Error(Failure::image, fmt::format("{}: not a usable safetensors file: {}", origin, what));
}

/// The header's JSON text, bounded by the file.
std::span<const std::uint8_t> header_of(std::span<const std::uint8_t> bytes, const std::string& origin) {
  if (bytes.size() < length_bytes) {
    throw malformed(
        origin, fmt::format("it has {} bytes, fewer than the 8 of the header length; the file is truncated",
                            bytes.size()));
  }
  std::uint64_t length = 0;
  std::memcpy(&length, bytes.data(), length_bytes);
  if (length > bytes.size() - length_bytes) {
    throw malformed(
        origin, fmt::format("the header claims {} bytes, the file has {} after the length; it is truncated "
                            "or of another format",
                            length, bytes.size() - length_bytes));
  }
  const auto header = bytes.subspan(length_bytes, length);
  // The JSON parser takes NUL for the end of its input and would not see what follows.
  if (std::find(header.begin(), header.end(), 0) != header.end()) {
    throw malformed(origin, "the header is not valid JSON: it has a NUL byte");
  }
  return header;
}

/// Type, shape and range of one tensor, checked against each other and the data section.
TensorView view_of(const std::string& name, const HeaderEntry& entry, std::span<const std::uint8_t> data,
                   const std::string& origin) {
  const auto refuse = [&](const std::string& why) {
    return malformed(origin, fmt::format("tensor {} {}", printable(name), why));
  };
  if (!entry.dtype) throw refuse("has no dtype");
  if (!entry.shape) throw refuse("has no shape");
  if (!entry.offsets || entry.offsets->size() != 2) throw refuse("has no pair of data_offsets");
  const auto type = std::find_if(type_names.begin(), type_names.end(),
                                 [&](const TypeName& t) { return *entry.dtype == t.name; });
  if (type == type_names.end())
    throw refuse(fmt::format("has the unknown dtype {}", printable(*entry.dtype)));
  std::uint64_t wanted = type->bytes;
  for (const std::uint64_t extent : *entry.shape) {
    if (__builtin_mul_overflow(wanted, extent, &wanted))
      throw refuse("has a shape whose size overflows 64 bits");
  }
  const std::uint64_t begin = (*entry.offsets)[0];
  const std::uint64_t end = (*entry.offsets)[1];
  if (begin > end || end > data.size()) {
    throw refuse(
        fmt::format("claims bytes {} to {} of a data section of {} bytes; the file is truncated or corrupt",
                    begin, end, data.size()));
  }
  if (end - begin != wanted) {
    throw refuse(fmt::format("has a shape of {} bytes and a range of {} bytes", wanted, end - begin));
  }
  return {type->type, *entry.shape, data.subspan(begin, wanted)};
}

/// Tensors must follow each other from the first byte of the data section to its last.
void check_coverage(const std::map<std::string, TensorView>& tensors, std::span<const std::uint8_t> data,
                    const std::string& origin) {
  std::vector<std::pair<std::span<const std::uint8_t>, const std::string*>> ranges;
  for (const auto& [name, view] : tensors) ranges.emplace_back(view.bytes, &name);
  std::sort(ranges.begin(), ranges.end(), [](const auto& a, const auto& b) {
    return std::pair(a.first.data(), a.first.size()) < std::pair(b.first.data(), b.first.size());
  });
  const std::uint8_t* next = data.data();
  for (const auto& [range, name] : ranges) {
    if (range.data() != next) {
      throw malformed(
          origin,
          fmt::format("tensor {} starts at byte {} of the data section where {} bytes are in use: tensors "
                      "must neither overlap nor leave holes",
                      printable(*name), range.data() - data.data(), next - data.data()));
    }
    next += range.size();
  }
  if (next != data.data() + data.size()) {
    throw malformed(origin, fmt::format("{} bytes after the last tensor belong to none",
                                        data.data() + data.size() - next));
  }
}

float float_of_half(std::uint16_t half) {
  const std::uint32_t sign = static_cast<std::uint32_t>(half & 0x8000) << 16;
  const std::uint32_t exponent = (half >> 10) & 0x1f;
  const std::uint32_t mantissa = half & 0x3ff;
  if (exponent == 0) {
    const float magnitude = std::ldexp(static_cast<float>(mantissa), -24);
    return sign != 0 ? -magnitude : magnitude;
  }
  const std::uint32_t wide_exponent = exponent == 0x1f ? 0xff : exponent + 112;  // biases 15 and 127
  return std::bit_cast<float>(sign | wide_exponent << 23 | mantissa << 13);
}

template <typename Stored, typename Convert>
std::vector<float> converted(const TensorView& view, Convert convert) {
  std::vector<float> values(view.elements());
  for (std::size_t i = 0; i < values.size(); ++i) {
    Stored stored;
    std::memcpy(&stored, view.bytes.data() + i * sizeof(Stored), sizeof(Stored));
    values[i] = convert(stored);
  }
  return values;
}

}  // namespace

std::size_t size_of(DType type) {
  return entry_of(type).bytes;
}

const char* name_of(DType type) {
  return entry_of(type).name;
}

std::uint64_t TensorView::elements() const {
  return bytes.size() / size_of(type);
}

std::vector<float> TensorView::to_floats() const {
  switch (type) {
    case DType::f64:
      return converted<double>(*this, [](double value) { return static_cast<float>(value); });
    case DType::f32:
      return converted<float>(*this, [](float value) { return value; });
    case DType::f16:
      return converted<std::uint16_t>(*this, float_of_half);
    case DType::bf16:
      return converted<std::uint16_t>(*this, [](std::uint16_t value) {
        return std::bit_cast<float>(static_cast<std::uint32_t>(value) << 16);
      });
    default:
      throw Error(Failure::image,
                  fmt::format("a tensor of type {} was found where F64, F32, F16 or BF16 is expected",
                              edgebert::name_of(type)));
  }
}

Safetensors Safetensors::parse(std::vector<std::uint8_t> bytes, std::string origin) {
  Safetensors file;
  file.bytes_ = std::move(bytes);
  file.origin_ = std::move(origin);
  const std::span<const std::uint8_t> all(file.bytes_);
  const auto header = header_of(all, file.origin_);
  HeaderReader reader;
  if (!nlohmann::json::sax_parse(header.begin(), header.end(), &reader))
    throw malformed(file.origin_, reader.fault);
  const auto data = all.subspan(length_bytes + header.size());
  for (const auto& [name, entry] : reader.entries) {
    file.tensors_.emplace(name, view_of(name, entry, data, file.origin_));
  }
  check_coverage(file.tensors_, data, file.origin_);
  file.metadata_ = std::move(reader.metadata);
  file.sha256_ = sha256_of(all);
  return file;
}

Safetensors Safetensors::read(const std::filesystem::path& path) {
  return parse(read_file(path, "safetensors file", Failure::image), path.string());
}

const TensorView& Safetensors::at(const std::string& name) const {
  const auto found = tensors_.find(name);
  if (found == tensors_.end()) {
    throw Error(Failure::image, fmt::format("{}: tensor {} is missing", origin_, printable(name)));
  }
  return found->second;
}

std::vector<std::uint8_t> to_safetensors(const std::map<std::string, TensorData>& tensors,
                                         const std::map<std::string, std::string>& metadata) {
  std::vector<const std::pair<const std::string, TensorData>*> order;
  for (const auto& tensor : tensors) order.push_back(&tensor);
  std::stable_sort(order.begin(), order.end(), [](const auto* a, const auto* b) {
    return size_of(a->second.type) > size_of(b->second.type);
  });
  nlohmann::ordered_json header = nlohmann::ordered_json::object();
  if (!metadata.empty()) header[metadata_key] = metadata;
  std::uint64_t offset = 0;
  for (const auto* tensor : order) {
    const TensorData& data = tensor->second;
    std::uint64_t wanted = size_of(data.type);
    for (const std::uint64_t extent : data.shape) wanted *= extent;
    if (wanted != data.bytes.size()) {
      throw Error(Failure::internal, fmt::format("writing tensor {}: its shape has {} bytes, its data {}",
                                                 printable(tensor->first), wanted, data.bytes.size()));
    }
    header[tensor->first] = {{"dtype", name_of(data.type)},
                             {"shape", data.shape},
                             {"data_offsets", {offset, offset + data.bytes.size()}}};
    offset += data.bytes.size();
  }
  std::string text = header.dump();
  text.resize((text.size() + 7) / 8 * 8, ' ');
  const std::uint64_t length = text.size();
  std::vector<std::uint8_t> bytes(length_bytes + text.size() + offset);
  std::memcpy(bytes.data(), &length, length_bytes);
  std::copy(text.begin(), text.end(), bytes.begin() + length_bytes);
  auto next = bytes.begin() + static_cast<std::ptrdiff_t>(length_bytes + text.size());
  for (const auto* tensor : order)
    next = std::copy(tensor->second.bytes.begin(), tensor->second.bytes.end(), next);
  return bytes;
}

}  // namespace edgebert
