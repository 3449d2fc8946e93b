// SPDX-License-Identifier: Apache-2.0
// The entries of `restart`: one key says of what kind a target is, its value which one, and what else there is to say how.

internal import Core

/// Reads `restart`, a list of targets.
struct TargetReader {
  private static let kinds = ["service", "codedeploy", "task", "workflow", "command", "unit"]
  private static let ofCommands = ["timeout", "environment"]

  /// What every pattern of the rule captures; nil where `watch` cannot be read, so that nobody knows.
  let captures: Set<String>?
  /// Where the rule is.
  let location: Location
  /// How long the rule waits for the end of a restart.
  let deadline: Duration

  func targets(_ node: YAMLNode, _ findings: inout Findings) -> [TargetTemplate] {
    let entries = node.list("restart", atMost: Limits.entriesPerRule, &findings) ?? []
    return entries.compactMap { target($0, &findings) }
  }

  private func target(_ node: YAMLNode, _ findings: inout Findings) -> TargetTemplate? {
    let keys = Self.kinds + Self.ofCommands
    guard let fields = Fields(node, "an entry of 'restart'", keys: keys, &findings) else { return nil }
    let given = Self.kinds.filter { fields[$0] != nil }
    guard given.count == 1, let kind = given.first, let value = fields[kind] else {
      // A key that nobody knows has been told already.
      if given.count > 1 || fields.isEmpty || Self.ofCommands.contains(where: { fields[$0] != nil }) {
        findings.add(
          "an entry of 'restart' has one key of \(Self.kinds.joined(separator: ", "))"
            + (given.count > 1 ? "; make it \(given.count) entries" : "; add it"), at: node.mark)
      }
      return nil
    }
    for key in Self.ofCommands where kind != "command" {
      if let node = fields[key] { findings.add("'\(key)' is for commands only; remove it", at: node.mark) }
    }
    switch kind {
    case "codedeploy": return codeDeploy(value, &findings)
    case "task": return task(value, &findings)
    case "workflow": return workflow(value, &findings)
    case "command": return command(value, fields, &findings)
    case "unit": return unit(value, &findings)
    default: return service(value, &findings)
    }
  }

  // MARK: ECS and CodeDeploy

  private func service(_ node: YAMLNode, _ findings: inout Findings) -> TargetTemplate? {
    guard let text = node.text("service", &findings) else { return nil }
    do throws(PatternError) {
      let template = try ServiceName.template(text, region: location.region)
      checkCaptures(template.parts, node, &findings)
      return template
    } catch {
      findings.add(error.message, at: node.mark(atUTF8Offset: error.offset))
      return nil
    }
  }

  private func codeDeploy(_ node: YAMLNode, _ findings: inout Findings) -> TargetTemplate? {
    guard let fields = Fields(node, "'codedeploy'", keys: ["application", "group"], &findings) else {
      return nil
    }
    let application = name("application", fields, .codeDeploy, &findings)
    let group = name("group", fields, .codeDeploy, &findings)
    guard let application, let group else { return nil }
    return .codeDeploy(application: application, group: group)
  }

  private func task(_ node: YAMLNode, _ findings: inout Findings) -> TargetTemplate? {
    let keys = ["cluster", "definition", "launch", "subnets", "securityGroups", "publicIP", "count"]
    guard let fields = Fields(node, "'task'", keys: keys, &findings) else { return nil }
    let cluster = name("cluster", fields, .ecs, &findings)
    let definition = name("definition", fields, .taskDefinition, &findings)
    var options = TaskOptions.standard
    options.launch = fields["launch"].flatMap { launch($0, &findings) }
    options.subnets = fields["subnets"].map { names("subnets", $0, atMost: 16, &findings) } ?? []
    options.securityGroups =
      fields["securityGroups"].map { names("securityGroups", $0, atMost: 5, &findings) } ?? []
    options.hasPublicIP = fields["publicIP"]?.flag("publicIP", &findings) ?? false
    options.count = fields["count"]?.count("count", in: 1...10, &findings) ?? 1
    if fields["subnets"] == nil,
      let needy = ["securityGroups", "publicIP"].first(where: { fields[$0] != nil })
    {
      findings.add(
        "'\(needy)' is said of the network of a task, which 'subnets' names; add it", at: node.mark)
    }
    if fields["subnets"] == nil, options.launch == .fargate {
      findings.add("Fargate runs a task in subnets of a VPC; add 'subnets'", at: node.mark)
    }
    guard let cluster, let definition else { return nil }
    return .task(cluster: cluster, definition: definition, options)
  }

  private func launch(_ node: YAMLNode, _ findings: inout Findings) -> TaskOptions.Launch? {
    guard let word = node.text("launch", &findings) else { return nil }
    if let launch = TaskOptions.Launch(rawValue: word.uppercased()) { return launch }
    let known = TaskOptions.Launch.allCases.map { $0.rawValue.lowercased() }
    findings.add(
      "'\(word.prefix(64))' is no launch type\(findings.suggestion(for: word, among: known))", at: node.mark)
    return nil
  }

  /// Ids of subnets or security groups, which no capture can be part of.
  private func names(
    _ key: String, _ node: YAMLNode, atMost limit: Int, _ findings: inout Findings
  ) -> [String] {
    (node.list(key, atMost: limit, &findings) ?? []).compactMap { element in
      guard let text = element.text("an entry of '\(key)'", &findings) else { return nil }
      guard text.utf8.allSatisfy(NameShape.ecs.allows) else {
        findings.add("'\(text.prefix(64))' is no id; write it as AWS shows it", at: element.mark)
        return nil
      }
      return text
    }
  }

  // MARK: Workflows

  private func workflow(_ node: YAMLNode, _ findings: inout Findings) -> TargetTemplate? {
    let keys = ["repository", "file", "ref", "inputs"]
    guard let fields = Fields(node, "'workflow'", keys: keys, &findings) else { return nil }
    let repository = name("repository", fields, .repository, &findings)
    let file = name("file", fields, .workflowFile, &findings)
    let ref = fields["ref"].map { template("ref", $0, .ref, &findings) } ?? Template(pieces: [.text("main")])
    var inputs: [String: Template] = [:]
    if let node = fields["inputs"] {
      for (name, value) in texts("inputs", node, atMost: Limits.workflowInputs, &findings) {
        inputs[name] = filling(value, &findings)
      }
    }
    guard let repository, let file, let ref else { return nil }
    return .workflow(repository: repository, file: file, ref: ref, inputs: inputs)
  }

  // MARK: This machine

  private func command(_ node: YAMLNode, _ fields: Fields, _ findings: inout Findings) -> TargetTemplate? {
    guard let elements = node.list("command", atMost: Limits.entriesPerRule, &findings) else { return nil }
    let words = elements.compactMap { word($0, &findings) }
    let options = commandOptions(fields, &findings)
    guard words.count == elements.count, let program = words.first else { return nil }
    guard program.captureNames.isEmpty else {
      findings.add(
        "which program runs cannot depend on what a pattern captured; pass it as an argument",
        at: elements[0].mark)
      return nil
    }
    let path = program.filled([:])
    guard path.hasPrefix("/") || !(path.isEmpty || path.contains("/")) else {
      findings.add(
        "'\(path.prefix(100))' is neither a full path nor the name of a program in PATH; begin it with '/'",
        at: elements[0].mark)
      return nil
    }
    return .command(words, options)
  }

  private func word(_ node: YAMLNode, _ findings: inout Findings) -> Template? {
    node.word("a word of a command", &findings).flatMap { filling(($0, node), &findings) }
  }

  private func commandOptions(_ fields: Fields, _ findings: inout Findings) -> CommandOptions {
    var options = CommandOptions.standard
    options.timeout = min(options.timeout, deadline)
    if let node = fields["timeout"],
      let timeout = node.duration("timeout", in: .seconds(1)...Limits.longestDuration, &findings)
    {
      options.timeout = timeout
      if timeout > deadline {
        findings.add(
          "timeout (\(timeout.text)) is longer than the deadline of the rule's rollout (\(deadline.text)), so it could "
            + "never be waited for; raise 'deadline' in 'rollout', or lower the timeout", at: node.mark)
      }
    }
    guard let node = fields["environment"] else { return options }
    for (name, value) in texts("environment", node, atMost: Limits.entriesPerRule, &findings) {
      options.environment[name] = value.text
      let isVariable =
        name.utf8.allSatisfy { Self.isLetter($0) || 0x30...0x39 ~= $0 || $0 == 0x5F }
        && !(name.utf8.first.map { 0x30...0x39 ~= $0 } ?? true)
      if !isVariable || value.text.contains("\0") {
        findings.add(
          "'\(name.prefix(64))' cannot be the name of a variable, or has no text", at: value.node.mark)
      }
      if let used = captures?.sorted().first(where: { value.text.contains("{\($0)}") }) {
        findings.add(
          "'{\(used)}' is not filled in here: pass it to the program as an argument", at: value.node.mark)
      }
    }
    return options
  }

  private func unit(_ node: YAMLNode, _ findings: inout Findings) -> TargetTemplate? {
    guard let name = template("unit", node, .unit, &findings) else { return nil }
    let suffixes = [".service", ".socket", ".target", ".timer", ".path", ".mount", ".slice", ".scope"]
    guard case .text(let end) = name.pieces.last, suffixes.contains(where: end.hasSuffix) else {
      findings.add("a unit's name has its kind at the end; write NAME.service", at: node.mark)
      return nil
    }
    return .unit(name)
  }

  // MARK: Texts

  /// A required name of this shape.
  private func name(
    _ key: String, _ fields: Fields, _ shape: NameShape, _ findings: inout Findings
  ) -> Template? {
    guard let node = fields[key] else {
      findings.add("'\(key)' is missing here; add it", at: fields.mark)
      return nil
    }
    return template(key, node, shape, &findings)
  }

  private func template(
    _ what: String, _ node: YAMLNode, _ shape: NameShape, _ findings: inout Findings
  ) -> Template? {
    guard let text = node.text(what, &findings), let template = filling((text, node), &findings) else {
      return nil
    }
    for case .text(let plain) in template.pieces where !plain.utf8.allSatisfy(shape.allows) {
      findings.add("'\(plain.prefix(64))': \(what) \(shape.rule)", at: node.mark)
      return nil
    }
    if let slashes = shape.slashes, text.utf8.count(where: { $0 == UInt8(ascii: "/") }) != slashes {
      findings.add("'\(text.prefix(64))': \(what) \(shape.rule)", at: node.mark)
      return nil
    }
    return template
  }

  private typealias Text = (text: String, node: YAMLNode)

  /// A text in which captures are filled in.
  private func filling(_ value: Text, _ findings: inout Findings) -> Template? {
    do throws(PatternError) {
      let template = try Template(value.text)
      checkCaptures([template], value.node, &findings)
      return template
    } catch {
      findings.add(error.message, at: value.node.mark(atUTF8Offset: error.offset))
      return nil
    }
  }

  /// A mapping from names to texts; numbers and Booleans are texts here.
  private func texts(
    _ key: String, _ node: YAMLNode, atMost limit: Int, _ findings: inout Findings
  ) -> [(name: String, value: Text)] {
    guard case .map(let pairs) = node.content else {
      findings.add("'\(key)' must be a mapping from names to texts, not \(node.kind)", at: node.mark)
      return []
    }
    guard pairs.count <= limit else {
      findings.add("\(key) has \(pairs.count) entries, more than \(limit)", at: node.mark)
      return []
    }
    return pairs.compactMap { name, value in
      guard let name = name.text("a name", &findings) else { return nil }
      guard case .scalar(let text, let isQuoted) = value.content, isQuoted || !text.isEmpty else {
        findings.add("'\(name.prefix(64))' must be text, not \(value.kind)", at: value.mark)
        return nil
      }
      return (name, (text, value))
    }
  }

  private func checkCaptures(_ templates: [Template], _ node: YAMLNode, _ findings: inout Findings) {
    guard let captures else { return }
    var told: Set<String> = []
    for used in templates.flatMap(\.captureNames) where !captures.contains(used) && told.insert(used).inserted
    {
      findings.add(
        "'{\(used)}' is not captured by every pattern of 'watch'; capture it in each, or split the rule",
        at: node.mark)
    }
  }

  private static func isLetter(_ byte: UInt8) -> Bool { 0x41...0x5A ~= byte || 0x61...0x7A ~= byte }
}
