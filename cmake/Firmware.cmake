# Firmware of your own, against an installed platform (docs/firmware.md).
#
#   edgebert_firmware_elf(<name> SOURCES <file>... [INCLUDES <dir>...] [FLAGS <flag>...])
#
# makes <name>.elf in the build folder: your sources with the shipped start-up code, linker script, hal, drivers and
# schedules. serve() has to be yours. Of the library a file is linked only if something it alone defines is used: define all
# that is used of one, and yours takes its place.
include_guard()
set(EDGEBERT_RISCV_INCLUDE_DIR ${EDGEBERT_INCLUDE_DIR})
include(${CMAKE_CURRENT_LIST_DIR}/RiscV.cmake)

function(edgebert_firmware_elf name)
  edgebert_riscv_elf(${name} ${ARGN} LINKER_SCRIPT ${EDGEBERT_DATA_DIR}/firmware/boot/link.ld
                     LINK_FLAGS ${EDGEBERT_DATA_DIR}/firmware/libedgebert-firmware.a)
endfunction()
