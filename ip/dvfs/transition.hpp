// SPDX-License-Identifier: Apache-2.0
// What the controller decides, free of SystemC: the point a target asks for, the points a part is
// characterised at, how a change is sequenced and how long it takes.
//
// Going up, the voltage settles before the clock changes; going down, it falls after. In cycles of the clock
// that runs meanwhile, rounded up:
//   up     lookup, then settle + lock at the old clock
//   down   lookup + lock at the old clock, then settle at the new one
// lookup is timing.sfu.dvfs_lookup (the published model's DVFS unit); what does not change takes no time.
// Sequence: published design; the sum of the two times is ours.
#pragma once
#include <optional>
#include <span>
#include <vector>

#include "ip/common/timing.hpp"
#include "ip/dvfs/adpll.hpp"
#include "ip/dvfs/dvfs_regs.hpp"
#include "ip/dvfs/ldo.hpp"
#include "ip/dvfs/vf_curve.hpp"

namespace edgebert::dvfs {

/// What a domain is built with.
struct Parameters {
  VfCurve curve{default_points};
  Ldo ldo{};
  Adpll adpll{};
  Cycles lookup = 12;  ///< cycles
};

struct Choice {
  VfPoint point;
  Error error;  ///< if it is not Error{}, `point` means nothing
  bool refused() const { return error != Error{}; }
};

/// The point of the first row that reaches the target: the row's voltage at the regulator's next step; the
/// target at the oscillator's next step, but not above the row's frequency.
Choice choose(std::span<const LutRow> table, std::uint32_t target_kilohertz, const Parameters& parameters);

/// At each step of the regulator the fastest clock, up to the clock of reset, which is the last point.
std::vector<VfPoint> characterised_points(const Parameters& parameters, std::uint32_t reset_kilohertz);

/// One change of voltage and frequency.
struct Transition {
  bool up;             ///< voltage first
  double first_part;   ///< seconds until the first of the two changes, without the lookup
  double second_part;  ///< seconds from there to the end
};
Transition transition(const VfPoint& from, const VfPoint& to, const Parameters& parameters);

}  // namespace edgebert::dvfs
