// SPDX-License-Identifier: Apache-2.0
// One walk over the descriptor of a task that accounts for every tensor of it: type, shape, address, and the
// inner consistency of packed matrices and span masks. Used by ModelImage::parse only.
#pragma once
#include <set>
#include <string>
#include <vector>

#include "contract/model_descriptor.hpp"
#include "contract/model_image.hpp"

namespace edgebert {

class ImageWalk {
 public:
  /// Reads the descriptor and checks its numbers against the limits of the formats.
  /// @throws Error(Failure::image), here and below: what is wrong, naming the tensor; the caller adds the
  /// file
  /// @param prefix   of the task's tensors' names
  /// @param address  of its descriptor
  ImageWalk(const Safetensors& file, const std::vector<Placement>& placements, std::string prefix,
            std::uint32_t address);

  const ModelDescriptor& descriptor() const { return descriptor_; }
  const std::vector<OffRamp>& off_ramps() const { return off_ramps_; }

  /// Every tensor the descriptor needs is there and right.
  void check_all();
  /// The names of the tensors it needs.
  const std::set<std::string>& seen() const { return seen_; }

 private:
  void read_descriptor(std::uint32_t address);
  void read_off_ramps();
  void check_geometry() const;
  void check_activation_biases() const;
  void check_spans();
  void check_packed(const std::string& name, const PackedMatrix& matrix, std::uint32_t rows,
                    std::uint32_t columns);
  void check_linear(const std::string& name, const LinearLayer& layer, std::uint32_t rows,
                    std::uint32_t columns);
  void check_dense(const std::string& name, const DenseTable& table, std::uint32_t rows,
                   std::uint32_t columns);
  void check_layernorm(const std::string& name, const LayernormParameters& parameters,
                       std::uint32_t features);

  /// A tensor of this type and shape whose placement is at this bus address.
  /// @param role  its name without the task's prefix
  const TensorView& tensor(const std::string& role, DType type, const std::vector<std::uint64_t>& shape,
                           std::uint32_t address);

  const Safetensors& file_;
  const std::vector<Placement>& placements_;
  std::string prefix_;
  ModelDescriptor descriptor_{};
  std::vector<OffRamp> off_ramps_;
  std::set<std::string> seen_;
};

}  // namespace edgebert
