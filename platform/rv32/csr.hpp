// SPDX-License-Identifier: Apache-2.0
// Control and status registers, privilege, trap entry and return, interrupt selection.
// Modelled: machine and user mode of the Privileged Architecture version 20211203 (1.12) without supervisor
// mode, unprivileged counters, mcountinhibit. Everything not listed in `csr` does not exist and is an illegal
// instruction. Hardwired to zero: mvendorid, marchid, mimpid, mconfigptr, mstatush, event counters 3 to 31,
// pmpcfg0 to 3 (every entry off: no memory protection), the trigger registers (no triggers). pmpaddr0 to 15
// only hold what is written.
#pragma once
#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <utility>

namespace edgebert::rv32 {

/// Register numbers.
namespace csr {
inline constexpr std::uint32_t mstatus = 0x300;
inline constexpr std::uint32_t misa = 0x301;
inline constexpr std::uint32_t mie = 0x304;
inline constexpr std::uint32_t mtvec = 0x305;
inline constexpr std::uint32_t mcounteren = 0x306;
inline constexpr std::uint32_t menvcfg = 0x30a;
inline constexpr std::uint32_t mstatush = 0x310;
inline constexpr std::uint32_t menvcfgh = 0x31a;
inline constexpr std::uint32_t mcountinhibit = 0x320;
inline constexpr std::uint32_t mhpmevent3 = 0x323;
inline constexpr std::uint32_t mhpmevent31 = 0x33f;
inline constexpr std::uint32_t mscratch = 0x340;
inline constexpr std::uint32_t mepc = 0x341;
inline constexpr std::uint32_t mcause = 0x342;
inline constexpr std::uint32_t mtval = 0x343;
inline constexpr std::uint32_t mip = 0x344;
inline constexpr std::uint32_t pmpcfg0 = 0x3a0;
inline constexpr std::uint32_t pmpcfg3 = 0x3a3;
inline constexpr std::uint32_t pmpaddr0 = 0x3b0;
inline constexpr std::uint32_t pmpaddr15 = 0x3bf;
inline constexpr std::uint32_t tselect = 0x7a0;
inline constexpr std::uint32_t tdata1 = 0x7a1;
inline constexpr std::uint32_t tdata3 = 0x7a3;
inline constexpr std::uint32_t mcycle = 0xb00;
inline constexpr std::uint32_t minstret = 0xb02;
inline constexpr std::uint32_t mhpmcounter3 = 0xb03;
inline constexpr std::uint32_t mhpmcounter31 = 0xb1f;
inline constexpr std::uint32_t mcycleh = 0xb80;
inline constexpr std::uint32_t minstreth = 0xb82;
inline constexpr std::uint32_t mhpmcounter3h = 0xb83;
inline constexpr std::uint32_t mhpmcounter31h = 0xb9f;
inline constexpr std::uint32_t cycle = 0xc00;
inline constexpr std::uint32_t time = 0xc01;
inline constexpr std::uint32_t instret = 0xc02;
inline constexpr std::uint32_t hpmcounter31 = 0xc1f;
inline constexpr std::uint32_t cycleh = 0xc80;
inline constexpr std::uint32_t timeh = 0xc81;
inline constexpr std::uint32_t instreth = 0xc82;
inline constexpr std::uint32_t hpmcounter31h = 0xc9f;
inline constexpr std::uint32_t mvendorid = 0xf11;
inline constexpr std::uint32_t marchid = 0xf12;
inline constexpr std::uint32_t mimpid = 0xf13;
inline constexpr std::uint32_t mhartid = 0xf14;
inline constexpr std::uint32_t mconfigptr = 0xf15;
}  // namespace csr

enum class Privilege : std::uint8_t { user = 0, machine = 3 };

/// Interrupt inputs; the value is the bit in mip and mie and the code in mcause.
enum class Interrupt : std::uint8_t { machine_software = 3, machine_timer = 7, machine_external = 11 };

/// Synchronous causes as mcause reports them.
enum class Cause : std::uint32_t {
  fetch_misaligned = 0,  ///< cannot occur: the C extension is always on
  fetch_access_fault = 1,
  illegal_instruction = 2,
  breakpoint = 3,
  load_misaligned = 4,
  load_access_fault = 5,
  store_misaligned = 6,
  store_access_fault = 7,
  user_ecall = 8,
  machine_ecall = 11,
};

struct Trap {
  Cause cause;
  std::uint32_t value;  ///< for mtval
};

/// What the counters have to count, at the start of the current instruction.
struct Progress {
  std::uint64_t cycles;
  std::uint64_t instructions;  ///< retired
};

class CsrFile {
 public:
  explicit CsrFile(std::uint32_t hart_id) : hart_id_(hart_id) {}

  /// Back to the power-on state. Interrupt inputs are wires and keep their levels; the time source stays.
  void reset();

  /// Whether the current privilege may access the register at all; existence is read()'s and write()'s
  /// matter.
  bool permitted(std::uint32_t number, bool write) const;

  /// @return nothing if the register does not exist
  std::optional<std::uint32_t> read(std::uint32_t number, const Progress& now) const;

  /// Values are legalised (WARL). A written counter shows the value to the next instruction.
  /// @return false if the register does not exist
  bool write(std::uint32_t number, std::uint32_t value, const Progress& now);

  /// Enters machine mode for an exception at `pc`. @return the handler's address
  std::uint32_t enter_exception(const Trap& trap, std::uint32_t pc);

  /// Enters machine mode for the most urgent enabled interrupt before the instruction at `pc`. Only after
  /// interrupt_enabled(). @return the handler's address
  std::uint32_t enter_interrupt(std::uint32_t pc);

  /// mret. @return the address to continue at
  std::uint32_t leave_trap();

  void set_interrupt(Interrupt line, bool level);

  /// An interrupt must be taken before the next instruction.
  bool interrupt_enabled() const {
    return (mip_ & mie_) != 0 && (privilege_ == Privilege::user || (mstatus_ & mstatus_mie) != 0);
  }

  /// An interrupt ends a WFI, whether or not it will be taken.
  bool interrupt_pending() const { return (mip_ & mie_) != 0; }

  Privilege privilege() const { return privilege_; }
  bool wfi_traps() const { return privilege_ == Privilege::user && (mstatus_ & mstatus_tw) != 0; }

  /// What the time and timeh registers read; without one they do not exist.
  void set_time_source(std::function<std::uint64_t()> source) { time_source_ = std::move(source); }

 private:
  /// A 64-bit counter that follows a count, can be written, and stands still while inhibited.
  class Counter {
   public:
    std::uint64_t value(std::uint64_t count) const { return inhibited_ ? frozen_ : count + offset_; }
    void set(std::uint64_t value, std::uint64_t count);
    void inhibit(bool inhibited, std::uint64_t count);

   private:
    std::uint64_t offset_ = 0;
    std::uint64_t frozen_ = 0;
    bool inhibited_ = false;
  };

  static constexpr std::uint32_t mstatus_mie = 1u << 3;
  static constexpr std::uint32_t mstatus_mpie = 1u << 7;
  static constexpr std::uint32_t mstatus_mpp = 3u << 11;
  static constexpr std::uint32_t mstatus_mprv = 1u << 17;
  static constexpr std::uint32_t mstatus_tw = 1u << 21;

  std::optional<std::uint32_t> read_counter(std::uint32_t number, const Progress& now) const;
  bool write_counter(std::uint32_t number, std::uint32_t value, const Progress& now);
  void write_mstatus(std::uint32_t value);
  void enter(std::uint32_t cause, std::uint32_t value, std::uint32_t pc);

  std::uint32_t hart_id_;
  std::function<std::uint64_t()> time_source_;
  Privilege privilege_ = Privilege::machine;
  std::uint32_t mstatus_ = 0;
  std::uint32_t mie_ = 0;
  std::uint32_t mip_ = 0;
  std::uint32_t mtvec_ = 0;
  std::uint32_t mcounteren_ = 0;
  std::uint32_t menvcfg_ = 0;
  std::uint32_t mcountinhibit_ = 0;
  std::uint32_t mscratch_ = 0;
  std::uint32_t mepc_ = 0;
  std::uint32_t mcause_ = 0;
  std::uint32_t mtval_ = 0;
  std::array<std::uint32_t, 16> pmpaddr_{};
  Counter cycle_counter_;
  Counter instruction_counter_;
};

}  // namespace edgebert::rv32
