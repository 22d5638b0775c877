// SPDX-License-Identifier: Apache-2.0
// The server against a fake machine, over a socket pair: what each packet is answered with, and that no bad
// packet does harm.
#include <algorithm>
#include <array>
#include <memory>
#include <random>

#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

#include "contract/error.hpp"
#include "platform/debug/gdb_server.hpp"
#include "tests/test.hpp"

using namespace edgebert;
using namespace edgebert::debug;

namespace {

class FakeTarget : public Target {
 public:
  std::array<std::uint32_t, 33> registers{};
  std::vector<std::uint8_t> memory = std::vector<std::uint8_t>(64);
  std::set<std::uint32_t> breakpoints;
  std::set<rv32::Watchpoint> watchpoints;
  rv32::Watchpoint hit{};
  std::uint32_t mscratch = 5;

  std::uint32_t reg(unsigned index) const override { return registers.at(index); }
  void set_reg(unsigned index, std::uint32_t value) override { registers.at(index) = value; }
  std::optional<std::uint32_t> csr(std::uint32_t number) const override {
    if (number == 0x340) return mscratch;
    return {};
  }
  bool set_csr(std::uint32_t number, std::uint32_t value) override {
    if (number == 0x340) mscratch = value;
    return number == 0x340;
  }
  std::size_t read(std::uint32_t address, std::span<std::uint8_t> bytes) override {
    if (address >= memory.size()) return 0;
    const std::size_t count = std::min(bytes.size(), memory.size() - address);
    std::copy_n(memory.begin() + address, count, bytes.begin());
    return count;
  }
  bool write(std::uint32_t address, std::span<const std::uint8_t> bytes) override {
    if (address > memory.size() || bytes.size() > memory.size() - address) return false;
    std::ranges::copy(bytes, memory.begin() + address);
    return true;
  }
  void add_breakpoint(std::uint32_t address) override { breakpoints.insert(address); }
  void remove_breakpoint(std::uint32_t address) override { breakpoints.erase(address); }
  void add_watchpoint(const rv32::Watchpoint& point) override { watchpoints.insert(point); }
  void remove_watchpoint(const rv32::Watchpoint& point) override { watchpoints.erase(point); }
  rv32::Watchpoint watch_hit() const override { return hit; }
  std::string command(std::string_view line) override { return fmt::format("you said {}\n", line); }
};

/// A server whose debugger is the test. Everything is sent before the server is asked to run.
struct Session {
  int ours;
  FakeTarget target;
  std::unique_ptr<GdbServer> server;

  Session() {
    int ends[2];
    REQUIRE(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
    ours = ends[0];
    server = std::make_unique<GdbServer>(Connection::of_descriptors(ends[1], ends[1]));
    server->attach(target);
  }
  ~Session() { hang_up(); }

  void hang_up() {
    if (ours >= 0) close(ours);
    ours = -1;
  }
  void send(std::string_view bytes) {
    REQUIRE(write(ours, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()));
  }
  /// Payloads of the packets that have come.
  std::vector<std::string> replies() {
    std::array<char, 65536> bytes;
    const ssize_t count = recv(ours, bytes.data(), bytes.size(), MSG_DONTWAIT);
    PacketReader reader;
    if (count > 0) reader.feed({bytes.data(), static_cast<std::size_t>(count)});
    std::vector<std::string> payloads;
    while (const auto received = reader.next()) payloads.push_back(received->payload);
    return payloads;
  }
  /// The reply to one packet that does not let the core run.
  std::string ask(const std::string& packet) {
    send(packet_of(packet) + packet_of("c"));
    CHECK(server->grant() == ~std::uint64_t{0});
    const auto all = replies();
    server->ran(rv32::StopReason::breakpoint);  // be stopped again for the next question
    return all.empty() ? "no reply" : all.back();
  }
};

}  // namespace

TEST_CASE("server: registers, CSRs, memory") {
  Session session;
  session.target.registers[2] = 0x11223344;
  session.target.registers[32] = 0x100;
  CHECK(session.ask("?") == "T05thread:1;");
  const std::string all = session.ask("g");
  CHECK(all.size() == 33 * 8);
  CHECK(all.substr(16, 8) == "44332211");
  CHECK(session.ask("p20") == "00010000");
  CHECK(session.ask("P20=04000000") == "OK");
  CHECK(session.target.registers[32] == 4);
  CHECK(session.ask("p1340") == "05000000");
  CHECK(session.ask("P1340=09000000") == "OK");
  CHECK(session.target.mscratch == 9);
  CHECK(session.ask("p1341") == "xxxxxxxx");
  CHECK(session.ask("P1341=00000000") == "E02");
  CHECK(session.ask("M4,2:abcd") == "OK");
  CHECK(session.ask("m4,2") == "abcd");
  CHECK(session.ask("X6,1:$") == "OK");
  CHECK(session.ask("m4,3") == "abcd24");
  CHECK(session.ask("m3e,10") == "0000");  // what there is
  CHECK(session.ask("m40,1") == "E03");
  CHECK(session.ask("M3f,2:0000") == "E03");
  CHECK(session.ask("G1111111111111111") == "OK");
  CHECK(session.target.registers[1] == 0x11111111);
}

TEST_CASE("server: what gdb asks first") {
  Session session;
  CHECK(session.ask("qSupported:multiprocess+").find("PacketSize=4000") == 0);
  CHECK(session.ask("qXfer:features:read:target.xml:0,20").substr(0, 6) == "m<?xml");
  CHECK(session.ask("qXfer:features:read:target.xml:ffffff,20") == "l");
  CHECK(session.ask("qAttached") == "1");
  CHECK(session.ask("vCont?") == "vCont;c;C;s;S");
  CHECK(session.ask("Hg0") == "OK");
  CHECK(session.ask("vMustReplyEmpty") == "");
  CHECK(session.ask(fmt::format("qRcmd,{}", hex_of(std::string_view("hello")))) ==
        hex_of(std::string_view("you said hello\n")));
}

TEST_CASE("server: breakpoints, watchpoints, and why the core stopped") {
  Session session;
  session.send(packet_of("Z0,100,2") + packet_of("Z2,20,4") + packet_of("Z3,24,4") + packet_of("Z4,28,4") +
               packet_of("vCont;s:1;c"));
  CHECK(session.server->grant() == 1);
  CHECK(session.target.breakpoints == std::set<std::uint32_t>{0x100});
  CHECK(session.target.watchpoints ==
        std::set<rv32::Watchpoint>{{0x20, 4, false, true}, {0x24, 4, true, false}, {0x28, 4, true, true}});
  CHECK(session.replies() == std::vector<std::string>{"OK", "OK", "OK", "OK"});
  session.server->ran(rv32::StopReason::budget);
  session.send(packet_of("c"));
  CHECK(session.server->grant() > 1);
  CHECK(session.replies() == std::vector<std::string>{"T05thread:1;"});
  const std::array<std::pair<rv32::Watchpoint, std::string>, 3> kinds = {{{{0x20, 4, false, true}, "watch"},
                                                                          {{0x24, 4, true, false}, "rwatch"},
                                                                          {{0x28, 4, true, true}, "awatch"}}};
  for (const auto& [watchpoint, name] : kinds) {
    session.target.hit = watchpoint;
    session.server->ran(rv32::StopReason::watchpoint);
    session.send(packet_of("c"));
    session.server->grant();
    CHECK(session.replies() ==
          std::vector<std::string>{fmt::format("T05thread:1;{}:{:x};", name, watchpoint.address)});
  }
  session.server->ran(rv32::StopReason::breakpoint);
  session.send(packet_of("z0,100,2") + packet_of("z2,20,4") + packet_of("D"));
  CHECK(session.server->grant() > 1);
  CHECK(session.target.breakpoints.empty());
  CHECK(session.target.watchpoints.empty());  // detaching takes the others out
  session.server->ran(rv32::StopReason::breakpoint);
  CHECK(session.server->grant() > 1);  // nobody is asked any more
}

TEST_CASE("server: Ctrl-C stops a running core") {
  Session session;
  session.send(packet_of("c"));
  session.server->grant();
  session.send(fmt::format("\x03{}", packet_of("c")));
  for (int i = 0; i < 100; ++i) session.server->grant();
  CHECK(session.replies() == std::vector<std::string>{"T02thread:1;"});
}

TEST_CASE("server: kill, a debugger that goes away, the end of the run") {
  Session killed;
  killed.send(packet_of("k"));
  CHECK(killed.server->grant() == 0);
  CHECK(killed.server->killed());

  Session left;
  left.send(packet_of("Z0,100,2"));
  left.hang_up();
  CHECK(left.server->grant() > 1);
  CHECK_FALSE(left.server->killed());
  CHECK(left.target.breakpoints.empty());

  Session ended;
  ended.send(packet_of("c"));
  ended.server->grant();
  ended.server->exited(3);
  CHECK(ended.replies() == std::vector<std::string>{"W03"});

  Session failed;
  failed.send(packet_of("c"));
  failed.server->grant();
  failed.send(packet_of("g") + packet_of("c"));
  failed.server->failed("why");
  const auto replies = failed.replies();
  REQUIRE(replies.size() == 3);
  CHECK(replies[0] == fmt::format("O{}", hex_of(std::string_view("edgebert-sim: why\n"))));
  CHECK(replies[1] == "T06thread:1;");
}

TEST_CASE("server: acknowledges until told not to, asks for a damaged packet again") {
  Session session;
  session.send(fmt::format("$g#00{}{}", packet_of("QStartNoAckMode"), packet_of("c")));
  session.server->grant();
  std::array<char, 100> bytes;
  const ssize_t count = recv(session.ours, bytes.data(), bytes.size(), MSG_DONTWAIT);
  REQUIRE(count > 0);
  CHECK(std::string_view(bytes.data(), static_cast<std::size_t>(count)) == "-+$OK#9a");
}

TEST_CASE("server: what makes no sense is answered with an error and changes nothing") {
  Session session;
  const auto before = session.target.registers;
  for (const char* bad : {"p",
                          "pzz",
                          "p100000000",
                          "p20x",
                          "P",
                          "P20",
                          "P20=",
                          "P20=1",
                          "P20=111111111",
                          "Pff=00000000",
                          "G1",
                          "Gzz",
                          "G0000",
                          "m",
                          "m0",
                          "m0,",
                          "m,4",
                          "m0;4",
                          "m100000000,1",
                          "m0,4x",
                          "M0,4",
                          "M0,4:",
                          "M0,4:00",
                          "M0,1:zz",
                          "X0,4:abc",
                          "X0",
                          "Z",
                          "Z0",
                          "Z0,",
                          "Z0,100",
                          "Z0,100,2;cond",
                          "Z2,0,0",
                          "Z2,ffffffff,2",
                          "cxyz",
                          "c100000000",
                          "szz",
                          "C05;zz",
                          "vCont;",
                          "vCont;x",
                          "vCont;t",
                          "qXfer:features:read:target.xml:",
                          "qXfer:features:read:target.xml:0",
                          "qRcmd,abc",
                          "qRcmd,zz"}) {
    INFO(bad);
    CHECK(session.ask(bad).front() == 'E');
  }
  for (const char* unknown : {"!", "R00", "qSymbol::", "vFoo", "Z9,0,4", "QFoo", "\x01\xff", "b", "t0"}) {
    INFO(unknown);
    CHECK(session.ask(unknown) == "");
  }
  CHECK(session.target.registers == before);
  CHECK(session.target.breakpoints.empty());
  CHECK(session.target.watchpoints.empty());
}

TEST_CASE("server: random bytes and mutated packets never do harm") {
  std::mt19937 random(1);
  const std::vector<std::string> seeds = {"g",
                                          "G00112233",
                                          "p20",
                                          "P20=00000000",
                                          "m0,40",
                                          "M0,4:01020304",
                                          "X0,4:abcd",
                                          "Z0,100,2",
                                          "z2,20,4",
                                          "vCont;s:1",
                                          "qSupported",
                                          "qRcmd,74696d65",
                                          "qXfer:features:read:target.xml:0,fff",
                                          "?",
                                          "H g-1",
                                          "c100",
                                          "s",
                                          "C05"};
  std::uint64_t grants = 0;
  for (int round = 0; round < 3000; ++round) {
    Session session;
    std::string bytes;
    for (int packet = 0; packet < 8; ++packet) {
      std::string payload = seeds[random() % seeds.size()];
      for (unsigned changes = random() % 4; changes != 0; --changes) {
        const std::size_t at = random() % (payload.size() + 1);
        if (random() % 2 == 0 && at < payload.size())
          payload[at] = static_cast<char>(random());
        else
          payload.insert(at, 1, static_cast<char>(random()));
      }
      std::string wire = packet_of(payload);
      if (random() % 8 == 0) wire[random() % wire.size()] = static_cast<char>(random());
      bytes += wire;
    }
    session.send(bytes);
    session.hang_up();
    for (int i = 0; i < 40; ++i) {
      if (session.server->grant() == 0) break;
      session.server->ran(rv32::StopReason::breakpoint);
      ++grants;
    }
  }
  CHECK(grants > 3000);
}

TEST_CASE("connection: a free port on the loopback interface, and one that is taken") {
  Connection first = Connection::listen(0);
  CHECK(first.port() != 0);
  try {
    Connection::listen(first.port());
    FAIL("a port was had twice");
  } catch (const Error& error) {
    CHECK(error.failure() == Failure::usage);
    CHECK(std::string(error.what()).find('\n') == std::string::npos);
  }
}
