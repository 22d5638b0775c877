// SPDX-License-Identifier: Apache-2.0
#include "platform/debug/target_description.hpp"

#include <fmt/format.h>

#include "platform/debug/csr_names.hpp"

namespace edgebert::debug {
namespace {

constexpr const char* integer_names[] = {"zero", "ra", "sp", "gp", "tp",  "t0",  "t1", "t2", "fp", "s1", "a0",
                                         "a1",   "a2", "a3", "a4", "a5",  "a6",  "a7", "s2", "s3", "s4", "s5",
                                         "s6",   "s7", "s8", "s9", "s10", "s11", "t3", "t4", "t5", "t6"};

const char* type_of(unsigned index) {
  if (index == 1) return "code_ptr";
  return index >= 2 && index <= 4 ? "data_ptr" : "int";
}

std::string write_description() {
  std::string text =
      "<?xml version=\"1.0\"?>\n<!DOCTYPE target SYSTEM \"gdb-target.dtd\">\n<target version=\"1.0\">\n"
      "<architecture>riscv:rv32</architecture>\n<feature name=\"org.gnu.gdb.riscv.cpu\">\n";
  for (unsigned i = 0; i < std::size(integer_names); ++i) {
    text += fmt::format("<reg name=\"{}\" bitsize=\"32\" type=\"{}\" regnum=\"{}\"/>\n", integer_names[i],
                        type_of(i), i);
  }
  text +=
      "<reg name=\"pc\" bitsize=\"32\" type=\"code_ptr\" regnum=\"32\"/>\n</feature>\n"
      "<feature name=\"org.gnu.gdb.riscv.csr\">\n";
  for (const CsrName& csr : csr_names()) {
    text += fmt::format("<reg name=\"{}\" bitsize=\"32\" type=\"int\" regnum=\"{}\" group=\"csr\"/>\n",
                        csr.name, first_csr + csr.number);
  }
  return text + "</feature>\n</target>\n";
}

}  // namespace

const std::string& target_description() {
  static const std::string text = write_description();
  return text;
}

}  // namespace edgebert::debug
