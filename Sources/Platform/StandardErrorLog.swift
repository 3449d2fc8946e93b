// SPDX-License-Identifier: Apache-2.0
// Where swift-log's messages go: native fields where standard error is journald's, plain lines elsewhere.

internal import Core
internal import Glibc
public import Logging

/// The log for this process's standard error, for `LoggingSystem.bootstrap`.
public func standardErrorLog(label: String) -> any LogHandler {
  isStandardErrorTheJournal ? JournaldLog() : PlainLog()
}

/// systemd says in `JOURNAL_STREAM` which file it connected to the journal (systemd.exec(5)); standard error may have
/// been redirected since.
var isStandardErrorTheJournal: Bool {
  var status = stat()
  guard let stream = ProcessEnvironment["JOURNAL_STREAM"], unsafe fstat(2, &status) == 0 else {
    return false
  }
  return stream == "\(status.st_dev):\(status.st_ino)"
}

/// `2026-11-23T04:19:53.120Z warning message key=value`, one line a message whatever is in it.
struct PlainLog: LogHandler {
  var logLevel = Logger.Level.info
  var metadata: Logger.Metadata = [:]
  var metadataProvider: Logger.MetadataProvider?

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    StandardError.write(Self.line(event, fields(of: event), at: SystemClock().now()) + "\n")
  }

  static func line(_ event: LogEvent, _ fields: [LogField], at now: Timestamp) -> String {
    let pairs = fields.filter { $0.key != "message_id" }.map { " \($0.key.printable)=\(quoted($0.value))" }
    return "\(now) \(event.level) \(event.message.description.printable)" + pairs.joined()
  }

  /// As it is where it is one word, else in quotes.
  private static func quoted(_ value: String) -> String {
    let text = value.printable
    guard text.isEmpty || text.contains(where: { $0.isWhitespace || $0 == "\"" || $0 == "=" }) else {
      return text
    }
    return "\"\(text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\\\""))\""
  }
}

/// One piece of metadata, flat; a list is several of one key.
struct LogField: Hashable {
  var key: String
  var value: String
}

extension LogHandler {
  /// All metadata of an event, by key: the event's own before the provider's before the logger's.
  func fields(of event: LogEvent) -> [LogField] {
    var all = metadata
    all.merge(metadataProvider?.get() ?? [:]) { $1 }
    all.merge(event.metadata ?? [:]) { $1 }
    if let error = event.error { all["error"] = .string("\(error)") }
    return all.sorted { $0.key < $1.key }.flatMap { key, value in
      guard case .array(let values) = value else { return [LogField(key: key, value: "\(value)")] }
      return values.map { LogField(key: key, value: "\($0)") }
    }
  }
}
