// SPDX-License-Identifier: Apache-2.0
// The way to the debugger: one TCP connection on the loopback interface, or standard input and output.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace edgebert::debug {

class Connection {
 public:
  /// Listens on 127.0.0.1. @param port  0: any free one
  /// @throws Error(usage) if the port cannot be had
  static Connection listen(std::uint16_t port);
  /// Two open file descriptors, which it closes at its end.
  static Connection of_descriptors(int input, int output);

  Connection(Connection&& other) noexcept;
  Connection& operator=(Connection&&) = delete;
  ~Connection();

  /// Where it listens; 0 if it does not.
  std::uint16_t port() const { return port_; }

  /// Blocks until somebody connects; the first one is the only one.
  void open();
  /// What has arrived: at once, perhaps nothing, or with `wait` at least one byte. Closes if the other side
  /// has.
  std::string read(bool wait);
  void write(std::string_view bytes);
  bool closed() const { return input_ < 0; }
  void close();

 private:
  Connection() = default;

  int listener_ = -1;
  int input_ = -1;
  int output_ = -1;
  std::uint16_t port_ = 0;
};

}  // namespace edgebert::debug
