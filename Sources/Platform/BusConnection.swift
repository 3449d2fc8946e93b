// SPDX-License-Identifier: Apache-2.0

internal import CSystemd
internal import Core
internal import Glibc

/// One connection to the bus, for the thread that made it.
@safe struct BusConnection: ~Copyable {
  private static let systemd = "org.freedesktop.systemd1"
  private static let root = "/org/freedesktop/systemd1"
  private static let manager = "org.freedesktop.systemd1.Manager"
  /// In microseconds; an invocation that has begun is announced to nobody.
  private static let betweenLooks: UInt64 = 100_000

  private let bus: OpaquePointer
  /// True where systemd itself is at the other end, and tells us everything.
  private let isDirect: Bool

  /// `callLimit` in microseconds.
  init(callLimit: UInt64) throws(BusFailure) {
    unsafe (bus, isDirect) = unsafe try Self.connected()
    unsafe sd_bus_set_method_call_timeout(bus, callLimit)
  }

  deinit { unsafe sd_bus_close_unref(bus) }

  private static func connected() throws(BusFailure) -> (OpaquePointer, isDirect: Bool) {
    var bus: OpaquePointer?
    let result = unsafe sd_bus_open_system(&bus)
    if result >= 0, let bus = unsafe bus { return unsafe (bus, false) }
    if geteuid() == 0, let bus = unsafe direct() { return unsafe (bus, true) }
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

  /// Has the bus tell us of jobs that end; to be called before there is one.
  func hearOfJobs() throws(BusFailure) {
    guard !isDirect else { return }
    _ = try call(
      to: "org.freedesktop.DBus", path: "/org/freedesktop/DBus", interface: "org.freedesktop.DBus",
      member: "AddMatch",
      arguments: ["type='signal',sender='\(Self.systemd)',interface='\(Self.manager)',member='JobRemoved'"],
      isOrder: false)
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

  /// Watches a job that this connection has queued.
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
    to destination: String = systemd, path: String, interface: String, member: String, arguments: [String],
    isOrder: Bool
  ) throws(BusFailure) -> BusMessage {
    var request: OpaquePointer?
    var result = unsafe sd_bus_message_new_method_call(bus, &request, destination, path, interface, member)
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
