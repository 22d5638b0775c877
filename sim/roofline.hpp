// SPDX-License-Identifier: Apache-2.0
// What bounds an operator: the multipliers there are, the bytes it has to move, or something else it waits
// for.
#pragma once
#include <optional>
#include <string_view>
#include <vector>

#include "platform/config/soc_config.hpp"
#include "platform/operator_report.hpp"

namespace edgebert::sim {

/// Multiply-accumulates a cycle with an operator's commands at work.
double macs_per_cycle(const OperatorReport& report);

/// The same if all multipliers worked in each cycle: n x n.
double compute_bound(const SocConfig& config);

/// The same if the bus moved the operator's bytes without a break; nothing for an operator that moves none.
/// Bytes of row lists and row indices, which a packed load reads besides, are not counted.
std::optional<double> memory_bound(const OperatorReport& report, const SocConfig& config);

/// What an operator spends most cycles on: "processing unit", "memory transfers", "special function unit",
/// "buffer port" or "firmware".
std::string_view limited_by(const OperatorReport& report);

/// The operators summed over layers, in the order of `Operator`; their layer is 0.
std::vector<OperatorReport> over_layers(const std::vector<OperatorReport>& reports);

/// The operator with the most cycles. @pre there is one
const OperatorReport& longest(const std::vector<OperatorReport>& reports);

}  // namespace edgebert::sim
