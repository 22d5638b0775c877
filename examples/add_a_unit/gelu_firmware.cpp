// SPDX-License-Identifier: Apache-2.0
// Firmware that uses the unit: values from the system SRAM into data buffer 0, GELU, codes back. Takes the
// place of firmware/main.cpp.
#include "firmware/drivers/dma.hpp"
#include "firmware/hal/hal.hpp"
#include "firmware/main.hpp"
#include "gelu_driver.hpp"
#include "gelu_job.hpp"

namespace edgebert::firmware {

void serve() {
  hal::enable_wake_up();
  initialise(units::dma);
  initialise(gelu_unit);
  const Tag tag{0, Operator::none, 0, 0, 0};
  constexpr uint32_t row_bytes = 4 * gelu_job::elements;
  load({gelu_job::values, row_bytes}, {dma::Buffer::data0, 0, row_bytes}, {gelu_job::rows, row_bytes}, tag);
  run(GeluCommand{.rows = gelu_job::rows,
                  .elements = gelu_job::elements,
                  .source = {sfu::Format::wide, 0, 0, 0, row_bytes},
                  .output = {sfu::Format::adaptivfloat, 1, gelu_job::bias, 0, gelu_job::elements}},
      tag);
  store({dma::Buffer::data1, 0, gelu_job::elements}, {gelu_job::codes, gelu_job::elements},
        {gelu_job::rows, gelu_job::elements}, tag);
}

}  // namespace edgebert::firmware
