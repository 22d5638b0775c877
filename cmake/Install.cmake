# What `cmake --install` puts where, below one prefix, in two components:
#   program      bin                      edgebert-sim, iss-run; they find share/edgebert beside bin
#                share/edgebert           configs, the shipped model's image, the firmware, what studies read
#                share/man, share/bash-completion, share/zsh, share/doc/edgebert
#   development  include/edgebert         headers of the rooms below
#                lib, lib/cmake/edgebert  libraries and find_package(edgebert): edgebert::platform, edgebert::golden ...
#                share/edgebert/firmware  firmware as a RISC-V library with its linker script and sources
#                share/edgebert/examples
# docs/install.md says how to use it.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

# Installing and packing take what is built and build nothing.
set(CMAKE_SKIP_INSTALL_ALL_DEPENDENCY ON)
set(data ${CMAKE_INSTALL_DATADIR}/edgebert)
set(documentation ${CMAKE_INSTALL_DATADIR}/doc/edgebert)
set(package ${CMAKE_INSTALL_LIBDIR}/cmake/edgebert)

set(CMAKE_INSTALL_DEFAULT_COMPONENT_NAME program)
install(TARGETS edgebert-sim iss-run RUNTIME)
install(DIRECTORY configs DESTINATION ${data})
install(FILES ${CMAKE_BINARY_DIR}/images/sst2-small.image ${CMAKE_BINARY_DIR}/edgebert-firmware.elf DESTINATION ${data})
install(DIRECTORY tests/data/entropy_logs DESTINATION ${data})
install(FILES checkpoints/sst2-small/README.md checkpoints/sst2-small/dev.tsv DESTINATION ${data}/checkpoints/sst2-small)
set(pages ${CMAKE_BINARY_DIR}/pages)
install(FILES ${pages}/edgebert-sim.1.gz ${pages}/iss-run.1.gz DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES ${pages}/edgebert-sim.bash DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME edgebert-sim)
install(FILES ${pages}/_edgebert-sim DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions)
install(FILES LICENSE DESTINATION ${documentation} RENAME copyright)
install(FILES README.md DESTINATION ${documentation})
install(DIRECTORY docs DESTINATION ${documentation})

set(CMAKE_INSTALL_DEFAULT_COMPONENT_NAME development)
# edgebert_platform is edgebert::platform to those who find the package.
foreach(library options systemc contract kernels ip config rv32 debug energy platform golden model)
  set_target_properties(edgebert_${library} PROPERTIES EXPORT_NAME ${library})
  install(TARGETS edgebert_${library} EXPORT edgebert)
endforeach()
target_include_directories(edgebert_options INTERFACE $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}/edgebert>)
install(EXPORT edgebert NAMESPACE edgebert:: DESTINATION ${package} FILE edgebertTargets.cmake)
configure_package_config_file(cmake/edgebertConfig.cmake.in ${CMAKE_BINARY_DIR}/edgebertConfig.cmake
                              INSTALL_DESTINATION ${package} PATH_VARS CMAKE_INSTALL_INCLUDEDIR data)
write_basic_package_version_file(${CMAKE_BINARY_DIR}/edgebertConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/edgebertConfig.cmake ${CMAKE_BINARY_DIR}/edgebertConfigVersion.cmake cmake/RiscV.cmake
              cmake/Firmware.cmake DESTINATION ${package})
install(DIRECTORY contract firmware golden ip model platform DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/edgebert
        FILES_MATCHING PATTERN "*.hpp")
install(DIRECTORY firmware DESTINATION ${data} FILES_MATCHING PATTERN "*.cpp" PATTERN "*.S" PATTERN "*.ld")
install(FILES ${CMAKE_BINARY_DIR}/libedgebert-firmware.a DESTINATION ${data}/firmware)
install(DIRECTORY examples DESTINATION ${data})
