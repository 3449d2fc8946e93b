// SPDX-License-Identifier: Apache-2.0
// Rules of which it is known by hand where they lead, without any pattern being matched: what the index of the rule set says is
// held against this.

import Core
import LocalGitHub

/// One rule, and what it means in plain code.
struct KnownRule: Sendable {
  var rule: Rule
  /// The targets of a resource; none where the rule does not watch it.
  let leads: @Sendable (Resource) -> [Target]
}

/// One content of the rules directory.
struct KnownRules: Sendable {
  let rules: [KnownRule]
  let set: RuleSet

  init(_ rules: [KnownRule], digest: String, policy: Policy) {
    self.rules = rules
    set = RuleSet(rules: rules.map(\.rule), digest: digest, policy: policy)
  }

  /// How many targets of one version go first, where these rules lead to them.
  func canary(of names: [String]) -> Int { named(names).map(\.pace.canary).max() ?? 0 }

  func isUrgent(_ names: [String]) -> Bool { named(names).contains(where: \.isUrgent) }

  func named(_ names: [String]) -> [Rule] { rules.map(\.rule).filter { names.contains($0.name) } }

  func targets(of resource: Resource) -> Set<Target> { Set(rules.flatMap { $0.leads(resource) }) }

  func watch(_ resource: Resource) -> Bool { rules.contains { !$0.leads(resource).isEmpty } }
}

extension KnownRule {
  /// Everything of one application, but for its flags where those are excepted, restarts these services.
  static func all(
    of application: String, exceptFlags: Bool, to services: [String], _ location: Location,
    _ patience: Patience
  ) throws -> Self {
    let watch = [
      Watch(kind: .parameter, pattern: try Pattern("/live/\(application)/**")),
      Watch(kind: .secret, pattern: try Pattern("live/\(application)/*")),
    ]
    let except = exceptFlags ? [Watch(kind: .parameter, pattern: try Pattern("/live/*/flags/**"))] : []
    let rule = Rule(
      name: "\(application) to \(services.joined(separator: " and "))", location: location, watch: watch,
      except: except, restart: try services.map(template), patience: patience)
    return Self(rule: rule) { resource in
      let parts = resource.parts
      guard resource.scope.location == location, parts.count >= 2, parts[1] == application else { return [] }
      if exceptFlags, resource.scope.kind == .parameter, parts.count > 2, parts[2] == "flags" { return [] }
      return services.map { .of($0, location) }
    }
  }

  /// One rule for a whole estate.
  static func every(_ location: Location, _ patience: Patience) throws -> Self {
    let rule = Rule(
      name: "every application of \(location.region)", location: location,
      watch: [
        Watch(kind: .parameter, pattern: try Pattern("/{env}/{app}/**")),
        Watch(kind: .secret, pattern: try Pattern("{env}/{app}/*")),
      ], except: [], restart: [.service(cluster: try Template("{env}"), name: try Template("{app}"))],
      patience: patience)
    return Self(rule: rule) { resource in
      let parts = resource.parts
      guard resource.scope.location == location, parts.count >= 2 else { return [] }
      return [.service(ECSService(cluster: parts[0], name: parts[1], location: location))]
    }
  }

  /// What several applications share restarts all of them.
  static func shared(
    by services: [String], _ location: Location, _ patience: Patience
  ) throws -> Self {
    let rule = Rule(
      name: "shared in \(location.region)", location: location,
      watch: [Watch(kind: .parameter, pattern: try Pattern("/live/shared/*"))], except: [],
      restart: try services.map(template), patience: patience)
    return Self(rule: rule) { resource in
      let isShared = resource.scope.kind == .parameter && resource.parts.dropFirst().first == "shared"
      guard isShared, resource.scope.location == location else { return [] }
      return services.map { .of($0, location) }
    }
  }

  private static func template(_ name: String) throws -> TargetTemplate {
    switch Kind(of: name) {
    case .service, .deployed: .service(cluster: try Template("live"), name: try Template(name))
    case .task: .task(cluster: try Template("live"), definition: try Template(name), .standard)
    case .flow:
      .workflow(
        repository: try Template("acme/\(name)"), file: try Template(LocalGitHub.workflow.file),
        ref: try Template(LocalGitHub.workflow.ref), inputs: [:])
    case .tool:
      .command([try Template(Kind.program(name))], CommandOptions(timeout: .seconds(120), environment: [:]))
    case .unit: .unit(try Template(Kind.unit(name)))
    }
  }
}

extension Resource {
  /// `live`, `app0`, `URL`.
  fileprivate var parts: [String] { name.split(separator: "/").map(String.init) }
}

extension Target {
  static func of(_ name: String, _ location: Location) -> Self {
    switch Kind(of: name) {
    case .service, .deployed: .service(ECSService(cluster: "live", name: name, location: location))
    case .task: .task(OneTimeTask(cluster: "live", definition: name, location: location))
    case .flow:
      .workflow(
        Workflow(
          repository: "acme/\(name)", file: LocalGitHub.workflow.file, ref: LocalGitHub.workflow.ref,
          inputs: [:]))
    case .tool: .command(Command(words: [Kind.program(name)]))
    case .unit: .unit(Kind.unit(name))
    }
  }
}

/// What an application is restarted by; its name says it.
enum Kind: String, CaseIterable {
  /// A service that ECS deploys.
  case service = "app"
  /// A service that CodeDeploy deploys.
  case deployed = "blue"
  /// A task that runs once.
  case task
  /// A workflow of GitHub Actions, in a repository of its own.
  case flow
  /// A program of the machine.
  case tool
  /// A unit of the machine's systemd.
  case unit

  init(of name: String) {
    self = Self.allCases.first { name.hasPrefix($0.rawValue) } ?? .service
  }

  static func program(_ name: String) -> String { "/opt/\(name)" }
  static func unit(_ name: String) -> String { "\(name).service" }
}
