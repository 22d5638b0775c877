// SPDX-License-Identifier: Apache-2.0
#include "ip/common/buffer_port.hpp"

#include <algorithm>

#include "ip/common/unit.hpp"

namespace edgebert {

PortDemand BufferPort::User::left(const Unit& starting) const {
  const Cycles left = std::min(cycles, unit->cycles_left(starting));
  return {left, static_cast<Cycles>(static_cast<unsigned __int128>(port_cycles) * left / cycles)};
}

void BufferPort::enter(Unit& unit, bool comes_first, Cycles cycles, Cycles port_cycles) {
  if (cycles == 0 || port_cycles == 0) return;
  User entering{&unit, comes_first, cycles, std::min(cycles, port_cycles)};
  for (User& other : users_) {
    if (other.unit == nullptr || other.unit == &unit) continue;
    const bool wins = comes_first && !other.comes_first;
    User& loser = wins ? other : entering;
    const PortDemand mine{entering.cycles, entering.port_cycles};
    const Cycles lost = wins ? port_conflict(mine, other.left(unit)) : port_conflict(other.left(unit), mine);
    loser.cycles += lost;
    loser.unit->lose(lost, &Stalls::port);
  }
  *std::ranges::find(users_, nullptr, &User::unit) = entering;
}

void BufferPort::leave(const Unit& unit) {
  for (User& user : users_) {
    if (user.unit == &unit) user = {};
  }
}

}  // namespace edgebert
