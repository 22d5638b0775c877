// SPDX-License-Identifier: Apache-2.0
#include "platform/debug/csr_names.hpp"

#include "platform/rv32/csr.hpp"

namespace edgebert::debug {

std::span<const CsrName> csr_names() {
  namespace csr = rv32::csr;
  static constexpr CsrName names[] = {{"mstatus", csr::mstatus},
                                      {"misa", csr::misa},
                                      {"mie", csr::mie},
                                      {"mtvec", csr::mtvec},
                                      {"mcounteren", csr::mcounteren},
                                      {"menvcfg", csr::menvcfg},
                                      {"mcountinhibit", csr::mcountinhibit},
                                      {"mscratch", csr::mscratch},
                                      {"mepc", csr::mepc},
                                      {"mcause", csr::mcause},
                                      {"mtval", csr::mtval},
                                      {"mip", csr::mip},
                                      {"mcycle", csr::mcycle},
                                      {"minstret", csr::minstret},
                                      {"mcycleh", csr::mcycleh},
                                      {"minstreth", csr::minstreth},
                                      {"cycle", csr::cycle},
                                      {"time", csr::time},
                                      {"instret", csr::instret},
                                      {"cycleh", csr::cycleh},
                                      {"timeh", csr::timeh},
                                      {"instreth", csr::instreth},
                                      {"mhartid", csr::mhartid}};
  return names;
}

}  // namespace edgebert::debug
