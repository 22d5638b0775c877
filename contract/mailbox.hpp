// SPDX-License-Identifier: Apache-2.0
// Jobs the host gives to firmware and what firmware answers. The mailbox device holds one job and one result;
// its registers stand in platform/mailbox_regs.hpp. Every field is a 32-bit little-endian word unless it says
// otherwise.
#pragma once
#include "contract/model_descriptor.hpp"

namespace edgebert::mailbox {

enum class JobKind : uint32_t {
  classify = 1,
  shut_down = 2,  ///< firmware answers nothing and writes 0 to the exit device
};

struct Job {
  JobKind kind;
  uint32_t number;          ///< repeated in the result
  uint32_t tokens;          ///< valid tokens, [CLS] and [SEP] included
  uint32_t padded_tokens;   ///< rows that are computed: the model's sequence length, or `tokens`
  uint32_t exit_threshold;  ///< Q16.16 nats; 0 never exits early
  uint32_t first_segment;   ///< tokens of token type 0; the rest are type 1
  uint16_t token_ids[sequence_max];
};

/// Why a job or the firmware itself failed.
enum class FailureCode : uint32_t {
  none = 0,
  unit_error = 1,      ///< unit: base address; detail: STATUS
  trap = 2,            ///< unit: mcause; detail: mepc; extra: mtval
  bad_descriptor = 3,  ///< detail: the word found
  bad_job = 4,         ///< detail: the word found
  does_not_fit = 5,  ///< unit: 0 data buffer, 1 mask buffer, 2 auxiliary buffer, 3 system SRAM; detail: bytes
                     ///< needed; extra: bytes there
  wrong_unit = 6,    ///< unit: base address; detail: ID found
  watchdog = 7,      ///< a unit never raised its interrupt; unit: base address; detail: STATUS
};

struct Failure {
  FailureCode code;
  uint32_t unit;
  uint32_t detail;
  uint32_t extra;
  uint32_t tag;  ///< TAG of the command that failed
  uint32_t tag_position;
};

struct Result {
  uint32_t number;
  uint32_t exit_layer;  ///< 1 ... layers
  uint32_t prediction;
  uint32_t classes;
  int32_t logits[classes_max];   ///< Q8.12, of the exit layer
  uint32_t layers;               ///< entropies that follow: the layers that were computed
  uint32_t entropy[layers_max];  ///< Q16.16 nats
  Failure failure;
};

}  // namespace edgebert::mailbox
