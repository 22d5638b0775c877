// SPDX-License-Identifier: Apache-2.0
// What the target of a write tells an initiator that runs ahead of the kernel and would otherwise have to
// look for events that the write may have notified. Targets that do not know it, and initiators that do not
// attach it, stay correct.
#pragma once
#include <tlm>

namespace edgebert {

struct WriteExtension : tlm::tlm_extension<WriteExtension> {
  bool notified_nothing = false;  ///< set by the target: the write has notified no event, nor cancelled one

  tlm::tlm_extension_base* clone() const override { return new WriteExtension(*this); }
  void copy_from(const tlm::tlm_extension_base& other) override {
    *this = static_cast<const WriteExtension&>(other);
  }
};

}  // namespace edgebert
