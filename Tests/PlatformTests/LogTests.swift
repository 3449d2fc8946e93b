// SPDX-License-Identifier: Apache-2.0

import Core
import Foundation
import Logging
import Testing

@testable import Platform

struct LogTests {
  private func event(_ message: String, _ metadata: Logger.Metadata = [:]) -> LogEvent {
    LogEvent(
      level: .warning, message: "\(message)", metadata: metadata, source: "test", file: #file,
      function: #function,
      line: #line)
  }

  private func line(_ event: LogEvent) -> String {
    PlainLog.line(event, PlainLog().fields(of: event), at: Timestamp(milliseconds: 1_795_407_593_120))
  }

  @Test func `a plain line has a time, a level, the message and its fields in order`() {
    let event = event("held", ["target": "ecs:a/b", "kind": "held", "message_id": "0b80a255"])
    #expect(line(event) == "2026-11-23T04:19:53.120Z warning held kind=held target=ecs:a/b")
  }

  @Test func `nothing can forge a line, a field or a colour`() {
    let event = event("a\n2026 error b\u{1b}[31m", ["reason": "x target=ecs:c/d\n\"y\"", "a\nb": "\u{202e}"])
    let expected =
      #"2026-11-23T04:19:53.120Z warning a\n2026 error b\u{1b}[31m a\nb=\u{202e} reason="x target=ecs:c/d\n\"y\"""#
    #expect(line(event) == expected)
  }

  @Test func `journald gets native fields`() {
    let event = event("held", ["target": "ecs:a/b", "message_id": "0b80a255", "odd key": ["1", "2\n3"]])
    let expected = [
      "MESSAGE=held", "PRIORITY=4", "SYSLOG_IDENTIFIER=rollwatch", "MESSAGE_ID=0b80a255",
      "ROLLWATCH_ODD_KEY=1",
      "ROLLWATCH_ODD_KEY=2\n3", "ROLLWATCH_TARGET=ecs:a/b",
    ]
    #expect(JournaldLog.entry(event, JournaldLog().fields(of: event)) == expected)
  }

  @Test(arguments: [
    (Logger.Level.debug, 7), (.info, 6), (.notice, 5), (.warning, 4), (.error, 3), (.critical, 2),
  ])
  func `levels are syslog's priorities`(level: Logger.Level, priority: Int) {
    var event = event("x")
    event.level = level
    #expect(JournaldLog.entry(event, [])[1] == "PRIORITY=\(priority)")
  }

  @Test func `an event's own field wins over the logger's`() {
    var log = PlainLog()
    log.metadata = ["a": "logger", "b": "logger"]
    #expect(
      log.fields(of: event("x", ["a": "event"])) == [
        LogField(key: "a", value: "event"), LogField(key: "b", value: "logger"),
      ])
  }

  @Test func `standard error is the journal only where it is the very file that systemd named`() async {
    await #expect(processExitsWith: .success) {
      var status = stat()
      fstat(2, &status)
      setenv("JOURNAL_STREAM", "\(status.st_dev):\(status.st_ino)", 1)
      precondition(standardErrorLog(label: "x") is JournaldLog)
      setenv("JOURNAL_STREAM", "\(status.st_dev):\(status.st_ino + 1)", 1)
      precondition(standardErrorLog(label: "x") is PlainLog)
      unsetenv("JOURNAL_STREAM")
      precondition(standardErrorLog(label: "x") is PlainLog)
    }
  }

  @Test(arguments: [
    ("plain text, ä and 日本", "plain text, ä and 日本"), ("", ""), ("a\tb\r\n", #"a\tb\r\n"#),
    ("\u{1b}]0;title\u{7}", #"\u{1b}]0;title\u{7}"#), ("\u{9b}31m", #"\u{9b}31m"#),
    ("a\u{2028}b\u{200b}c\u{feff}", #"a\u{2028}b\u{200b}c\u{feff}"#), (#"C:\n"#, #"C:\n"#),
  ])
  func `printable text is one line that says what it seems to say`(text: String, printable: String) {
    #expect(text.printable == printable)
  }
}
