// SPDX-License-Identifier: Apache-2.0
// Keys of how the eNVM stores bits, and of faults in memories.
#include "platform/config/schema_rows.hpp"

namespace edgebert::config {

namespace {

const std::vector<std::string> cell_choices = {"slc", "mlc2", "mlc3"};
constexpr const char* paper = "the paper's choice (recalled)";
constexpr const char* ours = "ours";

}  // namespace

std::vector<Key> envm_cell_keys() {
  return {
      choice("memory.envm.data_cell", cell_choices, SLOT(memory.envm_cells.data),
             "ReRAM cells of the embeddings' codes: one, two or three bits each", paper),
      choice("memory.envm.mask_cell", cell_choices, SLOT(memory.envm_cells.mask),
             "ReRAM cells of masks and row index, whose faults displace codes", paper),
      choice("memory.envm.level_coding", {"binary", "gray"}, SLOT(memory.envm_cells.coding),
             "bits of a cell's level: its number, or Gray code, one bit between neighbours",
             "NVMExplorer's fault injection"),
      choice("memory.envm.ecc", {"none", "secded"}, SLOT(memory.envm_cells.ecc),
             "secded: 8 check bits for 64, one wrong bit corrected, two detected; 12.5 % more cells; the "
             "decoder takes no time",
             ours),
  };
}

std::vector<Key> fault_keys() {
  return {
      choice("faults.memory", {"none", "envm", "weight_memory", "system_sram"}, SLOT(faults.memory),
             "the memory whose contents get faults, once, after model and firmware are loaded", ours),
      choice("faults.model", {"cell", "bit_error_rate"}, SLOT(faults.model),
             "cell: as the eNVM's cells err; bit_error_rate: every bit alike, with faults.rate", ours),
      number("faults.rate", Unit::none, {0, 0.5}, SLOT(faults.rate),
             "probability that a bit flips, with faults.model bit_error_rate", ours),
      number("faults.seed", Unit::none, {0, 4294967295.0, 1}, SLOT(faults.seed),
             "of the faults; equal seeds give equal faults on every machine", ours),
  };
}

}  // namespace edgebert::config
