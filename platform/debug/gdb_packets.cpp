// SPDX-License-Identifier: Apache-2.0
// What the debugger's packets ask for, one function a kind.
#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include "platform/debug/csr_names.hpp"
#include "platform/debug/gdb_server.hpp"
#include "platform/debug/target_description.hpp"

namespace edgebert::debug {
namespace {

constexpr const char* ok = "OK";
constexpr const char* not_understood = "";
constexpr const char* malformed = "E01";
constexpr const char* no_such_register = "E02";
constexpr const char* no_such_memory = "E03";
constexpr const char* unavailable = "xxxxxxxx";

/// "address,length" and what follows.
struct Range {
  std::uint32_t address;
  std::uint32_t length;
};

std::optional<Range> take_range(std::string_view& text) {
  const auto address = take_number(text);
  if (!address || !take_character(text, ',')) return {};
  const auto length = take_number(text);
  if (!length) return {};
  return Range{*address, *length};
}

bool take_word(std::string_view& text, std::string_view word) {
  if (!text.starts_with(word)) return false;
  text.remove_prefix(word.size());
  return true;
}

}  // namespace

void GdbServer::handle(std::string_view packet) {
  if (packet.empty()) return send(not_understood);
  const std::string_view rest = packet.substr(1);
  switch (packet.front()) {
    case '?':
      return send(stop_reply_);
    case 'c':
      return resume(Mode::running, rest);
    case 's':
      return resume(Mode::stepping, rest);
    case 'C':
    case 'S':  // with a signal, of which the core has none
      return resume(packet.front() == 'C' ? Mode::running : Mode::stepping,
                    rest.substr(std::min(rest.find(';'), rest.size())));
    case 'D':
      send(ok);
      return detach();
    case 'k':
      mode_ = Mode::killed;
      return;
    case 'v':
      if (take_word(packet, "vCont;")) return continue_by(packet);
      if (take_word(packet, "vKill")) {
        send(ok);
        mode_ = Mode::killed;
        return;
      }
      return send(packet == "vCont?" ? "vCont;c;C;s;S" : not_understood);
    case 'Q':
      if (packet == "QStartNoAckMode") {
        send(ok);
        acknowledges_ = false;
        return;
      }
      return send(not_understood);
    default:
      return inspect(packet);
  }
}

/// Packets that let the core stand.
void GdbServer::inspect(std::string_view packet) {
  const std::string_view rest = packet.substr(1);
  switch (packet.front()) {
    case 'g':
      return send(read_registers());
    case 'G':
      return send(write_registers(rest));
    case 'p':
      return send(read_register(rest));
    case 'P':
      return send(write_register(rest));
    case 'm':
      return send(read_memory(rest));
    case 'M':
      return send(write_memory(rest, false));
    case 'X':
      return send(write_memory(rest, true));
    case 'Z':
      return send(change_breakpoint(rest, true));
    case 'z':
      return send(change_breakpoint(rest, false));
    case 'H':
    case 'T':
      return send(ok);  // there is one thread
    case 'q':
      if (std::string_view command = packet; take_word(command, "qRcmd,")) return send(monitor(command));
      return send(general_query(packet));
    default:
      return send(not_understood);
  }
}

/// @param address  where to go on; empty, or starting with ';': where the core is
void GdbServer::resume(Mode mode, std::string_view address) {
  take_character(address, ';');
  if (!address.empty()) {
    const auto pc = take_number(address);
    if (!pc || !address.empty()) return send(malformed);
    target_->set_reg(Target::pc_index, *pc);
  }
  mode_ = mode;
}

/// vCont: the first action is the one for the one thread.
void GdbServer::continue_by(std::string_view actions) {
  const char action = actions.empty() ? '\0' : actions.front();
  if (action == 'c' || action == 'C') {
    mode_ = Mode::running;
  } else if (action == 's' || action == 'S') {
    mode_ = Mode::stepping;
  } else {
    send(malformed);
  }
}

std::string GdbServer::general_query(std::string_view text) const {
  if (text.starts_with("qSupported"))
    return fmt::format("PacketSize={:x};QStartNoAckMode+;qXfer:features:read+;vContSupported+",
                       longest_packet);
  if (take_word(text, "qXfer:features:read:target.xml:")) return send_description(text);
  if (text == "qAttached") return "1";  // leaving means detaching, not killing
  if (text == "qC") return "QC1";
  if (text == "qfThreadInfo") return "m1";
  if (text == "qsThreadInfo") return "l";
  return not_understood;
}

std::string GdbServer::send_description(std::string_view text) const {
  const auto range = take_range(text);
  if (!range || !text.empty()) return malformed;
  const std::string& whole = target_description();
  if (range->address >= whole.size()) return "l";
  const std::size_t length = std::min<std::size_t>(range->length, longest_packet / 2);
  const bool last = whole.size() - range->address <= length;
  return fmt::format("{}{}", last ? 'l' : 'm', whole.substr(range->address, length));
}

std::string GdbServer::monitor(std::string_view hex) {
  const auto bytes = bytes_of(hex);
  if (!bytes) return malformed;
  const std::string text = target_->command({reinterpret_cast<const char*>(bytes->data()), bytes->size()});
  return text.empty() ? ok : hex_of(std::string_view(text).substr(0, longest_packet / 2));
}

std::string GdbServer::read_registers() const {
  std::string values;
  for (unsigned i = 0; i <= Target::pc_index; ++i) values += hex_word(target_->reg(i));
  return values;
}

std::string GdbServer::write_registers(std::string_view hex) {
  constexpr std::size_t digits = 8;
  const auto bytes = bytes_of(hex);
  if (!bytes || bytes->size() % 4 != 0 || bytes->size() / 4 > Target::pc_index + 1) return malformed;
  for (unsigned i = 0; i < bytes->size() / 4; ++i)
    target_->set_reg(i, *word_of(hex.substr(i * digits, digits)));
  return ok;
}

std::string GdbServer::read_register(std::string_view text) const {
  const auto index = take_number(text);
  if (!index || !text.empty()) return malformed;
  if (*index <= Target::pc_index) return hex_word(target_->reg(*index));
  if (*index < first_csr) return no_such_register;
  const auto value = target_->csr(*index - first_csr);
  return value ? hex_word(*value) : unavailable;
}

std::string GdbServer::write_register(std::string_view text) {
  const auto index = take_number(text);
  if (!index || !take_character(text, '=')) return malformed;
  const auto value = word_of(text);
  if (!value) return malformed;
  if (*index <= Target::pc_index) {
    target_->set_reg(*index, *value);
    return ok;
  }
  const bool written = *index >= first_csr && target_->set_csr(*index - first_csr, *value);
  return written ? ok : no_such_register;
}

std::string GdbServer::read_memory(std::string_view text) {
  const auto range = take_range(text);
  if (!range || !text.empty()) return malformed;
  std::vector<std::uint8_t> bytes(std::min<std::size_t>(range->length, longest_packet / 2));
  bytes.resize(target_->read(range->address, bytes));
  return bytes.empty() && range->length != 0 ? no_such_memory : hex_of(bytes);
}

std::string GdbServer::write_memory(std::string_view text, bool binary) {
  const auto range = take_range(text);
  if (!range || !take_character(text, ':')) return malformed;
  std::optional<std::vector<std::uint8_t>> bytes;
  if (binary) {
    bytes.emplace(text.begin(), text.end());
  } else {
    bytes = bytes_of(text);
  }
  if (!bytes || bytes->size() != range->length) return malformed;
  return target_->write(range->address, *bytes) ? ok : no_such_memory;
}

/// "kind,address,length": 0 and 1 stop before an instruction, 2 to 4 after a write, a read or either.
std::string GdbServer::change_breakpoint(std::string_view text, bool insert) {
  const auto kind = take_number(text);
  if (!kind || !take_character(text, ',')) return malformed;
  const auto range = take_range(text);
  // Conditions and commands were not offered.
  if (!range || !text.empty()) return malformed;
  if (*kind > 4) return not_understood;
  if (*kind <= 1) {
    if (insert) {
      breakpoints_.insert(range->address);
      target_->add_breakpoint(range->address);
    } else {
      breakpoints_.erase(range->address);
      target_->remove_breakpoint(range->address);
    }
    return ok;
  }
  const std::uint64_t end = std::uint64_t{range->address} + range->length;
  if (range->length == 0 || end > std::uint64_t{std::numeric_limits<std::uint32_t>::max()} + 1)
    return malformed;
  const rv32::Watchpoint watchpoint{range->address, range->length, *kind != 2, *kind != 3};
  if (insert) {
    watchpoints_.insert(watchpoint);
    target_->add_watchpoint(watchpoint);
  } else {
    watchpoints_.erase(watchpoint);
    target_->remove_watchpoint(watchpoint);
  }
  return ok;
}

}  // namespace edgebert::debug
