// SPDX-License-Identifier: Apache-2.0

public import Core

/// The settings file, every key of which is optional.
public struct Settings: Hashable, Sendable {
  /// The Region of rules that name none; nil takes it from where every AWS program takes it.
  public var region: String?
  /// How parameters are swept.
  public var parameters = Sweep(interval: .seconds(60), rate: 1)
  /// How secrets are swept.
  public var secrets = Sweep(interval: .seconds(60), rate: 5)
  /// From one look at an open rollout to the next.
  public var rollouts = Duration.seconds(5)
  /// What holds for rules that do not say otherwise.
  public var defaults = RuleDefaults()
  /// What holds for all rules together.
  public var policy = Policy.standard
  /// Who is told what happens.
  public var receivers: [Receiver] = []
  /// Where workflows are.
  public var gitHub = GitHub()
  /// Other accounts, by the name that rules use.
  public var accounts: [String: Account] = [:]

  /// How one kind of resource is swept.
  public struct Sweep: Hashable, Sendable {
    /// From the start of one sweep to the start of the next.
    public var interval: Duration
    /// At most so many calls a second.
    public var rate: Double
  }

  /// The GitHub whose workflows rules may name.
  public struct GitHub: Hashable, Sendable {
    /// Its API: GitHub's own, or `https://HOST/api/v3` of an Enterprise Server.
    public var api = "https://api.github.com"
    /// Where the token is kept; nil for the credential `github-token`, or else the variable `GITHUB_TOKEN`, where there is one.
    public var token: SecretPlace?

    /// GitHub's own.
    public init() {}
  }

  /// How another account is reached.
  public struct Account: Hashable, Sendable {
    /// The ARN of the role to assume there.
    public var role: String
    /// The external id that its trust policy asks for.
    public var externalID: String?
    /// The Region of its rules that name none; nil for the process's own.
    public var region: String?
  }

  /// The defaults.
  public init() {}

  /// Reads a settings file, or throws every mistake in it.
  public init(_ file: SourceFile) throws(Diagnostics) {
    var findings = Findings()
    findings.file = file.path
    let root = YAMLNode.read(file, &findings)
    if let root { read(root, &findings) }
    guard findings.isEmpty else { throw findings.diagnostics }
  }

  private mutating func read(_ root: YAMLNode, _ findings: inout Findings) {
    let keys =
      ["region", "parameters", "secrets", "rollouts", "limits", "accounts", "notify", "github"]
      + TurnReader.keys
    guard let fields = Fields(root, "the settings", keys: keys, &findings) else { return }
    region = Self.region(fields["region"], &findings)
    Self.read(fields["parameters"], "'parameters'", into: &parameters, &findings)
    Self.read(fields["secrets"], "'secrets'", into: &secrets, &findings)
    if let node = fields["rollouts"], let inner = Fields(node, "'rollouts'", keys: ["interval"], &findings) {
      rollouts = inner["interval"]?.duration("interval", in: Self.intervals, &findings) ?? rollouts
    }
    TurnReader().read(fields, into: &defaults, &findings)
    // In the settings it is a limit over all rules, in a rule one of its own.
    policy.concurrent = defaults.pace.concurrent ?? policy.concurrent
    defaults.pace.concurrent = nil
    if let node = fields["limits"],
      let inner = Fields(node, "'limits'", keys: ["targetsPerChange"], &findings)
    {
      policy.targetsPerChange =
        inner["targetsPerChange"]?.count("targetsPerChange", in: 1...Limits.targetsPerChange, &findings)
        ?? policy.targetsPerChange
    }
    if let node = fields["accounts"] { readAccounts(node, &findings) }
    if let node = fields["github"] { readGitHub(node, &findings) }
    if let node = fields["notify"] {
      receivers = ReceiverReader(accounts: Set(accounts.keys)).receivers(node, &findings)
    }
  }

  private mutating func readGitHub(_ node: YAMLNode, _ findings: inout Findings) {
    guard let fields = Fields(node, "'github'", keys: ["api", "token"], &findings) else { return }
    if let node = fields["api"], let text = node.text("api", &findings) {
      if let mistake = mistake(inReceiverURL: text) {
        findings.add(
          "the URL \(mistake); write https://api.github.com, or https://HOST/api/v3", at: node.mark)
      } else if text.contains(where: { "?#".contains($0) }) {
        findings.add(
          "the URL has a query; write https://api.github.com, or https://HOST/api/v3", at: node.mark)
      }
      gitHub.api = text
    }
    gitHub.token = fields["token"].flatMap { SecretPlace($0, "token", &findings) }
  }

  private static let intervals = Limits.shortestInterval...Limits.longestDuration
  private static let rates = 0.01...1_000.0

  private static func read(
    _ node: YAMLNode?, _ what: String, into sweep: inout Sweep, _ findings: inout Findings
  ) {
    guard let node, let fields = Fields(node, what, keys: ["interval", "rate"], &findings) else { return }
    sweep.interval = fields["interval"]?.duration("interval", in: intervals, &findings) ?? sweep.interval
    sweep.rate = fields["rate"]?.number("rate", in: rates, &findings) ?? sweep.rate
  }

  private mutating func readAccounts(_ node: YAMLNode, _ findings: inout Findings) {
    guard case .map(let pairs) = node.content else {
      findings.add("'accounts' must be a mapping from names to accounts, not \(node.kind)", at: node.mark)
      return
    }
    for (key, value) in pairs {
      guard let name = key.text("an account's name", &findings),
        let fields = Fields(value, "account '\(name)'", keys: ["role", "externalID", "region"], &findings)
      else { continue }
      guard let role = fields["role"] else {
        findings.add("account '\(name)' has no 'role'; add the ARN of the role to assume there", at: key.mark)
        continue
      }
      guard let arn = role.text("role", &findings) else { continue }
      if !Self.isRole(arn) {
        findings.add("'\(arn)' is no ARN of a role; write arn:aws:iam::ACCOUNT:role/NAME", at: role.mark)
      }
      accounts[name] = Account(
        role: arn, externalID: fields["externalID"]?.text("externalID", &findings),
        region: Self.region(fields["region"], &findings))
    }
  }

  private static func region(_ node: YAMLNode?, _ findings: inout Findings) -> String? {
    guard let node, let text = node.text("region", &findings) else { return nil }
    if !isRegionName(text) {
      findings.add("'\(text)' is no Region; write its name, for instance eu-west-2", at: node.mark)
    }
    return text
  }

  private static func isRole(_ text: String) -> Bool {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    return parts.count == 6 && parts[0] == "arn" && parts[1].hasPrefix("aws") && parts[2] == "iam"
      && parts[3].isEmpty && parts[4].count == 12 && parts[4].allSatisfy { "0"..."9" ~= $0 }
      && parts[5].hasPrefix("role/") && parts[5].count > "role/".count
  }
}
