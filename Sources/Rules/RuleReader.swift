// SPDX-License-Identifier: Apache-2.0

internal import Core
internal import Platform

/// Reads the rules of one file.
struct RuleReader {
  static let keys =
    [
      "name", "region", "account", "watch", "except", "restart", "debounce", "cooldown", "rollout", "after",
      "urgent",
    ] + TurnReader.keys
  /// Regions and accounts that rules may name, and the ones that hold where they do not.
  let defaultRegion: String?
  let accounts: [String: String?]
  let defaults: RuleDefaults
  private let accountNames: [String]
  private let turns = TurnReader()

  init(defaultRegion: String?, accounts: [String: String?], defaults: RuleDefaults) {
    self.defaultRegion = defaultRegion
    self.accounts = accounts
    accountNames = accounts.keys.sorted()
    self.defaults = defaults
  }

  /// A rule's name and its place, for a message about another of that name, and the rule where nothing is wrong with it.
  struct Found {
    var name: String
    var file: String
    var mark: Mark
    /// The names of the rules that it comes after, each with its place.
    var after: [(name: String, mark: Mark)]
    var rule: Rule?
  }

  func rules(in root: YAMLNode, atMost limit: Int, _ findings: inout Findings) -> [Found] {
    guard let fields = Fields(root, "a rules file", keys: ["rules"], &findings) else { return [] }
    guard let node = fields["rules"] else {
      findings.add("'rules' is missing; begin the file with 'rules:' and a list of rules", at: root.mark)
      return []
    }
    guard let list = node.list("rules", atMost: limit, &findings) else { return [] }
    return list.compactMap { rule($0, &findings) }
  }

  private func rule(_ node: YAMLNode, _ findings: inout Findings) -> Found? {
    guard let fields = Fields(node, "a rule", keys: Self.keys, &findings) else { return nil }
    let before = findings.all.count + findings.omitted
    let name = required("name", fields, &findings).flatMap { ruleName($0, &findings) }
    var location = location(fields, &findings)
    let watch = watches("watch", required("watch", fields, &findings), &location, &findings)
    let except = watches("except", fields["except"], &location, &findings)
    let captures = watch.map { Set($0.pattern.captureNames) }
    let known = captures.dropFirst().reduce(captures.first ?? []) { $0.intersection($1) }
    let patience = patience(fields, &findings)
    let reader = TargetReader(
      captures: watch.isEmpty ? nil : known, location: location, deadline: patience.deadline)
    let targets = required("restart", fields, &findings).map { reader.targets($0, &findings) } ?? []
    var own = defaults
    turns.read(fields, into: &own, &findings)
    let isUrgent = fields["urgent"]?.flag("urgent", &findings) ?? false
    let after = after(fields, &findings)
    guard let name else { return nil }
    var found = Found(name: name, file: findings.file, mark: fields["name"]?.mark ?? node.mark, after: after)
    if findings.all.count + findings.omitted == before {
      var rule = Rule(
        name: name, location: location, watch: watch, except: except, restart: targets, patience: patience)
      rule.pace = own.pace
      rule.timetable = Timetable(windows: own.windows, freezes: own.freezes)
      rule.overdue = own.overdue
      rule.isUrgent = isUrgent
      rule.after = after.map(\.name)
      found.rule = rule
    }
    return found
  }

  private func ruleName(_ node: YAMLNode, _ findings: inout Findings) -> String? {
    guard let name = node.text("name", &findings) else { return nil }
    guard name.unicodeScalars.count <= Limits.ruleNameCharacters, name.printable == name else {
      findings.add(
        "a rule's name is a line of at most \(Limits.ruleNameCharacters) characters that can be seen; shorten it, or take the others out",
        at: node.mark)
      return nil
    }
    return name
  }

  private func after(_ fields: Fields, _ findings: inout Findings) -> [(name: String, mark: Mark)] {
    guard let list = fields["after"]?.list("after", atMost: Limits.entriesPerRule, &findings) else {
      return []
    }
    return list.compactMap { node in node.text("the name of a rule", &findings).map { ($0, node.mark) } }
  }

  private func required(_ key: String, _ fields: Fields, _ findings: inout Findings) -> YAMLNode? {
    if let node = fields[key] { return node }
    findings.add("this rule has no '\(key)'; add it", at: fields.mark)
    return nil
  }

  private func location(_ fields: Fields, _ findings: inout Findings) -> Location {
    let account = fields["account"]?.text("account", &findings)
    if let account, let node = fields["account"], accounts[account] == nil {
      findings.add(
        "unknown account '\(account)'\(accounts.isEmpty ? "; name it under 'accounts' in the settings" : findings.suggestion(for: account, among: accountNames))",
        at: node.mark)
    }
    let region = fields["region"]?.text("region", &findings)
    if let region, let node = fields["region"], !isRegionName(region) {
      findings.add("'\(region)' is no Region; write its name, for instance eu-west-2", at: node.mark)
    }
    let ofAccount = account.flatMap { accounts[$0] ?? nil }
    return Location(region: region ?? ofAccount ?? defaultRegion ?? ARN.anyRegion, account: account)
  }

  // MARK: watch and except

  private func watches(
    _ key: String, _ node: YAMLNode?, _ location: inout Location, _ findings: inout Findings
  ) -> [Watch] {
    guard let node, let list = node.list(key, atMost: Limits.entriesPerRule, &findings) else { return [] }
    return list.flatMap { watch($0, key, location, &findings) }
  }

  private func watch(
    _ node: YAMLNode, _ key: String, _ location: Location, _ findings: inout Findings
  ) -> [Watch] {
    let kinds = Resource.Kind.allCases.map(\.rawValue)
    guard let fields = Fields(node, "an entry of '\(key)'", keys: kinds, &findings) else { return [] }
    let given = Resource.Kind.allCases.filter { fields[$0.rawValue] != nil }
    guard given.count == 1, let kind = given.first, let value = fields[kind.rawValue] else {
      if given.count > 1 || kinds.isEmpty == false, case .map(let pairs) = node.content,
        pairs.isEmpty || given.count > 1
      {
        findings.add(
          "an entry of '\(key)' has one key, 'parameter' or 'secret'; make it two entries", at: node.mark)
      }
      return []
    }
    guard let text = value.text(kind.rawValue, &findings) else { return [] }
    do throws(PatternError) {
      return try ResourceName.patterns(text, kind: kind, region: location.region).map {
        Watch(kind: kind, pattern: $0)
      }
    } catch {
      findings.add(error.message, at: value.mark(atUTF8Offset: error.offset))
      return []
    }
  }

  // MARK: patience

  private func patience(_ fields: Fields, _ findings: inout Findings) -> Patience {
    let bounds = Duration.zero...Limits.longestDuration
    let standard = Patience.standard
    var patience = standard
    if let node = fields["cooldown"] {
      patience.cooldown = node.duration("cooldown", in: bounds, &findings) ?? .zero
    }
    if let node = fields["rollout"],
      let rollout = Fields(node, "'rollout'", keys: ["deadline"], &findings)
    {
      patience.deadline =
        rollout["deadline"]?.duration("deadline", in: .seconds(1)...Limits.longestDuration, &findings)
        ?? standard.deadline
    }
    guard let node = fields["debounce"],
      let debounce = Fields(node, "'debounce'", keys: ["quiet", "limit"], &findings)
    else { return patience }
    let quiet = debounce["quiet"]?.duration("quiet", in: bounds, &findings)
    let limit = debounce["limit"]?.duration("limit", in: bounds, &findings)
    patience.quiet = quiet ?? min(standard.quiet, limit ?? standard.quiet)
    // A limit that was not written never makes a rule wrong.
    patience.limit = limit ?? max(standard.limit, patience.quiet)
    if let quiet, let limit, quiet > limit, let node = debounce["quiet"] {
      findings.add(
        "quiet (\(quiet.text)) is longer than limit (\(limit.text)), so it could never be waited for; "
          + "raise limit or lower quiet", at: node.mark)
    }
    return patience
  }
}

/// Whether the text can be a Region's name: it becomes part of a host name.
func isRegionName(_ text: String) -> Bool {
  let parts = text.split(separator: "-", omittingEmptySubsequences: false)
  return parts.count >= 3 && text.utf8.count <= 32 && parts.allSatisfy { !$0.isEmpty }
    && text.utf8.allSatisfy { 0x61...0x7A ~= $0 || 0x30...0x39 ~= $0 || $0 == 0x2D }
}
