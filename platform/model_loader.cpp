// SPDX-License-Identifier: Apache-2.0
#include "platform/model_loader.hpp"

#include <algorithm>
#include <cstring>

#include <fmt/format.h>

#include "contract/error.hpp"
#include "contract/memory_map.hpp"
#include "platform/envm_contents.hpp"

namespace edgebert {
namespace {

using memory_map::Region;

/// As compile places tensors: a mask group of codes, eight bus beats.
constexpr std::uint64_t alignment = 64;

constexpr std::uint64_t aligned(std::uint64_t offset) {
  return (offset + alignment - 1) / alignment * alignment;
}

void check_capacity(const ModelImage& image, const Region& region, const std::string& needed_for,
                    std::uint64_t needed, std::uint64_t available, const std::string& remedy) {
  if (needed <= available) return;
  throw Error(Failure::capacity,
              fmt::format("cannot load model {}: it needs {} bytes of {}{}, which has {}; {} or raise "
                          "memory.{}.size",
                          image.container().origin(), needed, region.name, needed_for, available, remedy,
                          region.name));
}

/// The descriptor with its word embeddings moved.
ModelDescriptor relocated(ModelDescriptor model, std::uint32_t distance) {
  PackedMatrix& words = model.word_embedding;
  for (std::uint32_t* address : {&words.masks, &words.data, &words.index_base, &words.index_offset}) {
    *address += distance;
  }
  return model;
}

void copy(std::span<const std::uint8_t> bytes, Memory& memory, std::uint64_t offset) {
  std::copy(bytes.begin(), bytes.end(), memory.contents().begin() + static_cast<std::ptrdiff_t>(offset));
  memory.touch();
}

}  // namespace

std::uint64_t weight_memory_bytes(const ModelImage& image, EmbeddingStore store) {
  const std::uint64_t weights = image.bytes_in(memory_map::weight_memory.name);
  if (store == EmbeddingStore::envm) return weights;
  return aligned(weights) + image.bytes_in(memory_map::envm.name);
}

std::uint64_t load_model(const ModelImage& image, EmbeddingStore store, Soc& soc) {
  const Region& weights = memory_map::weight_memory;
  const Region& envm = memory_map::envm;
  const bool outside = store == EmbeddingStore::dram;
  const std::uint64_t embedding_bytes = image.bytes_in(envm.name);
  const std::uint64_t behind_weights = aligned(image.bytes_in(weights.name));
  if (outside) {
    check_capacity(image, weights, fmt::format(" ({} of them for word embeddings)", embedding_bytes),
                   behind_weights + embedding_bytes, soc.weight_memory.size(), "compile a smaller model");
  } else {
    check_capacity(image, weights, "", image.bytes_in(weights.name), soc.weight_memory.size(),
                   "compile a smaller model");
    check_capacity(image, envm, "", embedding_bytes, soc.envm.size(),
                   "compile with --embedding-sparsity 0.6, set embedding.store: dram");
  }
  for (const Placement& placement : image.placements()) {
    const bool moved = outside && placement.memory == envm.name;
    copy(image.container().at(placement.tensor).bytes,
         moved ? soc.weight_memory : *soc.memory_named(placement.memory),
         moved ? behind_weights + placement.offset : placement.offset);
  }
  for (const Placement& placement : image.placements()) {
    if (!outside && holds_codes(placement))
      soc.envm.set_part(placement.offset, image.container().at(placement.tensor).bytes.size());
  }
  if (!outside) return behind_weights;
  const auto distance = static_cast<std::uint32_t>(weights.base + behind_weights - envm.base);
  for (const Task& task : image.tasks()) {
    const ModelDescriptor model = relocated(task.descriptor, distance);
    copy({reinterpret_cast<const std::uint8_t*>(&model), sizeof model}, soc.weight_memory,
         image.placement_of(task.prefix + "descriptor").offset);
  }
  return aligned(behind_weights + embedding_bytes);
}

mailbox::TablePlace load_predictor(const ExitPredictor& predictor, std::uint64_t free, Soc& soc) {
  if (predictor.columns == 0) return {};
  const Region& weights = memory_map::weight_memory;
  const std::uint64_t bytes = predictor.words.size() * sizeof(std::uint32_t);
  if (free + bytes > soc.weight_memory.size()) {
    throw Error(
        Failure::capacity,
        fmt::format("cannot load the exit table behind the model: {} bytes of {} needed, which has {}; "
                    "raise memory.{}.size",
                    free + bytes, weights.name, soc.weight_memory.size(), weights.name));
  }
  copy({reinterpret_cast<const std::uint8_t*>(predictor.words.data()), bytes}, soc.weight_memory, free);
  return {weights.base + static_cast<std::uint32_t>(free), predictor.rows(), predictor.columns};
}

}  // namespace edgebert
