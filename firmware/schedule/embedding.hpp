// SPDX-License-Identifier: Apache-2.0
// From token identifiers to the first layer's input.
#pragma once
#include "firmware/schedule/machine.hpp"

namespace edgebert::firmware {

/// embedding_sum, embedding_norm and hidden_in. The token identifiers lie at memory.token_ids.
void run_embedding(const Sentence& sentence);

}  // namespace edgebert::firmware
