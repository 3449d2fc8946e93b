// SPDX-License-Identifier: Apache-2.0

internal import CProcess
internal import FoundationEssentials
internal import Glibc

/// The processes that a program has started, and those that they have: all that have not made a session of their own.
///
/// Its process group alone is not enough: a shell with job control, and timeout(1), put what they start into groups of their own.
struct Session {
  /// The leader's process, which has not been waited for, so that its number is nobody else's.
  let leader: Int32

  /// Sends a signal to every process. One that is being forked meanwhile is met where its group is its parent's; the other ones
  /// the next call meets.
  func signal(_ number: Int32) {
    kill(-leader, number)
    for member in members { rollwatch_signal_process(member.number, number) }
  }

  /// Some process, other than the leader, that has not ended.
  var anyMember: Descriptor? {
    members.first
  }

  /// All processes that have not ended, but the leader.
  private var members: [Descriptor] {
    let entries = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return entries.compactMap { Int32($0) }.filter { $0 != leader }.compactMap { process in
      // Opened first: then the descriptor is that of the process that is looked at, or of one that has ended.
      let descriptor = rollwatch_open_process(process)
      guard descriptor >= 0 else { return nil }
      let opened = Descriptor(number: descriptor)
      return Self.isAlive(process, in: leader) ? opened : nil
    }
  }

  /// proc_pid_stat(5): after the name, which is in brackets and may hold anything, come state, parent, group and session.
  private static func isAlive(_ process: Int32, in session: Int32) -> Bool {
    guard let text = readShortFile("/proc/\(process)/stat"), let name = text.lastIndex(of: ")") else {
      return false
    }
    let fields = text[text.index(after: name)...].split(separator: " ")
    return fields.count > 3 && fields[3] == "\(session)" && fields[0] != "Z" && fields[0] != "X"
  }

  private static func readShortFile(_ path: String) -> String? {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 1_024)
    let count = unsafe read(descriptor, &bytes, bytes.count)
    return count > 0 ? String(decoding: bytes[..<count], as: UTF8.self) : nil
  }
}
