// SPDX-License-Identifier: Apache-2.0
#include "platform/debug/connection.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "contract/error.hpp"

namespace edgebert::debug {
namespace {

[[noreturn]] void refuse(std::uint16_t port) {
  throw Error(Failure::usage,
              fmt::format("cannot listen for a debugger on 127.0.0.1:{}: {}; give another port, "
                          "or 0 for any free one",
                          port, std::strerror(errno)));
}

}  // namespace

Connection Connection::listen(std::uint16_t port) {
  Connection connection;
  connection.listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (connection.listener_ < 0) refuse(port);
  const int on = 1;
  setsockopt(connection.listener_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  socklen_t size = sizeof address;
  if (bind(connection.listener_, generic, size) != 0 || ::listen(connection.listener_, 1) != 0 ||
      getsockname(connection.listener_, generic, &size) != 0)
    refuse(port);
  connection.port_ = ntohs(address.sin_port);
  return connection;
}

Connection Connection::of_descriptors(int input, int output) {
  Connection connection;
  connection.input_ = input;
  connection.output_ = output;
  return connection;
}

Connection::Connection(Connection&& other) noexcept
    : listener_(std::exchange(other.listener_, -1)),
      input_(std::exchange(other.input_, -1)),
      output_(std::exchange(other.output_, -1)),
      port_(other.port_) {}

Connection::~Connection() {
  close();
}

void Connection::open() {
  if (listener_ < 0) return;
  do {
    input_ = output_ = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
  } while (input_ < 0 && (errno == EINTR || errno == ECONNABORTED));
  ::close(std::exchange(listener_, -1));
  const int on = 1;
  setsockopt(input_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

std::string Connection::read(bool wait) {
  std::array<char, 4096> bytes;
  while (!closed()) {
    pollfd waiting{input_, POLLIN, 0};
    const int ready = poll(&waiting, 1, wait ? -1 : 0);
    if (ready == 0) return "";
    if (ready < 0 && errno == EINTR) continue;
    const ssize_t count = ::read(input_, bytes.data(), bytes.size());
    if (count > 0) return {bytes.data(), static_cast<std::size_t>(count)};
    if (count == 0 || errno != EINTR) close();
  }
  return "";
}

void Connection::write(std::string_view bytes) {
  while (!bytes.empty() && !closed()) {
    ssize_t count = send(output_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count < 0 && errno == ENOTSOCK) count = ::write(output_, bytes.data(), bytes.size());
    if (count > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(count));
    } else if (errno != EINTR) {
      close();
    }
  }
}

void Connection::close() {
  if (listener_ >= 0) ::close(std::exchange(listener_, -1));
  if (output_ >= 0 && output_ != input_) ::close(output_);
  if (input_ >= 0) ::close(input_);
  input_ = output_ = -1;
}

}  // namespace edgebert::debug
