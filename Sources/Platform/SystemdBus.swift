// SPDX-License-Identifier: Apache-2.0

internal import CSystemd
internal import Core
internal import Glibc

/// The service manager of this machine, spoken to over the system's bus; where there is none, root speaks to it directly.
///
/// libsystemd's calls wait, so each conversation is on a thread of its own.
public struct SystemdBus: Sendable {
  /// Of one call.
  private static let callLimit = Duration.seconds(10)
  /// Of a conversation, with connecting. When it is over nobody waits for its thread any more, which ends by itself.
  private static let limit = Duration.seconds(15)

  private let time: any TimeSource

  /// The bus of this machine.
  public init(time: any TimeSource) { self.time = time }

  /// How a unit is. Everybody may ask, also for one that does not exist.
  public func state(of unit: String) async throws(BusFailure) -> UnitState {
    try await converse(isOrder: false) { bus throws(BusFailure) in
      UnitState(try bus.properties(of: unit))
    }
  }

  /// Queues a job that stops a unit, where it runs, and starts it.
  public func restart(_ unit: String) async throws(BusFailure) {
    try await converse(isOrder: true) { bus throws(BusFailure) in try bus.restart(unit) }
  }

  private func converse<Value: Sendable>(
    isOrder: Bool, _ talk: @escaping @Sendable (borrowing BusConnection) throws(BusFailure) -> Value
  ) async throws(BusFailure) -> Value {
    let limit = UInt64(Self.callLimit.milliseconds) * 1_000
    let result = await onThread(within: Self.limit, on: time) { () -> Result<Value, BusFailure> in
      do throws(BusFailure) { return .success(try talk(try BusConnection(callLimit: limit))) } catch {
        return .failure(error)
      }
    }
    guard let result else {
      throw BusFailure(kind: isOrder ? .lost : .unreachable, description: "the system's bus does not answer")
    }
    return try result.get()
  }
}

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
  fileprivate init(name: String, message: String, number: Int32, isOrder: Bool) {
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
      kind = isBroken ? (isOrder ? .lost : .unreachable) : isAbsent && name.isEmpty ? .unreachable : .refused
    }
    description = message.isEmpty ? systemError(number) : message
  }
}

/// One connection to the bus, for the thread that made it.
@safe struct BusConnection: ~Copyable {
  private static let systemd = "org.freedesktop.systemd1"
  private static let root = "/org/freedesktop/systemd1"

  private let bus: OpaquePointer

  /// `callLimit` in microseconds.
  init(callLimit: UInt64) throws(BusFailure) {
    unsafe bus = unsafe try Self.connected()
    unsafe sd_bus_set_method_call_timeout(bus, callLimit)
  }

  deinit { unsafe sd_bus_close_unref(bus) }

  private static func connected() throws(BusFailure) -> OpaquePointer {
    var bus: OpaquePointer?
    let result = unsafe sd_bus_open_system(&bus)
    if result >= 0, let bus = unsafe bus { return unsafe bus }
    if geteuid() == 0, let bus = unsafe direct() { return unsafe bus }
    throw BusFailure(kind: .unreachable, description: "there is no system bus: \(systemError(-result))")
  }

  /// Straight to systemd, which lets root do so; for machines without a message bus.
  private static func direct() -> OpaquePointer? {
    var bus: OpaquePointer?
    guard unsafe sd_bus_new(&bus) >= 0 else { return nil }
    if unsafe sd_bus_set_address(bus, "unix:path=/run/systemd/private") >= 0, unsafe sd_bus_start(bus) >= 0 {
      return unsafe bus
    }
    unsafe sd_bus_unref(bus)
    return nil
  }

  func restart(_ unit: String) throws(BusFailure) {
    _ = try call(
      path: Self.root, interface: "org.freedesktop.systemd1.Manager", member: "RestartUnit",
      arguments: [unit, "replace"], isOrder: true)
  }

  /// All properties of all of a unit's interfaces, as they are at one moment.
  func properties(of unit: String) throws(BusFailure) -> [String: BusValue] {
    var path: UnsafeMutablePointer<CChar>?
    guard unsafe sd_bus_path_encode(Self.root + "/unit", unit, &path) >= 0, let encoded = unsafe path else {
      throw BusFailure(kind: .refused, description: "'\(unit)' is no name of a unit")
    }
    defer { unsafe free(encoded) }
    let answer = try call(
      path: unsafe String(cString: encoded), interface: "org.freedesktop.DBus.Properties", member: "GetAll",
      arguments: [""], isOrder: false)
    guard let properties = answer.properties() else {
      throw BusFailure(kind: .unreachable, description: "systemd's answer cannot be read")
    }
    return properties
  }

  private func call(
    path: String, interface: String, member: String, arguments: [String], isOrder: Bool
  ) throws(BusFailure) -> BusMessage {
    var request: OpaquePointer?
    var result = unsafe sd_bus_message_new_method_call(bus, &request, Self.systemd, path, interface, member)
    defer { unsafe sd_bus_message_unref(request) }
    for argument in arguments where result >= 0 {
      result = unsafe argument.withCString {
        unsafe sd_bus_message_append_basic(request, CChar(UInt8(ascii: "s")), $0)
      }
    }
    var error = unsafe sd_bus_error()
    defer { unsafe sd_bus_error_free(&error) }
    var reply: OpaquePointer?
    if result >= 0 { result = unsafe sd_bus_call(bus, request, 0, &error, &reply) }
    guard result >= 0, let reply = unsafe reply else {
      throw BusFailure(
        name: unsafe error.name.map { unsafe String(cString: $0) } ?? "",
        message: unsafe error.message.map { unsafe String(cString: $0) } ?? "", number: -result,
        isOrder: isOrder)
    }
    return unsafe BusMessage(reply)
  }
}
