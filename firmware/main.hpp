// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace edgebert::firmware {

/// Prepares the machine and serves jobs; returns when the host asks to shut down.
void serve();

}  // namespace edgebert::firmware
