// SPDX-License-Identifier: Apache-2.0
// What boot/start.S calls once memory is in order.
#include "firmware/hal/hal.hpp"
#include "firmware/main.hpp"

extern "C" int main() {
  edgebert::firmware::serve();
  edgebert::firmware::hal::stop(0);
}
