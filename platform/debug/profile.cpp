// SPDX-License-Identifier: Apache-2.0
#include "platform/debug/profile.hpp"

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <memory>

#include <cxxabi.h>

#include "platform/rv32/csr.hpp"

namespace edgebert::debug {
namespace {

constexpr unsigned return_address_register = 1;
constexpr unsigned stack_pointer_register = 2;

}  // namespace

std::string readable_name(const std::string& symbol) {
  int status = 0;
  const std::unique_ptr<char, void (*)(void*)> demangled(
      abi::__cxa_demangle(symbol.c_str(), nullptr, nullptr, &status), std::free);
  if (status != 0) return symbol;
  std::string name = demangled.get();
  // "(anonymous namespace)" is no list of parameters.
  static constexpr std::string_view anonymous = "(anonymous namespace)::";
  for (auto at = name.find(anonymous); at != std::string::npos; at = name.find(anonymous))
    name.erase(at, anonymous.size());
  return name.substr(0, name.find('('));
}

Profile::Profile(const rv32::ElfFile& firmware) {
  const auto& symbols = firmware.symbols();
  for (const rv32::Symbol& symbol : symbols) {
    const bool alias = !functions_.empty() && functions_.back().begin == symbol.value;
    if (!symbol.code || alias) continue;
    if (!functions_.empty()) functions_.back().end = std::min(functions_.back().end, symbol.value);
    const std::uint32_t end =
        symbol.size == 0 ? std::numeric_limits<std::uint32_t>::max() : symbol.value + symbol.size;
    functions_.push_back({symbol.value, end, {.name = readable_name(symbol.name)}, 0, {}});
  }
  functions_.push_back({0, 0, {.name = "(no symbol)"}, 0, {}});
  current_ = functions_.size() - 1;
}

std::size_t Profile::function_at(std::uint32_t pc) {
  if (pc >= functions_[current_].begin && pc < functions_[current_].end) return current_;
  const std::size_t unknown = functions_.size() - 1;
  const auto last = functions_.begin() + static_cast<std::ptrdiff_t>(unknown);
  const auto after = std::upper_bound(functions_.begin(), last, pc,
                                      [](std::uint32_t value, const Function& f) { return value < f.begin; });
  if (after == functions_.begin()) return unknown;
  const auto found = static_cast<std::size_t>(after - functions_.begin()) - 1;
  return pc < functions_[found].end ? found : unknown;
}

void Profile::executed(std::uint32_t pc, std::uint64_t cycles, const rv32::Core& core) {
  current_ = function_at(pc);
  if (stack_.empty()) push(current_, std::numeric_limits<std::uint32_t>::max(), 0, true);
  Function& function = functions_[current_];
  ++function.profile.instructions;
  function.profile.self.executed += cycles;
  now_.executed += cycles;
  follow(pc, core.pc(), core);
}

/// Keeps the stack of calls in step with the core.
void Profile::follow(std::uint32_t pc, std::uint32_t next, const rv32::Core& core) {
  const std::size_t function = function_at(next);
  const std::uint32_t sp = core.reg(stack_pointer_register);
  const bool at_entry = next == functions_[function].begin;
  if (function == current_ && !at_entry && next != stack_.back().return_address) return;
  if (return_to(next, sp)) return;
  const std::uint32_t link = core.reg(return_address_register);
  if (link - pc == 2 || link - pc == 4) {
    if (at_entry || function != current_) push(function, link, sp, true);
    return;
  }
  const std::uint32_t interrupted = *core.csr(rv32::csr::mepc);
  const std::uint32_t vector = *core.csr(rv32::csr::mtvec) & ~3u;
  if (next == vector && (interrupted == pc || interrupted - pc == 2 || interrupted - pc == 4))
    return push(function, interrupted, sp, true);
  if (function == current_) return;
  // A jump that is no call: the new function returns for the old one.
  const Frame replaced = stack_.back();
  pop();
  push(function, replaced.return_address, replaced.stack_pointer, at_entry);
}

bool Profile::return_to(std::uint32_t next, std::uint32_t stack_pointer) {
  const auto frame = std::find_if(stack_.rbegin(), stack_.rend(), [&](const Frame& candidate) {
    return candidate.return_address == next && candidate.stack_pointer == stack_pointer;
  });
  if (frame == stack_.rend()) return false;
  for (auto frames = frame - stack_.rbegin() + 1; frames != 0; --frames) pop();
  return true;
}

void Profile::push(std::size_t function, std::uint32_t return_address, std::uint32_t stack_pointer,
                   bool called) {
  // A program that never returns the way it was called leaves frames behind.
  constexpr std::size_t deepest = 10'000;
  while (stack_.size() >= deepest) pop();
  Function& entered = functions_[function];
  if (called) ++entered.profile.calls;
  if (entered.active++ == 0) entered.entered = now_;
  stack_.push_back({function, return_address, stack_pointer});
}

void Profile::pop() {
  Function& left = functions_[stack_.back().function];
  if (--left.active == 0) left.profile.total += now_ - left.entered;
  stack_.pop_back();
}

void Profile::slept(std::uint64_t cycles) {
  WaitProfile& wait = waits_[wait_cause_ ? wait_cause_() : ""];
  ++wait.waits;
  wait.cycles += cycles;
  functions_[current_].profile.self.slept += cycles;
  now_.slept += cycles;
}

ProfileReport Profile::report() const {
  ProfileReport report{.total = now_, .functions = {}, .waits = {}};
  for (const Function& function : functions_) {
    FunctionProfile profile = function.profile;
    if (profile.instructions == 0) continue;
    if (function.active != 0) profile.total += now_ - function.entered;
    report.functions.push_back(std::move(profile));
  }
  for (const auto& [cause, wait] : waits_) {
    report.waits.push_back(wait);
    report.waits.back().cause = cause;
  }
  std::ranges::stable_sort(report.functions, std::greater{}, [](const FunctionProfile& function) {
    return function.self.executed + function.self.slept;
  });
  std::ranges::stable_sort(report.waits, std::greater{}, &WaitProfile::cycles);
  return report;
}

}  // namespace edgebert::debug
