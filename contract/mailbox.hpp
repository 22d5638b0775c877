// SPDX-License-Identifier: Apache-2.0
// Jobs the host gives to firmware and what firmware answers. The mailbox device holds one job and one result;
// its registers stand in platform/mailbox_regs.hpp. Every field is a 32-bit little-endian word unless it says
// otherwise.
#pragma once
#include "contract/model_descriptor.hpp"

namespace edgebert::mailbox {

enum class JobKind : uint16_t {
  classify = 1,
  shut_down = 2,  ///< firmware answers nothing and writes 0 to the exit device
  replay =
      3,  ///< decisions alone: recorded entropies and cycles through the early-exit unit's test registers
};

/// When a sentence is done, and at which voltage and frequency it is computed. "Below" is strictly below the
/// threshold; the last layer's entropy is never asked. docs/exit_policies.md.
enum class ExitPolicy : uint32_t {
  base,  ///< all layers, top frequency
  ee,    ///< behind the first layer whose entropy is below, top frequency
  lai,   ///< as ee up to the prediction layer; then behind the predicted layer, or before it when below,
         ///< just fast enough for the deadline
  lai_predicted,     ///< as lai, but never before the predicted layer
  lai_conservative,  ///< exits as ee; to the predicted layer just fast enough that the rest could follow at
                     ///< the top
};

constexpr bool predicts(ExitPolicy policy) {
  return policy >= ExitPolicy::lai;
}

/// A table the host put into a memory on the bus: rows of 32-bit words without gaps.
struct TablePlace {
  uint32_t address;
  uint32_t rows;
  uint32_t columns;
};

/// What a layer of a replay job takes at a frequency.
struct ReplayPoint {
  uint32_t frequency;  ///< kHz
  uint32_t cycles;     ///< accelerator cycles of the early-exit unit's test command
};
inline constexpr uint32_t replay_points_max = 48;

/// What only a replay job has.
struct Replay {
  uint32_t embedding_cycles;  ///< of the test command in front of the first layer
  uint32_t points;            ///< of `point`
  ReplayPoint point[replay_points_max];
  uint32_t entropy[layers_max];  ///< Q16.16 nats, one a layer
};

struct Job {
  JobKind kind;             ///< a halfword, as is
  uint16_t task;            ///< of the model's tasks, in the order of their descriptors
  uint32_t number;          ///< repeated in the result
  uint32_t tokens;          ///< valid tokens, [CLS] and [SEP] included
  uint32_t padded_tokens;   ///< rows that are computed: the model's sequence length, or `tokens`
  uint32_t exit_threshold;  ///< Q16.16 nats; 0 never exits early
  uint32_t first_segment;   ///< tokens of token type 0; the rest are type 1
  ExitPolicy exit_policy;
  uint32_t predict_layer;  ///< policies that predict do so behind this layer: 1 ... layers - 2
  TablePlace predictor;    ///< Q16.16 nats: the entropy behind predict_layer, ascending, then the predicted
                           ///< ones of the layers behind it but the last
  uint32_t deadline_low;   ///< core clock cycles from the job's arrival to the answer; 0 in both words: none
  uint32_t deadline_high;
  uint32_t core_frequency;   ///< kHz
  uint32_t fixed_frequency;  ///< kHz the layers run at whatever the policy says; 0: the policy decides
  uint16_t token_ids[sequence_max];
  Replay replay;  ///< of JobKind::replay alone
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
  no_replay_point =
      8,  ///< a replay job needs the cycles of a layer at a frequency it does not list; detail: kHz
};

struct Failure {
  FailureCode code;
  uint32_t unit;
  uint32_t detail;
  uint32_t extra;
  uint32_t tag;  ///< TAG of the command that failed
  uint32_t tag_position;
};

/// Bits of Result.flags, firmware's own verdicts.
namespace result_flags {
inline constexpr uint32_t deadline_infeasible = 1u << 0;  ///< all layers at the top frequency do not meet it
inline constexpr uint32_t test_feature = 1u << 1;         ///< entropies came through test registers
}  // namespace result_flags

/// A computed layer, its off-ramp included.
struct LayerRecord {
  uint32_t frequency;  ///< kHz; 0: this accelerator's clock cannot change
  uint32_t voltage;    ///< microvolts; 0 likewise
  uint32_t end;        ///< core clock cycles from the job's arrival to its end, modulo 2^32
};

struct Result {
  uint32_t number;
  uint32_t exit_layer;  ///< 1 ... layers
  uint32_t prediction;
  uint32_t classes;
  int32_t logits[classes_max];   ///< Q8.12, of the exit layer
  uint32_t layers;               ///< entropies that follow: the layers that were computed
  uint32_t entropy[layers_max];  ///< Q16.16 nats
  uint32_t predicted_layer;      ///< where firmware expected to exit; 0: it predicted nothing
  uint32_t flags;                ///< result_flags
  uint32_t embedding_end;        ///< as LayerRecord.end, in front of the first layer
  Failure failure;
  LayerRecord layer[layers_max];  ///< as many as `layers`; the rest is not written
};

}  // namespace edgebert::mailbox
