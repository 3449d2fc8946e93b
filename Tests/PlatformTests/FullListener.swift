// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A listener whose queue is full: the kernel drops every further attempt to connect.
final class FullListener {
  let port: Int
  private var sockets: [Int32] = []

  init() {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    func withAddress(_ body: (UnsafeMutablePointer<sockaddr>) -> Void) {
      withUnsafeMutablePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1, body)
      }
    }
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    sockets = [listener]
    withAddress {
      bind(listener, $0, size)
      listen(listener, 0)
      getsockname(listener, $0, &size)
    }
    port = Int(UInt16(bigEndian: address.sin_port))
    for _ in 0..<4 {
      let filler = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
      withAddress { _ = connect(filler, $0, size) }
      sockets.append(filler)
    }
  }

  deinit { for socket in sockets { close(socket) } }
}
