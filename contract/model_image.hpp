// SPDX-License-Identifier: Apache-2.0
// A compiled model: a safetensors container whose tensors are the bytes of the SoC's memories, plus the
// tokenizer.
//
// tensor names                     type, shape                      what
//   descriptor                     u8 [sizeof(ModelDescriptor)]     contract/model_descriptor.hpp
//   tokenizer                      u8 [n]                           SentencePiece model
//   off_ramp_table                 u8 [off_ramps * sizeof(OffRamp)]
//   span_masks                     u8 [heads, sequence]             AF8(3); absent without spans
//   M.masks  M.data                u64 [rows, groups], u8 [n]       packed matrix M
//   M.index_base  M.index_offset   u32 [ceil(rows/index_rows)], u16 [rows]  its row index
//   M.channel_bias                 i16 [rows]                       of a linear layer
//   T.codes                        u8 [rows, columns]               dense table T
//   N.gamma  N.beta                u8 [features]                    layernorm N
// M: word_embedding (in the eNVM), hidden_in, query, key, value, attention_output, ffn_inner, ffn_output,
//    off_ramp.I.pooler, off_ramp.I.classifier (I from 0). T: position_embedding, token_type_embedding.
// N: embedding_norm, attention_norm, layer_output_norm.
// Several tasks share tokenizer and word_embedding; the other tensors of task I (from 1) are called
// task.I.NAME.
//
// metadata: format = "edgebert-image", version, tasks (JSON list of {name, source_sha256, labels: the class
// names}), compile_options (JSON), placements (JSON list of {tensor, memory, offset}; offsets are multiples
// of 8), text_cleaning (what happens to text before the tokenizer), sha256 (JSON: tensor -> hash of its
// bytes), metadata_sha256 (hash of all the other metadata, see metadata_hash).
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "contract/model_descriptor.hpp"
#include "contract/safetensors.hpp"

namespace edgebert {

inline constexpr const char* image_format = "edgebert-image";
inline constexpr const char* image_version = "2";

/// Where a tensor's bytes lie once the image is loaded.
struct Placement {
  std::string tensor;
  std::string memory;    ///< "weight_memory" or "envm" (names of contract/memory_map.hpp)
  std::uint64_t offset;  ///< from the memory's first byte
};

/// Where a packed matrix M lies: the word embeddings in the eNVM, everything else in the weight memory.
inline constexpr const char* envm_matrix = "word_embedding";

/// What an image says of a task besides its tensors.
struct TaskProperties {
  std::string name;
  std::string source_sha256;        ///< of the checkpoint's tensors
  std::vector<std::string> labels;  ///< names of the classes
};

/// One of the tasks of an image: an encoder of its own behind the word embeddings that all share.
struct Task : TaskProperties {
  std::string prefix;  ///< of its tensors' names but word_embedding's: "" of the first, then "task.1." ...
  ModelDescriptor descriptor{};
  std::vector<OffRamp> off_ramps;  ///< in the order of layers: one, or one a layer
};

/// Task::prefix of a task by its number.
std::string task_prefix(std::size_t task);

/// A validated image: every tensor the descriptor needs is there with the right type, shape and hash and no
/// other is, each placement stays inside its memory's room and overlaps no other, the descriptor's addresses
/// equal the placements, every packed matrix's masks, data and index agree. The tokenizer's bytes are only
/// hashed here; SentencePiece judges them.
class ModelImage {
 public:
  /// @throws Error(Failure::image), one line that names the tensor at fault
  static ModelImage parse(std::vector<std::uint8_t> bytes, const std::string& origin);
  static ModelImage read(const std::filesystem::path& path);

  /// At least one, in the order of their descriptors.
  const std::vector<Task>& tasks() const { return tasks_; }
  /// Of the first task; what same_network compares holds for all.
  const ModelDescriptor& descriptor() const { return tasks_.front().descriptor; }
  const Safetensors& container() const { return container_; }
  const std::vector<Placement>& placements() const { return placements_; }
  /// What happens to text before SentencePiece sees it: "albert" or "lower_case" (model/tokenizer.hpp).
  const std::string& text_cleaning() const { return container_.metadata().at("text_cleaning"); }
  /// @throws Error(Failure::image) if no such tensor is placed
  const Placement& placement_of(const std::string& tensor) const;
  /// Bytes of one memory that the image occupies, from its first byte to the end of its last tensor.
  std::uint64_t bytes_in(const std::string& memory) const;
  /// SHA-256 of the image file.
  const std::string& hash() const { return container_.sha256(); }

 private:
  explicit ModelImage(Safetensors container) : container_(std::move(container)) {}
  Safetensors container_;
  std::vector<Placement> placements_;
  std::vector<Task> tasks_;
};

/// What an image says about itself besides its tensors.
struct ImageProperties {
  std::vector<TaskProperties> tasks;
  std::string compile_options;  ///< JSON
  std::string text_cleaning;
};

/// The bytes of an image: container, hashes and metadata. Equal inputs give equal bytes. Does not validate.
std::vector<std::uint8_t> to_model_image(const std::map<std::string, TensorData>& tensors,
                                         const std::vector<Placement>& placements,
                                         const ImageProperties& properties);

/// SHA-256 over key, NUL, value, NUL of every entry but metadata_sha256, in the order of the keys.
std::string metadata_hash(const std::map<std::string, std::string>& metadata);

}  // namespace edgebert
