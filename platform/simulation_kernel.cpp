// SPDX-License-Identifier: Apache-2.0
#include "platform/simulation_kernel.hpp"

#include <cstdlib>
#include <systemc>

#include "contract/error.hpp"

namespace edgebert {

void prepare_kernel() {
  static bool used = false;
  if (used)
    throw Error(
        Failure::internal,
        "cannot build a second platform in one process: SystemC elaborates once; start another process");
  used = true;
  setenv("SYSTEMC_DISABLE_COPYRIGHT_MESSAGE", "1", 1);
  sc_core::sc_report_handler::set_actions(sc_core::SC_INFO, sc_core::SC_DO_NOTHING);
  sc_core::sc_report_handler::set_actions(sc_core::SC_WARNING, sc_core::SC_DO_NOTHING);
  // Periods of real clocks are not whole picoseconds.
  sc_core::sc_set_time_resolution(1, sc_core::SC_FS);
}

}  // namespace edgebert
