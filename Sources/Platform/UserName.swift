// SPDX-License-Identifier: Apache-2.0
// Names of users and groups. A machine may have to ask a directory server for them, which may take its time.

internal import Glibc

/// A user of this machine.
public struct UserID: Hashable, Sendable {
  /// As the kernel knows it.
  public let number: UInt32

  private static let threads = WaitingThreads(atMost: 4)

  /// A user of this number.
  public init(number: UInt32) { self.number = number }

  /// The user's name, asked for on a thread of its own; nil where there is none, or none in time.
  public func name(within limit: Duration, on time: any TimeSource) async -> String? {
    let number = number
    return await Self.threads.run(within: limit, on: time) { userName(number) } ?? nil
  }
}

/// More than any entry of a directory takes.
private let entryBytes = 64 << 10

private func userName(_ number: uid_t) -> String? {
  var entry = unsafe passwd()
  var found: UnsafeMutablePointer<passwd>?
  var buffer = [CChar](repeating: 0, count: entryBytes)
  guard unsafe getpwuid_r(number, &entry, &buffer, buffer.count, &found) == 0, unsafe found != nil,
    let name = unsafe entry.pw_name
  else {
    return nil
  }
  return unsafe String(cString: name)
}

func groupName(_ number: gid_t) -> String? {
  var entry = unsafe group()
  var found: UnsafeMutablePointer<group>?
  var buffer = [CChar](repeating: 0, count: entryBytes)
  guard unsafe getgrgid_r(number, &entry, &buffer, buffer.count, &found) == 0, unsafe found != nil,
    let name = unsafe entry.gr_name
  else {
    return nil
  }
  return unsafe String(cString: name)
}
