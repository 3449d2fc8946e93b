// SPDX-License-Identifier: Apache-2.0
// All rules in force, with the index that answers which of them a resource concerns.

/// The rules in force.
public struct RuleSet: Sendable {
  /// In the order of the files.
  public let rules: [Rule]
  /// SHA-256 of their files, in hex.
  public let digest: String
  /// Every scope that some rule watches, each once, in the order of the rules.
  public let scopes: [Scope]
  /// What holds for all of them together.
  public let policy: Policy
  private let indexes: [Scope: SegmentIndex]
  private let order: RuleOrder

  /// Indexes the rules.
  public init(rules: [Rule], digest: String, policy: Policy = .standard) {
    self.rules = rules
    self.digest = digest
    self.policy = policy
    order = RuleOrder(rules)
    var indexes: [Scope: SegmentIndex] = [:]
    for (number, rule) in rules.enumerated() {
      for (watches, isException) in [(rule.watch, false), (rule.except, true)] {
        for watch in watches {
          let scope = Scope(kind: watch.kind, location: rule.location)
          indexes[scope, default: SegmentIndex()].insert(
            SegmentIndex.Entry(rule: number, isException: isException, pattern: watch.pattern))
        }
      }
    }
    self.indexes = indexes
    var known: Set<Scope> = []
    scopes = rules.flatMap { rule in rule.watch.map { Scope(kind: $0.kind, location: rule.location) } }
      .filter { known.insert($0).inserted }
  }

  /// True where a rule watches the resource.
  public func watches(_ name: String, in scope: Scope) -> Bool {
    indexes[scope].map { watches(name, $0) } ?? false
  }

  /// Differs, as good as certainly, where other names of the scope are watched.
  func fingerprint(of scope: Scope) -> UInt64 { indexes[scope]?.fingerprint.value ?? 0 }

  /// Those of many names of one scope that no rule watches.
  func unwatched(among names: some Sequence<String>, in scope: Scope) -> [String] {
    guard let index = indexes[scope] else { return Array(names) }
    return names.filter { !watches($0, index) }
  }

  private func watches(_ name: String, _ index: SegmentIndex) -> Bool {
    let parts = Pattern.parts(of: name)
    let entries = index.entries(matching: parts)
    let isPlain = entries.allSatisfy { !$0.isException && !$0.pattern.repeatsCapture }
    return isPlain ? !entries.isEmpty : !matches(parts, among: entries).isEmpty
  }

  /// The targets of a changed resource, in the order of the rules, each with the rules that lead to it.
  func leads(from name: String, in scope: Scope) -> [Lead] {
    var leads: [Lead] = []
    var positions: [Target: Int] = [:]
    let parts = Pattern.parts(of: name)
    for match in matches(parts, among: indexes[scope]?.entries(matching: parts) ?? []) {
      let rule = rules[match.rule]
      for (position, template) in rule.restart.enumerated() {
        let target = template.target(captures: match.captures, location: rule.location)
        if let position = positions[target] {
          leads[position].add(rule)
        } else {
          positions[target] = leads.count
          leads.append(
            Lead(target: target, rules: [rule.name], patience: rule.patience, position: position))
        }
      }
    }
    return leads
  }

  /// What these entries capture; the entries' segments accept the name's.
  private func matches(
    _ parts: [Substring], among entries: [SegmentIndex.Entry]
  ) -> [(rule: Int, captures: Captures)] {
    var accepted: [(entry: SegmentIndex.Entry, captures: Captures)] = []
    for entry in entries {
      if let captures = entry.pattern.match(parts) { accepted.append((entry, captures)) }
    }
    guard accepted.contains(where: \.entry.isException) else {
      return accepted.map { ($0.entry.rule, $0.captures) }
    }
    let excepted = Set(accepted.lazy.filter(\.entry.isException).map(\.entry.rule))
    return accepted.filter { !excepted.contains($0.entry.rule) }.map { ($0.entry.rule, $0.captures) }
  }

  /// What every watched name of the scope begins with, shortest first, none a prefix of another; empty where names
  /// may begin with anything, or where there are more prefixes than one request takes.
  public func narrowing(of scope: Scope, atMost limit: Int) -> [String] {
    let prefixes = rules.filter { $0.location == scope.location }.flatMap(\.watch)
      .filter { $0.kind == scope.kind }.map(\.pattern.literalPrefix)
    var kept: [String] = []
    for prefix in Set(prefixes).sorted(by: { ($0.utf8.count, $0) < ($1.utf8.count, $1) })
    where !kept.contains(where: { prefix.utf8.starts(with: $0.utf8) }) {
      kept.append(prefix)
      if kept.count > limit { return [] }
    }
    return kept == [""] ? [] : kept
  }
}

extension RuleSet {
  /// The rule of this name.
  subscript(name: String) -> Rule? { order.positions[name].map { rules[$0] } }

  /// How many targets of one version the widest canary of any rule asks for.
  var widestCanary: Int { order.widestCanary }

  /// True where a rule comes after this one.
  func isAwaited(_ name: String) -> Bool { order.awaited.contains(name) }

  /// The rules that come before any of these, nearest first.
  func predecessors(of names: [String]) -> [String] { order.predecessors(of: names) }

  /// How a target is restarted: as the first of these rules says that can lead to it, or else the first of all.
  func options(of target: Target, under names: [String]) -> TargetOptions {
    let own = names.compactMap { order.positions[$0] }.sorted().lazy.map { self.rules[$0] }
    let entry = entry(of: target, in: own) ?? entry(of: target, in: rules)
    if let entry { return entry.options }
    switch target {
    case .service, .codeDeploy, .workflow, .unit: return .none
    case .task: return .task(.standard)
    case .command: return .command(.standard)
    }
  }

  /// The target of this text to which a rule leads; where the text does not tell the parts, only one whose rule captures
  /// nothing.
  func target(named text: String, at location: Location) -> Target? {
    if let target = Target(text, at: location), entry(of: target, in: rules) != nil { return target }
    for rule in rules {
      for entry in rule.restart where entry.parts.allSatisfy(\.captureNames.isEmpty) {
        let target = entry.target(captures: [:], location: rule.location)
        if target.description == text, target.location == nil || target.location == location { return target }
      }
    }
    return nil
  }

  private func entry(of target: Target, in rules: some Sequence<Rule>) -> TargetTemplate? {
    for rule in rules where target.location == nil || target.location == rule.location {
      if let entry = rule.restart.first(where: { $0.canLead(to: target) }) { return entry }
    }
    return nil
  }

  /// The place of a target to which these rules lead.
  func place(of target: Target, under names: [String], position: Int) -> Place {
    Place(
      level: names.map { order.levels[$0] ?? 0 }.min() ?? 0,
      rank: names.compactMap { order.positions[$0] }.min() ?? rules.count, position: position,
      target: target)
  }

  /// The pace of a target to which these rules lead: the widest canary, the longest soak.
  func pace(of names: [String]) -> Pace {
    let paces = names.compactMap { self[$0]?.pace }
    return Pace(
      canary: paces.map(\.canary).max() ?? Pace.standard.canary, soak: paces.map(\.soak).max() ?? .zero,
      concurrent: nil)
  }

  /// When a target to which these rules lead may be restarted.
  func timetable(of names: [String]) -> Timetable {
    guard order.isAnyTimed else { return .always }
    let positions = names.compactMap { order.positions[$0] }.sorted()
    return positions.reduce(.always) { $0.merged(with: rules[$1].timetable) }
  }

  /// How long windows and freezes keep a target to which these rules lead; nil where that has no end.
  func overdue(of names: [String]) -> Duration? { names.compactMap { self[$0]?.overdue }.min() }

  /// True where any rule is urgent.
  var isAnyUrgent: Bool { order.isAnyUrgent }

  /// True where one of these rules is urgent.
  func isUrgent(_ names: [String]) -> Bool {
    order.isAnyUrgent && names.contains { self[$0]?.isUrgent ?? false }
  }
}

/// A target that a changed resource leads to.
struct Lead: Hashable, Sendable {
  var target: Target
  /// The names of the rules that lead there, in their order, each once.
  private(set) var rules: [String]
  /// Their merged patience.
  private(set) var patience: Patience
  /// Which of the first rule's targets it is.
  let position: Int

  init(target: Target, rules: [String], patience: Patience, position: Int) {
    self.target = target
    self.rules = rules
    self.patience = patience
    self.position = position
  }

  mutating func add(_ rule: Rule) {
    if !rules.contains(rule.name) { rules.append(rule.name) }
    patience = patience.merged(with: rule.patience)
  }
}
