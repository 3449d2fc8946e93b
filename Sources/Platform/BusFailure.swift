// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// Why the service manager did not do something.
public struct BusFailure: Error, Hashable, Sendable, CustomStringConvertible {
  /// What can be done about it.
  public enum Kind: Hashable, Sendable {
    /// The bus, or systemd, is not there or does not answer; nothing was done.
    case unreachable
    /// The answer to an order was lost: it may be carried out.
    case lost
    /// Whoever we are may not do that.
    case denied
    /// There is no such unit.
    case noUnit
    /// It will not do that, and says why.
    case refused
  }

  /// What can be done about it.
  public let kind: Kind
  /// What is wrong, with systemd's words where it has said any.
  public let description: String

  /// A failure with both its parts.
  public init(kind: Kind, description: String) {
    self.kind = kind
    self.description = description
  }

  /// An error that a call has brought. `isOrder` where it was one that changes something.
  init(name: String, message: String, number: Int32, isOrder: Bool) {
    // Errors that libsystemd itself has met bear the name of their number.
    let isLocal = name.isEmpty || name.hasPrefix("System.Error.")
    // dbus-daemon closes the connection of a user whom it cannot look up; systemd's dynamic users are such.
    if isLocal, number == ENOTCONN, !isOrder {
      self.init(kind: .denied, description: "the message bus does not let this user in")
      return
    }
    let kind: Kind
    switch name {
    case "org.freedesktop.DBus.Error.AccessDenied", "org.freedesktop.DBus.Error.AuthFailed",
      "org.freedesktop.DBus.Error.InteractiveAuthorizationRequired":
      kind = .denied
    case "org.freedesktop.systemd1.NoSuchUnit": kind = .noUnit
    case "org.freedesktop.DBus.Error.ServiceUnknown", "org.freedesktop.DBus.Error.NameHasNoOwner",
      "org.freedesktop.systemd1.TransactionIsDestructive", "org.freedesktop.systemd1.ShuttingDown":
      kind = .unreachable
    case "org.freedesktop.DBus.Error.NoReply", "org.freedesktop.DBus.Error.Timeout",
      "org.freedesktop.DBus.Error.TimedOut", "org.freedesktop.DBus.Error.Disconnected":
      kind = isOrder ? .lost : .unreachable
    default:
      let isBroken = [ETIMEDOUT, ECONNRESET, ENOTCONN, EPIPE, ESHUTDOWN].contains(number)
      let isAbsent = [ENOENT, ECONNREFUSED, EAGAIN, ENOMEM].contains(number)
      kind = isBroken ? (isOrder ? .lost : .unreachable) : isAbsent && isLocal ? .unreachable : .refused
    }
    self.init(kind: kind, description: message.isEmpty ? systemError(number) : message)
  }
}
