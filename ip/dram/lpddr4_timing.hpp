// SPDX-License-Identifier: Apache-2.0
// How long an LPDDR4 channel takes for a burst, to first order. SystemC-free; times in femtoseconds.
//
//   latency   CAS, + activate if the bank's row is closed, + precharge and activate if another row is open
//   data      beats x cycle; a burst that runs into the next row, which lies in the next bank, waits for what
//   of
//             precharge and activate its beats in the present row do not cover
//   refresh   everything is stretched by interval / (interval - duration): the share of time all banks
//   refresh
// Rows follow each other bank by bank. Not modelled: command bus, bank groups, tFAW, write to read
// turnaround, reordering, power-down. Default values: JEDEC JESD209-4 (LPDDR4-3200, 8 banks, 2 KiB page),
// recalled, not checked against the standard's text.
#pragma once
#include <cstdint>
#include <vector>

#include "ip/common/timing.hpp"

namespace edgebert::dram {

using Femtoseconds = std::uint64_t;

struct Lpddr4Parameters {
  std::uint32_t row_bytes;
  std::uint32_t banks;
  Femtoseconds cas;               ///< read latency
  Femtoseconds activate;          ///< tRCD
  Femtoseconds precharge;         ///< tRPpb
  Femtoseconds refresh_interval;  ///< tREFI
  Femtoseconds refresh_duration;  ///< tRFCab; less than the interval
};

class Lpddr4Timing {
 public:
  struct Burst {
    Femtoseconds latency;
    Femtoseconds data;
  };

  explicit Lpddr4Timing(const Lpddr4Parameters& parameters)
      : parameters_(parameters), open_(parameters.banks, closed) {}

  /// @param beats  `width` bytes each, `cycle` apart; the burst does not wrap
  Burst burst(std::uint64_t offset, std::uint64_t bytes, std::uint32_t width, Femtoseconds cycle) {
    const std::uint64_t end = offset + bytes;
    std::uint64_t row = offset / parameters_.row_bytes;
    Burst took{parameters_.cas + open(row), 0};
    for (std::uint64_t from = offset; from < end;) {
      const std::uint64_t to =
          end < (row + 1) * parameters_.row_bytes ? end : (row + 1) * parameters_.row_bytes;
      const Femtoseconds beats = (ceil_divide(to, width) - from / width) * cycle;
      took.data += beats;
      from = to;
      if (from == end) break;
      const Femtoseconds opening = open(++row);
      if (opening > beats) took.data += opening - beats;
    }
    return {stretched(took.latency), stretched(took.data)};
  }

  /// After a pause: refresh has closed all rows.
  void close_rows() { open_.assign(parameters_.banks, closed); }
  std::uint64_t row_hits() const { return hits_; }
  std::uint64_t row_misses() const { return misses_; }

 private:
  static constexpr std::uint64_t closed = ~std::uint64_t{0};

  Femtoseconds open(std::uint64_t row) {
    std::uint64_t& present = open_[row % parameters_.banks];
    if (present == row) {
      ++hits_;
      return 0;
    }
    ++misses_;
    const bool was_closed = present == closed;
    present = row;
    return parameters_.activate + (was_closed ? 0 : parameters_.precharge);
  }
  Femtoseconds stretched(Femtoseconds time) const {
    const Femtoseconds useful = parameters_.refresh_interval - parameters_.refresh_duration;
    return static_cast<Femtoseconds>(
        (static_cast<unsigned __int128>(time) * parameters_.refresh_interval + useful - 1) / useful);
  }

  Lpddr4Parameters parameters_;
  std::vector<std::uint64_t> open_;  ///< row, by bank
  std::uint64_t hits_ = 0;
  std::uint64_t misses_ = 0;
};

}  // namespace edgebert::dram
