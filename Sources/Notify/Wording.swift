// SPDX-License-Identifier: Apache-2.0
// What a notice says. Words of ours, or of the settings, stand as they are; what comes from outside is quoted in the way of the
// receiver, so that a name or a reason can be nothing but that.

internal import Core
internal import Platform
internal import Rules

/// How a text from outside is written in a message.
enum Quoting: Sendable {
  /// In one line, with nothing in it that steers a terminal.
  case plain
  /// As code, in which receivers of Slack's webhooks see no mention, no link and no formatting.
  case slack

  /// Characters of one text; the journal has the rest.
  private static let longest = 500

  func quoted(_ text: String) -> String {
    let line = (text.count > Self.longest ? "\(text.prefix(Self.longest))…" : text).printable
    switch self {
    case .plain: return line
    case .slack: return line.isEmpty ? "" : "`\(Self.entities(line).replacing("`", with: "'"))`"
    }
  }

  /// https://docs.slack.dev/messaging/formatting-message-text/#escaping
  private static func entities(_ text: String) -> String {
    text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
  }
}

/// The words of notices: those of the settings, or our own.
struct Wording: Sendable {
  /// From the settings.
  let custom: Template?
  let quoting: Quoting

  func text(_ notice: Notice) -> String {
    if let custom { return filled(custom, notice.values) }
    // A reason that is a sentence of its own becomes part of one.
    var values = notice.values.mapValues { $0.hasSuffix(".") ? String($0.dropLast()) : $0 }
    values["word"] = notice.values["target"]?.shellWord
    return Self.sentences(notice).filter { part in part.captureNames.allSatisfy { values[$0] != nil } }
      .map { filled($0, values) }.joined()
  }

  /// One message in place of several notices: how many of each kind, and the first ones by name.
  func digest(_ notices: [Notice]) -> String {
    let counts = Receiver.Event.allCases.compactMap { event -> String? in
      let count = notices.count { $0.event == event }
      return count > 0 ? "\(count) × \(event.rawValue)" : nil
    }
    let named = notices.prefix(Self.named).map { "\n- " + text($0) }.joined()
    let rest = notices.count - Self.named
    let more = rest > 0 ? "\n- and \(rest) more: rollwatch history --since 1h" : ""
    return "rollwatch: \(notices.count) notices: \(counts.joined(separator: ", "))\(named)\(more)"
  }

  /// Notices that a digest gives in full.
  static let named = 10

  private func filled(_ template: Template, _ values: [String: String]) -> String {
    template.filled(
      Dictionary(template.captureNames.map { ($0, quoting.quoted(values[$0] ?? "")) }) { first, _ in first })
  }

  // MARK: Our own words

  /// The parts of a sentence; one that names what the notice does not have is left out.
  private static func sentences(_ notice: Notice) -> [Template] {
    switch notice.event {
    case .failure:
      failure(
        [nil: "cannot be made", "rolledBack": "was rolled back", "late": "is not over at its deadline"][
          notice.values["outcome"]] ?? "failed", notice.values)
    case .recovery:
      if notice.values["target"] != nil {
        parts("{target} works again: its restart completed", " after {seconds} s", ", for {causes}", ".")
      } else if notice.values["source"] != nil {
        parts(
          "{source} in {region} can be read again", " after {seconds} s",
          "; what changed meanwhile is seen now.")
      } else {
        parts("{resource} is there again.")
      }
    case .hold:
      parts(
        "The restart of {target} waits", ", for {causes}", ": {reason}",
        ". It is kept, and goes on when it may. Its story:", whole)
    case .quarantine:
      parts(
        "{resource} is in quarantine", " in version {version}",
        ": the restart of {target} for it came to a bad end, ",
        "so no other target is restarted for this version. A newer version lifts that, or rollwatch release. ",
        "Its story:", whole)
    case .disappearance:
      parts(
        "{resource} has disappeared: tasks that read it cannot start. Nothing is restarted for that; ",
        "restore it, or take it out of the task definitions.")
    case .source:
      parts(
        "{source} in {region} cannot be read", ": {reason}",
        ". Nothing is restarted for that, and changes there are ",
        "seen when it works again.")
    case .success:
      parts("The restart of {target} completed", " after {seconds} s", ", for {causes}", ".")
    }
  }

  /// The target as one word of a shell.
  private static let whole = " rollwatch why {word}"

  private static func failure(_ what: String, _ values: [String: String]) -> [Template] {
    let hasTasks = values["target"].map(Target.hasTasks) ?? false
    return parts(
      "The restart of {target} \(what)", ", for {causes}",
      values["verdict"] == nil ? ": {reason}" : ": {verdict}", "; {remedy}",
      hasTasks ? ". The tasks that still run hold the old value. Its story:" : ". Its story:", whole)
  }

  private static func parts(_ texts: String...) -> [Template] { texts.map(template) }

  private static func template(_ text: String) -> Template {
    do { return try Template(text) } catch { preconditionFailure("'\(text)': \(error.message)") }
  }
}
