// SPDX-License-Identifier: Apache-2.0
// Puts a model image into the SoC's memories by the back door: free, and before anything is simulated.
#pragma once
#include "contract/mailbox.hpp"
#include "contract/model_image.hpp"
#include "platform/exit_predictor.hpp"
#include "platform/soc.hpp"

namespace edgebert {

/// Every tensor goes where the image places it. With EmbeddingStore::dram the word embeddings, which an image
/// places in the eNVM, go behind the weights instead, and the descriptors in memory say so.
/// @return  offset of the first free byte of the weight memory
/// @throws Error(Failure::capacity) if a memory is too small, with the bytes needed and available
std::uint64_t load_model(const ModelImage& image, EmbeddingStore store, Soc& soc);

/// Puts an exit table behind the model.
/// @param free  offset of the first free byte of the weight memory
/// @return      where firmware finds it; no rows if there is no table
/// @throws Error(Failure::capacity) if the memory is too small
mailbox::TablePlace load_predictor(const ExitPredictor& predictor, std::uint64_t free, Soc& soc);

/// Bytes of the weight memory that load_model fills, from its first one.
std::uint64_t weight_memory_bytes(const ModelImage& image, EmbeddingStore store);

}  // namespace edgebert
