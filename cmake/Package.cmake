# Two Debian packages, by `cpack --config build/release/CPackConfig.cmake`: edgebert (the program and its data) and
# edgebert-dev (what find_package(edgebert) needs). Library dependencies of the program are found by dpkg-shlibdeps.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME edgebert)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_VENDOR "EdgeBERT virtual platform")
set(CPACK_PACKAGE_CONTACT "The EdgeBERT virtual platform's developers <edgebert@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "Virtual platform of the EdgeBERT SoC")
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL program development)
set(CPACK_COMPONENT_PROGRAM_DESCRIPTION
    "Runs bare-metal firmware on a modelled RISC-V core that drives a TLM-2.0 model\n of a BERT accelerator: bit-exact \
answers with cycles and joules.")
set(CPACK_COMPONENT_DEVELOPMENT_DESCRIPTION
    "Libraries, headers, firmware library and examples for SystemC programs and\n firmware of your own.")
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_NAME edgebert)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_SECTION electronics)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME edgebert-dev)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
list(JOIN development_packages ", " development_packages)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS "edgebert (= ${PROJECT_VERSION}), libsystemc-dev, libsentencepiece-dev, pkg-config, ${development_packages}")
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_RECOMMENDS "cmake, g++")
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SUGGESTS gcc-riscv64-unknown-elf)
include(CPack)
