// SPDX-License-Identifier: Apache-2.0
#include "platform/wait_report.hpp"

#include <fmt/format.h>

#include "contract/unit_regs.hpp"
#include "platform/interrupt_controller_regs.hpp"

namespace edgebert {
namespace {

std::string place(std::uint32_t pc, const rv32::ElfFile& firmware) {
  const auto symbol = firmware.find(pc);
  if (!symbol) return fmt::format("pc {:#010x}", pc);
  return fmt::format("pc {:#010x} ({}+{:#x})", pc, symbol->name, pc - symbol->value);
}

const char* unit_at(std::uint32_t base) {
  namespace map = memory_map;
  switch (base) {
    case map::accelerator_control:
      return "accelerator control";
    case map::processing_unit:
      return "processing_unit";
    case map::softmax:
      return "softmax";
    case map::layernorm:
      return "layernorm";
    case map::element_add:
      return "element_add";
    case map::early_exit:
      return "early_exit";
    case map::dma:
      return "dma";
    case map::dvfs:
      return "dvfs";
    default:
      return "unknown unit";
  }
}

std::string during(const mailbox::Failure& failure) {
  if (failure.tag == 0) return "";
  return fmt::format(", during layer {} {} head {} at row {} column {}", unit::tag_layer.get(failure.tag),
                     name_of(static_cast<Operator>(unit::tag_operator.get(failure.tag))),
                     unit::tag_head.get(failure.tag), unit::tag_row.get(failure.tag_position),
                     unit::tag_column.get(failure.tag_position));
}

}  // namespace

std::string wait_report(Soc& soc, const rv32::ElfFile& firmware) {
  const rv32::Core& core = soc.cpu.core();
  std::string text = fmt::format("the core {} at {}", core.waiting() ? "waits for an interrupt" : "runs",
                                 place(core.pc(), firmware));
  std::string busy;
  for (const auto& [name, unit] : soc.accelerator.units()) {
    if (unit->busy()) busy += fmt::format("{}{}", busy.empty() ? "" : ", ", name);
  }
  text += busy.empty() ? ", no unit is busy" : fmt::format(", busy: {}", busy);
  const auto& controller = soc.interrupt_controller.registers;
  text += fmt::format(", interrupt lines raised {:#x}, enabled {:#x}",
                      controller[interrupt_controller::pending], controller[interrupt_controller::enable]);
  text += soc.mailbox.interrupt.level() ? ", a job waits in the mailbox" : ", the mailbox holds no job";
  if (const auto& fault = soc.bus.last_fault()) text += ", " + fault_text(*fault);
  return text;
}

std::string fault_text(const Bus::Fault& fault) {
  return fmt::format("last bus error: {} {} of {} bytes at {:#010x}, {}", fault.initiator,
                     fault.write ? "write" : "read", fault.bytes, fault.address, fault.response);
}

std::string failure_text(const mailbox::Failure& failure, const rv32::ElfFile& firmware) {
  using mailbox::FailureCode;
  switch (failure.code) {
    case FailureCode::none:
      return "it reported no reason";
    case FailureCode::unit_error:
      return fmt::format("{} reported error {}{}", unit_at(failure.unit),
                         unit::status_error.get(failure.detail), during(failure));
    case FailureCode::trap:
      return fmt::format("trap, mcause {} at {}, mtval {:#010x}", failure.unit,
                         place(failure.detail, firmware), failure.extra);
    case FailureCode::bad_descriptor:
      return fmt::format("it does not understand the model descriptor, word {:#010x}", failure.detail);
    case FailureCode::bad_job:
      return fmt::format("the job is not valid, word {:#x}", failure.detail);
    case FailureCode::does_not_fit: {
      constexpr const char* places[] = {"a data buffer", "a mask buffer", "the auxiliary buffer",
                                        "the system SRAM"};
      return fmt::format("the model does not fit {}: {} bytes needed, {} free",
                         failure.unit < 4 ? places[failure.unit] : "a memory", failure.detail, failure.extra);
    }
    case FailureCode::wrong_unit:
      return fmt::format("{} answers with ID {:#010x}", unit_at(failure.unit), failure.detail);
    case FailureCode::watchdog:
      return fmt::format("{} never raised its interrupt, STATUS {:#x}{}", unit_at(failure.unit),
                         failure.detail, during(failure));
    case FailureCode::no_replay_point:
      return fmt::format("the job does not say what a layer takes at {} kHz", failure.detail);
  }
  return fmt::format("failure code {}", static_cast<std::uint32_t>(failure.code));
}

}  // namespace edgebert
