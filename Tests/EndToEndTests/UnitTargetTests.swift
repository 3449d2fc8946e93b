// SPDX-License-Identifier: Apache-2.0
// Units of a real systemd, restarted by the installed service as deploy/README.md lets it.

import Core
import Foundation
import LocalAWS
import Testing

@Suite(.serialized)
struct UnitTargetTests {
  private static let rules = InstalledDaemon.rules.replacing(
    "service: \(InstalledDaemon.service)", with: "unit: app.service")

  /// The lab with a bus, and an application whose `[Service]` is this.
  private static func with(
    _ service: String, isAllowed: Bool = true, _ body: (InstalledDaemon) async throws -> Void
  ) async throws {
    try await InstalledDaemon.with { daemon in
      try await daemon.lab.output(
        of: """
          rm -f /etc/systemd/system/dbus.socket
          cat >/etc/systemd/system/app.service <<'END'
          [Service]
          \(service)
          END
          systemctl daemon-reload
          systemctl start dbus.socket
          """)
      if isAllowed {
        try await addUser(daemon.lab)
        try await allow(daemon.lab)
      }
      try await daemon.writeRules(rules)
      try await body(daemon)
    }
  }

  private static func addUser(_ lab: SystemdLab) async throws {
    try await lab.output(of: "useradd --system --no-create-home --shell /usr/sbin/nologin rollwatch")
  }

  private static func allow(_ lab: SystemdLab) async throws {
    try await lab.output(
      of:
        "cp /usr/local/share/doc/rollwatch/rollwatch-units.rules /etc/polkit-1/rules.d/50-rollwatch-units.rules"
    )
  }

  private func invocation(_ daemon: InstalledDaemon) async throws -> String {
    try await daemon.lab.property("InvocationID", of: "app")
  }

  private func records(_ daemon: InstalledDaemon, _ kind: String) async throws -> [JSON] {
    let text = try await daemon.lab.output(of: "cat /var/lib/private/rollwatch/audit.jsonl")
    return try text.split(separator: "\n").map { try JSON(reading: Array($0.utf8)) }
      .filter { $0["kind"]?.string == kind }
  }

  @Test func `a unit is restarted once, and its new invocation is the restart's`() async throws {
    try await Self.with("ExecStart=/bin/sleep infinity") { daemon in
      try await daemon.lab.output(of: "systemctl start app")
      let before = try await invocation(daemon)
      try await daemon.start()
      try daemon.writeParameter()
      try await daemon.await("ended")
      let after = try await invocation(daemon)
      #expect(after != before)
      let issued = try await records(daemon, "issued")
      #expect(issued.map { $0["deployment"]?.string } == [after])
      let ended = try await records(daemon, "ended")
      #expect(ended.map { $0["outcome"]?.string } == ["completed"])
      #expect(ended.map { $0["target"]?.string } == ["unit:app.service"])
      #expect(try await daemon.lab.property("NRestarts", of: "app") == "0")
    }
  }

  @Test func `what polkit does not allow is held, and done as soon as it does`() async throws {
    try await Self.with("ExecStart=/bin/sleep infinity", isAllowed: false) { daemon in
      try await Self.addUser(daemon.lab)
      try await daemon.lab.output(of: "systemctl start app")
      let before = try await invocation(daemon)
      try await daemon.start()
      try daemon.writeParameter()
      try await daemon.await("held")
      let reason = try await records(daemon, "held").first?["reason"]?.string ?? ""
      #expect(reason.hasPrefix("restarting the unit failed: restarting app.service: "), "\(reason)")
      #expect(reason.contains("deploy/README.md says how to allow it"), "\(reason)")
      #expect(try await invocation(daemon) == before)
      try await Self.allow(daemon.lab)
      try await daemon.await("ended")
      #expect(try await invocation(daemon) != before)
    }
  }

  @Test func `a dynamic user, whom the bus does not let in, is told so`() async throws {
    try await Self.with("ExecStart=/bin/sleep infinity", isAllowed: false) { daemon in
      try await daemon.lab.output(of: "systemctl start app")
      try await daemon.start()
      try daemon.writeParameter()
      try await daemon.await("held")
      let reason = try await records(daemon, "held").first?["reason"]?.string ?? ""
      #expect(reason.contains("the message bus does not let this user in"), "\(reason)")
    }
  }

  @Test func `a unit that does not come up again is a failed restart, with what systemd says`() async throws {
    let service = "Type=exec\nExecStart=/bin/sh -c '[ ! -e /run/bad ] || exit 7; exec sleep infinity'"
    try await Self.with(service) { daemon in
      try await daemon.lab.output(of: "systemctl start app; touch /run/bad")
      try await daemon.start()
      try daemon.writeParameter()
      try await daemon.await("ended")
      let ended = try #require(try await records(daemon, "ended").first)
      #expect(ended["outcome"]?.string == "failed")
      #expect(ended["reason"]?.string?.hasPrefix("it failed (exit-code, exit status 7)") == true, "\(ended)")
    }
  }

  @Test func `a unit that runs once is run to its end`() async throws {
    try await Self.with("Type=oneshot\nExecStart=/bin/sh -c 'echo run >>/run/ran'") { daemon in
      try await daemon.start()
      try daemon.writeParameter()
      try await daemon.await("ended")
      #expect(try await records(daemon, "ended").map { $0["outcome"]?.string } == ["completed"])
      let ran = try await daemon.lab.output(of: "cat /run/ran")
      let history = try await daemon.lab.output(of: "rollwatch history")
      #expect(ran == "run", "\(history)")
    }
  }

  @Test func `a unit that is over before anybody can look at it is run once for each change`() async throws {
    try await Self.with("Type=oneshot\nExecStart=/bin/true") { daemon in
      try await daemon.start()
      for count in 1...3 {
        try daemon.writeParameter()
        try await daemon.await("ended", count: count)
      }
      #expect(try await records(daemon, "ended").allSatisfy { $0["outcome"]?.string == "completed" })
      let runs = try await daemon.lab.journal("UNIT=app.service").filter {
        $0["MESSAGE"]?.hasPrefix("Finished") == true
      }
      #expect(runs.count == 3)
    }
  }

  @Test func `a unit that does not run, and one that is not there, are not started`() async throws {
    try await Self.with("ExecStart=/bin/sleep infinity") { daemon in
      try await daemon.start()
      try daemon.writeParameter()
      try await daemon.await("skipped")
      #expect(try await daemon.lab.property("ActiveState", of: "app") == "inactive")
      try await daemon.writeRules(Self.rules.replacing("app.service", with: "other.service"))
      try await daemon.lab.output(of: "systemctl reload rollwatch")
      try await daemon.await("rulesLoaded", count: 2)
      try daemon.writeParameter()
      try await daemon.await("refused")
      let refused = try await records(daemon, "refused")
      #expect(refused.first?["reason"]?.string == "there is no unit other.service")
    }
  }

  @Test func `killed while the unit stops, it adopts the restart that it began`() async throws {
    let stop = "ExecStop=/bin/sh -c 'until [ -e /run/go ]; do sleep 0.1; done'"
    try await Self.with("ExecStart=/bin/sleep infinity\n\(stop)") { daemon in
      try await daemon.lab.output(of: "systemctl start app")
      let before = try await invocation(daemon)
      try await daemon.start()
      try daemon.writeParameter()
      try await daemon.lab.wait(until: "[ $(systemctl is-active app) = deactivating ]")
      try await daemon.lab.output(of: "systemctl kill --signal=KILL rollwatch")
      try await daemon.await("started", count: 2)
      try await daemon.lab.output(of: "touch /run/go")
      try await daemon.await("ended")
      let after = try await invocation(daemon)
      #expect(after != before)
      let issued = try await records(daemon, "issued")
      #expect(issued.map { $0["deployment"]?.string } == [after] && issued[0]["adopted"] == .bool(true))
      let starts = try await daemon.lab.output(
        of: "journalctl --sync; journalctl --quiet --output=cat UNIT=app.service | grep -c ^Started")
      #expect(starts == "2")
    }
  }

  @Test func `root needs no bus`() async throws {
    try await InstalledDaemon.with { daemon in
      try await daemon.writeRules(Self.rules)
      let once = """
        env $(cat /etc/rollwatch/environment) AWS_ACCESS_KEY_ID=AKIDROLLWATCH AWS_SECRET_ACCESS_KEY=example \
          rollwatch run --once --state /run/state
        """
      try await daemon.lab.output(
        of: """
          printf '[Service]\\nExecStart=/bin/sleep infinity\\n' >/etc/systemd/system/app.service
          systemctl daemon-reload
          systemctl start app
          \(once)
          """)
      let before = try await invocation(daemon)
      try daemon.writeParameter()
      let said = try await daemon.lab.run(once)
      #expect(said.status == 0, "\(said.errors)")
      #expect(try await invocation(daemon) != before)
    }
  }
}
