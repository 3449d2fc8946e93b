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
  /// Of a conversation that asks. When it is over nobody waits for its thread any more, which ends by itself.
  private static let limit = Duration.seconds(15)

  private let time: any TimeSource
  /// Units that are looked at together may be many.
  private let threads = WaitingThreads(atMost: 8)

  /// The bus of this machine.
  public init(time: any TimeSource) { self.time = time }

  /// How a unit is. Everybody may ask, also for one that does not exist.
  public func state(of unit: String) async throws(BusFailure) -> UnitState {
    try await converse(within: Self.limit, isOrder: false) { bus throws(BusFailure) in
      UnitState(try bus.properties(of: unit))
    }
  }

  /// Has a unit stopped, where it runs, and started, and watches that until an invocation begins that is not `invocation`; no longer
  /// than `patience`.
  public func restart(
    _ unit: String, replacing invocation: String?, patience: Duration
  ) async throws(BusFailure) -> UnitRestart {
    try await converse(within: Self.limit + patience, isOrder: true) { bus throws(BusFailure) in
      let job = try bus.queueRestart(of: unit)
      do throws(BusFailure) {
        return try bus.follow(job, of: unit, replacing: invocation, patience: patience)
      } catch {
        throw BusFailure(kind: .lost, description: error.description)
      }
    }
  }

  private func converse<Value: Sendable>(
    within limit: Duration, isOrder: Bool,
    _ talk: @escaping @Sendable (borrowing BusConnection) throws(BusFailure) -> Value
  ) async throws(BusFailure) -> Value {
    let callLimit = UInt64(Self.callLimit.milliseconds) * 1_000
    let result = await threads.run(within: limit, on: time) { () -> Result<Value, BusFailure> in
      do throws(BusFailure) { return .success(try talk(try BusConnection(callLimit: callLimit))) } catch {
        return .failure(error)
      }
    }
    guard let result else {
      throw BusFailure(kind: isOrder ? .lost : .unreachable, description: "the system's bus does not answer")
    }
    return try result.get()
  }
}

/// What became of a restart's job.
public enum UnitRestart: Hashable, Sendable {
  /// It has begun this invocation.
  case began(String)
  /// It has ended with this result (`done`, `failed`, `dependency`, `timeout`, `canceled`…), and there is no invocation to be seen that it
  /// has begun: it has begun none, or systemd has forgotten it, as it does with units that are over and have not failed.
  case ended(job: UInt32, result: String)
  /// It goes on.
  case open
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

/// One connection to the bus, for the thread that made it.
@safe struct BusConnection: ~Copyable {
  private static let systemd = "org.freedesktop.systemd1"
  private static let root = "/org/freedesktop/systemd1"
  private static let manager = "org.freedesktop.systemd1.Manager"
  /// In microseconds; an invocation that has begun is announced to nobody.
  private static let betweenLooks: UInt64 = 100_000

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

  /// Queues a job that stops a unit, where it runs, and starts it; returns the job's number.
  func queueRestart(of unit: String) throws(BusFailure) -> UInt32 {
    let answer = try call(
      path: Self.root, interface: Self.manager, member: "RestartUnit", arguments: [unit, "replace"],
      isOrder: true)
    guard let job = answer.jobOfPath() else {
      throw BusFailure(kind: .lost, description: "systemd's answer cannot be read")
    }
    return job
  }

  /// Watches a job that this connection has queued: whoever queues one is told of its end.
  func follow(
    _ job: UInt32, of unit: String, replacing invocation: String?, patience: Duration
  ) throws(BusFailure) -> UnitRestart {
    let end = nanoseconds(CLOCK_MONOTONIC) + patience.nanoseconds
    while true {
      // Asked before the unit is looked at, so that what the job has done is in what is seen.
      let result = try endOfJob(job)
      let state = UnitState(try properties(of: unit))
      if let begun = state.invocation, begun != invocation { return .began(begun) }
      if let result { return .ended(job: job, result: result) }
      guard nanoseconds(CLOCK_MONOTONIC) < end else { return .open }
      unsafe sd_bus_wait(bus, Self.betweenLooks)
    }
  }

  /// The result of a job, if what has arrived says that it has ended.
  private func endOfJob(_ job: UInt32) throws(BusFailure) -> String? {
    while true {
      var arrived: OpaquePointer?
      let processed = unsafe sd_bus_process(bus, &arrived)
      guard processed >= 0 else {
        throw BusFailure(kind: .lost, description: systemError(-processed))
      }
      guard processed > 0 else { return nil }
      guard let arrived = unsafe arrived else { continue }
      if let result = unsafe BusMessage(arrived).resultOfJob(job) { return result }
    }
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
