// SPDX-License-Identifier: Apache-2.0

internal import Core

/// A systemd unit at one moment, in systemd's own words: org.freedesktop.systemd1(5).
public struct UnitState: Hashable, Sendable {
  /// Whether its file could be read: `loaded`, `not-found`, `masked`, `bad-setting`, `error`…
  public var load: String
  /// Why its file could not be read, where that is so.
  public var loadError: String?
  /// `active`, `reloading`, `inactive`, `failed`, `activating`, `deactivating`…
  public var active: String
  /// The same in finer words, which depend on its kind: `running`, `auto-restart`, `stop-sigterm`…
  public var sub: String
  /// What came of its last run: `success`, `exit-code`, `timeout`…; nil for kinds that do not run.
  public var result: String?
  /// Names its last start; nil where it has never been started.
  public var invocation: String?
  /// When it was last started, in microseconds since 1970; 0 where it never was.
  public var startedAt: UInt64
  /// The number of its job; 0 where none is queued or running.
  public var job: UInt32
  /// For a service: `simple`, `notify`, `oneshot`…
  public var type: String?
  /// For a service: how its main process has ended, as `si_code` of waitid(2) says it; 0 where it has not.
  public var mainCode: Int32
  /// For a service: its main process's exit status, or the signal that ended it.
  public var mainStatus: Int32
  /// For a service: how often systemd has started it again by itself since somebody has started it.
  public var restarts: UInt32
  /// True where nobody may start it by name.
  public var refusesStart: Bool
  /// True where systemd forgets how it ended, badly too, as soon as it is over.
  public var isForgotten: Bool

  /// A unit that was never started and whose job queue is empty.
  public init(load: String, active: String, sub: String) {
    self.load = load
    self.active = active
    self.sub = sub
    startedAt = 0
    job = 0
    mainCode = 0
    mainStatus = 0
    restarts = 0
    refusesStart = false
    isForgotten = false
  }

  /// From its properties on the bus.
  init(_ properties: [String: BusValue]) {
    self.init(
      load: properties["LoadState"]?.text ?? "", active: properties["ActiveState"]?.text ?? "",
      sub: properties["SubState"]?.text ?? "")
    loadError = properties["LoadError"]?.text
    result = properties["Result"]?.text
    if let bytes = properties["InvocationID"]?.bytes, bytes.contains(where: { $0 != 0 }) {
      invocation = bytes.hex
    }
    startedAt = UInt64(clamping: properties["InactiveExitTimestamp"]?.number ?? 0)
    job = UInt32(clamping: properties["Job"]?.number ?? 0)
    type = properties["Type"]?.text
    mainCode = Int32(clamping: properties["ExecMainCode"]?.number ?? 0)
    mainStatus = Int32(clamping: properties["ExecMainStatus"]?.number ?? 0)
    restarts = UInt32(clamping: properties["NRestarts"]?.number ?? 0)
    refusesStart = properties["RefuseManualStart"]?.number == 1
    isForgotten = properties["CollectMode"]?.text == "inactive-or-failed"
  }
}

/// The values that are read of a property; of a structure its first member, or, of two texts, the second.
enum BusValue: Hashable, Sendable {
  case text(String)
  case number(Int64)
  case bytes([UInt8])

  var text: String? {
    guard case .text(let text) = self, !text.isEmpty else { return nil }
    return text
  }

  var number: Int64? {
    guard case .number(let number) = self else { return nil }
    return number
  }

  var bytes: [UInt8]? {
    guard case .bytes(let bytes) = self else { return nil }
    return bytes
  }
}
