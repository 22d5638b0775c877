// SPDX-License-Identifier: Apache-2.0
// One unit of the accelerator without the SoC: the softmax unit behind a bus stub of yours, a row of
// attention scores in its buffer, its interrupt on a wire of yours; the weights it writes are compared with
// the golden model.
#include <cstdio>
#include <cstring>
#include <systemc>
#include <tlm>
#include <vector>

#include <tlm_utils/simple_initiator_socket.h>

#include "golden/softmax.hpp"
#include "ip/sfu/softmax.hpp"
#include "ip/sfu/softmax_regs.hpp"

using namespace edgebert;

namespace {

constexpr std::uint32_t lanes = 16;
constexpr std::uint32_t output_base = 0x400;
constexpr std::uint32_t row_scale_base = 0x20;

/// Scores in Q8.12, as the processing unit leaves them: 1.5, 0.25, -2 ...
const std::vector<std::int32_t> scores = {6144, 1024, -8192, 3072, 0, -1, 5000, 6144, -300, 20, 4095, 8191};

/// What your bus would be: 32-bit accesses to the unit's registers, and a thread that acts as the core does.
class BusStub : public sc_core::sc_module {
 public:
  tlm_utils::simple_initiator_socket<BusStub> socket{"socket"};
  ClockDomain clock{1.0e9};
  std::array<DecoderBuffers, 2> decoders{
      {{ScratchBuffer(4096), ScratchBuffer(512)}, {ScratchBuffer(4096), ScratchBuffer(512)}}};
  ScratchBuffer auxiliary{1024};
  Softmax softmax;
  std::uint32_t error = 0;  ///< STATUS.error behind the command
  Cycles cycles = 0;        ///< from start to interrupt

  explicit BusStub(sc_core::sc_module_name name)
      : sc_module(name),
        softmax("softmax", {.lanes = lanes, .costs = sfu::costs_of(TimingPreset::overlapped)},
                {decoders, auxiliary}, clock) {
    socket.bind(softmax.socket);
    softmax.interrupt.connect([this](bool level) {
      if (level) interrupt_.notify();
    });
    SC_HAS_PROCESS(BusStub);
    SC_THREAD(run);
  }

 private:
  void run() {
    namespace regs = edgebert::softmax;
    const auto count = static_cast<std::uint32_t>(scores.size());
    decoders[0].data.write(0, {reinterpret_cast<const std::uint8_t*>(scores.data()), 4 * scores.size()});
    write(regs::rows, 1);
    write(regs::columns, count);
    write(regs::keys, count);
    write(regs::source_format, sfu::format_kind.put(static_cast<std::uint32_t>(sfu::Format::wide)));
    write(regs::source_stride, 4 * count);
    write(regs::output_base, output_base);
    write(regs::output_stride, count);
    write(regs::row_scale_base, row_scale_base);
    write(unit::interrupt, (unit::interrupt_done | unit::interrupt_error) << unit::interrupt_enable_shift);
    const sc_core::sc_time start = sc_core::sc_time_stamp();
    write(unit::control, unit::control_start);
    wait(interrupt_);
    cycles = clock.cycles(sc_core::sc_time_stamp() - start);
    error = unit::status_error.get(read(unit::status));
  }

  std::uint32_t access(tlm::tlm_command command, const Register& reg, std::uint32_t value) {
    tlm::tlm_generic_payload payload;
    payload.set_command(command);
    payload.set_address(reg.offset);
    payload.set_data_ptr(reinterpret_cast<unsigned char*>(&value));
    payload.set_data_length(sizeof value);
    payload.set_streaming_width(sizeof value);
    sc_core::sc_time delay;
    socket->b_transport(payload, delay);
    if (payload.is_response_error()) SC_REPORT_ERROR("bus_stub", reg.name);
    return value;
  }
  std::uint32_t read(const Register& reg) { return access(tlm::TLM_READ_COMMAND, reg, 0); }
  void write(const Register& reg, std::uint32_t value) { access(tlm::TLM_WRITE_COMMAND, reg, value); }

  sc_core::sc_event interrupt_{"interrupt"};
};

}  // namespace

int sc_main(int, char**) {
  BusStub stub("stub");
  sc_core::sc_start();

  golden::Saturations saturations;
  const golden::SoftmaxRow expected = golden::softmax(scores, 0, {}, saturations);
  const auto codes = stub.decoders[0].data.read(output_base, scores.size());
  const auto scale = stub.auxiliary.word<std::uint32_t>(row_scale_base);
  const bool equal = stub.error == 0 && scale == expected.row_scale &&
                     std::equal(codes.begin(), codes.end(), expected.codes.begin(), expected.codes.end());
  std::printf("softmax of %zu scores: %llu cycles, row scale %u / 2^20, %s golden\n", scores.size(),
              static_cast<unsigned long long>(stub.cycles), scale, equal ? "equal to" : "DIFFERS FROM");
  return equal ? 0 : 1;
}
