// SPDX-License-Identifier: Apache-2.0
// Encodes instructions by itself, from the manual's tables, so that a defect of the decoder cannot hide here.
// Only words meant to be illegal are checked with the decoder.
//
// Left out because the two machines may rightly differ: WFI, counters, mtval (of ebreak: its address or
// zero), mstatus and interrupt registers,
// misaligned accesses outside memory, SC without a pair.
#include "tests/iss/fuzz_program.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>

#include "platform/rv32/decode.hpp"

namespace edgebert::fuzz {
namespace {

constexpr std::uint32_t link_ra = 1;
constexpr std::uint32_t sp = 2;
constexpr std::uint32_t s0 = 8;
constexpr std::uint32_t nothing_there = 9;

class Generator {
 public:
  Generator(std::mt19937& random, std::uint32_t address) : random_(random), address_(address) {}

  std::vector<std::uint8_t> run(std::uint32_t exit) {
    while (code_.size() + longest_step + 4 <= block_stride) {
      land();
      step();
    }
    for (const Pending& branch : pending_) resolve(branch);
    pending_.clear();
    emit(encode_jump(0, exit - here()));
    code_.resize(block_stride);
    return code_;
  }

 private:
  enum class Form { branch, jump, compressed_branch, compressed_jump };
  struct Pending {
    std::size_t position;
    Form form;
    int steps_left;
  };
  static constexpr std::size_t longest_step = 20;

  std::uint32_t below(std::uint32_t limit) { return static_cast<std::uint32_t>(random_()) % limit; }
  std::uint32_t any() { return static_cast<std::uint32_t>(random_()); }
  std::uint32_t source() { return below(32); }
  std::uint32_t target() {
    for (;;) {
      const std::uint32_t reg = below(32);
      if (reg != sp && reg != s0 && reg != nothing_there) return reg;
    }
  }
  std::uint32_t short_target() { return 2 + below(6); }  // x10 to x15 as a 3-bit field
  std::uint32_t here() const { return address_ + static_cast<std::uint32_t>(code_.size()); }

  void emit(std::uint32_t word) {
    for (unsigned i = 0; i < 4; ++i) code_.push_back(static_cast<std::uint8_t>(word >> 8 * i));
  }
  void emit_half(std::uint32_t half) {
    code_.push_back(static_cast<std::uint8_t>(half));
    code_.push_back(static_cast<std::uint8_t>(half >> 8));
  }

  /// Where branches whose time has come land.
  void land() {
    for (Pending& branch : pending_) {
      if (--branch.steps_left == 0) resolve(branch);
    }
    std::erase_if(pending_, [](const Pending& branch) { return branch.steps_left == 0; });
  }

  void resolve(const Pending& branch) {
    const auto distance = static_cast<std::uint32_t>(code_.size() - branch.position);
    std::uint32_t bits = 0;
    std::memcpy(&bits, &code_[branch.position], 4);
    const auto bit = [distance](unsigned from, unsigned to) { return (distance >> from & 1) << to; };
    switch (branch.form) {
      case Form::branch:
        bits |= (distance >> 5 & 63) << 25 | (distance >> 1 & 15) << 8 | bit(11, 7) | bit(12, 31);
        break;
      case Form::jump:
        bits |= (distance >> 1 & 0x3ff) << 21;
        break;
      case Form::compressed_branch:
        bits |=
            bit(1, 3) | bit(2, 4) | bit(3, 10) | bit(4, 11) | bit(5, 2) | bit(6, 5) | bit(7, 6) | bit(8, 12);
        break;
      case Form::compressed_jump:
        bits |= bit(1, 3) | bit(2, 4) | bit(3, 5) | bit(4, 11) | bit(5, 2) | bit(6, 7) | bit(7, 6) |
                bit(8, 9) | bit(9, 10) | bit(10, 8) | bit(11, 12);
        break;
    }
    std::memcpy(&code_[branch.position], &bits, 4);
  }

  void add_pending(Form form) {
    // Compressed branches reach 254 bytes; steps are at most 20.
    pending_.push_back({code_.size(), form, 1 + static_cast<int>(below(9))});
  }

  static std::uint32_t encode_jump(std::uint32_t rd, std::uint32_t distance) {
    return (distance >> 20 & 1) << 31 | (distance >> 1 & 0x3ff) << 21 | (distance >> 11 & 1) << 20 |
           (distance >> 12 & 0xff) << 12 | rd << 7 | 0x6f;
  }

  void step() {
    const std::uint32_t choice = below(100);
    if (choice < 22) {
      register_arithmetic();
    } else if (choice < 38) {
      immediate_arithmetic();
    } else if (choice < 43) {
      emit((any() & 0xfffff000) | target() << 7 | (below(2) == 0 ? 0x37 : 0x17));  // lui, auipc
    } else if (choice < 60) {
      memory();
    } else if (choice < 66) {
      atomic();
    } else if (choice < 74) {
      branch_or_jump();
    } else if (choice < 92) {
      compressed();
    } else if (choice < 95) {
      control_register();
    } else {
      trap_or_fence();
    }
  }

  void register_arithmetic() {
    const std::uint32_t funct3 = below(8);
    const std::uint32_t alternatives[] = {0, 1, (funct3 == 0 || funct3 == 5) ? 0x20u : 1u};
    emit(alternatives[below(3)] << 25 | source() << 20 | source() << 15 | funct3 << 12 | target() << 7 |
         0x33);
  }

  void immediate_arithmetic() {
    const std::uint32_t funct3 = below(8);
    std::uint32_t immediate = below(4096);
    if (funct3 == 1) immediate &= 31;
    if (funct3 == 5) immediate &= 0x41f;
    emit(immediate << 20 | source() << 15 | funct3 << 12 | target() << 7 | 0x13);
  }

  void memory() {
    static constexpr std::uint32_t widths[] = {0, 1, 2, 4, 5};
    const bool is_store = below(2) == 0;
    const std::uint32_t funct3 = is_store ? below(3) : widths[below(5)];
    const std::uint32_t size = 1u << (funct3 & 3);
    std::uint32_t base = below(2) == 0 ? sp : s0;
    std::uint32_t offset = below(500) - 250;  // of 1024 bytes; the bases stand at 300 and 512
    if (below(3) != 0) offset &= ~(size - 1);
    if (below(20) == 0) {
      base = nothing_there;
      offset &= ~(size - 1);
    }
    if (is_store) {
      emit((offset >> 5 & 127) << 25 | source() << 20 | base << 15 | funct3 << 12 | (offset & 31) << 7 |
           0x23);
    } else {
      emit(offset << 20 | base << 15 | funct3 << 12 | target() << 7 | 0x03);
    }
  }

  void atomic() {
    static constexpr std::uint32_t operations[] = {0x00, 0x01, 0x04, 0x08, 0x0c, 0x10, 0x14, 0x18, 0x1c};
    const std::uint32_t base = below(2) == 0 ? sp : s0;
    const auto encode = [&](std::uint32_t funct5, std::uint32_t rs2) {
      return funct5 << 27 | below(4) << 25 | rs2 << 20 | base << 15 | 2u << 12 | target() << 7 | 0x2f;
    };
    if (below(3) != 0) {
      emit(encode(operations[below(9)], source()));
      return;
    }
    emit(encode(0x02, 0));  // lr, then sc to the same word, then one without reservation
    register_arithmetic();
    emit(encode(0x03, source()));
    if (below(2) == 0) emit(encode(0x03, source()));
  }

  void branch_or_jump() {
    switch (below(6)) {
      case 0:
        add_pending(Form::jump);
        emit(target() << 7 | 0x6f);
        break;
      case 1: {  // auipc, jalr behind the pair or one instruction further
        const std::uint32_t base = 10 + below(6);
        const std::uint32_t skip = below(2) * 4;
        emit(base << 7 | 0x17);
        emit((8 + skip + below(2)) << 20 | base << 15 | target() << 7 | 0x67);  // bit 0 is dropped
        immediate_arithmetic();
        break;
      }
      default: {
        static constexpr std::uint32_t conditions[] = {0, 1, 4, 5, 6, 7};
        add_pending(Form::branch);
        emit(source() << 20 | source() << 15 | conditions[below(6)] << 12 | 0x63);
        break;
      }
    }
  }

  void compressed() {
    const std::uint32_t immediate = below(2) << 12 | below(32) << 2;
    switch (below(14)) {
      case 0:  // c.addi4spn
        emit_half((1 + below(255)) << 5 | short_target() << 2);
        break;
      case 1:  // c.lw through s0, word offset up to 124
        emit_half(2u << 13 | below(8) << 10 | below(4) << 5 | short_target() << 2);
        break;
      case 2:  // c.sw
        emit_half(6u << 13 | below(8) << 10 | below(4) << 5 | below(8) << 2);
        break;
      case 3:  // c.addi, c.nop
        emit_half(immediate | target() << 7 | 1);
        break;
      case 4:  // c.li
        emit_half(2u << 13 | immediate | target() << 7 | 1);
        break;
      case 5:  // c.lui; immediate not 0
        emit_half(3u << 13 | immediate | 4 | target() << 7 | 1);
        break;
      case 6:  // c.srli, c.srai
        emit_half(4u << 13 | below(2) << 10 | short_target() << 7 | below(32) << 2 | 1);
        break;
      case 7:  // c.andi
        emit_half(4u << 13 | 2u << 10 | immediate | short_target() << 7 | 1);
        break;
      case 8:  // c.sub, c.xor, c.or, c.and
        emit_half(4u << 13 | 3u << 10 | short_target() << 7 | below(4) << 5 | below(8) << 2 | 1);
        break;
      case 9:  // c.slli
        emit_half(target() << 7 | below(32) << 2 | 2);
        break;
      case 10:  // c.lwsp; rd not 0, offset up to 124
        emit_half(2u << 13 | (10 + below(22)) << 7 | below(2) << 12 | below(8) << 4 | 2);
        break;
      case 11:  // c.swsp
        emit_half(6u << 13 | below(32) << 9 | below(32) << 2 | 2);
        break;
      case 12:  // c.mv, c.add; rs2 not 0
        emit_half(4u << 13 | below(2) << 12 | target() << 7 | (1 + below(31)) << 2 | 2);
        break;
      default:
        compressed_branch();
        break;
    }
  }

  void compressed_branch() {
    const std::uint32_t choice = below(4);
    if (choice < 2) {  // c.jal, c.j
      add_pending(Form::compressed_jump);
      emit_half((choice == 0 ? 1u : 5u) << 13 | 1);
    } else {  // c.beqz, c.bnez
      add_pending(Form::compressed_branch);
      emit_half((4 + choice) << 13 | below(8) << 7 | 1);
    }
    emit_half(1);  // c.nop: the fixed-up word may be read whole
  }

  void control_register() {
    static constexpr std::uint32_t mcause = 0x342;
    static constexpr std::uint32_t readable[] = {0x301, 0xf14};  // misa, mhartid
    static constexpr std::uint32_t missing[] = {0x100, 0x7c0, 0x180, 0x5c0, 0x800, 0xcff};
    static constexpr std::uint32_t functions[] = {1, 2, 3, 5, 6, 7};
    const std::uint32_t function = functions[below(6)];
    switch (below(3)) {
      case 0:
        emit(mcause << 20 | source() << 15 | function << 12 | target() << 7 | 0x73);
        break;
      case 1:
        emit(readable[below(2)] << 20 | (below(2) == 0 ? 2u : 6u) << 12 | target() << 7 | 0x73);
        break;
      default:
        emit(missing[below(6)] << 20 | source() << 15 | function << 12 | target() << 7 | 0x73);
        break;
    }
  }

  void trap_or_fence() {
    switch (below(6)) {
      case 0:
        emit(0x00000073);  // ecall
        break;
      case 1:
        if (below(2) == 0) {
          emit(0x00100073);  // ebreak
        } else {
          emit_half(0x9002);  // c.ebreak
        }
        break;
      case 2:
        emit(below(8) == 0 ? 0x0000100f : 0x0ff0000f);  // fence.i, fence
        break;
      case 3:
        illegal_half();
        break;
      default:
        illegal_word();
        break;
    }
  }

  void illegal_word() {
    static constexpr std::uint32_t opcodes[] = {0x03, 0x0b, 0x13, 0x17, 0x1b, 0x23, 0x2b, 0x2f, 0x33, 0x3b,
                                                0x47, 0x53, 0x57, 0x5b, 0x63, 0x67, 0x6b, 0x73, 0x07, 0x27};
    for (;;) {
      const std::uint32_t word = (any() & ~0x7fu) | opcodes[below(20)];
      if (rv32::decode(word, 0).op != rv32::Op::illegal) continue;
      emit(word);
      return;
    }
  }

  void illegal_half() {
    for (;;) {
      const std::uint32_t half = any() & 0xffff;
      if (rv32::is_long(half) || rv32::decode(half, 0).op != rv32::Op::illegal) continue;
      emit_half(half);
      return;
    }
  }

  std::mt19937& random_;
  std::uint32_t address_;
  std::vector<std::uint8_t> code_;
  std::vector<Pending> pending_;
};

}  // namespace

std::vector<std::uint8_t> random_block(std::mt19937& random, std::uint32_t address, std::uint32_t exit) {
  return Generator(random, address).run(exit);
}

}  // namespace edgebert::fuzz
