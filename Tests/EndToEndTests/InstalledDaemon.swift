// SPDX-License-Identifier: Apache-2.0

import Core
import LocalAWS
import Platform
import Testing

/// rollwatch as `deploy/README.md` installs it, with static keys as a credential and a user who has
/// `deploy/iam-policy.json` and nothing else; on the other side of loopback an AWS with one application in it.
struct InstalledDaemon {
  let lab: SystemdLab
  let aws: RunningAWS

  static let parameter = "/staging/app-0000/KEY_0"
  static let service = "staging-ecs-app-0000-cluster/staging-ecs-app-0000-service"
  private static let place = Place(account: SimulatedAWS.defaultAccount, region: "eu-west-2")

  /// Patient enough to debounce, and not so patient that a test takes long.
  static let rules = """
    rules:
      - name: app
        watch: [{ parameter: /staging/app-0000/** }, { secret: staging/app-0000/* }]
        restart: [{ service: \(service) }]
        debounce: { quiet: 300ms, limit: 5s }
        cooldown: 1s
    """

  static func with(_ body: (InstalledDaemon) async throws -> Void) async throws {
    let aws = RunningAWS(SimulatedAWS(seed: 1), time: SystemClock())
    let permissions = try permissions()
    aws.steer { aws, now in
      aws.add(
        .user(
          "rollwatch", account: place.account, accessKey: "AKIDROLLWATCH", secretKey: "example",
          permissions: permissions))
      aws.setRollout(.completes(after: .milliseconds(300)), ofNewServicesIn: place, at: now)
      aws.seed(parameters: 10, secrets: 1, services: 1, desiredCount: 1, in: place, at: now)
    }
    let server = try LocalAWSServer(aws, port: 0)
    defer { server.stop() }
    try await SystemdLab.with { lab in
      try await lab.install()
      let daemon = InstalledDaemon(lab: lab, aws: aws)
      try await daemon.configure(endpoint: server.url)
      try await body(daemon)
    }
  }

  /// Writes a parameter as an operator would.
  func writeParameter() throws {
    try aws.steer { aws, now in
      _ = try aws.act(
        "ssm:PutParameter",
        ["Name": .string(Self.parameter), "Value": "n", "Type": "String", "Overwrite": true],
        in: Self.place, at: now)
    }
  }

  /// Says how deployments of the service go from now on.
  func setRollout(_ rollout: Rollout) {
    _ = aws.steer { aws, now in
      aws.setRollout(rollout, of: Self.service, onlyNext: false, in: Self.place, at: now)
    }
  }

  /// Replaces the rules, without telling the daemon.
  func writeRules(_ text: String) async throws {
    try await lab.output(of: "cat >/etc/rollwatch/rules.d/app.yaml <<'END'\n\(text)\nEND")
  }

  func start() async throws { try await lab.output(of: "systemctl start rollwatch") }

  /// Waits for so many journal entries of a kind of record.
  func await(_ kind: String, count: Int = 1) async throws {
    let entries = "journalctl --quiet --output=cat ROLLWATCH_KIND=\(kind) | wc -l"
    try await lab.wait(until: "[ $(\(entries)) -ge \(count) ]")
  }

  var forcedDeployments: Int { aws.log.calls(of: "ecs:UpdateService").filter(\.tookEffect).count }

  private func configure(endpoint: String) async throws {
    try await lab.output(
      of: """
        mkdir -p /etc/rollwatch/rules.d /etc/systemd/system/rollwatch.service.d
        cp /usr/local/share/doc/rollwatch/static-keys.conf /etc/systemd/system/rollwatch.service.d/
        (
          umask 077
          printf '[default]\\naws_access_key_id = AKIDROLLWATCH\\naws_secret_access_key = example\\n' \\
            >/etc/rollwatch/aws-credentials
        )
        echo 'AWS_ENDPOINT_URL=\(endpoint)' >/etc/rollwatch/environment
        cat >/etc/rollwatch/rollwatch.yaml <<'END'
        region: eu-west-2
        parameters: { interval: 200ms, rate: 50 }
        secrets: { interval: 200ms, rate: 50 }
        rollouts: { interval: 200ms }
        END
        printf '[Service]\\nRestartSec=100ms\\n' >/etc/systemd/system/rollwatch.service.d/quick.conf
        systemctl daemon-reload
        """)
    try await writeRules(Self.rules)
  }

  /// What `deploy/iam-policy.json` allows and denies.
  private static func permissions() throws -> Permissions {
    let policy = try Policy(contentsOf: "deploy/iam-policy.json")
    return Permissions(allow: policy.actions("Allow"), deny: policy.actions("Deny"))
  }
}
