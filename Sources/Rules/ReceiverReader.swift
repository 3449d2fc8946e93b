// SPDX-License-Identifier: Apache-2.0

internal import Core

/// Reads `notify`, a list of receivers.
struct ReceiverReader {
  /// The names of the accounts in the settings, with their default Regions.
  let accounts: Set<String>

  private static let channels = ["webhook", "slack", "sns", "command"]

  func receivers(_ node: YAMLNode, _ findings: inout Findings) -> [Receiver] {
    guard let entries = node.list("'notify'", atMost: Limits.receivers, &findings) else { return [] }
    var receivers: [Receiver] = []
    for entry in entries {
      guard let receiver = receiver(entry, &findings) else { continue }
      if receivers.contains(where: { $0.name == receiver.name }) {
        findings.add(
          "another receiver is named '\(receiver.name)'; give this one another name", at: entry.mark)
      }
      receivers.append(receiver)
    }
    return receivers
  }

  private func receiver(_ node: YAMLNode, _ findings: inout Findings) -> Receiver? {
    let keys = ["name"] + Self.channels + ["events", "digest", "text"]
    guard let fields = Fields(node, "a receiver", keys: keys, &findings) else { return nil }
    let name = name(fields, &findings)
    let channel = channel(fields, &findings)
    let events = fields["events"].map { self.events($0, &findings) } ?? Receiver.Event.standard
    let digest = fields["digest"]?.duration("digest", in: .zero...Limits.longestDigest, &findings)
    let text = fields["text"].flatMap { self.text($0, &findings) }
    guard let name, let channel else { return nil }
    return Receiver(
      name: name, channel: channel, events: events, digest: digest ?? Receiver.standardDigest, text: text)
  }

  private func name(_ fields: Fields, _ findings: inout Findings) -> String? {
    guard let node = fields["name"] else {
      findings.add("this receiver has no 'name'; add it", at: fields.mark)
      return nil
    }
    guard let name = node.text("name", &findings) else { return nil }
    guard name.utf8.count <= 64, name.utf8.allSatisfy(SecretPlace.isNameByte) else {
      findings.add(
        "'\(name.prefix(64))' is no receiver's name; use letters, digits, '.', '_' and '-', at most 64",
        at: node.mark)
      return nil
    }
    return name
  }

  private func events(_ node: YAMLNode, _ findings: inout Findings) -> Set<Receiver.Event> {
    let known = Receiver.Event.allCases.map(\.rawValue)
    var events: Set<Receiver.Event> = []
    for element in node.list("events", atMost: known.count, &findings) ?? [] {
      guard let word = element.text("an event", &findings) else { continue }
      if let event = Receiver.Event(rawValue: word) {
        events.insert(event)
      } else {
        findings.add(
          "'\(word.prefix(64))' is no event\(findings.suggestion(for: word, among: known))", at: element.mark)
      }
    }
    return events
  }

  private func text(_ node: YAMLNode, _ findings: inout Findings) -> Template? {
    guard let text = node.text("text", &findings) else { return nil }
    guard text.utf8.count <= Limits.noticeTextBytes else {
      findings.add("text has \(text.utf8.count) bytes, more than \(Limits.noticeTextBytes)", at: node.mark)
      return nil
    }
    let template: Template
    do throws(PatternError) { template = try Template(text) } catch {
      findings.add("text: \(error.message)", at: node.mark(atUTF8Offset: error.offset))
      return nil
    }
    for name in template.captureNames where !Receiver.textNames.contains(name) {
      findings.add(
        "'{\(name)}' is nothing that a notice has\(findings.suggestion(for: name, among: Receiver.textNames))",
        at: node.mark)
    }
    return template
  }

  // MARK: Channels

  private func channel(_ fields: Fields, _ findings: inout Findings) -> Receiver.Channel? {
    let given = Self.channels.filter { fields[$0] != nil }
    guard given.count == 1 else {
      let what =
        given.isEmpty ? "no way to reach it" : "several ways to reach it: \(given.joined(separator: ", "))"
      findings.add(
        "this receiver has \(what); give it one of \(Self.channels.joined(separator: ", "))", at: fields.mark)
      return nil
    }
    if let node = fields["webhook"] { return webhook(node, &findings) }
    if let node = fields["slack"] {
      return SecretPlace(node, "slack", &findings).map(Receiver.Channel.slack)
    }
    if let node = fields["sns"] { return topic(node, &findings) }
    return fields["command"].flatMap { command($0, &findings) }
  }

  private func webhook(_ node: YAMLNode, _ findings: inout Findings) -> Receiver.Channel? {
    guard let fields = Fields(node, "'webhook'", keys: ["url", "key"], &findings) else { return nil }
    let key = fields["key"].map { SecretPlace($0, "key", &findings) }
    guard let url = fields["url"] else {
      findings.add("this webhook has no 'url'; add it", at: node.mark)
      return nil
    }
    guard url.isScalar else {
      guard let place = SecretPlace(url, "url", &findings) else { return nil }
      return key == .some(nil) ? nil : .webhook(.secret(place), key: key ?? nil)
    }
    guard let text = url.text("url", &findings) else { return nil }
    if let mistake = mistake(inReceiverURL: text) {
      findings.add("the URL \(mistake); write https://…", at: url.mark)
      return nil
    }
    return key == .some(nil) ? nil : .webhook(.url(text), key: key ?? nil)
  }

  private func topic(_ node: YAMLNode, _ findings: inout Findings) -> Receiver.Channel? {
    guard let fields = Fields(node, "'sns'", keys: ["topic", "account"], &findings) else { return nil }
    guard let topic = fields["topic"] else {
      findings.add("'sns' has no 'topic'; add its ARN", at: node.mark)
      return nil
    }
    let account = fields["account"]?.text("account", &findings)
    if let account, !accounts.contains(account), let place = fields["account"]?.mark {
      findings.add(
        "no account is named '\(account)'\(accounts.isEmpty ? "; add it to 'accounts'" : findings.suggestion(for: account, among: accounts.sorted()))",
        at: place)
    }
    guard let arn = topic.text("topic", &findings) else { return nil }
    let parts = arn.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 6, parts[0] == "arn", parts[1].hasPrefix("aws"), parts[2] == "sns",
      isRegionName(parts[3]),
      parts[4].count == 12, parts[4].allSatisfy({ "0"..."9" ~= $0 }), !parts[5].isEmpty,
      arn.utf8.count <= 512, arn.utf8.allSatisfy({ 0x21...0x7E ~= $0 }), !parts[5].hasSuffix(".fifo")
    else {
      findings.add(
        "'\(arn.prefix(100))' is no ARN of a standard topic; write arn:aws:sns:REGION:ACCOUNT:NAME",
        at: topic.mark)
      return nil
    }
    return .topic(arn: arn, Location(region: parts[3], account: account))
  }

  private func command(_ node: YAMLNode, _ findings: inout Findings) -> Receiver.Channel? {
    guard let elements = node.list("command", atMost: Limits.entriesPerRule, &findings) else { return nil }
    let words = elements.compactMap { $0.word("a word of a command", &findings) }
    guard words.count == elements.count else { return nil }
    guard words[0].hasPrefix("/") else {
      findings.add(
        "'\(words[0].prefix(100))' is no full path; write where the program is, beginning with '/'",
        at: elements[0].mark)
      return nil
    }
    return .command(words)
  }
}
