// SPDX-License-Identifier: Apache-2.0
// The safetensors container: 8-byte little-endian header length, JSON header, tensor bytes. Checkpoints and
// model images are both such files; this is the only parser. Trusts nothing: every offset, shape and length
// is checked against the file, tensors must fill the data section without holes or overlaps, no key may occur
// twice, and nothing larger than the file is ever allocated.
// Not supported: the 8-bit float and 64-bit complex types of newer files.
#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "contract/file.hpp"

namespace edgebert {

enum class DType { f64, f32, f16, bf16, i64, i32, i16, i8, u64, u32, u16, u8, boolean };

/// Bytes an element of this type takes.
std::size_t size_of(DType type);

/// Its name in the file: "F32".
const char* name_of(DType type);

/// One tensor inside a container; the bytes live as long as the container.
struct TensorView {
  DType type;
  std::vector<std::uint64_t> shape;
  std::span<const std::uint8_t> bytes;

  std::uint64_t elements() const;
  /// Values converted to float. f64, f32, f16 and bf16 only; throws Error(Failure::image) for others.
  std::vector<float> to_floats() const;
};

/// A parsed container. Owns the file's bytes; moved, never copied, so that views stay valid.
class Safetensors {
 public:
  Safetensors(Safetensors&&) = default;
  Safetensors& operator=(Safetensors&&) = default;
  Safetensors(const Safetensors&) = delete;
  Safetensors& operator=(const Safetensors&) = delete;

  /// @param origin  name for messages, usually the path
  /// @throws Error(Failure::image) naming the tensor at fault: truncated, overlapping, mis-sized, unknown
  /// type, bad JSON
  static Safetensors parse(std::vector<std::uint8_t> bytes, std::string origin);
  static Safetensors read(const std::filesystem::path& path);

  bool contains(const std::string& name) const { return tensors_.contains(name); }
  /// @throws Error(Failure::image) if there is none of that name
  const TensorView& at(const std::string& name) const;
  const std::map<std::string, TensorView>& tensors() const { return tensors_; }
  const std::map<std::string, std::string>& metadata() const { return metadata_; }
  const std::string& origin() const { return origin_; }
  /// SHA-256 of the whole file, lower-case hexadecimal.
  const std::string& sha256() const { return sha256_; }

 private:
  Safetensors() = default;
  std::vector<std::uint8_t> bytes_;
  std::string origin_;
  std::string sha256_;
  std::map<std::string, TensorView> tensors_;
  std::map<std::string, std::string> metadata_;
};

/// A tensor to be written.
struct TensorData {
  DType type;
  std::vector<std::uint64_t> shape;
  std::vector<std::uint8_t> bytes;
};

/// The bytes of a container. Tensors stand by descending element size, then name, and the data section starts
/// at a multiple of 8: every tensor is aligned without padding, and equal inputs give equal bytes.
std::vector<std::uint8_t> to_safetensors(const std::map<std::string, TensorData>& tensors,
                                         const std::map<std::string, std::string>& metadata);

}  // namespace edgebert
