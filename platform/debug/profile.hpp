// SPDX-License-Identifier: Apache-2.0
// Where firmware's time goes: core cycles of each function of the ELF file, and what it slept for.
//
// Exact: every cycle since the start belongs to one function, either executed (one an instruction, plus what
// the bus stalls) or slept in WFI. Totals of a function include what it calls; calls and returns are seen by
// ra and sp, interrupt handlers count as called from where they came. Inlined functions are part of those
// they are inlined into.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "platform/debug/run_control.hpp"
#include "platform/rv32/elf.hpp"

namespace edgebert::debug {

/// Core cycles.
struct CoreTime {
  std::uint64_t executed = 0;
  std::uint64_t slept = 0;

  CoreTime& operator+=(const CoreTime& other) {
    executed += other.executed;
    slept += other.slept;
    return *this;
  }
  CoreTime operator-(const CoreTime& other) const { return {executed - other.executed, slept - other.slept}; }
};

struct FunctionProfile {
  std::string name;                ///< as in C++, without parameters
  std::uint64_t instructions = 0;  ///< trap entries included
  std::uint64_t calls = 0;         ///< since reset, which called the first one
  CoreTime self{};
  CoreTime total{};  ///< with everything it called
};

struct WaitProfile {
  std::string cause;  ///< whose interrupt ended the waits
  std::uint64_t waits = 0;
  std::uint64_t cycles = 0;
};

struct ProfileReport {
  CoreTime total;
  std::vector<FunctionProfile> functions;  ///< that ran; longest self time first
  std::vector<WaitProfile> waits;          ///< longest first
};

class Profile : public CoreObserver {
 public:
  explicit Profile(const rv32::ElfFile& firmware);

  /// Who is asked, when the core wakes, whose interrupt it was.
  void set_wait_cause(std::function<std::string()> cause) { wait_cause_ = std::move(cause); }

  void executed(std::uint32_t pc, std::uint64_t cycles, const rv32::Core& core) override;
  void slept(std::uint64_t cycles) override;

  ProfileReport report() const;

 private:
  struct Function {
    std::uint32_t begin;
    std::uint32_t end;
    FunctionProfile profile;
    unsigned active = 0;  ///< frames of it on the stack
    CoreTime entered;     ///< when the first of them began
  };
  struct Frame {
    std::size_t function;
    std::uint32_t return_address;
    std::uint32_t stack_pointer;
  };

  std::size_t function_at(std::uint32_t pc);
  void follow(std::uint32_t pc, std::uint32_t next, const rv32::Core& core);
  bool return_to(std::uint32_t next, std::uint32_t stack_pointer);
  void push(std::size_t function, std::uint32_t return_address, std::uint32_t stack_pointer, bool called);
  void pop();

  std::vector<Function> functions_;  ///< by ascending address; the last one is code without a symbol
  std::size_t current_;
  std::vector<Frame> stack_;
  CoreTime now_;
  std::map<std::string, WaitProfile> waits_;
  std::function<std::string()> wait_cause_;
};

/// A symbol as C++ spells it, without parameters: "edgebert::firmware::classify".
std::string readable_name(const std::string& symbol);

}  // namespace edgebert::debug
