// SPDX-License-Identifier: Apache-2.0

internal import Core

/// Reads the windows and freezes of rules and settings.
struct CalendarReader {
  let zones: ZoneFiles

  /// `window`: one text or a list of them, each `[DAYS] HH:MM-HH:MM [ZONE]`; those that are right.
  func windows(_ node: YAMLNode, _ findings: inout Findings) -> [Window] {
    texts(node, "window", atMost: Limits.windows, &findings).compactMap { element, text in
      var mistakes: [TextMistake] = []
      let window = window(Piece(text), &mistakes)
      tell(mistakes, of: element, &findings)
      return mistakes.isEmpty ? window : nil
    }
  }

  /// `freeze`: one text or a list of them, each `DATE[..DATE] [ZONE]`, where a date may have a time of day; those that
  /// are right.
  func freezes(_ node: YAMLNode, _ findings: inout Findings) -> [Freeze] {
    texts(node, "freeze", atMost: Limits.freezes, &findings).compactMap { element, text in
      var mistakes: [TextMistake] = []
      let freeze = freeze(Piece(text), &mistakes)
      tell(mistakes, of: element, &findings)
      return mistakes.isEmpty ? freeze : nil
    }
  }

  private func texts(
    _ node: YAMLNode, _ what: String, atMost limit: Int, _ findings: inout Findings
  ) -> [(YAMLNode, String)] {
    var elements = [node]
    if case .list = node.content { elements = node.list(what, atMost: limit, &findings) ?? [] }
    return elements.compactMap { element in element.text(what, &findings).map { (element, $0) } }
  }

  private func tell(_ mistakes: [TextMistake], of node: YAMLNode, _ findings: inout Findings) {
    for mistake in mistakes { findings.add(mistake.message, at: node.mark(atUTF8Offset: mistake.offset)) }
  }

  // MARK: One text

  private func window(_ text: Piece, _ mistakes: inout [TextMistake]) -> Window? {
    let words = text.words
    guard let position = words.firstIndex(where: { $0.text.contains(":") || $0.text.first?.isNumber == true })
    else {
      mistakes.append(
        text.mistake(
          "\(text.quoted) has no hours; write for instance Mon..Fri 09:00-17:00, or 00:00-24:00 for whole days, "
            + "and in quotes where it stands in brackets and has a comma"))
      return nil
    }
    if position > 1 {
      mistakes.append(words[1].mistake("days have no spaces between them; write for instance Mon..Fri,Sun"))
    }
    let days = position == 0 ? .everyDay : Weekdays.read(words[0], &mistakes)
    guard let hours = ClockText.hours(words[position], &mistakes) else {
      // What comes after a dash with spaces around it is no time zone to complain of.
      if words[position].text.contains("-") { _ = zone(words[(position + 1)...], &mistakes) }
      return nil
    }
    guard let zone = zone(words[(position + 1)...], &mistakes) else { return nil }
    return Window(days: days, from: hours.from, to: hours.to, zone: zone)
  }

  private func freeze(_ text: Piece, _ mistakes: inout [TextMistake]) -> Freeze? {
    let words = text.words
    guard let range = words.first else {
      mistakes.append(text.mistake("a freeze is missing; write for instance 2026-12-20..2027-01-02"))
      return nil
    }
    let ends = range.split(at: "..")
    guard ends.count <= 2, ends.allSatisfy({ !$0.text.isEmpty }),
      words.dropFirst().first?.text.hasPrefix("..") != true
    else {
      mistakes.append(
        text.mistake("\(text.quoted) is no range of dates; write 2026-12-20..2027-01-02, without spaces"))
      return nil
    }
    let edges = ends.map { Freeze.Edge.read($0, &mistakes) }
    let zone = zone(words.dropFirst(), &mistakes)
    guard let first = edges.first ?? nil, let last = edges.last ?? nil, let zone else { return nil }
    if case .minute = first, edges.count == 1 {
      mistakes.append(
        range.mistake(
          "a freeze with a time of day has an end; write for instance 2026-12-24T18:00..2026-12-27T06:00"))
      return nil
    }
    guard first.minute(isEnd: false) < last.minute(isEnd: true) else {
      mistakes.append(range.mistake("\(range.quoted) ends before it begins; write the earlier date first"))
      return nil
    }
    return Freeze(from: first, through: last, zone: zone)
  }

  /// The last word; where there is none, UTC.
  private func zone(_ words: ArraySlice<Piece>, _ mistakes: inout [TextMistake]) -> TimeZoneRules? {
    guard let word = words.first else { return .utc }
    if let second = words.dropFirst().first {
      mistakes.append(
        second.mistake(
          "\(second.quoted) is one word too many; nothing comes after the time zone"))
      return nil
    }
    if Weekdays.names.contains(where: { word.text.hasPrefix($0) }),
      word.text.count == 3 || word.text.contains("..") || word.text.contains(",")
    {
      mistakes.append(word.mistake("days come before the hours; write \(word.text.prefix(40)) first"))
      return nil
    }
    do throws(ZoneError) { return try zones.zone(named: String(word.text)) } catch {
      mistakes.append(word.mistake(error.message))
      return nil
    }
  }
}
