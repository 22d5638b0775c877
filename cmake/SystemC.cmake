# SystemC and TLM-2.0, behind one target: edgebert::systemc.
#
# Debian's libsystemc-dev ships pkg-config files and no CMake package, and is compiled as C++17: a C++20 program
# links with it only when SC_CPLUSPLUS says so. Both facts live here and nowhere else.
find_package(PkgConfig REQUIRED)
pkg_check_modules(SYSTEMC IMPORTED_TARGET systemc)
if(NOT SYSTEMC_FOUND)
  message(FATAL_ERROR "SystemC was not found by pkg-config (systemc.pc). Install it with: "
                      "apt-get install libsystemc-dev, or run scripts/install-packages")
endif()

add_library(edgebert_systemc INTERFACE)
add_library(edgebert::systemc ALIAS edgebert_systemc)
target_link_libraries(edgebert_systemc INTERFACE PkgConfig::SYSTEMC)
target_compile_definitions(edgebert_systemc INTERFACE SC_CPLUSPLUS=201703L SC_INCLUDE_DYNAMIC_PROCESSES)
# SystemC's own headers are not warning-free.
get_target_property(_systemc_includes PkgConfig::SYSTEMC INTERFACE_INCLUDE_DIRECTORIES)
if(_systemc_includes)
  target_include_directories(edgebert_systemc SYSTEM INTERFACE $<BUILD_INTERFACE:${_systemc_includes}>)
endif()

if(NOT DEFINED EDGEBERT_SYSTEMC_LINKS)
  file(WRITE ${CMAKE_BINARY_DIR}/systemc_probe.cpp
       "#include <systemc>\nint sc_main(int, char**) { return 0; }\n"
       "int main(int argc, char** argv) { return sc_core::sc_elab_and_sim(argc, argv); }\n")
  try_compile(EDGEBERT_SYSTEMC_LINKS ${CMAKE_BINARY_DIR} ${CMAKE_BINARY_DIR}/systemc_probe.cpp
              COMPILE_DEFINITIONS -DSC_CPLUSPLUS=201703L
              LINK_LIBRARIES PkgConfig::SYSTEMC
              CXX_STANDARD 20 CXX_STANDARD_REQUIRED ON
              OUTPUT_VARIABLE _probe_output)
  if(NOT EDGEBERT_SYSTEMC_LINKS)
    unset(EDGEBERT_SYSTEMC_LINKS CACHE)
    message(FATAL_ERROR "SystemC ${SYSTEMC_VERSION} was found but a program does not link with it. If the error below "
                        "names sc_api_version_..., the library was compiled for another C++ standard than 17: set "
                        "SC_CPLUSPLUS in cmake/SystemC.cmake to the one it names.\n${_probe_output}")
  endif()
endif()
