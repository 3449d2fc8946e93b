// SPDX-License-Identifier: Apache-2.0

internal import CSystemd
internal import Glibc
internal import Logging

/// Messages as journald's native fields (sd_journal_sendv(3)): `MESSAGE`, `PRIORITY`, `SYSLOG_IDENTIFIER`, and all
/// metadata as `ROLLWATCH_…`, but for `message_id`, which is journald's own `MESSAGE_ID`.
struct JournaldLog: LogHandler {
  var logLevel = Logger.Level.info
  var metadata: Logger.Metadata = [:]
  var metadataProvider: Logger.MetadataProvider?

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    guard Self.send(Self.entry(event, fields(of: event))) else {
      // Standard error is journald's too, where a line may begin with its priority (sd-daemon(3)).
      return StandardError.write("<\(event.level.priority)>\(event.message.description.printable)\n")
    }
  }

  /// `NAME=value` each; a value may hold anything, line breaks too, and stays one field.
  static func entry(_ event: LogEvent, _ fields: [LogField]) -> [String] {
    [
      "MESSAGE=\(event.message.description.printable)", "PRIORITY=\(event.level.priority)",
      "SYSLOG_IDENTIFIER=rollwatch",
    ] + fields.map { "\(name($0.key))=\($0.value)" }
  }

  /// Field names are upper-case letters, digits and underscores, at most 64 of them.
  private static func name(_ key: String) -> String {
    if key == "message_id" { return "MESSAGE_ID" }
    let characters = key.uppercased().map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" }
    return "ROLLWATCH_" + String(characters.prefix(54))
  }

  private static func send(_ entry: [String]) -> Bool {
    var bytes: [UInt8] = []
    var ranges: [Range<Int>] = []
    for field in entry {
      let start = bytes.count
      bytes += field.utf8
      ranges.append(start..<bytes.count)
    }
    return unsafe bytes.withUnsafeMutableBytes { bytes in
      var parts: [iovec] = unsafe []
      for range in ranges {
        unsafe parts.append(
          iovec(iov_base: bytes.baseAddress.map { unsafe $0 + range.lowerBound }, iov_len: range.count))
      }
      return unsafe sd_journal_sendv(parts, Int32(parts.count)) >= 0
    }
  }
}

extension Logger.Level {
  /// syslog(3)'s number.
  fileprivate var priority: Int {
    switch self {
    case .trace, .debug: 7
    case .info: 6
    case .notice: 5
    case .warning: 4
    case .error: 3
    case .critical: 2
    }
  }
}
