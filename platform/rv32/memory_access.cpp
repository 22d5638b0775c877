// SPDX-License-Identifier: Apache-2.0
// Loads, stores and atomics that the execution loop's fast path does not serve.
#include <algorithm>
#include <bit>
#include <cstring>

#include "platform/rv32/core.hpp"

namespace edgebert::rv32 {
namespace {

static_assert(std::endian::native == std::endian::little, "memory windows hold the core's byte order");

std::uint32_t get(const std::uint8_t* host, std::uint32_t size) {
  std::uint32_t value = 0;
  std::memcpy(&value, host, size);
  return value;
}

std::uint32_t combine(std::uint32_t bits, std::uint32_t old, std::uint32_t operand) {
  const auto signed_old = static_cast<std::int32_t>(old);
  const auto signed_operand = static_cast<std::int32_t>(operand);
  switch (bits >> 27) {
    case 0x00:
      return old + operand;
    case 0x01:
      return operand;
    case 0x04:
      return old ^ operand;
    case 0x08:
      return old | operand;
    case 0x0c:
      return old & operand;
    case 0x10:
      return static_cast<std::uint32_t>(std::min(signed_old, signed_operand));
    case 0x14:
      return static_cast<std::uint32_t>(std::max(signed_old, signed_operand));
    case 0x18:
      return std::min(old, operand);
    default:  // 0x1c; the decoder lets nothing else pass
      return std::max(old, operand);
  }
}

}  // namespace

bool Core::load(std::uint32_t address, std::uint32_t size, std::uint32_t& value) {
  if (!watchpoints_.empty()) watch(address, size, false);
  if (address % size != 0) return load_misaligned(address, size, value);
  if (const auto found = memory_.find(address, size); found.host != nullptr) {
    value = get(found.host, size);
    return true;
  }
  value = 0;
  const BusReply reply = bus_.read(address, size, value);
  stall(reply.stall_cycles);
  return reply.ok || fail(Cause::load_access_fault, address);
}

bool Core::store(std::uint32_t address, std::uint32_t size, std::uint32_t value) {
  if (!watchpoints_.empty()) watch(address, size, true);
  if (address % size != 0) return store_misaligned(address, size, value);
  if (const auto found = memory_.find(address, size); found.host != nullptr) {
    if (!found.writable) return fail(Cause::store_access_fault, address);
    std::memcpy(found.host, &value, size);
    return true;
  }
  const std::uint32_t mask = size == 4 ? 0xffffffff : (1u << 8 * size) - 1;
  const BusReply reply = bus_.write(address, size, value & mask);
  stall(reply.stall_cycles);
  if (reply.run_limit) {
    limit_run(*reply.run_limit);
  } else if (!stop_) {
    stop_ = StopReason::bus_write;
  }
  return reply.ok || fail(Cause::store_access_fault, address);
}

bool Core::load_misaligned(std::uint32_t address, std::uint32_t size, std::uint32_t& value) {
  if (parameters_.strict_alignment) return fail(Cause::load_misaligned, address);
  value = 0;
  for (std::uint32_t i = 0; i < size; ++i) {
    const auto found = memory_.find(address + i, 1);
    if (found.host == nullptr) return fail(Cause::load_misaligned, address);
    value |= std::uint32_t{*found.host} << 8 * i;
  }
  return true;
}

bool Core::store_misaligned(std::uint32_t address, std::uint32_t size, std::uint32_t value) {
  if (parameters_.strict_alignment) return fail(Cause::store_misaligned, address);
  std::array<std::uint8_t*, 4> bytes{};
  for (std::uint32_t i = 0; i < size; ++i) {
    const auto found = memory_.find(address + i, 1);
    if (found.host == nullptr) return fail(Cause::store_misaligned, address);
    if (!found.writable) return fail(Cause::store_access_fault, address);
    bytes[i] = found.host;
  }
  for (std::uint32_t i = 0; i < size; ++i) *bytes[i] = static_cast<std::uint8_t>(value >> 8 * i);
  return true;
}

bool Core::load_reserved(std::uint32_t address, std::uint32_t& value) {
  if (!watchpoints_.empty()) watch(address, 4, false);
  if (address % 4 != 0) return fail(Cause::load_misaligned, address);
  const auto found = memory_.find(address, 4);
  if (found.host == nullptr) return fail(Cause::load_access_fault, address);
  value = get(found.host, 4);
  reservation_ = address;
  return true;
}

bool Core::store_conditional(std::uint32_t address, std::uint32_t value, std::uint32_t& failed) {
  if (address % 4 != 0) return fail(Cause::store_misaligned, address);
  const auto found = memory_.find(address, 4);
  if (!found.writable) return fail(Cause::store_access_fault, address);
  failed = reservation_ == address ? 0 : 1;
  reservation_.reset();
  if (failed != 0) return true;
  if (!watchpoints_.empty()) watch(address, 4, true);
  std::memcpy(found.host, &value, 4);
  return true;
}

bool Core::atomic(std::uint32_t bits, std::uint32_t address, std::uint32_t operand, std::uint32_t& old) {
  if (address % 4 != 0) return fail(Cause::store_misaligned, address);
  const auto found = memory_.find(address, 4);
  if (!found.writable) return fail(Cause::store_access_fault, address);
  if (!watchpoints_.empty()) {
    watch(address, 4, false);
    watch(address, 4, true);
  }
  old = get(found.host, 4);
  const std::uint32_t result = combine(bits, old, operand);
  std::memcpy(found.host, &result, 4);
  return true;
}

}  // namespace edgebert::rv32
