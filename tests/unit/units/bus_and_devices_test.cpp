// SPDX-License-Identifier: Apache-2.0
#include "ip/dma/dma_regs.hpp"
#include "platform/console_regs.hpp"
#include "platform/exit_device_regs.hpp"
#include "platform/interrupt_controller_regs.hpp"
#include "platform/mailbox_regs.hpp"
#include "platform/timer_regs.hpp"
#include "platform/watchdog_regs.hpp"
#include "tests/test.hpp"
#include "tests/unit/units/test_bench.hpp"

using namespace edgebert;
using test::bench;
namespace map = memory_map;

TEST_CASE(
    "bus: what is not there, not aligned, read-only or write-only answers with an error, and is remembered") {
  auto& b = bench();
  CHECK(b.read(0x30000000).status == tlm::TLM_ADDRESS_ERROR_RESPONSE);
  CHECK(b.bus.last_fault()->address == 0x30000000);
  CHECK(std::string(b.bus.last_fault()->initiator) == "core");
  CHECK(b.read(map::weight_memory.base + 64 * 1024 - 2).status == tlm::TLM_ADDRESS_ERROR_RESPONSE);
  CHECK(b.write(map::envm.base, 1).status == tlm::TLM_COMMAND_ERROR_RESPONSE);
  CHECK(b.read(map::softmax, 1).status == tlm::TLM_BURST_ERROR_RESPONSE);
  CHECK(b.read(map::softmax + 2).status == tlm::TLM_BURST_ERROR_RESPONSE);
  CHECK(b.read(map::softmax + 0xff0).status == tlm::TLM_ADDRESS_ERROR_RESPONSE);
  CHECK(b.write(map::softmax + unit::id.offset, 1).status == tlm::TLM_ADDRESS_ERROR_RESPONSE);
  CHECK(b.read(map::softmax + unit::control.offset).status == tlm::TLM_ADDRESS_ERROR_RESPONSE);
  CHECK(b.read(map::weight_memory.base, 1).status == tlm::TLM_OK_RESPONSE);
}

TEST_CASE("units: each says what it is") {
  auto& b = bench();
  const std::pair<std::uint32_t, unit::Kind> units[] = {{map::accelerator_control, unit::Kind::accelerator},
                                                        {map::processing_unit, unit::Kind::processing_unit},
                                                        {map::softmax, unit::Kind::softmax},
                                                        {map::layernorm, unit::Kind::layernorm},
                                                        {map::element_add, unit::Kind::element_add},
                                                        {map::early_exit, unit::Kind::early_exit},
                                                        {map::dma, unit::Kind::dma}};
  for (const auto& [base, kind] : units)
    CHECK(b.get(base, unit::id) == (static_cast<std::uint32_t>(kind) << 16 | unit::version));
}

TEST_CASE("registers: a write says whether it may have notified an event") {
  auto& b = bench();
  CHECK_FALSE(b.notifies(map::dma, dma::rows, 0));
  CHECK_FALSE(b.notifies(map::dma, unit::tag, 0));
  CHECK_FALSE(b.notifies(map::dma, unit::control, 0));
  CHECK(b.notifies(map::dma, unit::control, unit::control_start));
  sc_core::sc_start(b.accelerator_clock.time(2));  // a command without rows is refused in one cycle
  CHECK(b.notifies(map::dma, unit::interrupt, unit::interrupt_error));
  CHECK(b.notifies(map::interrupt_controller.base, interrupt_controller::enable, 0));
  CHECK(b.notifies(map::timer.base, timer::compare_low, 0xffffffff));
  CHECK(b.notifies(map::watchdog.base, watchdog::timeout, 0));
  CHECK_FALSE(b.notifies(map::console.base, console::transmit, '\n'));
  CHECK(b.notifies(map::mailbox.base, mailbox_device::take, 0));
  CHECK(b.notifies(map::weight_memory.base, unit::tag, 0));  // memories do not say
}

TEST_CASE("interrupts: level, enabled at the unit and at the controller, lowered by acknowledge") {
  auto& b = bench();
  const std::uint32_t line = 1u << 4;
  b.accelerator.early_exit.interrupt.connect([&b](bool level) { b.interrupts.set_line(4, level); });
  bool core = false;
  b.interrupts.to_core.connect([&core](bool level) { core = level; });
  b.run(map::early_exit);  // whatever it computes, it ends with a cause
  const std::uint32_t causes = b.get(map::early_exit, unit::interrupt) & 3;
  CHECK(causes != 0);
  CHECK(b.get(map::interrupt_controller.base, interrupt_controller::pending) == 0);
  b.set(map::early_exit, unit::interrupt, 3 << unit::interrupt_enable_shift);
  CHECK(b.get(map::interrupt_controller.base, interrupt_controller::pending) == line);
  CHECK_FALSE(core);
  CHECK(b.get(map::interrupt_controller.base, interrupt_controller::claim) == 0xffffffff);
  b.set(map::interrupt_controller.base, interrupt_controller::enable, line);
  CHECK(core);
  CHECK(b.get(map::interrupt_controller.base, interrupt_controller::claim) == 4);
  b.set(map::early_exit, unit::interrupt, causes | 3 << unit::interrupt_enable_shift);
  CHECK_FALSE(core);
  CHECK((b.get(map::early_exit, unit::interrupt) & 3) == 0);
  b.set(map::early_exit, unit::interrupt, 0);
  b.set(map::interrupt_controller.base, interrupt_controller::enable, 0);
}

TEST_CASE("timer: counts cycles of its clock and raises its interrupt at the compare value, to the cycle") {
  auto& b = bench();
  const std::uint32_t base = map::timer.base;
  const std::uint32_t now = b.get(base, timer::time_low);
  bool raised = false;
  b.timer.interrupt.connect([&raised](bool level) { raised = level; });
  b.set(base, timer::compare_high, 0);
  b.set(base, timer::compare_low, now + 100);
  sc_core::sc_start(b.bus_clock.time(99));
  CHECK_FALSE(raised);
  CHECK(b.get(base, timer::time_low) == now + 99);
  sc_core::sc_start(b.bus_clock.time(2));
  CHECK(raised);
  b.set(base, timer::compare_high, 0xffffffff);
  CHECK_FALSE(raised);
}

TEST_CASE("watchdog: silent while restarted, raised when not, off at 0") {
  auto& b = bench();
  const std::uint32_t base = map::watchdog.base;
  b.set(base, watchdog::timeout, 50);
  for (int i = 0; i < 3; ++i) {
    sc_core::sc_start(b.bus_clock.time(40));
    CHECK(b.get(base, watchdog::expired) == 0);
    b.set(base, watchdog::restart, 1);
  }
  sc_core::sc_start(b.bus_clock.time(51));
  CHECK(b.get(base, watchdog::expired) == 1);
  CHECK(b.watchdog.interrupt.level());
  b.set(base, watchdog::timeout, 0);
  sc_core::sc_start(b.bus_clock.time(200));
  CHECK(b.get(base, watchdog::expired) == 0);
  CHECK_FALSE(b.watchdog.interrupt.level());
}

TEST_CASE("console: whole lines, and endless ones cut") {
  auto& b = bench();
  std::vector<std::string> lines;
  b.console.log.connect(LogLevel::info, [&lines](LogLevel, const sc_core::sc_time&, std::string_view line) {
    lines.emplace_back(line);
  });
  for (const char c : std::string("hello\n\nx"))
    b.set(map::console.base, console::transmit, static_cast<std::uint8_t>(c));
  CHECK(lines == std::vector<std::string>{"hello", ""});
  for (std::size_t i = 0; i < Console::longest_line; ++i) b.set(map::console.base, console::transmit, 'y');
  REQUIRE(lines.size() == 3);
  CHECK(lines[2].size() == Console::longest_line);
  b.console.log.connect(LogLevel::off, {});
}

TEST_CASE("exit device: the first code counts") {
  auto& b = bench();
  CHECK_FALSE(b.exit_device.code());
  b.set(map::exit_device.base, exit_device::exit, 7);
  b.set(map::exit_device.base, exit_device::exit, 0);
  CHECK(b.exit_device.code() == 7u);
}

TEST_CASE("mailbox: job in, result out, the job read-only, the interrupt up until the job is taken") {
  auto& b = bench();
  const std::uint32_t base = map::mailbox.base;
  mailbox::Job job{};
  job.number = 77;
  job.token_ids[3] = 1234;
  b.mailbox.post(job);
  CHECK(b.mailbox.interrupt.level());
  CHECK(b.read(base + mailbox_device::status.offset).value == 1);
  CHECK(b.read(base + mailbox_device::job_offset + offsetof(mailbox::Job, number)).value == 77);
  CHECK(b.read(base + mailbox_device::job_offset + offsetof(mailbox::Job, token_ids) + 6, 2).value == 1234);
  CHECK(b.write(base + mailbox_device::job_offset, 1).status == tlm::TLM_ADDRESS_ERROR_RESPONSE);
  b.set(base, mailbox_device::take, 1);
  CHECK_FALSE(b.mailbox.interrupt.level());
  b.write(base + mailbox_device::result_offset + offsetof(mailbox::Result, prediction), 1);
  CHECK_FALSE(b.mailbox.answered());
  b.set(base, mailbox_device::answer, 1);
  CHECK_FALSE(b.mailbox.answered());
  sc_core::sc_start(11, sc_core::SC_NS);  // the host's turnaround is 10 ns
  CHECK(b.mailbox.answered());
  CHECK(b.mailbox.result().prediction == 1);
  CHECK(b.write(base + mailbox_device::result_offset + sizeof(mailbox::Result), 1).status ==
        tlm::TLM_ADDRESS_ERROR_RESPONSE);
}
