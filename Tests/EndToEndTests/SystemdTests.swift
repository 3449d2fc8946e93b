// SPDX-License-Identifier: Apache-2.0
// The installed service under a real systemd.

import Core
import LocalAWS
import Testing

@Suite(.serialized)
struct SystemdTests {
  @Test func `starting returns when the first sweep was tried, and the status says what is watched`()
    async throws
  {
    try await InstalledDaemon.with { daemon in
      try await daemon.start()
      #expect(try await daemon.lab.property("ActiveState") == "active")
      #expect(daemon.aws.count(of: "ssm:DescribeParameters") >= 1)
      #expect(daemon.aws.count(of: "secretsmanager:ListSecrets") >= 1)
      let status = try await daemon.lab.property("StatusText")
      #expect(status.contains("11 resources"), "\(status)")
    }
  }

  @Test func `it runs as nobody in particular, without privileges, and only its state is writable`()
    async throws
  {
    try await InstalledDaemon.with { daemon in
      try await daemon.start()
      let pid = try await daemon.lab.property("MainPID")
      let status = try await daemon.lab.output(of: "cat /proc/\(pid)/status")
      #expect(!status.contains("Uid:\t0\t"))
      for line in ["CapEff:\t0000000000000000", "NoNewPrivs:\t1", "Seccomp:\t2"] {
        #expect(status.contains(line), "\(status)")
      }
      let modes = try await daemon.lab.output(
        of: "cd /var/lib/private/rollwatch && stat --format='%a %n' . journal.sqlite audit.jsonl")
      #expect(modes == "750 .\n640 journal.sqlite\n640 audit.jsonl")
    }
  }

  @Test func `a change becomes one deployment, and the journal of systemd has each step as fields`()
    async throws
  {
    try await InstalledDaemon.with { daemon in
      try await daemon.start()
      try daemon.writeParameter()
      try await daemon.await("ended")
      #expect(daemon.forcedDeployments == 1)
      let target = "ecs:\(InstalledDaemon.service)"
      let entries = try await daemon.lab.journal("ROLLWATCH_TARGET=\(target)")
      #expect(entries.map { $0["ROLLWATCH_KIND"] } == ["changed", "planned", "issued", "ended"])
      #expect(entries.allSatisfy { $0["_SYSTEMD_UNIT"] == "rollwatch.service" && $0["PRIORITY"] == "5" })
      #expect(Set(entries.map { $0["MESSAGE_ID"] }).count == 4)
      #expect(Set(entries.dropFirst().map { $0["ROLLWATCH_RESTART"] }).count == 1)
    }
  }

  @Test func `a reload brings the new rules into force`() async throws {
    try await InstalledDaemon.with { daemon in
      try await daemon.writeRules(InstalledDaemon.rules.replacing("app-0000", with: "app-9999"))
      try await daemon.start()
      try await daemon.writeRules(InstalledDaemon.rules)
      try await daemon.lab.output(of: "systemctl reload rollwatch")
      try await daemon.await("rulesLoaded", count: 2)
      try await daemon.await("baseline")
      try await daemon.lab.wait(until: "[ $(systemctl is-active rollwatch) = active ]")
      try daemon.writeParameter()
      try await daemon.await("ended")
      #expect(daemon.forcedDeployments == 1)
    }
  }

  @Test func `a reload of broken rules keeps the old ones and says where they are broken`() async throws {
    try await InstalledDaemon.with { daemon in
      try await daemon.start()
      try await daemon.writeRules(InstalledDaemon.rules.replacing("debounce", with: "debouce"))
      try await daemon.lab.output(of: "systemctl reload rollwatch")
      try await daemon.lab.wait(
        until: "journalctl --quiet --unit=rollwatch --output=cat | grep --quiet 'app.yaml:5:5: error: '")
      try await daemon.lab.wait(until: "[ $(systemctl is-active rollwatch) = active ]")
      try daemon.writeParameter()
      try await daemon.await("ended")
      #expect(daemon.forcedDeployments == 1)
    }
  }

  @Test func `a process that makes no progress is killed and started again, and restarts nothing for that`()
    async throws
  {
    try await InstalledDaemon.with { daemon in
      try await daemon.lab.output(
        of: """
          printf '[Service]\\nWatchdogSec=2s\\nTimeoutAbortSec=1s\\n' \\
            >/etc/systemd/system/rollwatch.service.d/watchdog.conf
          systemctl daemon-reload
          """)
      try await daemon.start()
      // The abort stays pending while the process is stopped; the kill after TimeoutAbortSec does not.
      try await daemon.lab.output(of: "kill -STOP $(systemctl show rollwatch --property=MainPID --value)")
      try await daemon.await("started", count: 2)
      try await daemon.lab.wait(until: "[ $(systemctl is-active rollwatch) = active ]")
      #expect(try await daemon.lab.property("NRestarts") == "1")
      let log = try await daemon.lab.journal("UNIT=rollwatch.service")
      #expect(log.contains { $0["MESSAGE"]?.contains("Watchdog timeout") == true })
      #expect(daemon.forcedDeployments == 0)
    }
  }

  @Test func `a frozen process loses no restart that was waiting`() async throws {
    try await InstalledDaemon.with { daemon in
      try await daemon.lab.output(
        of: """
          printf '[Service]\\nWatchdogSec=2s\\nTimeoutAbortSec=1s\\n' \\
            >/etc/systemd/system/rollwatch.service.d/watchdog.conf
          systemctl daemon-reload
          """)
      let patient = InstalledDaemon.rules.replacing("quiet: 300ms, limit: 5s", with: "quiet: 3s, limit: 30s")
      try await daemon.writeRules(patient)
      try await daemon.start()
      try daemon.writeParameter()
      try await daemon.await("changed")
      try await daemon.lab.output(of: "kill -STOP $(systemctl show rollwatch --property=MainPID --value)")
      #expect(daemon.forcedDeployments == 0)
      try await daemon.await("started", count: 2)
      try await daemon.await("ended")
      #expect(daemon.forcedDeployments == 1)
    }
  }

  @Test func `it stops within seconds, and the next start follows the rollout that was under way`()
    async throws
  {
    try await InstalledDaemon.with { daemon in
      daemon.setRollout(.completes(after: .seconds(3)))
      try await daemon.start()
      try daemon.writeParameter()
      try await daemon.await("issued")
      try await daemon.lab.output(of: "timeout 5 systemctl stop rollwatch")
      #expect(try await daemon.lab.property("Result") == "success")
      #expect(try await daemon.lab.property("ExecMainStatus") == "0")
      try await daemon.await("stopped")
      try await daemon.start()
      try await daemon.await("ended")
      #expect(daemon.forcedDeployments == 1)
    }
  }

  @Test func `killed in the middle of a rollout, it starts again and adopts its own deployment`() async throws
  {
    try await InstalledDaemon.with { daemon in
      daemon.setRollout(.completes(after: .seconds(3)))
      try await daemon.start()
      try daemon.writeParameter()
      try await daemon.await("issued")
      try await daemon.lab.output(of: "systemctl kill --signal=KILL rollwatch")
      try await daemon.await("ended")
      #expect(try await daemon.lab.property("NRestarts") == "1")
      #expect(daemon.forcedDeployments == 1)
    }
  }

  @Test func `wrong rules end it with 78 and every diagnostic, and systemd does not try again`() async throws
  {
    try await InstalledDaemon.with { daemon in
      try await daemon.writeRules(InstalledDaemon.rules.replacing("cooldown", with: "cooldwn"))
      #expect(try await daemon.lab.run("systemctl start rollwatch").status != 0)
      #expect(try await daemon.lab.property("ActiveState") == "failed")
      #expect(try await daemon.lab.property("ExecMainStatus") == "78")
      #expect(try await daemon.lab.property("NRestarts") == "0")
      let log = try await daemon.lab.journal("_SYSTEMD_UNIT=rollwatch.service")
      #expect(log.contains { $0["MESSAGE"]?.contains("app.yaml:6:5: error: ") == true })
    }
  }

  @Test func `without its credential it does not start`() async throws {
    try await InstalledDaemon.with { daemon in
      try await daemon.lab.output(of: "rm /etc/rollwatch/aws-credentials")
      #expect(try await daemon.lab.run("systemctl start rollwatch").status != 0)
      // It is tried again, so the last status may be the next try's.
      let log = try await daemon.lab.journal("UNIT=rollwatch.service")
      #expect(log.contains { $0["MESSAGE"]?.contains("status=243/CREDENTIALS") == true })
    }
  }

  @Test func `root may read the history of a stopped service, which starts again afterwards`() async throws {
    try await InstalledDaemon.with { daemon in
      try await daemon.start()
      try await daemon.lab.output(of: "systemctl stop rollwatch")
      try await daemon.lab.output(of: "rollwatch history verify")
      let history = try await daemon.lab.output(of: "rollwatch history --json")
      #expect(history.contains(#""kind":"baseline""#))
      // Files of root's in there would lock the service out of its own journal.
      #expect(try await daemon.lab.output(of: "find /var/lib/private/rollwatch -user root") == "")
      try await daemon.start()
      #expect(try await daemon.lab.property("ActiveState") == "active")
    }
  }

  @Test func `with an audit key the records are sealed, and without it the journal is not continued`()
    async throws
  {
    try await InstalledDaemon.with { daemon in
      try await daemon.lab.output(
        of: """
          (umask 077; echo 0123456789abcdef0123456789abcdef >/etc/rollwatch/audit-key)
          cp /usr/local/share/doc/rollwatch/audit-key.conf /etc/systemd/system/rollwatch.service.d/
          systemctl daemon-reload
          """)
      try await daemon.start()
      try await daemon.lab.output(of: "systemctl stop rollwatch")
      try await daemon.lab.output(of: "rollwatch history verify --audit-key /etc/rollwatch/audit-key")
      #expect(try await daemon.lab.run("rollwatch history verify").status == 1)

      try await daemon.lab.output(
        of: "rm /etc/systemd/system/rollwatch.service.d/audit-key.conf; systemctl daemon-reload")
      try await daemon.lab.output(of: "systemctl start --no-block rollwatch")
      try await daemon.lab.wait(
        until: "journalctl --output=cat -u rollwatch | grep -q \"there is no credential 'audit-key'\"")
    }
  }

  @Test func `root may give orders, and nobody else may even see the socket`() async throws {
    try await InstalledDaemon.with { daemon in
      try await daemon.start()
      #expect(try await daemon.lab.output(of: "rollwatch status").contains("parameters in eu-west-2"))
      try await daemon.lab.output(of: "rollwatch hold --all --reason 'a test'")
      try daemon.writeParameter()
      try await daemon.await("held")
      #expect(daemon.forcedDeployments == 0)
      try await daemon.lab.output(of: "rollwatch release --all")
      try await daemon.await("ended")
      let modes = try await daemon.lab.output(
        of: "cd /run/rollwatch && stat --format='%a %n' . rollwatch.sock")
      #expect(modes == "750 .\n660 rollwatch.sock")
      let other = try await daemon.lab.run(
        "setpriv --reuid=nobody --regid=nogroup --clear-groups rollwatch status")
      #expect(other.status == 1)
      #expect(other.errors.contains("the members of"), "\(other.errors)")
      try await daemon.lab.output(of: "systemctl stop rollwatch")
      #expect(try await daemon.lab.run("test -e /run/rollwatch").status != 0)
    }
  }

  @Test func `operators may give orders without root, and the journal names each of them`() async throws {
    try await InstalledDaemon.with { daemon in
      try await daemon.lab.output(
        of: """
          groupadd --system rollwatch-operators
          useradd --no-create-home --groups rollwatch-operators alice
          cp /usr/local/share/doc/rollwatch/operators.conf /etc/systemd/system/rollwatch.service.d/
          systemctl daemon-reload
          """)
      try await daemon.start()
      let alice = "setpriv --reuid=alice --regid=alice --init-groups"
      try await daemon.lab.output(of: "\(alice) rollwatch status")
      try await daemon.lab.output(of: "\(alice) rollwatch hold \(InstalledDaemon.service)")
      let records = try await daemon.lab.output(of: "rollwatch history --json")
      let number = try await daemon.lab.output(of: "id --user alice")
      #expect(records.contains(#""actor":"uid \#(number) (alice)""#), "\(records)")
      let other = try await daemon.lab.run(
        "setpriv --reuid=nobody --regid=nogroup --clear-groups rollwatch status")
      #expect(other.status == 1)
    }
  }
}
