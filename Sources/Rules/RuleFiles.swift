// SPDX-License-Identifier: Apache-2.0

public import Core
internal import Foundation
internal import Platform

/// The rules files of one configuration.
public struct RuleFiles: Sendable {
  /// As they were read, in order.
  public let files: [SourceFile]

  /// Files that were read already.
  public init(files: [SourceFile]) { self.files = files }

  /// Reads every file, and every `*.yaml` and `*.yml` in every directory, in name order. Throws what cannot be read.
  public init(paths: [String]) throws(Diagnostics) {
    var findings = Findings()
    var files: [SourceFile] = []
    for path in paths {
      for file in Self.files(at: path, &findings) {
        findings.file = file
        if let bytes = Self.bytes(of: file, &findings) { files.append(SourceFile(path: file, bytes: bytes)) }
      }
    }
    if files.count > Limits.ruleFiles {
      findings.add(
        "one of \(files.count) files, more than \(Limits.ruleFiles); put several rules into one file")
    }
    guard findings.isEmpty else { throw findings.diagnostics }
    self.files = files
  }

  /// The rules of all files, or every mistake in them.
  ///
  /// - Parameters:
  ///   - defaultRegion: of rules that name none; nil where it is not known, and ARNs of any Region are right.
  ///   - settings: what holds for rules that do not say otherwise, and for all of them.
  public func rules(defaultRegion: String?, settings: Settings) throws(Diagnostics) -> RuleSet {
    var findings = Findings()
    let reader = RuleReader(
      defaultRegion: defaultRegion, accounts: settings.accounts.mapValues(\.region),
      defaults: settings.defaults)
    var found: [RuleReader.Found] = []
    var names: [String: RuleReader.Found] = [:]
    for file in files {
      findings.file = file.path
      let before = findings.all.count
      guard let root = YAMLNode.read(file, &findings) else {
        if findings.all.count == before { findings.add("the file is empty; begin it with 'rules:'") }
        continue
      }
      for rule in reader.rules(in: root, atMost: Limits.rules - found.count, &findings) {
        if let first = names[rule.name] {
          findings.add(
            "another rule is named '\(rule.name)', at \(first.file):\(first.mark.line):\(first.mark.column); "
              + "give this one another name", at: rule.mark)
        } else {
          names[rule.name] = rule
        }
        found.append(rule)
      }
    }
    Self.checkOrder(found, names, &findings)
    guard findings.isEmpty else { throw findings.diagnostics }
    return RuleSet(rules: found.compactMap(\.rule), digest: digest, policy: settings.policy)
  }

  /// That rules come after rules that are there, and none after itself.
  private static func checkOrder(
    _ found: [RuleReader.Found], _ names: [String: RuleReader.Found], _ findings: inout Findings
  ) {
    lazy var known = names.keys.sorted()
    for rule in found {
      findings.file = rule.file
      for (name, mark) in rule.after where names[name] == nil {
        findings.add("no rule is named '\(name)'\(findings.suggestion(for: name, among: known))", at: mark)
      }
    }
    let after = names.mapValues { rule in rule.after.map(\.name).filter { names[$0] != nil } }
    let cycles = RuleOrder.cycles(among: found.map(\.name), after: after.filter { !$0.value.isEmpty })
    for cycle in cycles {
      guard let first = names[cycle[0]] else { continue }
      findings.file = first.file
      let way = (cycle + [cycle[0]]).map { "'\($0)'" }.joined(separator: " after ")
      findings.add(
        "\(way): none of them could ever begin; take one 'after' away",
        at: first.after.first?.mark ?? first.mark)
    }
  }

  /// SHA-256 over the names and bytes of all files: the same on two machines that have the same rules.
  private var digest: String {
    let parts = files.map { file in
      let name = file.path.split(separator: "/").last.map(String.init) ?? file.path
      return SHA256.hash(Array(name.utf8)) + SHA256.hash(file.bytes)
    }
    return SHA256.hash(parts.joined()).hex
  }

  private static func files(at path: String, _ findings: inout Findings) -> [String] {
    findings.file = path
    let resolved = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
    guard let attributes = try? FileManager.default.attributesOfItem(atPath: resolved) else {
      findings.add("there is no such file or directory; put rules there, or name another place with --rules")
      return []
    }
    guard attributes[.type] as? FileAttributeType == .typeDirectory else { return [path] }
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: path) else {
      findings.add("the directory cannot be read; give the user that runs rollwatch read access")
      return []
    }
    let wanted = names.filter { !$0.hasPrefix(".") && ($0.hasSuffix(".yaml") || $0.hasSuffix(".yml")) }
      .sorted()
    if wanted.isEmpty { findings.add("no *.yaml or *.yml in this directory; put rules there") }
    return wanted.map { path.hasSuffix("/") ? path + $0 : path + "/" + $0 }
  }

  private static func bytes(of path: String, _ findings: inout Findings) -> [UInt8]? {
    guard let handle = FileHandle(forReadingAtPath: path) else {
      findings.add("the file cannot be read; give the user that runs rollwatch read access")
      return nil
    }
    defer { try? handle.close() }
    // One byte more than may be, so that a larger file is found to be one without reading all of it.
    return Array((try? handle.read(upToCount: Limits.ruleFileBytes + 1)) ?? Data())
  }
}

extension SourceFile {
  /// Reads one file, or throws why not.
  public init(path: String) throws(Diagnostics) {
    let files = try RuleFiles(paths: [path])
    self = files.files.first ?? SourceFile(path: path, bytes: [])
  }
}
