// SPDX-License-Identifier: Apache-2.0
// Puts a model image into the SoC's memories by the back door: free, and before anything is simulated.
#pragma once
#include "contract/model_image.hpp"
#include "platform/soc.hpp"

namespace edgebert {

/// Every tensor goes where the image places it. With EmbeddingStore::dram the word embeddings, which an image
/// places in the eNVM, go behind the weights instead, and the descriptor in memory says so.
/// @throws Error(Failure::capacity) if a memory is too small, with the bytes needed and available
void load_model(const ModelImage& image, EmbeddingStore store, Soc& soc);

/// Bytes of the weight memory that load_model fills, from its first one.
std::uint64_t weight_memory_bytes(const ModelImage& image, EmbeddingStore store);

}  // namespace edgebert
